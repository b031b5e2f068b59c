"""Who may begin what, and what ends it: inputs, service motions, supply; times are those of the controller's clock."""

from __future__ import annotations

import pytest

from drivers.registers import (
    COMMAND,
    LEASE_MS,
    PEDAL_MS,
    SERVICE_WORD,
    Command,
    CommandKind,
    ControllerState,
    Fault,
    Input,
    Mode,
    Outcome,
    Refusal,
    Status,
)
from tests.conformance.subject import MOST, MOVING, Subject

pytestmark = pytest.mark.conformance

BENCH = {"mode": Mode.BENCH, "service_word": SERVICE_WORD}
ACROSS = 120
"""Transactions over which nothing happens: longer than any interval here."""


def outcome(subject: Subject) -> Outcome:
    return Outcome(subject.records[-1].outcome)


def idle(status: Status) -> bool:
    return status.state not in MOVING


# -- inputs


def test_a_release_lets_the_stroke_end_and_begins_no_other(subject: Subject) -> None:
    subject.in_stroke()
    subject.do("trigger up")
    status = subject.rest()
    assert outcome(subject) == Outcome.COMPLETED
    assert status.shots_left > 0
    subject.keeps(lambda now: now.lifetime_shots == status.lifetime_shots, ACROSS)


def test_the_other_input_neither_inherits_a_run_nor_starts_one_before_both_were_up(subject: Subject) -> None:
    subject.armed(mode=Mode.CONTINUOUS, interval_ms=250, shots=20, dose_nl=2_000)
    subject.do("trigger down")
    subject.until(lambda status: status.shots_left == 18)
    subject.pedal = True
    subject.until(lambda status: status.shots_left == 17)
    subject.do("trigger up")
    begun = subject.rest().lifetime_shots
    subject.keeps(lambda status: status.lifetime_shots == begun, ACROSS)
    subject.pedal = False
    subject.beat()
    subject.pedal = True
    subject.until(lambda status: status.lifetime_shots > begun)


@pytest.mark.requirement("WDG-1")
def test_the_pedal_bit_is_false_75_ms_after_its_frame(subject: Subject) -> None:
    subject.armed(mode=Mode.SINGLE, shots=1)
    subject.pedal = True
    frame = subject.beat()
    assert frame.inputs & Input.PEDAL
    last, status = frame, subject.status()
    for _ in range(MOST):
        if not status.inputs & Input.PEDAL:
            break
        last, status = status, subject.status()
    assert not status.inputs & Input.PEDAL
    assert last.uptime_ms - frame.uptime_ms <= PEDAL_MS


@pytest.mark.requirement("LIM-11")
@pytest.mark.usefixtures("not_on_bench")
def test_held_over_sixty_seconds_is_a_failed_input_until_it_came_up(subject: Subject) -> None:
    subject.armed(valid_ms=65_000)
    subject.do("lift", "trigger down")
    down = subject.beat()
    failed = subject.until(lambda status: status.faults)
    assert Fault(failed.faults) == Fault.INPUT_STUCK
    assert failed.shots_left == 0
    assert failed.uptime_ms - down.uptime_ms <= 60_100
    subject.command(CommandKind.CLEAR_FAULTS)
    assert Fault(subject.beat().faults) == Fault.INPUT_STUCK
    subject.do("trigger up")
    subject.command(CommandKind.CLEAR_FAULTS)
    assert not subject.beat().faults


def test_held_at_start_up_is_a_failed_input(subject: Subject) -> None:
    subject.ready()
    subject.do("trigger down", "reset")
    assert Fault(subject.beat().faults) & Fault.INPUT_STUCK


# -- service


@pytest.mark.requirement("STP-5")
def test_a_prime_stops_at_once_when_contact_appears(subject: Subject) -> None:
    subject.ready()
    subject.command(CommandKind.PRIME, 500_000)
    subject.do("contact on")
    status = subject.rest()
    assert Fault(status.faults) == Fault.CONTACT
    assert outcome(subject) == Outcome.PARTIAL_CONTACT
    assert subject.records[-1].measured_dose_nl < 500_000


