"""A needle that may be out: its alarm outlives cable, restart and reset, and ends with a homing that the spring did."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from drivers.registers import ControllerState, Fault, Input
from kiosk.channel import commands as ask
from kiosk.session.needle_out import UNASKED, UNPROVED, NeedleOut
from tests.session.bench import TECHNICIAN, Bench
from tests.session.test_retraction import home, out

pytestmark = pytest.mark.requirement("ALM-1", "STP-5")

RETRACT, SPRING, CUT_OFF, NOT_FOUND = 705, 706, 727, 728
NEEDLE = {RETRACT, SPRING, CUT_OFF, NOT_FOUND}


def cut_off(bench: Bench) -> None:
    """The injector starts again in the middle of a shot, and its carriage is jammed."""
    bench.live().on_skin().press()
    bench.until(lambda: bench.rig.body.carriage.travel(bench.rig.now) > 1200, 5)
    bench.do("fault retract-jam on")
    bench.do("reset")
    bench.until(lambda: not bench.snap.link.connected, 1)
    bench.release().do("lift")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.1)
    assert not home(bench)


def not_found(bench: Bench) -> None:
    """Homing does not find its switch."""
    bench.do("fault home-switch-stuck on")
    bench.refused(ask.Rehome(True))


def jammed(bench: Bench) -> None:
    """The handpiece is lifted off in the middle of a shot, and neither motor nor spring moves the carriage."""
    bench.live().on_skin().press()
    bench.until(lambda: bench.rig.body.carriage.travel(bench.rig.now) > 1200, 5)
    bench.do("fault retract-jam on")
    bench.release().do("lift")
    bench.until(lambda: bench.engine.slot.free, 5)
    bench.run(0.2)
    assert not home(bench)


WAYS: dict[int, Callable[[Bench], object]] = {
    RETRACT: jammed,
    SPRING: lambda bench: out(bench, "spring-broken"),
    CUT_OFF: cut_off,
    NOT_FOUND: not_found,
}
each_way = pytest.mark.parametrize("number", WAYS)


def active(bench: Bench) -> set[int]:
    return {alarm.number for alarm in bench.snap.alarms if alarm.active} & NEEDLE


def said(bench: Bench, number: int) -> str:
    return next(alarm.what for alarm in bench.snap.alarms if alarm.number == number)


def ended(bench: Bench, number: int) -> bool:
    return any(event.body["number"] == number and event.body["what"] == "end" for event in bench.events("alarm"))


def no_shot(bench: Bench, command: ask.Arm) -> None:
    """Nothing is armed, and a reason is on the screen."""
    assert bench.snap.missing
    assert not bench.ask(command).ok


def mended(bench: Bench) -> None:
    """As the alarms say: the cause put right, the handpiece away, retracted, cleared, homed."""
    for fault in bench.rig.faults.active():
        bench.do(f"fault {fault} off")
    bench.tell(ask.Retract())
    bench.tell(ask.ClearFaults())
    bench.run(0.1)
    assert active(bench), "a clear shows nothing of the needle"
    if bench.snap.phase == "starting":
        bench.until(lambda: bench.check("homing") == "asks", 5)
        bench.tell(ask.AnswerCheck("homing", True))
    else:
        bench.tell(ask.Rehome(True))
    bench.until(lambda: not active(bench), 1)


def unplugged(bench: Bench) -> None:
    bench.do("unplug")
    bench.until(lambda: not bench.snap.link.connected, 2)
    bench.run(2)


def plugged(bench: Bench) -> None:
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.1)


@each_way
def test_a_cable_that_is_pulled_ends_no_alarm_of_the_needle(subject: Bench, number: int) -> None:
    arm = subject.arm_command()
    WAYS[number](subject)
    assert active(subject) == {number}
    assert UNASKED not in said(subject, number)
    unplugged(subject)
    assert active(subject) == {number}
    assert said(subject, number).endswith(f"({UNASKED})")
    assert 703 in subject.alarms()
    no_shot(subject, arm)
    assert any(UNASKED in sentence for sentence in subject.snap.missing)
    plugged(subject)
    assert active(subject) == {number}
    assert UNASKED not in said(subject, number)
    assert not any(UNASKED in sentence for sentence in subject.snap.missing)
    assert not ended(subject, number)
    mended(subject)
    assert ended(subject, number)


@each_way
def test_a_restart_of_control_ends_no_alarm_of_the_needle(subject: Bench, number: int) -> None:
    WAYS[number](subject)
    subject.do("unplug")
    subject.restart(after_s=5)
    assert active(subject) == {number}, "from the first cycle, whether or not there is an injector"
    subject.run(1)
    subject.restart()
    assert active(subject) == {number}, "and over the next restart"
    assert said(subject, number).endswith(f"({UNASKED})")
    assert any(UNASKED in sentence for sentence in subject.snap.missing)
    plugged(subject)
    assert active(subject) == {number}
    subject.sign_in()
    mended(subject)
    subject.restart()
    assert not active(subject)


@each_way
def test_an_injector_that_starts_again_and_forgets_has_to_home(subject: Bench, number: int) -> None:
    arm = subject.arm_command()
    WAYS[number](subject)
    unplugged(subject)
    subject.do("reset")
    plugged(subject)
    status = subject.engine.desk.status
    assert status is not None
    assert (status.state, status.faults) == (ControllerState.UNHOMED, 0), "it knows nothing of it any more"
    assert active(subject) == {number}
    assert said(subject, number).endswith(f"({UNPROVED})")
    no_shot(subject, arm)
    for fault in subject.rig.faults.active():
        subject.do(f"fault {fault} off")
    subject.run(0.2)
    assert active(subject) == {number}
    subject.tell(ask.Rehome(True))
    subject.until(lambda: not active(subject), 1)


@each_way
def test_another_injector_ends_it_only_once_an_administrator_has_paired_it(subject: Bench, number: int) -> None:
    WAYS[number](subject)
    unplugged(subject)
    for fault in subject.rig.faults.active():
        subject.do(f"fault {fault} off")
    subject.do("reset")  # the one that is plugged in now has nothing wrong
    subject.swap_injector()
    assert not subject.snap.link.connected
    assert active(subject) == {number}
    assert said(subject, number).endswith(f"({UNASKED})")
    subject.pair()
    subject.run(0.1)
    assert not active(subject)


def test_a_stranger_whose_needle_may_be_out_is_told_until_our_own_injector_is_back(subject: Bench) -> None:
    subject.do("unplug")
    subject.do("fault wrong-serial on")
    subject.run(0.3)
    subject.do("replug")
    subject.run(1)
    subject.rig.controller.faults = Fault.RETRACT
    subject.run(0.1)
    subject.rig.controller.faults = Fault.NONE
    subject.run(0.1)
    assert active(subject) == {RETRACT}, "nobody has settled with it, so nothing that it says ends anything"
    unplugged(subject)
    subject.do("fault wrong-serial off")
    assert active(subject) == {RETRACT}
    plugged(subject)
    assert not active(subject)


@pytest.mark.parametrize("homed", [True, False])
def test_a_strangers_needle_that_a_restart_holds_for_ours_is_told_until_ours_is_back_and_homed(
    subject: Bench, homed: bool
) -> None:
    """The record's alarms name no injector, so that it may be told a little longer and never less."""
    unplugged(subject)
    subject.do("fault wrong-serial on")
    plugged_in(subject)
    subject.rig.controller.faults = Fault.RETRACT
    subject.run(0.1)
    subject.restart()
    subject.run(0.5)
    assert active(subject) == {RETRACT}
    subject.sign_in()
    unplugged(subject)
    subject.rig.controller.faults = Fault.NONE
    subject.do("fault wrong-serial off")
    if not homed:
        subject.do("reset")
    plugged(subject)
    assert active(subject) == (set() if homed else {RETRACT})
    subject.until(lambda: subject.check("homing") in ("asks", "passed"), 5)
    if not homed:
        subject.tell(ask.AnswerCheck("homing", True))
        subject.until(lambda: not active(subject), 3)


