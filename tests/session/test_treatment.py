"""A whole treatment, and what an arming is."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from kiosk.records.rows import ClosingRow
from tests.session.bench import PRACTITIONER, Bench


def test_a_treatment_goes_from_self_test_to_the_signed_record(subject: Bench) -> None:
    subject.set(shots=6, rate=2000).mode("continuous").live().fire(6)
    subject.until(lambda: not subject.armed, 2)
    assert subject.last_notice == "Disarmed: all planned shots were given"
    subject.quiet()
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True, aftercare_given=True))
    (row,) = subject.rows(ClosingRow)
    assert (row.shots, row.given_nl) == (6, sum(shot.counted_nl for shot in subject.shot_rows()))
    assert subject.snap.phase == "home"
    assert subject.snap.last_session == 1
    subject.step()
    assert subject.cycle.injector is not None
    anchors = subject.cycle.injector.anchors()
    assert (anchors.newest_row, anchors.newest_sha256) == subject.ledger.last


@pytest.mark.parametrize("mode", ["single", "burst", "continuous"])
def test_each_mode_gives_its_shots_and_counts_its_points(subject: Bench, mode: str) -> None:
    subject.set(shots=4, rate=4000).mode(mode).live()
    subject.on_skin()
    while subject.armed:
        subject.press()
        subject.run(0.6)
        subject.release()
        subject.run(0.3)
    assert subject.shots == 4
    points = [shot.point for shot in subject.shot_rows()]
    assert points == {"single": [1, 2, 3, 4], "burst": [1, 1, 1, 2], "continuous": [1, 2, 3, 4]}[mode]
    subject.quiet()


def test_a_press_that_comes_too_early_waits_for_its_release(subject: Bench) -> None:
    subject.set(shots=3, rate=4000).live().fire(1)
    subject.step()
    subject.press()
    subject.run(1)
    assert subject.armed
    subject.release()
    subject.run(0.3)
    subject.fire(1)
    assert subject.armed
    subject.run(0.3)
    subject.fire(1)
    subject.until(lambda: not subject.armed, 2)
    assert subject.shots == 3
