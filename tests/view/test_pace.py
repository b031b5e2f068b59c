"""The pace of the glass, and when a picture is made anew."""

from __future__ import annotations

import pytest

from kiosk.channel.snapshot import Snapshot
from kiosk.view.local import Local
from kiosk.view.pace import (
    CALM_FRAMES,
    LIVELY_S,
    REST_S,
    RESTING_FRAMES,
    TREATING_FRAMES,
    frames,
    glance,
    redraw_s,
)
from kiosk.view.picture import draw
from kiosk.view.sleep import calls, rest, touched
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.treating import ARMED, TREATING


def paced(snapshot: Snapshot | None, local: Local) -> int:
    return frames(snapshot, rest(replace(local, calls=calls(snapshot)), snapshot))


@pytest.mark.parametrize("work", ["contact", "trigger", "pedal", "enabled"])
def test_any_sign_of_work_brings_the_full_pace(work: str) -> None:
    assert TREATING.treat is not None
    still = at(now=1_000.0, rested=1_000.0 - LIVELY_S)
    assert paced(TREATING, still) == CALM_FRAMES
    assert paced(replace(TREATING, treat=replace(TREATING.treat, **{work: True})), still) == TREATING_FRAMES


def test_an_arming_and_a_touch_bring_it_too() -> None:
    assert paced(ARMED, at(now=1_000.0, rested=990.0)) == TREATING_FRAMES
    assert paced(TREATING, touched(at(now=1_000.0, rested=990.0), 1_000.0)) == TREATING_FRAMES


def test_it_lasts_a_little_longer_than_the_work() -> None:
    worked = at(now=1_000.0, rested=1_000.0)
    assert paced(TREATING, replace(worked, now=1_000.0 + LIVELY_S - 0.1)) == TREATING_FRAMES
    assert paced(TREATING, replace(worked, now=1_000.0 + LIVELY_S)) == CALM_FRAMES


def test_outside_a_treatment_and_before_control_speaks_the_pace_is_calm() -> None:
    assert paced(snap(), at(now=1_000.0, rested=1_000.0)) == CALM_FRAMES
    assert frames(None, at(now=1_000.0, rested=1_000.0)) == CALM_FRAMES


def test_a_screen_that_nobody_touches_rests_where_nothing_can_move() -> None:
    still = at(now=1_000.0, rested=1_000.0 - REST_S)
    assert paced(TREATING, still) == paced(snap(), still) == RESTING_FRAMES
    assert paced(snap(), replace(still, now=still.now - 0.1)) == CALM_FRAMES
    assert paced(snap(), touched(still, still.now)) == CALM_FRAMES


@pytest.mark.parametrize(
    "snapshot", [ARMED, *(SCENES[scene][0] for scene in ("checks-watch", "checks-busy", "calibrating-flush"))]
)
def test_where_something_can_move_no_screen_rests(snapshot: Snapshot) -> None:
    assert paced(snapshot, at(now=1_000.0, rested=900.0)) >= CALM_FRAMES


def test_a_snapshot_that_says_the_same_makes_no_new_picture() -> None:
    local = at(now=1_000.2, rested=1_000.2)
    again = replace(TREATING, number=TREATING.number + 1, stamp=TREATING.stamp + 0.1)
    assert glance(again, replace(local, now=1_000.3, rested=1_000.3, age_ms=40)) == glance(TREATING, local)
    assert glance(None, local) == glance(None, local)


def test_what_is_said_anew_a_second_and_silence_make_one() -> None:
    local = at(now=1_000.2)
    assert TREATING.treat is not None
    assert glance(replace(TREATING, treat=replace(TREATING.treat, pressure_kpa=99)), local) != glance(TREATING, local)
    assert glance(TREATING, replace(local, now=1_001.0)) != glance(TREATING, local)
    assert glance(TREATING, replace(local, age_ms=501)) != glance(TREATING, replace(local, age_ms=500))


@pytest.mark.parametrize("scene", SCENES)
def test_scenes_at_which_a_glance_tells_no_difference_look_the_same(scene: str) -> None:
    snapshot, local = SCENES[scene]
    again = None if snapshot is None else replace(snapshot, number=snapshot.number + 7, stamp=snapshot.stamp + 0.7)
    later = replace(local, now=float(int(local.now)) + 0.9)
    assert glance(again, later) == glance(snapshot, local)
    assert draw(again, later, CATALOGUE) == draw(snapshot, local, CATALOGUE)


@pytest.mark.requirement("WDG-5")
@pytest.mark.parametrize(
    ("scene", "still_s"),
    [
        ("treat", 2.0), ("treat-armed", 0.2), ("calibrating-shot", 0.2), ("calibrating-runs", 0.2), ("home", 2.0),
        ("checks-seen", 0.2),
    ],
)  # fmt: skip
def test_a_still_screen_is_drawn_again_before_its_lease_ends_where_control_leans_on_it(
    scene: str, still_s: float
) -> None:
    assert redraw_s(SCENES[scene][0]) == still_s
    assert redraw_s(None) == 2.0
