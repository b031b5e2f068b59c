"""Home, prime, seek and the start of the controller: recorded like a shot, and found out when something is broken."""

from __future__ import annotations

import pytest

from drivers.registers import (
    ANCHOR,
    Anchor,
    CommandKind,
    ControllerState,
    Fault,
    Input,
    Outcome,
    Refusal,
    SyringeType,
)
from hal_sim.blocks import ModbusException
from tests.hal_sim.host import Host, outcome


@pytest.fixture
def subject() -> Host:
    """On, enabled, not homed, a full 1 mL syringe in the clamp."""
    host = Host()
    host.do("barrel 1")
    host.wait(0.05)
    host.enable()
    return host


def test_homing_is_recorded_with_no_depth_and_no_dose(subject: Host) -> None:
    subject.home()
    record = subject.last()
    assert (record.depth_um, record.measured_depth_um, record.dose_nl, record.measured_dose_nl) == (0, 0, 0, 0)
    assert (record.number, record.authorisation_id) == (1, subject.status().command_id)
    assert outcome(record) == Outcome.COMPLETED
    assert subject.status().state == ControllerState.READY


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("home-switch-dead", Fault.HOMING | Fault.RETRACT | Fault.SPRING),
        ("home-switch-stuck", Fault.HOMING),
        ("spring-broken", Fault.HOMING | Fault.SPRING),
        ("retract-jam", Fault.HOMING),
    ],
)
def test_homing_finds_what_is_broken_before_anything_touches_skin(subject: Host, fault: str, expected: Fault) -> None:
    subject.do(f"fault {fault} on")
    subject.home()
    assert subject.faults() == expected
    assert subject.truth()["needle_um"] < 0, "still behind the plate"
    subject.do(f"fault {fault} off")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == expected & Fault.SPRING, "only homing shows a spring to be whole"
    assert subject.status().state != ControllerState.READY
    subject.home()
    assert subject.status().state == ControllerState.READY


@pytest.mark.requirement("STP-5")
def test_a_broken_spring_arms_nothing_until_a_home_that_it_drives_ends_in_time(subject: Host) -> None:
    subject.do("fault spring-broken on")
    for _ in range(3):
        subject.home()
        assert subject.faults() == Fault.HOMING | Fault.SPRING, "found again by every home"
        subject.command(CommandKind.RETRACT)
        subject.wait(0.2)
        assert subject.status().inputs & Input.HOME, "the motor has brought it back"
        subject.command(CommandKind.CLEAR_FAULTS)
        assert subject.faults() == Fault.SPRING
        assert subject.refused(subject.authorise) == Refusal.FAULT
        assert subject.refused(lambda: subject.command(CommandKind.PRIME, 10_000)) == Refusal.FAULT
    subject.do("fault spring-broken off")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.faults() == Fault.SPRING, "standing still it shows nothing"
    subject.command(CommandKind.HOME)
    subject.now += 0.004
    subject.command(CommandKind.STOP)
    subject.wait(0.2)
    assert subject.faults() == Fault.SPRING, "a home that was broken off shows nothing"
    subject.home()
    assert not subject.faults()
    assert subject.status().state == ControllerState.READY


def test_homing_brings_back_a_needle_that_was_left_out() -> None:
    subject = Host().stroke_at(3990, depth_um=4000, dose_nl=40_000, interval_ms=1500)
    subject.do("fault retract-jam on")
    subject.command(CommandKind.STOP)
    subject.wait(0.2)
    subject.do("lift", "trigger up", "reset", "fault retract-jam off")
    subject.wait(0.1)
    assert not subject.status().inputs & Input.HOME
    subject.command(CommandKind.CLEAR_FAULTS)
    subject.home()
    assert subject.status().inputs & Input.HOME


STOPS = [
    ("contact on", Fault.CONTACT, Outcome.PARTIAL_CONTACT),
    ("stop press", Fault.SUPPLY, Outcome.PARTIAL_SUPPLY),
    ("STOP", Fault.NONE, Outcome.PARTIAL_STOP),
    ("silence", Fault.LEASE, Outcome.PARTIAL_LEASE),
]
SERVICES = [CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED]


