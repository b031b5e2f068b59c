"""A lot that expires at midnight, in the middle of a session that began before it (LIM-9)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.channel import commands as ask
from tests.session.bench import Bench

pytestmark = pytest.mark.requirement("LIM-9")
HOUR_MS = 3_600_000
SAID = "Lot L1 expired on 2026-11-18"


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Bench]:
    """Ready to be armed at 22:06 of the lot's last day."""
    bench = Bench(tmp_path)
    bench.wall_ms += 11 * HOUR_MS
    bench.start().open().screen()
    bench.tell(ask.UseProduct("example-saline", "L1", "2026-11-18"))
    bench.needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.until(lambda: bench.snap.phase == "treat" and not bench.snap.missing, 2)
    yield bench
    bench.close()


def midnight_passes(bench: Bench) -> None:
    """Two hours later by the clock on the wall, and less than the four that a fluid path lasts."""
    bench.wall_ms += 2 * HOUR_MS
    bench.run(0.3)


def test_on_its_last_day_it_is_armed(subject: Bench) -> None:
    subject.live().fire(1)


def test_after_midnight_it_is_not_armed_any_more(subject: Bench) -> None:
    midnight_passes(subject)
    assert subject.snap.missing == (f"{SAID}.",)
    assert SAID in subject.refused(subject.arm_command())
    assert not subject.armed


def test_an_arming_that_lives_at_midnight_ends_with_it(subject: Bench) -> None:
    subject.live()
    midnight_passes(subject)
    assert not subject.armed
    assert not subject.panel._enabled
    assert "lot L1 expired on 2026-11-18" in subject.last_notice
    subject.on_skin().press()
    subject.run(5)
    assert subject.shots == 0


def test_another_lot_that_is_in_date_can_be_used_instead(subject: Bench) -> None:
    midnight_passes(subject)
    subject.tell(ask.UseProduct("example-saline", "L2", "2026-11-19"))
    assert SAID not in " ".join(subject.snap.missing)
