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


def test_a_needle_that_is_taken_off_does_not_change_what_was_before() -> None:
    """The line's pressure is what the needle made of it until that instant, and falls from there."""
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    body = subject.rig.body
    body.fluid.air_nl = 0.0
    subject.creep(lambda _: body.fluid.pressure > 10.0)
    subject.wait(0.05)
    before = body.fluid.pressure
    subject.rig.advance(subject.now + 0.02)  # nobody has looked at the body since
    subject.rig.do(subject.now + 0.02, "needle remove")
    assert body.fluid.pressure == pytest.approx(before, rel=0.01)
