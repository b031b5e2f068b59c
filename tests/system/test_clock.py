"""Whose word for date and time is believed (LED-8)."""

from __future__ import annotations

import errno
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.system import clock
from kiosk.system.clock import DAY_MS, FIRST_RELEASE_MS, ClockEvidence, Trust, battery_valid, judge
from kiosk.system.errors import NoKernelFact

NOW_MS = FIRST_RELEASE_MS + 21 * DAY_MS
NOTHING = ClockEvidence(
    wall_ms=NOW_MS,
    battery_ms=None,
    ntp_synchronised=False,
    set_by_person=False,
    last_row_ms=NOW_MS - DAY_MS,
    technician_confirmed=False,
)

pytestmark = pytest.mark.requirement("LED-8")


def evidence(**facts: int | bool | None) -> ClockEvidence:
    return msgspec.structs.replace(NOTHING, **facts)


@pytest.mark.parametrize(
    ("facts", "source"),
    [
        ({"battery_ms": NOW_MS + 2000}, "the battery clock"),
        ({"ntp_synchronised": True}, "network time"),
        ({"set_by_person": True}, "a signed-in person"),
    ],
)
def test_each_source_alone_is_enough(facts: dict[str, int | bool], source: str) -> None:
    verdict = judge(evidence(**facts))

    assert (verdict.trust, verdict.source) == (Trust.TRUSTED, source)


def test_without_a_source_nothing_is_trusted() -> None:
    assert judge(NOTHING).trust is Trust.UNTRUSTED


@given(
    st.booleans(), st.booleans(), st.booleans(), st.none() | st.integers(0, 2 * NOW_MS), st.integers(1, 400 * DAY_MS)
)
def test_before_the_last_row_no_source_and_no_person_is_believed(
    ntp: bool, person: bool, technician: bool, battery_ms: int | None, back_ms: int
) -> None:
    verdict = judge(
        ClockEvidence(
            wall_ms=NOW_MS,
            battery_ms=battery_ms,
            ntp_synchronised=ntp,
            set_by_person=person,
            last_row_ms=NOW_MS + back_ms,
            technician_confirmed=technician,
        )
    )

    assert verdict.trust is Trust.UNTRUSTED
    assert "earlier than the last record" in verdict.why


def test_the_moment_of_the_last_row_itself_is_no_step_back() -> None:
    assert judge(evidence(ntp_synchronised=True, last_row_ms=NOW_MS)).trust is Trust.TRUSTED


def test_thirty_days_are_still_believed() -> None:
    assert judge(evidence(ntp_synchronised=True, last_row_ms=NOW_MS - 30 * DAY_MS)).trust is Trust.TRUSTED


def test_over_thirty_days_a_technician_is_asked_first() -> None:
    verdict = judge(evidence(ntp_synchronised=True, last_row_ms=NOW_MS - 30 * DAY_MS - 1))

    assert verdict.trust is Trust.ASK_TECHNICIAN
    assert "30 days" in verdict.why


def test_a_technicians_word_ends_the_question() -> None:
    facts = evidence(battery_ms=NOW_MS, last_row_ms=NOW_MS - 90 * DAY_MS, technician_confirmed=True)

    assert judge(facts).trust is Trust.TRUSTED


def test_an_empty_ledger_asks_nobody() -> None:
    assert judge(evidence(set_by_person=True, last_row_ms=None)).trust is Trust.TRUSTED


@pytest.mark.parametrize(
    ("battery_ms", "valid"),
    [
        (None, False),
        (0, False),
        (FIRST_RELEASE_MS - 1, False),
        (NOW_MS - 60_001, False),
        (NOW_MS - 60_000, True),
        (NOW_MS + 60_000, True),
        (NOW_MS + 60_001, False),
    ],
)
def test_a_battery_clock_is_valid_when_it_kept_running_and_agrees(battery_ms: int | None, valid: bool) -> None:
    assert battery_valid(battery_ms, NOW_MS) is valid


def test_a_stopped_clock_is_not_valid_even_when_the_system_agrees_with_it() -> None:
    assert not battery_valid(1000, 1000)


def test_the_battery_clock_is_read_in_ms(tmp_path: Path) -> None:
    (tmp_path / "since_epoch").write_text("1795305600\n")

    assert clock.read_battery_ms(tmp_path) == 1_795_305_600_000


def test_no_battery_clock_reads_as_none(tmp_path: Path) -> None:
    assert clock.read_battery_ms(tmp_path / "rtc0") is None


def test_a_battery_clock_that_cannot_be_asked_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "since_epoch").mkdir()

    with pytest.raises(NoKernelFact, match="battery clock"):
        clock.read_battery_ms(tmp_path)


def test_a_battery_clock_whose_chip_had_stopped_reads_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(path: Path, encoding: str) -> str:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(Path, "read_text", stopped)

    assert clock.read_battery_ms(tmp_path) is None


def test_the_boot_id_stays_the_same_within_a_boot() -> None:
    assert len(clock.read_boot_id()) == 36
    assert clock.read_boot_id() == clock.read_boot_id()


def test_a_missing_boot_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoKernelFact, match="E902"):
        clock.read_boot_id(tmp_path / "boot_id")


def test_the_kernel_tells_whether_network_time_holds_it() -> None:
    assert clock.read_ntp_synchronised() in (True, False)
