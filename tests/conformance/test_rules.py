"""What any injector controller keeps, one rule a line where one line is enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from drivers.registers import (
    AUTHORISATION,
    COMMAND,
    SERVICE_WORD,
    STATUS,
    Command,
    CommandKind,
    ControllerState,
    Fault,
    Input,
    Mode,
    Outcome,
    Refusal,
    SyringeType,
)
from tests.conformance.subject import MOVING, Subject
from tests.conformance.wires import Rejected

pytestmark = pytest.mark.conformance

BENCH = {"mode": Mode.BENCH, "service_word": SERVICE_WORD}


@pytest.mark.requirement("LIM-5")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"depth_um": 6_050}, Refusal.DEPTH),
        ({"depth_um": 2_010}, Refusal.DEPTH),
        ({"dose_nl": 201_000, "interval_ms": 2000}, Refusal.DOSE),
        ({"dose_nl": 1_500}, Refusal.DOSE),
        ({"dose_nl": 0}, Refusal.DOSE),
        ({"shots": 0}, Refusal.SHOTS),
        ({"shots": 21}, Refusal.SHOTS),
        ({"interval_ms": 110}, Refusal.RATE),
        ({"interval_ms": 2001}, Refusal.RATE),
        ({"mode": 9}, Refusal.MODE),
        ({"valid_ms": 0}, Refusal.VALID),
        ({"syringe_type": SyringeType.ML_10}, Refusal.SYRINGE),
        ({"calibration_id": 0xFFFF_FFFF}, Refusal.CALIBRATION),
        ({"boot_count": 0}, Refusal.BOOT),
        ({"mode": Mode.BENCH}, Refusal.SERVICE),
        ({"id": 0}, Refusal.OLD_ID),
    ],
    ids=str,
)
def test_outside_a_cap_or_for_another_device_it_is_refused_whole(
    subject: Subject, changes: dict[str, Any], refusal: Refusal
) -> None:
    subject.tidy()
    if subject.status().state != ControllerState.READY:
        subject.ready()
    before = subject.status().authorisation_id
    assert subject.refusal(lambda: subject.authorise(**changes)) == refusal
    after = subject.status()
    assert (after.authorisation_id, after.shots_left) == (before, 0)


@pytest.mark.requirement("LNK-1")
def test_a_changed_bit_is_refused(subject: Subject) -> None:
    subject.ready()
    data = bytearray(AUTHORISATION.encode(subject.block()))
    data[5] ^= 0x40
    assert subject.refusal(lambda: subject.wire.write(AUTHORISATION.address, bytes(data))) == Refusal.CRC


@pytest.mark.requirement("LED-4", "LNK-1")
def test_after_a_void_with_a_fresh_id_a_late_authorisation_is_refused(subject: Subject) -> None:
    subject.ready()
    late = subject.block()
    subject.command(CommandKind.VOID)
    data = AUTHORISATION.encode(late)
    assert subject.refusal(lambda: subject.wire.write(AUTHORISATION.address, data)) == Refusal.OLD_ID


@pytest.mark.requirement("LNK-1", "LED-2")
@pytest.mark.parametrize(("read_address", "registers"), [(0x4000, 1), (STATUS.address, 60)])
def test_an_exception_means_that_nothing_was_taken(subject: Subject, read_address: int, registers: int) -> None:
    """Also when only the reading half of a transaction cannot be done."""
    subject.ready()
    for address, data in (
        (AUTHORISATION.address, AUTHORISATION.encode(subject.block())),
        (COMMAND.address, COMMAND.encode(Command(subject.draw(), CommandKind.HOME))),
    ):
        before = subject.beat()
        with pytest.raises(Rejected) as caught:
            subject.wire.exchange(address, data, read_address, registers)
        assert caught.value.code == 2
        after = subject.beat()
        assert (after.authorisation_id, after.command_id) == (before.authorisation_id, before.command_id)
        assert (after.lifetime_shots, after.shots_left, after.state) == (before.lifetime_shots, 0, before.state)


def test_the_same_command_twice_is_done_once(subject: Subject) -> None:
    subject.ready()
    identity = subject.draw()
    subject.command(CommandKind.NEEDLE_CHANGED, identity=identity)
    changes = subject.identity().needle_changes
    again = subject.refusal(lambda: subject.command(CommandKind.NEEDLE_CHANGED, identity=identity))
    assert again == Refusal.OLD_ID
    assert subject.identity().needle_changes == changes


@pytest.mark.requirement("LIM-14")
def test_a_needle_is_vouched_for_from_its_change_until_it_is_taken_off_or_the_controller_starts(
    subject: Subject,
) -> None:
    subject.tidy()
    for gone in (("needle remove", "needle fit"), ("reset",)):
        subject.do("needle fit")
        subject.command(CommandKind.NEEDLE_CHANGED)
        subject.until(lambda status: status.inputs & Input.NEEDLE_KEPT)
        subject.do(*gone)
        subject.until(lambda status: status.inputs & Input.NEEDLE_FITTED and not status.inputs & Input.NEEDLE_KEPT)
    subject.do("needle remove")
    subject.command(CommandKind.NEEDLE_CHANGED)
    assert not subject.beat().inputs & Input.NEEDLE_KEPT, "none is fitted"
    if subject.wire.simulated:
        subject.do("needle fit")


@pytest.mark.requirement("LED-7", "LED-9")
def test_a_shot_is_recorded_with_what_was_commanded_and_what_was_measured(subject: Subject) -> None:
    subject.armed(mode=Mode.SINGLE)
    block = subject.status().authorisation_id
    subject.do("trigger down")
    subject.until(lambda status: status.shots_left == 2)
    subject.rest()
    record = subject.records[-1]
    assert (record.authorisation_id, record.depth_um, record.dose_nl) == (block, 2000, 10_000)
    assert abs(record.measured_depth_um - 2000) <= 100
    assert abs(record.measured_dose_nl - 10_000) <= 500
    assert Outcome(record.outcome) == Outcome.COMPLETED


@pytest.mark.parametrize(("mode", "left"), [(Mode.SINGLE, 2), (Mode.BURST, 0), (Mode.CONTINUOUS, 0)])
def test_one_press_gives_what_its_mode_says(subject: Subject, mode: Mode, left: int) -> None:
    subject.armed(mode=mode)
    subject.do("trigger down")
    subject.until(lambda status: status.shots_left == left)
    subject.rest()
    subject.keeps(lambda status: status.shots_left == left and status.state not in MOVING)


def test_the_pedal_bit_fires_like_the_trigger(subject: Subject) -> None:
    subject.armed(mode=Mode.SINGLE)
    subject.pedal = True
    subject.until(lambda status: status.shots_left == 2)


def test_both_pressed_together_start_nothing(subject: Subject) -> None:
    subject.armed()
    subject.do("lift", "trigger down")
    subject.pedal = True
    subject.beat()
    subject.do("contact on")
    subject.keeps(lambda status: status.state == ControllerState.AUTHORISED)


def test_no_contact_no_shot(subject: Subject) -> None:
    subject.armed()
    subject.do("lift", "trigger down")
    subject.keeps(lambda status: status.state == ControllerState.AUTHORISED)


def test_a_held_trigger_is_refused_before_it_came_up(subject: Subject) -> None:
    subject.ready()
    subject.do("trigger down")
    assert subject.refusal(subject.authorise) == Refusal.INPUT


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (CommandKind.HOME, 0),
        (CommandKind.PRIME, 10_000),
        (CommandKind.SYRINGE_CHANGED, 1_000_000),
        (CommandKind.GAUGE, SERVICE_WORD << 16 | 1_000),
    ],
    ids=["home", "prime", "seek", "gauge"],
)
def test_no_service_motion_with_skin_contact_present(subject: Subject, kind: CommandKind, argument: int) -> None:
    subject.ready()
    subject.do("contact on")
    assert subject.refusal(lambda: subject.command(kind, argument)) == Refusal.CONTACT


def test_no_bench_shot_with_skin_contact_present(subject: Subject) -> None:
    subject.ready()
    subject.do("contact on")
    assert subject.refusal(lambda: subject.authorise(**BENCH)) == Refusal.CONTACT


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        (1_000, Refusal.SERVICE),
        (SERVICE_WORD << 16 | 1_010, Refusal.DEPTH),
        (SERVICE_WORD << 16 | 6_050, Refusal.DEPTH),
        (SERVICE_WORD << 16 | 0x8000 | 5_750, Refusal.DEPTH),
    ],
    ids=["no service word", "off the step", "over the cap", "over the cap on its way"],
)
def test_a_needle_goes_under_a_gauge_within_its_caps_only(subject: Subject, argument: int, why: Refusal) -> None:
    subject.ready()
    assert subject.refusal(lambda: subject.command(CommandKind.GAUGE, argument)) == why


def test_a_needle_rests_under_a_gauge_and_a_stop_brings_it_home(subject: Subject) -> None:
    subject.ready()
    before = subject.status()
    subject.command(CommandKind.GAUGE, SERVICE_WORD << 16 | 1_000)
    subject.until(lambda status: 900 <= status.needle_um <= 1_100)
    subject.command(CommandKind.STOP)
    subject.rest()
    after = subject.status()
    assert after.inputs & Input.HOME
    assert (after.lifetime_shots, after.lifetime_nl) == (before.lifetime_shots + 1, before.lifetime_nl)


def test_a_prime_is_recorded_and_counted_like_a_shot(subject: Subject) -> None:
    subject.ready()
    before = subject.status()
    subject.command(CommandKind.PRIME, 50_000)
    subject.rest()
    after, record = subject.status(), subject.records[-1]
    assert after.lifetime_shots == before.lifetime_shots + 1 == record.number
    assert after.lifetime_nl - before.lifetime_nl == record.measured_dose_nl
    assert abs(record.measured_dose_nl - 50_000) <= 2_500
    assert (record.dose_nl, record.depth_um) == (50_000, 0)


def test_a_prime_over_500_microlitres_is_refused(subject: Subject) -> None:
    subject.ready()
    assert subject.refusal(lambda: subject.command(CommandKind.PRIME, 501_000)) == Refusal.VALUE


@pytest.mark.requirement("STP-5")
@pytest.mark.parametrize(
    ("act", "outcome", "fault"),
    [
        (lambda it: it.command(CommandKind.STOP), Outcome.PARTIAL_STOP, Fault.NONE),
        (lambda it: it.command(CommandKind.RETRACT), Outcome.PARTIAL_STOP, Fault.NONE),
        (lambda it: it.do("lift"), Outcome.PARTIAL_CONTACT, Fault.CONTACT),
        (lambda it: it.do("stop press"), Outcome.PARTIAL_SUPPLY, Fault.SUPPLY),
    ],
    ids=["stop", "retract", "contact lost", "stop button"],
)
def test_a_stroke_broken_off_ends_home_partial_and_void(
    subject: Subject, act: Callable[[Subject], None], outcome: Outcome, fault: Fault
) -> None:
    subject.in_stroke()
    act(subject)
    status = subject.rest()
    assert status.inputs & Input.HOME
    assert status.shots_left == 0
    assert Fault(status.faults) == fault
    assert Outcome(subject.records[-1].outcome) == outcome
    assert subject.records[-1].measured_dose_nl < subject.records[-1].dose_nl


@pytest.mark.requirement("WDG-1", "STP-5")
def test_silence_voids_and_brings_the_needle_home(subject: Subject) -> None:
    subject.in_stroke()
    status = subject.silent_until(lambda status: status.faults and status.state not in MOVING)
    assert Fault(status.faults) == Fault.LEASE
    assert status.inputs & Input.HOME
    assert status.shots_left == 0
    subject.rest()
    assert Outcome(subject.records[-1].outcome) == Outcome.PARTIAL_LEASE


@pytest.mark.requirement("WDG-1", "LNK-1")
@pytest.mark.parametrize("step", [0, -1, 9], ids=["repeated", "older", "nine ahead"])
def test_a_counter_that_is_not_fresh_voids(subject: Subject, step: int) -> None:
    subject.armed()
    subject.counter += step - 1
    status = subject.beat()
    assert (status.shots_left, Fault(status.faults)) == (0, Fault.LEASE)


@pytest.mark.parametrize("step", [1, 8])
def test_a_counter_one_to_eight_ahead_is_fresh(subject: Subject, step: int) -> None:
    subject.armed()
    subject.counter += step - 1
    status = subject.beat()
    assert (status.shots_left, status.lease_echo) == (3, subject.counter)


def test_void_lets_the_stroke_end(subject: Subject) -> None:
    subject.in_stroke()
    subject.command(CommandKind.VOID)
    assert subject.rest().shots_left == 0
    assert Outcome(subject.records[-1].outcome) == Outcome.COMPLETED


def test_valid_ms_gates_the_begin_of_a_stroke(subject: Subject) -> None:
    subject.armed(valid_ms=200)
    subject.until(lambda status: status.shots_left == 0)
    subject.do("trigger down")
    subject.keeps(lambda status: status.state == ControllerState.READY)


def test_a_held_trigger_runs_on_across_slices_in_continuous_mode(subject: Subject) -> None:
    subject.armed(shots=1, interval_ms=300)
    subject.do("trigger down")
    first = subject.until(lambda status: status.shots_left == 0).lifetime_shots
    subject.until(lambda status: status.state == ControllerState.READY)
    subject.authorise(shots=1, interval_ms=300)
    assert subject.until(lambda status: status.shots_left == 0).lifetime_shots == first + 1


@pytest.mark.requirement("LED-4")
def test_a_reset_in_mid_stroke_counts_the_stroke_in_full(subject: Subject) -> None:
    before = subject.in_stroke().status()
    boots = subject.identity().boot_count
    subject.do("reset", "trigger up", "lift")
    for _ in range(3):
        subject.beat()
    status = subject.rest()
    assert subject.identity().boot_count == boots + 1
    since = [record.measured_dose_nl for record in subject.records if record.number >= before.lifetime_shots]
    assert status.lifetime_nl - before.lifetime_nl == sum(since)
    assert since[-1] == subject.records[-1].dose_nl
    assert Fault(status.faults) & Fault.INTERRUPTED
    assert Outcome(subject.records[-1].outcome) == Outcome.INTERRUPTED
    subject.tidy()
    assert subject.refusal(subject.authorise) == Refusal.STATE, "no shot before homing"


@pytest.mark.requirement("STP-6")
@pytest.mark.usefixtures("simulated")
def test_an_occlusion_is_drawn_back_and_needs_a_fresh_arming(subject: Subject) -> None:
    subject.armed()
    subject.do("fault occlusion on", "trigger down")
    status = subject.until(lambda status: status.faults and status.state not in MOVING)
    assert Fault(status.faults) == Fault.OCCLUSION
    assert status.pressure_kpa <= 5
    assert subject.refusal(subject.authorise) == Refusal.FAULT


@pytest.mark.requirement("STP-5")
@pytest.mark.usefixtures("simulated")
def test_a_retract_is_confirmed_by_the_home_switch_or_it_is_a_fault(subject: Subject) -> None:
    subject.in_stroke()
    subject.until(lambda status: status.needle_um > 3000)
    subject.do("fault retract-jam on")
    subject.command(CommandKind.STOP)
    status = subject.until(lambda status: status.state == ControllerState.FAULT)
    assert Fault(status.faults) == Fault.RETRACT
    assert not status.inputs & Input.HOME
    subject.do("fault retract-jam off")
    subject.command(CommandKind.RETRACT)
    assert subject.rest().inputs & Input.HOME


@pytest.mark.requirement("STP-5")
@pytest.mark.usefixtures("simulated")
def test_a_broken_spring_is_ended_by_a_home_in_time_and_by_no_clear(subject: Subject) -> None:
    subject.in_stroke()
    subject.until(lambda status: status.needle_um > 3000)
    subject.do("fault spring-broken on", "stop press")
    status = subject.until(lambda status: status.faults & Fault.SPRING)
    assert not status.inputs & Input.HOME
    subject.do("lift", "trigger up", "stop release")
    subject.until(lambda status: status.inputs & Input.SUPPLY)
    for still_broken in (True, False):
        subject.command(CommandKind.RETRACT)
        assert subject.rest().inputs & Input.HOME, "by the motor"
        subject.command(CommandKind.CLEAR_FAULTS)
        assert Fault(subject.beat().faults) == Fault.SPRING
        assert subject.refusal(subject.authorise) == Refusal.FAULT
        if still_broken:
            subject.command(CommandKind.HOME)
            assert Fault(subject.rest().faults) == Fault.HOMING | Fault.SPRING
    subject.do("fault spring-broken off")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert Fault(subject.beat().faults) == Fault.SPRING
    subject.command(CommandKind.HOME)
    assert subject.rest().state == ControllerState.READY


@pytest.mark.requirement("STP-5")
@pytest.mark.usefixtures("simulated")
def test_a_home_switch_that_opens_with_nothing_moving_is_never_called_ready(subject: Subject) -> None:
    subject.armed()
    subject.do("fault home-switch-dead on")
    status = subject.until(lambda status: status.state == ControllerState.FAULT)
    assert Fault(status.faults) == Fault.RETRACT
    assert (status.shots_left, status.inputs & Input.HOME) == (0, 0)
    assert subject.refusal(subject.authorise) == Refusal.FAULT
    subject.do("lift", "fault home-switch-dead off")
    subject.command(CommandKind.RETRACT)
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.rest().state == ControllerState.UNHOMED, "where the needle is has to be found again"


@pytest.mark.requirement("LIM-13")
@pytest.mark.usefixtures("simulated")
def test_a_piston_that_is_not_met_is_no_syringe(subject: Subject) -> None:
    subject.ready()
    subject.do("syringe fill 500")
    subject.command(CommandKind.SYRINGE_CHANGED, 1_000_000)
    assert Fault(subject.rest().faults) == Fault.PISTON


@pytest.mark.requirement("LED-9")
@pytest.mark.usefixtures("simulated")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("encoder-slip", Fault.DOSE_MISMATCH),
        ("overshoot", Fault.DEPTH_MISMATCH),
    ],
)
def test_it_compares_commanded_with_measured_itself(subject: Subject, fault: str, expected: Fault) -> None:
    subject.armed()
    subject.do(f"fault {fault} on", "trigger down")
    status = subject.until(lambda status: status.faults and status.state not in MOVING)
    assert Fault(status.faults) == expected
    assert status.shots_left == 0
