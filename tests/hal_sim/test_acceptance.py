"""Every reason to refuse, one line each: what is asked differently, and the refusal that names it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from drivers.registers import (
    AUTHORISATION,
    CALIBRATION,
    CALIBRATION_SELECT,
    COMMAND,
    RECORDS_KEPT,
    SERVICE_WORD,
    U16_MAX,
    U32_MAX,
    U64_MAX,
    Calibration,
    CalibrationSelect,
    CommandKind,
    ControllerState,
    Fault,
    Input,
    Mode,
    Refusal,
    SyringeType,
)
from tests.hal_sim.host import Host

PRIMING = (CommandKind.PRIME, 10_000)


@pytest.mark.requirement("LIM-5", "LIM-1")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"depth_um": 6_050}, Refusal.DEPTH),
        ({"depth_um": 2_025}, Refusal.DEPTH),
        ({"dose_nl": 0}, Refusal.DOSE),
        ({"dose_nl": 201_000, "interval_ms": 2000}, Refusal.DOSE),
        ({"dose_nl": 10_500}, Refusal.DOSE),
        ({"shots": 0}, Refusal.SHOTS),
        ({"shots": 21}, Refusal.SHOTS),
        ({"interval_ms": 110}, Refusal.RATE),
        ({"interval_ms": 2001}, Refusal.RATE),
        ({"depth_um": 6_000, "interval_ms": 111}, Refusal.RATE),
        ({"dose_nl": 200_000, "interval_ms": 400}, Refusal.RATE),
        ({"mode": 0}, Refusal.MODE),
        ({"mode": 5}, Refusal.MODE),
        ({"valid_ms": 0}, Refusal.VALID),
        ({"valid_ms": 65_001}, Refusal.VALID),
        ({"syringe_type": SyringeType.ML_5}, Refusal.SYRINGE),
        ({"syringe_type": SyringeType.NONE}, Refusal.SYRINGE),
        ({"calibration_id": 2}, Refusal.CALIBRATION),
        ({"boot_count": 2}, Refusal.BOOT),
        ({"service_word": SERVICE_WORD}, Refusal.SERVICE),
        ({"mode": Mode.BENCH}, Refusal.SERVICE),
    ],
)
def test_an_authorisation_outside_its_limits_is_refused_whole(changes: dict[str, Any], refusal: Refusal) -> None:
    subject = Host().ready()
    assert subject.refused(lambda: subject.authorise(**changes)) == refusal
    assert subject.status().shots_left == 0
    assert subject.status().authorisation_id == 0


@pytest.mark.requirement("LIM-5")
@pytest.mark.parametrize(
    "changes",
    [
        {"depth_um": 0},
        {"depth_um": 6_000},
        {"dose_nl": 1_000},
        {"dose_nl": 200_000, "interval_ms": 2000},
        {"shots": 20},
        {"shots": 1},
        {"interval_ms": 111},
        {"valid_ms": 65_000},
        {"mode": Mode.BENCH, "service_word": SERVICE_WORD},
    ],
)
def test_an_authorisation_at_its_limits_is_taken(changes: dict[str, Any]) -> None:
    subject = Host().ready()
    block = subject.authorise(**changes)
    status = subject.status()
    assert (status.state, status.shots_left) == (ControllerState.AUTHORISED, block.shots)
    assert status.authorisation_id == block.id
    assert status.refusal == Refusal.NONE


@pytest.mark.requirement("LNK-1")
def test_an_authorisation_with_one_changed_bit_is_refused() -> None:
    subject = Host().ready()
    data = bytearray(AUTHORISATION.encode(subject.block()))
    for byte in range(len(data)):
        data[byte] ^= 1
        assert (
            subject.refused(lambda: subject.rig.write(subject.now, AUTHORISATION.address, bytes(data))) == Refusal.CRC
        )
        data[byte] ^= 1


@pytest.mark.requirement("LNK-1", "LED-4")
def test_an_id_only_grows_over_both_sequences() -> None:
    subject = Host().ready()
    late = subject.block()
    subject.command(CommandKind.VOID)
    assert subject.refused(lambda: subject.send(late)) == Refusal.OLD_ID
    block = subject.authorise()
    for identity in (block.id, block.id - 1, 1):
        assert subject.refused(lambda identity=identity: subject.command(CommandKind.STOP, identity=identity)) == (
            Refusal.OLD_ID
        )
    assert subject.refused(lambda: subject.send(block)) == Refusal.OLD_ID
    assert subject.status().shots_left == 3, "nothing of that did anything"


@pytest.mark.requirement("LNK-1")
def test_ids_survive_a_start() -> None:
    subject = Host().ready()
    block = subject.authorise()
    subject.do("reset")
    subject.beat()
    assert subject.status().authorisation_id == block.id
    assert subject.refused(lambda: subject.command(CommandKind.VOID, identity=block.id)) == Refusal.OLD_ID


def test_no_shot_before_homing() -> None:
    subject = Host()
    subject.enable()
    assert subject.refused(subject.authorise) == Refusal.STATE
    subject.ready()
    subject.do("reset")
    subject.wait(0.1)
    assert subject.status().state == ControllerState.UNHOMED
    assert subject.refused(subject.authorise) == Refusal.STATE


@pytest.mark.requirement("LIM-9", "LIM-5")
def test_a_dose_below_the_smallest_that_passed_calibration_is_refused_but_on_the_bench() -> None:
    subject = Host()
    subject.do("barrel 10")
    subject.wait(0.05)
    subject.enable()
    subject.home()
    subject.meet(10_000_000)
    assert subject.refused(lambda: subject.authorise(dose_nl=1_000)) == Refusal.DOSE
    subject.authorise(dose_nl=1_000, mode=Mode.BENCH, service_word=SERVICE_WORD)


@pytest.mark.requirement("LIM-9")
def test_with_a_damaged_calibration_nothing_but_homing_and_seeking_is_taken() -> None:
    subject = Host()
    subject.rig.memory.write(256 + 512 * 30 + 4, b"\xff\xff")
    subject.do("reset", "barrel 1")
    subject.wait(0.1)
    assert subject.faults() == Fault.CALIBRATION
    subject.enable()
    seek = (CommandKind.SYRINGE_CHANGED, 1_000_000)
    assert subject.refused(lambda: subject.command(*seek)) == Refusal.STATE, "no seeking before homing"
    subject.home()
    subject.meet(1_000_000)
    assert subject.identity().calibration_id == 0
    assert subject.refused(subject.authorise) == Refusal.FAULT
    assert subject.refused(lambda: subject.command(*PRIMING)) == Refusal.FAULT
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == Fault.CALIBRATION, "only a calibration ends it"


@pytest.mark.requirement("LIM-9", "ACU-1")
def test_a_calibration_written_into_an_injector_without_one_ends_its_fault_and_serves_the_bench_only() -> None:
    subject = Host()
    held = subject.rig.controller.journal.calibration
    assert held is not None
    subject.rig.memory.write(256 + 512 * 30, bytes(2 * CALIBRATION.size))
    subject.do("reset", "barrel 1")
    subject.wait(0.1)
    bare = {name: 0 for name in Calibration.__struct_fields__ if name.startswith("smallest")}
    given = CALIBRATION.encode(msgspec.structs.replace(held, id=1, service_word=SERVICE_WORD, **bare))
    subject.rig.write(subject.now, CALIBRATION.address, given)
    selected = CALIBRATION_SELECT.encode(CalibrationSelect(1, SERVICE_WORD))
    subject.rig.write(subject.now, CALIBRATION_SELECT.address, selected)
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == 0
    subject.enable()
    subject.home()
    subject.meet(1_000_000)
    assert subject.refused(subject.authorise) == Refusal.CALIBRATION, "nobody is treated before a dose is proved"
    subject.authorise(mode=Mode.BENCH, service_word=SERVICE_WORD)


@pytest.mark.requirement("ACU-1")
def test_with_a_barrel_that_passed_no_dose_only_the_bench_is_served() -> None:
    subject = Host().ready()
    calibration = subject.rig.controller.journal.calibration
    assert calibration is not None
    subject.rig.controller.journal.calibration = msgspec.structs.replace(calibration, smallest_dose_1_nl=0)
    assert subject.refused(subject.authorise) == Refusal.CALIBRATION
    subject.authorise(mode=Mode.BENCH, service_word=SERVICE_WORD)


@pytest.mark.requirement("WDG-1")
def test_without_a_fresh_lease_nothing_is_taken() -> None:
    subject = Host().ready()
    subject.silence(0.2)
    assert subject.refused(subject.authorise) == Refusal.LEASE
    assert subject.refused(lambda: subject.command(*PRIMING)) == Refusal.LEASE


@pytest.mark.requirement("LIM-11")
@pytest.mark.parametrize("held", ["trigger down", "pedal"])
def test_a_held_input_must_come_up_first(held: str) -> None:
    subject = Host().ready()
    if held == "pedal":
        subject.pedal = True
        subject.beat()
    else:
        subject.do(held)
    assert subject.refused(subject.authorise) == Refusal.INPUT


def test_a_live_authorisation_and_a_motion_are_busy() -> None:
    subject = Host().armed()
    assert subject.refused(subject.authorise) == Refusal.BUSY
    assert subject.refused(lambda: subject.command(CommandKind.HOME)) == Refusal.BUSY
    assert subject.refused(lambda: subject.command(CommandKind.NEEDLE_CHANGED)) == Refusal.BUSY
    subject.do("trigger down")
    subject.wait(0.03)
    assert subject.status().state == ControllerState.STROKE
    assert subject.refused(subject.authorise) == Refusal.BUSY
    assert subject.refused(lambda: subject.command(CommandKind.CLEAR_FAULTS)) == Refusal.BUSY


@pytest.mark.parametrize("kind", [CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED])
def test_service_motions_are_refused_with_skin_contact_present(kind: CommandKind) -> None:
    subject = Host().ready()
    subject.do("contact on")
    argument = 0 if kind == CommandKind.HOME else 10_000
    assert subject.refused(lambda: subject.command(kind, argument)) == Refusal.CONTACT


def test_a_bench_authorisation_is_refused_with_skin_contact_present() -> None:
    subject = Host().ready()
    subject.do("contact on")
    bench = {"mode": Mode.BENCH, "service_word": SERVICE_WORD}
    assert subject.refused(lambda: subject.authorise(**bench)) == Refusal.CONTACT


def test_service_motions_need_the_motor_supply() -> None:
    subject = Host().ready()
    subject.do("stop press")
    subject.wait(0.05)
    for kind, argument in ((CommandKind.HOME, 0), PRIMING):
        assert subject.refused(lambda kind=kind, argument=argument: subject.command(kind, argument)) == Refusal.SUPPLY


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (10, 0),
        (CommandKind.HOME, 1),
        (CommandKind.PRIME, 0),
        (CommandKind.PRIME, 500_001),
        (CommandKind.SYRINGE_CHANGED, 0),
        (CommandKind.SYRINGE_CHANGED, 1_000_001),
    ],
)
def test_an_unknown_command_or_argument_is_refused(kind: int, argument: int) -> None:
    subject = Host().ready()
    asked = subject.draw()
    data = COMMAND.encode(msgspec.convert({"id": asked, "kind": kind, "argument": argument}, COMMAND.struct_type))
    assert subject.refused(lambda: subject.rig.write(subject.now, COMMAND.address, data)) == Refusal.VALUE


@pytest.mark.requirement("LIM-13")
def test_no_prime_and_no_arming_before_the_plunger_has_met_the_piston() -> None:
    subject = Host()
    subject.do("barrel 1")
    subject.enable()
    subject.home()
    assert subject.refused(lambda: subject.command(*PRIMING)) == Refusal.SYRINGE
    assert subject.refused(subject.authorise) == Refusal.SYRINGE


@pytest.mark.requirement("LED-4")
def test_an_authorisation_that_could_overwrite_an_unacknowledged_record_is_refused() -> None:
    subject = Host()
    subject.acknowledges = False
    subject.ready()
    journal = subject.rig.controller.journal
    journal.lifetime_shots = RECORDS_KEPT - 3
    subject.authorise(shots=3)
    subject.command(CommandKind.VOID)
    assert subject.refused(lambda: subject.authorise(shots=4)) == Refusal.RECORDS
    journal.lifetime_shots = RECORDS_KEPT
    assert subject.refused(lambda: subject.command(*PRIMING)) == Refusal.RECORDS
    subject.cursor = 2
    subject.beat()
    subject.command(*PRIMING)


def test_a_cursor_beyond_the_newest_record_acknowledges_no_record_to_come() -> None:
    subject = Host().ready()
    subject.cursor = 10_000
    subject.beat()
    subject.acknowledges = False
    subject.rig.controller.journal.lifetime_shots = RECORDS_KEPT + 1
    assert subject.refused(lambda: subject.authorise(shots=2)) == Refusal.RECORDS
    subject.authorise(shots=1)


@pytest.mark.requirement("LED-4")
def test_only_a_fresh_lease_acknowledges() -> None:
    subject = Host()
    subject.acknowledges = False
    subject.ready()
    subject.cursor, subject.counter = 3, subject.counter - 1
    subject.beat()
    assert subject.rig.controller.acknowledged == 1
    subject.beat()
    assert subject.rig.controller.acknowledged == 3


@pytest.mark.parametrize(("counter", "value"), [("lifetime_shots", U32_MAX - 2), ("lifetime_nl", U64_MAX - 29_999)])
def test_no_lifetime_counter_wraps(counter: str, value: int) -> None:
    subject = Host().ready()
    setattr(subject.rig.controller.journal, counter, value)
    subject.cursor = subject.rig.controller.journal.lifetime_shots + 1
    subject.beat()
    assert subject.refused(lambda: subject.authorise(shots=3)) == Refusal.COUNTER
    subject.authorise(shots=2)


@pytest.mark.parametrize(
    ("kind", "counter"),
    [
        (CommandKind.NEEDLE_CHANGED, "needle_changes"),
        (CommandKind.SYRINGE_CHANGED, "syringe_changes"),
    ],
)
def test_no_change_counter_wraps(kind: CommandKind, counter: str) -> None:
    subject = Host().ready()
    setattr(subject.rig.controller.journal, counter, U16_MAX)
    argument = 900_000 if kind == CommandKind.SYRINGE_CHANGED else 0
    assert subject.refused(lambda: subject.command(kind, argument)) == Refusal.COUNTER
    assert getattr(subject.identity(), counter) == U16_MAX


def test_at_its_maximum_a_counter_is_a_fault_that_stays() -> None:
    subject = Host().ready()
    subject.rig.controller.journal.lifetime_shots = U32_MAX - 1
    subject.cursor = U32_MAX
    subject.beat()
    subject.command(CommandKind.PRIME, 1_000)
    subject.until(lambda status: status.state == ControllerState.FAULT)
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == Fault.COUNTER


@pytest.mark.requirement("LIM-14")
def test_needle_and_syringe_changes_are_counted_through_a_start() -> None:
    subject = Host().ready()
    subject.command(CommandKind.NEEDLE_CHANGED)
    subject.do("reset")
    subject.beat()
    identity = subject.identity()
    assert (identity.needle_changes, identity.syringe_changes, identity.boot_count) == (1, 1, 2)


def test_a_fault_refuses_and_names_itself() -> None:
    subject = Host().ready()
    subject.rig.controller.faults |= Fault.DOSE_MISMATCH
    subject.beat()
    assert subject.refused(subject.authorise) == Refusal.FAULT
    assert subject.refused(lambda: subject.command(*PRIMING)) == Refusal.FAULT
    assert subject.refused(lambda: subject.command(CommandKind.HOME)) == Refusal.FAULT
    assert subject.refused(lambda: subject.command(CommandKind.SYRINGE_CHANGED, 5_000)) == Refusal.FAULT


def test_a_lease_does_not_wipe_the_reason_of_a_refusal() -> None:
    subject = Host().ready()
    assert subject.refused(lambda: subject.authorise(shots=0)) == Refusal.SHOTS
    assert subject.beat().refusal == Refusal.SHOTS
    subject.command(CommandKind.VOID)
    assert subject.beat().refusal == Refusal.NONE


def test_inputs_are_reported_as_they_are() -> None:
    subject = Host()
    assert Input(subject.status().inputs) == Input.HOME | Input.NEEDLE_FITTED
    subject.do("trigger down", "contact on", "needle remove")
    subject.pedal = True
    subject.rig.set_enable(subject.now, True)
    assert Input(subject.wait(0.05).inputs) == (Input.HOME | Input.TRIGGER | Input.CONTACT | Input.PEDAL | Input.SUPPLY)


def test_a_prime_needs_the_needle_retracted_as_the_home_switch_sees_it() -> None:
    subject = Host().ready()
    motions = subject.status().lifetime_shots
    subject.do("fault home-switch-dead on")
    assert subject.refused(lambda: subject.command(*PRIMING)) == Refusal.FAULT
    assert subject.status().lifetime_shots == motions
    subject.do("fault home-switch-dead off")
    subject.command(CommandKind.CLEAR_FAULTS)
    subject.home()
    subject.command(*PRIMING)
