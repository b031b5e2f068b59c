"""What the campaign of random sessions found in the controller, each as an ordinary case."""

from __future__ import annotations

import pytest

from drivers.registers import CommandKind, ControllerState, Fault, Input, Refusal
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


@pytest.mark.requirement("LED-9")
@pytest.mark.parametrize("lost_first", [True, False])
def test_a_motor_that_loses_steps_for_a_while_is_seen_by_its_encoder_for_just_as_long(lost_first: bool) -> None:
    """The encoder counted whole steps that had moved only four fifths, once the motor held them again."""
    subject = Host().ready(primed=True)
    body = subject.rig.body
    before = body.pusher_nl
    subject.do(f"fault steps-lost {'on' if lost_first else 'off'}")
    subject.command(CommandKind.PRIME, 100_000)
    subject.wait(1.0)
    subject.do(f"fault steps-lost {'off' if lost_first else 'on'}")
    subject.wait(5.0)
    assert subject.last().measured_dose_nl == pytest.approx(before - body.pusher_nl, rel=0.001)
    assert subject.faults() & Fault.DOSE_MISMATCH


@pytest.mark.requirement("LED-7")
@pytest.mark.parametrize("stopped_first", [True, False])
def test_a_syringe_that_is_taken_out_in_a_stroke_leaves_what_it_gave_in_the_record(stopped_first: bool) -> None:
    """The record said that nothing was given: it compared the pusher's place in two different barrels."""
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    motion, step_pl = subject.rig.controller.motion, subject.rig.controller.gauges.step_pl()
    assert motion is not None
    subject.creep(lambda _: motion.measured_steps() * step_pl > 15_000_000)
    if stopped_first:
        subject.command(CommandKind.STOP)
    given = motion.measured_steps() * step_pl // 1000
    subject.do("barrel 2", "syringe fill 1000")
    subject.wait(0.3)
    assert subject.last().measured_dose_nl == pytest.approx(given, abs=100)
    assert subject.faults() & Fault.PISTON


@pytest.mark.requirement("STP-5")
@pytest.mark.parametrize("armed", [False, True], ids=["ready", "authorised"])
def test_a_home_switch_that_opens_with_nothing_moving_is_a_needle_that_may_be_out(armed: bool) -> None:
    """READY with the switch open never fired and never said why."""
    subject = Host().ready()
    if armed:
        subject.armed()
    subject.do("fault home-switch-dead on")
    assert subject.faults() == Fault.RETRACT
    assert subject.status().shots_left == 0
    assert subject.rig.controller.sounding
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == Fault.RETRACT, "what still stands is not cleared"
    assert subject.refused(lambda: subject.command(CommandKind.HOME)) == Refusal.FAULT
    subject.do("lift", "fault home-switch-dead off")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.status().state == ControllerState.UNHOMED
    subject.home()
    assert subject.status().state == ControllerState.READY


@pytest.mark.requirement("STP-5")
def test_a_carriage_that_jams_at_the_edge_of_its_switch_is_home_or_not_ready() -> None:
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    subject.do("fault contact-lost on", "fault retract-jam on")
    subject.wait(0.2)
    subject.command(CommandKind.CLEAR_FAULTS)
    subject.do("trigger up", "fault contact-lost off", "fault retract-jam off")
    status = subject.wait(0.05)
    assert (status.state == ControllerState.READY) == bool(status.inputs & Input.HOME)
    assert status.state == ControllerState.READY or subject.faults()