def plugged_in(bench: Bench) -> None:
    bench.do("replug")
    bench.run(1)


def test_a_needle_that_is_out_is_told_when_our_own_injector_was_replaced_by_a_stranger(subject: Bench) -> None:
    jammed(subject)
    unplugged(subject)
    subject.rig.controller.faults = Fault.NONE
    subject.swap_injector()
    assert active(subject) == {RETRACT}
    subject.restart()
    subject.run(2)
    assert active(subject) == {RETRACT}


def test_a_broken_spring_is_found_again_by_every_homing_and_arms_nothing(subject: Bench) -> None:
    arm = subject.arm_command()
    out(subject, "spring-broken")
    for _ in range(2):
        subject.tell(ask.Retract())
        assert home(subject)
        subject.tell(ask.ClearFaults())
        subject.run(0.1)
        assert SPRING in active(subject), "home by the motor, and its spring broken all the same"
        no_shot(subject, arm)
        assert "did not home" in subject.refused(ask.Rehome(True))
        assert active(subject) == {SPRING, NOT_FOUND}
    mended(subject)
    subject.until(lambda: not subject.snap.missing, 3)
    subject.live().fire(1)


@pytest.mark.requirement("PST-1")
def test_the_self_test_asks_a_broken_spring_to_home_and_passes_once_it_does(subject: Bench) -> None:
    out(subject, "spring-broken")
    subject.tell(ask.Retract())
    subject.tell(ask.ClearFaults())
    subject.restart()
    subject.until(lambda: subject.check("homing") == "asks", 5)
    faults = next(check for check in subject.snap.checks if check.key == "faults")
    assert (faults.state, faults.detail) == ("passed", "But for its spring: homing shows whether it is whole")
    subject.tell(ask.AnswerCheck("homing", True))
    subject.until(lambda: subject.check("faults") == "failed", 3)  # what homing found stands until it is cleared
    assert active(subject) == {SPRING, NOT_FOUND}
    subject.sign_in(TECHNICIAN)
    subject.do("fault spring-broken off")
    subject.tell(ask.Retract())
    subject.tell(ask.ClearFaults())
    assert active(subject) == {SPRING, NOT_FOUND}
    subject.until(lambda: subject.check("homing") in ("asks", "failed"), 2)
    subject.tell(ask.AnswerCheck("homing", True))
    subject.run(0.1)
    assert not active(subject)
    assert subject.check("homing") == "passed"