@pytest.mark.parametrize(
    ("kind", "how", "fault", "expected"),
    [
        (kind, *stop)
        for kind in SERVICES
        for stop in STOPS
        if (kind, stop[0]) != (CommandKind.HOME, "silence")  # homing is over before a lease could lapse
    ],
)
def test_a_service_motion_stops_at_once(
    subject: Host, kind: CommandKind, how: str, fault: Fault, expected: Outcome
) -> None:
    subject.home()
    if kind == CommandKind.PRIME:
        subject.meet(1_000_000)
    subject.command(kind, {CommandKind.HOME: 0, CommandKind.PRIME: 500_000}.get(kind, 1_000_000))
    subject.now += 0.004
    if how == "STOP":
        subject.command(CommandKind.STOP)
    elif how == "silence":
        subject.silence(0.16)
    else:
        subject.do(how)
    pushed = subject.truth()["piston_nl"]
    subject.wait(0.3)
    record = subject.last()
    assert outcome(record) == expected
    assert subject.faults() == fault
    assert pushed - subject.truth()["piston_nl"] < 100
    if kind == CommandKind.HOME:
        assert subject.status().state != ControllerState.READY, "the needle's place is unknown again"
    if kind == CommandKind.SYRINGE_CHANGED:
        assert record.measured_dose_nl == 0
        subject.do("lift", "stop release")
        subject.wait(0.05)
        subject.command(CommandKind.CLEAR_FAULTS)
        assert subject.refused(subject.authorise) == Refusal.SYRINGE


def test_a_prime_gives_what_it_is_asked_with_the_needle_in(subject: Host) -> None:
    subject.home()
    subject.meet(1_000_000)
    subject.command(CommandKind.PRIME, 100_000)
    status = subject.until(lambda status: status.state != ControllerState.PRIMING)
    assert status.lifetime_nl == pytest.approx(100_000, abs=6)
    record = subject.last()
    assert (record.dose_nl, record.depth_um, record.measured_depth_um) == (100_000, 0, 0)
    truth = subject.truth()
    assert truth["vented_nl"] == pytest.approx(88_400)
    assert truth["outflow_nl"] == pytest.approx(100_000 - 88_400, abs=10)


def test_a_blocked_prime_is_drawn_back(subject: Host) -> None:
    subject.home()
    subject.meet(1_000_000)
    subject.do("fault occlusion on")
    subject.prime(100_000)
    assert outcome(subject.last()) == Outcome.PARTIAL_OCCLUSION
    assert subject.truth()["pressure_kpa"] <= 5.000001


def test_a_prime_waits_for_the_path_to_be_at_rest(subject: Host) -> None:
    subject.home()
    subject.meet(1_000_000)
    subject.do("needle fit 32 13")
    subject.command(CommandKind.PRIME, 120_000)
    subject.wait(2.2)
    subject.command(CommandKind.STOP)
    assert subject.refused(lambda: subject.command(CommandKind.PRIME, 1_000)) == Refusal.BUSY
    subject.wait(0.1)
    subject.prime(1_000)


@pytest.mark.requirement("LIM-13")
@pytest.mark.parametrize(
    ("really_ul", "stated_nl", "good"),
    [
        (1000, 1_000_000, True),
        (500, 500_000, True),
        (460, 500_000, True),
        (545, 500_000, True),
        (440, 500_000, False),
        (560, 500_000, False),
        (1000, 500_000, False),
        (100, 1_000_000, False),
    ],
)
def test_the_piston_must_be_met_within_a_tenth_of_the_stated_fill(
    subject: Host, really_ul: int, stated_nl: int, good: bool
) -> None:
    subject.do(f"syringe fill {really_ul}")
    subject.home()
    subject.meet(stated_nl)
    assert subject.faults() == (Fault.NONE if good else Fault.PISTON)
    assert subject.truth()["outflow_nl"] == subject.truth()["vented_nl"] == 0.0, "nothing is pushed while seeking"
    if good:
        assert subject.status().plunger_nl == pytest.approx(really_ul * 1000, abs=12)
        subject.authorise()
    else:
        assert subject.refused(subject.authorise) == Refusal.FAULT


@pytest.mark.requirement("LIM-13")
def test_a_missing_piston_is_found(subject: Host) -> None:
    subject.do("fault piston-missing on")
    subject.home()
    subject.meet(1_000_000)
    assert subject.faults() == Fault.PISTON
    subject.do("fault piston-missing off", "syringe fill 1000")
    subject.meet(1_000_000)
    assert not subject.faults()


@pytest.mark.requirement("LIM-12", "LIM-13")
def test_an_opened_clamp_forgets_the_piston_and_voids(subject: Host) -> None:
    subject.home()
    subject.meet(1_000_000)
    subject.authorise()
    subject.do("barrel 2")
    status = subject.wait(0.05)
    assert (status.shots_left, status.syringe_type) == (0, SyringeType.ML_2)
    assert subject.refused(subject.authorise) == Refusal.SYRINGE
    subject.do("barrel none")
    assert subject.refused(lambda: subject.command(CommandKind.SYRINGE_CHANGED, 1_000)) == Refusal.SYRINGE


