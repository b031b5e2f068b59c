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


# -- what an arming has left -------------------------------------------------------------------------------------------
def test_a_stroke_that_was_under_way_at_the_disarming_is_not_offered_once_more(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().fire(3)
    subject.press()
    subject.until(lambda: subject.rig.controller.motion is not None, 3)
    before = subject.shots
    subject.tell(ask.Disarm())
    subject.release()
    subject.until(lambda: subject.shots == before + 1, 3)
    subject.quiet()
    assert subject.events("disarmed")[-1].body["done"] == before
    assert subject.treat.left == 20 - subject.shots


def test_what_a_lost_link_hid_is_not_offered_once_more(subject: Bench) -> None:
    subject.set(shots=20, rate=4000).mode("continuous").live().fire(3)
    subject.press()
    subject.until(lambda: subject.rig.controller.motion is not None, 3)
    subject.do("unplug")
    subject.run(2)
    subject.do("replug")
    subject.quiet()
    assert subject.shots > 3
    assert subject.treat.left == 20 - subject.shots


def test_what_is_left_belongs_to_its_zone_and_its_session(subject: Bench) -> None:
    assert subject.treat.left == 0, "nothing was armed yet"
    subject.set(shots=20).live()
    assert subject.treat.left == 20
    subject.tell(ask.Disarm())
    subject.quiet()
    here, protocol = (subject.treat.zone, subject.treat.side), subject.engine.setup.protocol
    assert protocol is not None
    other = next((zone.key, side) for zone in protocol.zones for side in zone.sides if (zone.key, side) != here)
    subject.tell(ask.ChooseZone(*other))  # type: ignore[arg-type]
    subject.run(0.1)
    assert subject.treat.left == 0
    subject.tell(ask.ChooseZone(*here))  # type: ignore[arg-type]
    subject.run(0.1)
    assert subject.treat.left == 20