@pytest.mark.parametrize(
    ("state", "faults", "inputs", "ends"),
    [
        (ControllerState.READY, Fault.NONE, Input.HOME, True),
        (ControllerState.READY, Fault.NONE, Input.NONE, False),
        (ControllerState.AUTHORISED, Fault.NONE, Input.HOME, True),
        (ControllerState.UNHOMED, Fault.NONE, Input.HOME, False),
        (ControllerState.HOMING, Fault.NONE, Input.HOME, False),
        (ControllerState.RETRACTING, Fault.NONE, Input.HOME, False),
        (ControllerState.FAULT, Fault.RESERVE | Fault.CALIBRATION, Input.HOME, True),
        (ControllerState.FAULT, Fault.RESERVE | Fault.CALIBRATION, Input.NONE, False),
        (ControllerState.FAULT, Fault.INPUT_STUCK, Input.HOME, False),
        (ControllerState.FAULT, Fault.SPRING, Input.HOME, False),
    ],
)
def test_a_needle_was_homed_where_switch_and_injector_say_so(
    subject: Bench, state: ControllerState, faults: Fault, inputs: Input, ends: bool
) -> None:
    desk, connection = subject.engine.desk, subject.engine.connection
    assert desk.status is not None
    assert desk.identity is not None
    told = NeedleOut(desk, desk.identity.serial, (RETRACT,))
    said = msgspec.structs.replace(desk.status, state=state, faults=int(faults), inputs=int(inputs))
    desk.status, desk.fresh = said, False
    told.step(connection)
    assert told.faults == Fault.RETRACT, "what was said before says nothing now"
    desk.fresh = True
    told.step(connection)
    assert (told.faults == Fault.NONE) is ends


def test_an_empty_syringe_does_not_keep_the_alarm_of_a_needle_that_was_homed(subject: Bench) -> None:
    jammed(subject)
    subject.rig.controller.faults |= Fault.RESERVE
    subject.do("fault retract-jam off")
    subject.tell(ask.Retract())
    subject.tell(ask.ClearFaults())
    subject.tell(ask.Rehome(True))
    subject.run(0.1)
    status = subject.engine.desk.status
    assert status is not None
    assert (status.faults, status.inputs & Input.HOME) == (Fault.RESERVE, Input.HOME)
    assert not active(subject)


def test_other_faults_end_with_the_link_and_come_back_with_it(subject: Bench) -> None:
    subject.rig.controller.faults = Fault.OCCLUSION | Fault.DEPTH_MISMATCH
    subject.run(0.1)
    assert subject.alarms() == {707, 709}
    unplugged(subject)
    assert {alarm.number for alarm in subject.snap.alarms if alarm.active} == {703}
    plugged(subject)
    assert subject.alarms() >= {707, 709}
