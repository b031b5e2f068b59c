"""What the campaign of random sessions found in the controller, each as an ordinary case."""

from __future__ import annotations

import pytest

from drivers.registers import CommandKind, ControllerState, Fault
from tests.hal_sim.host import Host


@pytest.mark.requirement("STP-5")
@pytest.mark.parametrize("jammed", [True, False])
def test_a_home_switch_that_is_stuck_confirms_no_retract(jammed: bool) -> None:
    """Whatever it says, the encoder knows that the needle is out: that is an alarm, also when nothing else is wrong."""
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    subject.do("fault home-switch-stuck on")
    if jammed:
        subject.do("fault retract-jam on")
    subject.command(CommandKind.STOP)
    subject.wait(0.2)
    assert subject.faults() & Fault.RETRACT
    assert subject.rig.controller.sounding
    assert (subject.truth()["needle_um"] > 0) is jammed
    subject.do("lift", "trigger up", "fault retract-jam off", "fault home-switch-stuck off")
    subject.wait(0.1)
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.status().state == ControllerState.UNHOMED
