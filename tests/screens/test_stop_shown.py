"""From the finger to the stopped panel, counted in packets, snapshots and flips: none of them is waited for in vain."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, replace
from tests.view.samples.treating import ARMED

pytestmark = pytest.mark.screen
STOPPED = replace(ARMED, stop=s.StopView("released", "STOP on the screen", "Nothing moves."))


@pytest.mark.requirement("STP-2")
def test_stop_is_at_control_before_the_touch_handler_returns(stage: Stage) -> None:
    stage.scene(ARMED, SCENES["treat"][1], CATALOGUE)
    assert stage.app.glass is not None
    from kivy.tests.common import UnitTestTouch

    flips = stage.flips
    UnitTestTouch(*stage.app.glass.stop.center).touch_down()
    asked = [request.command for _, request in stage.server.poll()]
    assert c.Stop() in asked, "no frame was drawn and no clock has ticked in between"
    assert stage.flips == flips


@pytest.mark.requirement("STP-2")
def test_the_first_flip_after_the_stopped_snapshot_shows_the_panel(stage: Stage) -> None:
    stage.scene(ARMED, SCENES["treat"][1], CATALOGUE)
    assert stage.app.glass is not None
    touch = stage.down(stage.app.glass.stop)
    assert stage.app.glass.panel == "", "what control has not said is not shown"
    flips = stage.flips
    stage.publish(STOPPED)
    stage.frames(1)
    assert (stage.flips, stage.app.glass.panel) == (flips + 1, "stop")
    assert stage.app.snapshot is not None
    assert stage.app.snapshot.stop.state == "released"
    touch.touch_up()