@pytest.mark.requirement("LED-4")
def test_a_reset_in_mid_stroke_counts_the_stroke_in_full_and_knows_nothing_of_the_needle() -> None:
    subject = Host().stroke_at(1500, depth_um=2000, dose_nl=20_000)
    before = subject.status().lifetime_nl
    subject.do("reset")
    subject.wait(0.1)
    status = subject.status()
    assert status.state == ControllerState.FAULT
    assert subject.faults() == Fault.INTERRUPTED | Fault.INPUT_STUCK, "the trigger is still held"
    assert status.lifetime_nl == before + 20_000
    record = subject.records[-1]
    assert (outcome(record), record.measured_dose_nl, record.measured_depth_um) == (Outcome.INTERRUPTED, 20_000, 2000)
    assert subject.truth()["needle_um"] < 0, "without its driver the spring has the needle"
    subject.do("trigger up", "lift")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert subject.status().state == ControllerState.UNHOMED
    subject.home()
    assert subject.refused(subject.authorise) == Refusal.SYRINGE, "where the plunger is has to be found again"


def test_a_start_names_everything_that_it_finds() -> None:
    subject = Host().stroke_at(1500, depth_um=2000, dose_nl=20_000)
    subject.rig.memory.write(256 + 512 * 30 + 4, b"\xff\xff")
    subject.do("reset")
    assert subject.faults() == Fault.INTERRUPTED | Fault.INPUT_STUCK | Fault.CALIBRATION


def test_a_reset_between_strokes_keeps_the_piston_and_forgets_the_needle() -> None:
    subject = Host().ready()
    subject.do("reset")
    subject.wait(0.1)
    subject.home()
    subject.authorise()


def test_a_barrel_changed_while_the_controller_was_off_is_not_known() -> None:
    subject = Host().ready()
    subject.rig.body.fit(SyringeType.ML_5, 5_000_000)
    subject.do("reset")
    subject.wait(0.1)
    subject.home()
    assert subject.refused(subject.authorise) == Refusal.SYRINGE


@pytest.mark.parametrize("when", ["idle", "before a stroke", "in a stroke", "at a start"])
def test_a_dead_memory_moves_nothing_and_says_so(when: str) -> None:
    subject = Host().armed() if when != "in a stroke" else Host().stroke_at(500)
    motions = subject.status().lifetime_shots
    subject.do("fault memory-dead on")
    if when == "idle":
        with pytest.raises(ModbusException) as caught:
            subject.command(CommandKind.STOP)
        assert caught.value.code == 4
        assert subject.status().shots_left == 0, "a stop stops all the same"
    elif when == "before a stroke":
        subject.do("trigger down")
        subject.wait(0.5)
        assert subject.status().lifetime_shots == motions
    elif when == "at a start":
        subject.do("reset")
    subject.wait(0.3)
    assert subject.faults() & Fault.MEMORY
    assert subject.status().inputs & Input.HOME
    subject.do("fault memory-dead off", "trigger up")
    if when in ("idle", "before a stroke"):
        subject.command(CommandKind.CLEAR_FAULTS)
        assert not subject.faults()
    elif when == "at a start":
        subject.command(CommandKind.CLEAR_FAULTS)
        assert subject.faults() & Fault.MEMORY, "what it counted may not be what it knows, until it starts again"


@pytest.mark.requirement("LED-4")
def test_an_authorisation_does_not_outlive_a_memory_that_failed_meanwhile() -> None:
    subject = Host().armed()
    subject.do("fault memory-dead on")
    with pytest.raises(ModbusException):
        subject.rig.write(subject.now, ANCHOR.address, ANCHOR.encode(Anchor(1, bytes(32))))
    assert subject.status().shots_left == 0
    subject.do("fault memory-dead off")
    subject.command(CommandKind.CLEAR_FAULTS)
    subject.do("trigger down")
    subject.wait(1)
    assert subject.status().state == ControllerState.READY
    assert not [record for record in subject.records if record.depth_um], "it fired"


def test_a_removed_syringe_with_a_dead_memory_is_a_fault_too() -> None:
    subject = Host().ready()
    subject.do("fault memory-dead on", "barrel none")
    assert subject.faults() & Fault.MEMORY
