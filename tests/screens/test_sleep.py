"""The sleeping screen under real fingers: light, pace, the touch that wakes, STOP in the dark."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.system.errors import BacklightUnwritable
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, replace, snap
from tests.view.samples.alarms import ALARMS
from tests.view.samples.surroundings import USER
from tests.view.samples.treating import ARMED, TREATING

pytestmark = pytest.mark.screen
SLEEP_S = 300


def panel(stage: Stage) -> str:
    assert stage.app.glass is not None
    return stage.app.glass.panel


def fall_asleep(stage: Stage, scene: str) -> None:
    stage.scene(*SCENES[scene], CATALOGUE)
    stage.wait(SLEEP_S)
    assert panel(stage) == "dark"
    stage.heard.clear()


def at_place_of(stage: Stage, widget: Any) -> Any:
    from kivy.tests.common import UnitTestTouch

    assert stage
    return UnitTestTouch(*widget.to_window(*widget.center))


@pytest.mark.requirement("UI-3")
def test_the_touch_that_wakes_does_nothing_else(stage: Stage) -> None:
    stage.scene(*SCENES["home"], CATALOGUE)
    new = stage.find("new")
    stage.wait(SLEEP_S)
    assert panel(stage) == "dark"
    finger = at_place_of(stage, new)
    finger.touch_down()
    stage.frames(2)
    assert panel(stage) == ""
    finger.touch_move(*new.to_window(*new.center))
    stage.frames()
    finger.touch_up()
    stage.frames(2)
    assert stage.app.local.place == ""
    assert stage.heard == []


@pytest.mark.requirement("UI-3", "UI-6")
def test_a_second_touch_right_after_it_does_nothing_either(stage: Stage) -> None:
    stage.scene(*SCENES["home"], CATALOGUE)
    new, alarms = stage.find("new"), stage.find("alarms")
    stage.wait(SLEEP_S)
    for widget in (new, new, alarms):
        finger = at_place_of(stage, widget)
        finger.touch_down()
        stage.frames(2)
        finger.touch_up()
        stage.frames(2)
    assert stage.app.local.place == ""
    stage.wait(0.4)
    stage.tap("new")
    assert stage.app.local.place == "protocols"


@pytest.mark.requirement("STP-2", "UI-3", "ACC-3")
@pytest.mark.parametrize("scene", ["home", "treat", "panel-lock", "panel-stop-released", "signin", "panel-depth"])
def test_stop_acts_at_touch_down_in_the_dark(stage: Stage, scene: str) -> None:
    fall_asleep(stage, scene)
    assert stage.app.glass is not None
    finger = at_place_of(stage, stage.app.glass.stop)
    finger.touch_down()
    stage.frames()
    assert stage.heard == [c.Stop()]
    assert panel(stage) != "dark"
    finger.touch_up()
    stage.frames()
    assert stage.heard == [c.Stop()]


@pytest.mark.requirement("ACC-3")
def test_it_neither_sleeps_nor_dims_while_armed(stage: Stage) -> None:
    stage.scene(ARMED, SCENES["treat-armed"][1], CATALOGUE)
    stage.lights.clear()
    stage.wait(SLEEP_S * 10)
    assert panel(stage) == ""
    assert stage.lights == []


def test_an_alarm_wakes_it(stage: Stage) -> None:
    fall_asleep(stage, "home")
    stage.publish(snap(alarms=ALARMS[:1]))
    stage.until(lambda: panel(stage) == "", "woken")


@pytest.mark.requirement("UI-3")
def test_the_backlight_goes_out_and_comes_back(stage: Stage) -> None:
    stage.scene(*SCENES["home"], CATALOGUE)
    assert stage.lights == [100]
    stage.wait(SLEEP_S)
    assert stage.lights == [100, 0]
    at_place_of(stage, stage.find("stop")).touch_down()
    stage.frames(2)
    assert stage.lights == [100, 0, 100]


def test_a_kiosk_that_ends_in_the_dark_leaves_the_light_on() -> None:
    stage = Stage()
    fall_asleep(stage, "home")
    stage.close()
    assert stage.lights[-1] == 100


def test_a_backlight_that_cannot_be_set_is_said_once(stage: Stage) -> None:
    def refuse(_percent: int) -> None:
        raise BacklightUnwritable(path="/sys/class/backlight/x", why="Permission denied")

    stage.scene(*SCENES["home"], CATALOGUE)
    stage.app._light = refuse
    stage.wait(SLEEP_S)
    assert stage.app.local.notice.startswith("E920")
    stage.app.local = replace(stage.app.local, notice="")
    stage.tap_dark()
    assert stage.app.local.notice == ""
    assert panel(stage) == ""


def test_frames_are_many_while_treating_few_else_and_fewest_after_a_rest(stage: Stage) -> None:
    stage.scene(*SCENES["home"], CATALOGUE)
    assert stage.paces == [30]
    stage.scene(TREATING, SCENES["treat"][1], CATALOGUE)
    assert stage.paces[-1] == 60
    stage.wait(SLEEP_S)
    assert panel(stage) == "dark"
    assert stage.paces[-1] == 9
    stage.tap_dark()
    assert stage.paces[-1] == 60, "the touch that wakes is the last slow one"


def test_the_lock_is_still_there_after_waking(stage: Stage) -> None:
    fall_asleep(stage, "home")
    stage.publish(snap(user=replace(USER, locked=True)))
    stage.frames(2)
    assert panel(stage) == "dark"
    stage.tap_dark()
    assert panel(stage) == "lock"
