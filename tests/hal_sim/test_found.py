"""What the campaign of random sessions found in the controller, each as an ordinary case."""

from __future__ import annotations

import pytest

from drivers.registers import CommandKind, Fault
from tests.hal_sim.host import Host


@pytest.mark.requirement("STP-5")
def test_a_home_switch_that_is_stuck_confirms_no_retract() -> None:
    """Whatever it says, the encoder knows that the needle is still out."""
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    subject.do("fault home-switch-stuck on", "fault retract-jam on")
    subject.command(CommandKind.STOP)
    subject.wait(0.2)
    assert subject.truth()["needle_um"] > 0
    assert subject.faults() & Fault.RETRACT
    assert subject.rig.controller.sounding


def test_with_the_switch_stuck_a_needle_that_comes_back_is_home_once_the_encoder_says_so() -> None:
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    subject.do("fault home-switch-stuck on")
    subject.command(CommandKind.STOP)
    assert subject.rig.controller.motion is not None, "the switch alone does not end it"
    subject.wait(0.2)
    assert subject.rig.controller.motion is None
    assert subject.truth()["needle_um"] < 0
