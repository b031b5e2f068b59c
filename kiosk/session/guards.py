"""Everything that stands against a motion, an arming that lives, or a new arming: one sentence each (UI-5).

The lists are the same for what the screen says and for what is refused, so that the two can never differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drivers.registers import CommandKind, ControllerState, Fault, Input

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

LATE_DISARMS_MS = 50.0
"""One cycle later than this disarms (WDG-6)."""
BAD_FRAMES_DISARM = 3
"""So many bad frames in a second disarm (LNK-3)."""

SYRINGE_FAULTS = Fault.RESERVE | Fault.PISTON | Fault.CALIBRATION
FORGIVEN = {CommandKind.HOME: SYRINGE_FAULTS, CommandKind.SYRINGE_CHANGED: SYRINGE_FAULTS}
"""Faults that only a syringe change or a calibration ends, and what they do not stand in the way of."""

FAULT_WORDS = {
    Fault.HOMING: "the needle did not home",
    Fault.RETRACT: "the needle did not retract: lift the handpiece away",
    Fault.SPRING: "the spring is broken, the needle may be out: lift the handpiece away",
    Fault.DEPTH_MISMATCH: "measured depth differs from the set depth",
    Fault.DOSE_MISMATCH: "measured dose differs from the set dose",
    Fault.OCCLUSION: "the line is blocked",
    Fault.SUPPLY: "the motor supply was lost in a motion",
    Fault.LEASE: "the injector lost contact with control",
    Fault.CONTACT: "skin contact was lost in a shot, or present at a service motion",
    Fault.INPUT_STUCK: "trigger or pedal is held or stuck",
    Fault.MEMORY: "the injector's memory failed",
    Fault.CALIBRATION: "the injector has no valid calibration",
    Fault.PISTON: "the plunger did not meet the piston",
    Fault.RESERVE: "the syringe is at its reserve",
    Fault.INTERRUPTED: "a shot was interrupted by a reset",
    Fault.COUNTER: "a counter of the injector is full",
}


def faults(bits: int) -> list[str]:
    """The controller's faults in words."""
    return [words for fault, words in FAULT_WORDS.items() if bits & fault]


def against_everything(engine: Engine, forgiven: Fault = Fault.NONE) -> Iterator[str]:
    """What forbids any motion at all; `forgiven` faults do not."""
    desk = engine.desk
    if engine.stop.live:
        yield engine.stop.view().sentence.rstrip(".")
    if not engine.connection.ready:
        yield engine.connection.sentence
    if desk.ledger_broken:
        yield f"the record cannot be written ({desk.ledger_broken})"
    if desk.ledger_slow:
        yield "the storage is slow: a record took over 500 ms"
    if not desk.inputs.panel_alive:
        yield "the pins are silent: start the program again"
    if desk.status is not None and desk.status.faults:
        yield from faults(desk.status.faults & ~forgiven)


def against_service(engine: Engine, kind: CommandKind) -> Iterator[str]:
    """What forbids a service motion: home, prime, seek. An empty syringe forbids neither homing nor its change."""
    yield from against_everything(engine, FORGIVEN.get(kind, Fault.NONE))
    if desk_contact(engine):
        yield "the handpiece touches something: take it away"
    if engine.treatment.arming is not None:
        yield "a treatment is armed"


def desk_contact(engine: Engine) -> bool:
    status = engine.desk.status
    return status is not None and bool(status.inputs & Input.CONTACT)


def against_arming(engine: Engine) -> Iterator[str]:
    """What ends an arming that lives, and forbids a new one."""
    desk = engine.desk
    yield from against_everything(engine)
    if not engine.lease.live(desk.now):
        yield "the screen does not show what is going on"
    if desk.inputs.late_ms > LATE_DISARMS_MS:
        yield f"control was {desk.inputs.late_ms:.0f} ms late"
    if desk.inputs.bad_frames >= BAD_FRAMES_DISARM:
        yield "the link to the injector is disturbed"
    if not desk.inputs.realtime and not desk.simulated:
        yield "control has no real-time priority"
    if not desk.inputs.wall_trusted:
        yield "the clock is not trusted: set the time"
    if not engine.people.active:
        yield "nobody is signed in, or the screen is locked"


def missing(engine: Engine) -> tuple[str, ...]:
    """What stands between now and arming, in sentences; empty when it can be armed."""
    return tuple(sentence[:1].upper() + sentence[1:] + "." for sentence in _missing(engine))


def _missing(engine: Engine) -> Iterator[str]:
    desk, treatment = engine.desk, engine.treatment
    yield from against_arming(engine)
    if not engine.selftest.passed:
        yield "the self-test has not passed"
    facts = engine.setup.facts
    if facts is None:
        yield "no session is open"
        return
    step = facts.step(desk.inputs.wall_ms)
    if step is not None:
        yield f"the set-up waits for: {step}"
    if not desk.simulated and not engine.approved(facts.protocol):
        yield "the protocol is not approved on this device"
    status = desk.status
    if status is not None:
        if status.state == ControllerState.UNHOMED:
            yield "the needle's place is unknown: home it"
        if status.inputs & (Input.TRIGGER | Input.PEDAL):
            yield "trigger or pedal is held: release it"
        if not status.inputs & Input.NEEDLE_FITTED:
            yield "the handpiece holds no needle"
    if engine.pedal.failed:
        yield engine.pedal.failed
    if engine.slot.current is not None and treatment.arming is None:
        yield f"the injector is at work: {engine.slot.words.lower()}"
    if treatment.question is not None:
        yield "a question waits for its answer"
    yield from engine.against_setting()
