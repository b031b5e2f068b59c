"""STOP on the glass: at touch-down, at once, whatever else is there (STP-2)."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES
from tests.view.samples.treating import TREATING

pytestmark = pytest.mark.screen


def finger_on_stop(stage: Stage) -> Any:
    from kivy.tests.common import UnitTestTouch

    assert stage.app.glass is not None
    stop = stage.app.glass.stop
    return UnitTestTouch(*stop.to_window(*stop.center))


@pytest.mark.requirement("STP-2", "UI-6")
def test_stop_is_not_deaf_while_all_else_has_just_appeared(stage: Stage) -> None:
    stage.scene(*SCENES["treat"], CATALOGUE)
    stage.tap("tile:mode")
    finger = finger_on_stop(stage)
    finger.touch_down()
    stage.frames()
    assert stage.heard == [c.Stop()]


@pytest.mark.requirement("STP-2")
def test_stop_acts_while_another_finger_holds_to_arm(stage: Stage) -> None:
    stage.scene(*SCENES["panel-arm"], CATALOGUE)
    holding = stage.down(stage.find("arm:confirm"))
    stage.time.now += 0.5
    stage.publish(TREATING)
    stage.frames()
    finger_on_stop(stage).touch_down()
    stage.frames()
    assert stage.heard == [c.Stop()]
    holding.touch_up()


@pytest.mark.requirement("STP-2")
def test_every_press_stops_again_and_none_waits_for_an_answer(stage: Stage) -> None:
    stage.scene(*SCENES["treat-armed"], CATALOGUE)
    for _ in range(3):
        finger = finger_on_stop(stage)
        finger.touch_down()
        finger.touch_up()
        stage.frames()
    assert stage.heard == [c.Stop()] * 3


@pytest.mark.requirement("STP-2")
def test_without_control_stop_says_that_it_could_not_be_sent(stage: Stage) -> None:
    stage.scene(*SCENES["treat"], CATALOGUE)
    stage.end_control()
    stage.frames(2)
    finger_on_stop(stage).touch_down()
    assert stage.app.local.notice.startswith("E506")