def test_a_bench_shot_goes_with_contact_absent_only_and_stops_when_it_appears(subject: Subject) -> None:
    subject.ready()
    subject.authorise(**BENCH, shots=2, dose_nl=90_000, interval_ms=2000)
    subject.do("contact on", "trigger down")
    subject.keeps(lambda status: status.state == ControllerState.AUTHORISED, ACROSS)
    subject.do("trigger up", "lift", "trigger down")
    subject.until(lambda status: status.state == ControllerState.STROKE)
    subject.do("contact on")
    status = subject.rest()
    assert (Fault(status.faults), status.shots_left) == (Fault.CONTACT, 0)
    assert status.inputs & Input.HOME
    assert outcome(subject) == Outcome.PARTIAL_CONTACT


@pytest.mark.parametrize("word", [0, 1, 0xFFFF])
def test_bench_mode_needs_its_word_and_no_other_mode_takes_it(subject: Subject, word: int) -> None:
    subject.ready()
    assert subject.refusal(lambda: subject.authorise(mode=Mode.BENCH, service_word=word)) == Refusal.SERVICE
    assert subject.refusal(lambda: subject.authorise(service_word=SERVICE_WORD)) == Refusal.SERVICE


@pytest.mark.parametrize(
    ("kind", "argument"),
    [(10, 0), (CommandKind.HOME, 1), (CommandKind.PRIME, 0), (CommandKind.SYRINGE_CHANGED, 0)],
    ids=["unknown", "home with an argument", "prime of nothing", "empty syringe"],
)
def test_a_command_that_is_none_is_refused(subject: Subject, kind: int, argument: int) -> None:
    subject.ready()
    before = subject.status().command_id
    assert subject.refusal(lambda: subject.command(kind, argument)) == Refusal.VALUE
    assert subject.status().command_id == before


# -- supply, lease, retract


@pytest.mark.requirement("STP-4")
def test_without_motor_supply_nothing_begins(subject: Subject) -> None:
    subject.ready()
    subject.do("stop press")
    subject.until(lambda status: not status.inputs & Input.SUPPLY)
    for kind, argument in ((CommandKind.HOME, 0), (CommandKind.PRIME, 10_000)):
        refused = subject.refusal(lambda kind=kind, argument=argument: subject.command(kind, argument))
        assert refused == Refusal.SUPPLY
    subject.do("contact on")
    subject.authorise()
    subject.do("trigger down")
    subject.keeps(lambda status: status.state == ControllerState.AUTHORISED, ACROSS)


@pytest.mark.requirement("WDG-1", "STP-5")
def test_it_is_void_150_ms_and_home_250_ms_after_the_last_fresh_lease_on_its_own_clock(subject: Subject) -> None:
    subject.in_stroke()
    fresh = subject.until(lambda status: status.needle_um > 2000)
    live = away = status = fresh
    for _ in range(MOST):
        if not status.faults:
            live = status
        if not status.inputs & Input.HOME:
            away = status
        if status.faults and status.state not in MOVING:
            break
        status = subject.status()
    assert Fault(status.faults) == Fault.LEASE
    assert live.uptime_ms - fresh.uptime_ms <= LEASE_MS
    assert away.uptime_ms - fresh.uptime_ms <= LEASE_MS + 100


@pytest.mark.requirement("STP-5")
def test_a_stop_has_the_needle_home_within_100_ms_on_its_own_clock(subject: Subject) -> None:
    subject.in_stroke()
    subject.until(lambda status: status.needle_um > 2000)
    stop, began = COMMAND.encode(Command(subject.draw(), CommandKind.STOP, 0)), subject.wire.seconds()
    before = away = subject.beat()
    subject.wire.write(COMMAND.address, stop)
    decided_ms = before.uptime_ms + (subject.wire.seconds() - began) * 1000  # at the latest
    status = subject.beat()
    while status.state in MOVING:
        away = away if status.inputs & Input.HOME else status
        status = subject.beat()
    assert status.inputs & Input.HOME
    assert away.uptime_ms <= decided_ms + 100


@pytest.mark.usefixtures("simulated")
def test_a_reserve_of_two_percent_stays_in_the_barrel(subject: Subject) -> None:
    subject.ready()
    subject.do("syringe fill 25")
    subject.command(CommandKind.SYRINGE_CHANGED, 25_000)
    subject.rest()
    subject.do("contact on")
    subject.authorise(dose_nl=10_000, mode=Mode.SINGLE)
    subject.do("trigger down")
    status = subject.until(lambda status: status.faults and idle(status))
    subject.rest()
    assert Fault(status.faults) == Fault.RESERVE
    assert outcome(subject) == Outcome.RESERVE
    assert subject.records[-1].measured_dose_nl <= 5_000
    assert status.plunger_nl >= 20_000
