"""The injector's caps are those of its last certificate, or nothing is armed until it is proved anew (LIM-5)."""

from __future__ import annotations

import pytest

from kiosk.calibration.certificate import Caps
from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from kiosk.records.rows import CalibrationRow, EventRow
from tests.session.balance import Weighed
from tests.session.bench import Bench
from tests.session.test_certifying import certificates

pytestmark = pytest.mark.requirement("LIM-5")
AS_BUILT = Caps(6_000, 200_000, 9_000)
DIFFERS = 732


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


def certified(subject: Weighed) -> Bench:
    subject.loaded(0.96).write().as_weighed(1.0).certify()
    subject.bench.tell(ask.LeaveCalibration())
    return subject.bench


def connect_again(bench: Bench) -> None:
    bench.do("unplug")
    bench.run(0.3)
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.2)


def built_for(monkeypatch: pytest.MonkeyPatch, **caps: int) -> None:
    """Another program is in the controller."""
    for name, value in caps.items():
        monkeypatch.setattr(f"hal_sim.blocks.CAP_{name.upper()}", value)


def test_a_certificate_holds_the_caps_that_the_injector_said(subject: Weighed) -> None:
    bench = certified(subject)
    (made,) = certificates(subject)
    assert (made.version, made.caps) == (2, AS_BUILT)
    connect_again(bench)
    assert bench.snap.in_force.sentence == ""
    assert not subject.rows("caps")


@pytest.mark.parametrize(
    ("cap", "value", "said"),
    [
        ("depth_um", 5_000, "depth 5.00 mm, certified 6.00 mm"),
        ("dose_nl", 199_000, "dose 199.0 uL, certified 200.0 uL"),
        ("rate_mhz", 8_000, "rate 8.0 shots/s, certified 9.0 shots/s"),
    ],
)
def test_each_cap_blocks_by_itself(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, cap: str, value: int, said: str
) -> None:
    bench.start()
    of_the_first_form(bench)
    built_for(monkeypatch, **{cap: value})
    connect_again(bench)
    assert f"({said})" in bench.snap.in_force.sentence


@pytest.mark.parametrize("restarted", [False, True])
def test_other_caps_than_the_certificates_block_with_both_figures_until_a_fresh_proof(
    subject: Weighed, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    bench = certified(subject)
    built_for(monkeypatch, depth_um=5_000, rate_mhz=8_000)
    if restarted:
        bench.restart()
        bench.sign_in()
    connect_again(bench)
    said = (
        "The injector's caps are not those of its certificate "
        "(depth 5.00 mm, certified 6.00 mm, rate 8.0 shots/s, certified 9.0 shots/s): a technician proves it anew."
    )
    assert said in bench.snap.missing
    assert bench.snap.in_force.sentence == said
    assert DIFFERS in bench.alarms()
    again = Weighed(bench)
    again.loaded(1.0).certify()
    assert certificates(again)[-1].caps == Caps(5_000, 200_000, 8_000)
    assert said not in bench.snap.missing


def test_figures_that_are_put_in_force_again_carry_no_certificate_over_to_other_caps(
    subject: Weighed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = certified(subject)
    again = Weighed(bench)
    again.loaded(0.98).write()
    built_for(monkeypatch, dose_nl=199_000)
    bench.tell(ask.LeaveCalibration())
    connect_again(bench)
    again.open()
    bench.tell(ask.RestoreCalibration())
    bench.run(0.3)
    assert len(certificates(again)) == 1
    assert bench.snap.in_force.sentence


def of_the_first_form(bench: Bench) -> None:
    """A certificate as it was written before it held the caps."""
    calibration = bench.engine.calibrating.calibration
    assert calibration is not None
    row = CalibrationRow(calibration.id, 0, "Tom", 1001, calibration.crc, "2026-01-01", "2027-01-01", "x")
    body = {"what": "certified", "serial": 1001, "proofs": "p", "restored": False}
    bench.restart(meanwhile=lambda: _append(bench, row, EventRow(Fact.CALIBRATION, 0, 0, "Tom", "made", {**body})))
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.2)


def _append(bench: Bench, *rows: CalibrationRow | EventRow) -> None:
    ledger = bench._open()
    ledger.append(rows)
    ledger.close()


def test_caps_that_a_certificate_of_the_first_form_does_not_name_count_from_now_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.start()
    of_the_first_form(bench)
    (row,) = [row for row in bench.events(Fact.CALIBRATION) if row.body["what"] == "caps"]
    assert row.sentence == "The certificate names no caps; from now on they are 6.00 mm, 200.0 uL, 9.0 shots/s"
    assert bench.snap.in_force.sentence == ""
    bench.restart()
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.2)
    assert not bench.events(Fact.CALIBRATION), "once is enough"
    built_for(monkeypatch, dose_nl=199_000)
    connect_again(bench)
    assert "dose 199.0 uL, certified 200.0 uL" in bench.snap.in_force.sentence
