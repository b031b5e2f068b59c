"""Everything that stands against a motion, an arming that lives, or a new arming: one sentence each (UI-5).

The lists are the same for what the screen says and for what is refused, so that the two can never differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from drivers.registers import CommandKind, ControllerState, Fault, Input
from kiosk.session.desk import LEAST_MB
from kiosk.session.setup import OUTLIVED
from kiosk.session.slot import MOVES
from kiosk.session.words import HELD, as_sentence, fault_words

if TYPE_CHECKING:
    from kiosk.session.engine import Engine
    from kiosk.session.facts import Facts

HIDDEN = "the screen does not show what is going on"
SEAT_LEFT = "the screen that it was armed from is not connected any more"
NEEDLE_FITTED, CONTACT, AT_HOME = int(Input.NEEDLE_FITTED), int(Input.CONTACT), int(Input.HOME)
NOT_CALIBRATED = int(Fault.CALIBRATION)
"""Bits that are looked at in every cycle, as plain numbers: those of an enumeration cost ten times as much."""
LATE_DISARMS_MS = 50.0
"""One cycle later than this disarms (WDG-6)."""
BAD_FRAMES_DISARM = 3
"""So many bad frames in a second disarm (LNK-3)."""

SYRINGE_FAULTS = Fault.RESERVE | Fault.PISTON
"""Faults that only a syringe change ends."""
UNCALIBRATED = SYRINGE_FAULTS | Fault.CALIBRATION
FORGIVEN = {CommandKind.HOME: UNCALIBRATED | Fault.SPRING, CommandKind.SYRINGE_CHANGED: UNCALIBRATED}
"""What does not stand in the way: of homing, which the spring drives, what it ends and what it leaves as it is; of the
syringe change what that ends."""


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
    if engine.retraction.busy:
        yield "the needle is being retracted"
    if engine.rewriting.busy:
        yield "a calibration is being written"
    if engine.signals.relay_stuck:
        yield "the enable relay does not do what it is told"
    if desk.status is not None and desk.status.faults:
        yield from fault_words(desk.status.faults & ~int(forgiven))


def against_service(engine: Engine, kind: CommandKind) -> Iterator[str]:
    """What forbids a service motion: home, prime, seek. None is forbidden by a fault that it ends or leaves as it is.

    A message that moves nothing may go through a stop and with faults, but not before the injector is settled: its id
    would be one that the ledger, as it was read back for that, does not hold. Only the settling's own `void` may.
    """
    if kind not in MOVES:
        yield from _against_message(engine, kind)
        return
    yield from against_everything(engine, FORGIVEN.get(kind, Fault.NONE))
    status = engine.desk.status
    if status is not None and status.inputs & CONTACT:
        yield "the handpiece touches something: take it away"
    if engine.treatment.arming is not None:
        yield "a treatment is armed"
    if engine.checking.powers:
        yield "the enable relay is being checked"


def _against_message(engine: Engine, kind: CommandKind) -> Iterator[str]:
    if engine.desk.ledger_broken:
        yield engine.desk.ledger_broken
    if kind is not CommandKind.VOID and not engine.connection.ready:
        yield engine.connection.sentence


def against_arming(engine: Engine) -> Iterator[str]:
    """What ends an arming that lives, and forbids a new one."""
    yield from against_opening(engine)
    yield from _against_session(engine)


def against_opening(engine: Engine) -> Iterator[str]:
    """What stands against treating anybody, whatever the session: between sessions, all that is not ready."""
    if engine.calibrating.open:
        yield "a calibration is open: leave it first"
    yield from against_device(engine)
    if engine.connection.ready and engine.calibrating.calibration is None and not says_uncalibrated(engine):
        yield "the injector has no valid calibration"
    yield from _against_screen(engine)
    if not engine.selftest.passed:
        yield "the self-test has not passed"
    yield from engine.recovery.against()


def _against_screen(engine: Engine) -> Iterator[str]:
    """A still screen is drawn seldom: that it is seen is asked for at arming, and held against it from then on."""
    arming = engine.treatment.arming
    if arming is None:
        return
    if arming.seat != engine.desk.inputs.seat:
        yield SEAT_LEFT
    elif not engine.lease.live(engine.desk.now):
        yield HIDDEN


def says_uncalibrated(engine: Engine) -> bool:
    """Whether the controller itself reports that it has no calibration."""
    return engine.desk.status is not None and bool(engine.desk.status.faults & NOT_CALIBRATED)


def against_device(engine: Engine) -> Iterator[str]:
    """What stands against firing anything, into anybody or into a vessel."""
    desk, mismatch = engine.desk, engine.intake.mismatch
    yield from against_everything(engine)
    yield from engine.signals.needle_out.against()
    if desk.full:
        yield f"the storage is full: {desk.free_mb} MB free, {LEAST_MB} MB are needed"
    if desk.inputs.late_ms > LATE_DISARMS_MS:
        yield f"control was {desk.inputs.late_ms:.0f} ms late"
    if desk.inputs.bad_frames >= BAD_FRAMES_DISARM:
        yield "the link to the injector is disturbed"
    if not desk.inputs.realtime and not desk.simulated:
        yield "control has no real-time priority"
    if not desk.inputs.wall_trusted:
        why = engine.clock.sentence().rstrip(".")
        yield f"the clock is not trusted: {why[:1].lower()}{why[1:]}"
    if not engine.people.active:
        yield "nobody is signed in, or the screen is locked"
    if engine.pedal.failed:
        yield engine.pedal.failed
    yield from engine.record.against()
    if mismatch:
        yield f"the last shot was not as set ({mismatch}): look, then clear the fault"


def _against_session(engine: Engine) -> Iterator[str]:
    facts = engine.setup.facts
    if facts is None:
        yield "no session is open"
        return
    if engine.setup.protocol is None:
        yield f"the protocol {facts.protocol} is not among the profiles any more: finish this session"
        return
    if engine.setup.outlived:
        yield OUTLIVED
    if facts.unreadable:
        yield "a row of this session was damaged and cannot be read: finish the session"
    step = engine.setup.due
    if step is not None:
        yield f"the set-up waits for: {step}"
    if facts.expiry and facts.expiry < engine.today():
        yield f"lot {facts.lot} expired on {facts.expiry}"
    yield from _against_calibration(engine)
    if not engine.simulated and not engine.approved(facts.protocol):
        yield "the protocol is not approved on this device"
    yield from _against_parts(engine, facts)


def _against_calibration(engine: Engine) -> Iterator[str]:
    """A calibration that is not proved, expired or not explained blocks every session (ACU-3)."""
    connected = engine.connection.connected
    if connected is not None and connected.calibration is not None:
        refusal = engine.calibration_refusal(connected.calibration)
        if refusal:
            yield refusal.rstrip(".")


def _against_parts(engine: Engine, facts: Facts) -> Iterator[str]:
    """What the handpiece and the clamp hold, as the controller senses it (LIM-12)."""
    status, syringe = engine.desk.status, engine.library.syringes.get(facts.syringe)
    if status is None:
        return
    if not status.inputs & NEEDLE_FITTED:
        yield "the handpiece holds no needle"
    if engine.device.barrel_sensed and syringe is not None and status.syringe_type != syringe.type:
        yield "the clamp holds another syringe than the one confirmed"


def missing(engine: Engine) -> tuple[str, ...]:
    """What stands between now and arming, in sentences; empty when it can be armed.

    While no session is open: what will stand against treating in the next one. That none is open is no fault.
    """
    return sentences(_missing(engine))


def sentences(found: Iterable[str]) -> tuple[str, ...]:
    """As they are shown."""
    return tuple(map(as_sentence, found))


def _missing(engine: Engine) -> Iterator[str]:
    treatment, status = engine.treatment, engine.desk.status
    yield from against_opening(engine)
    if engine.setup.facts is not None:
        yield from _against_session(engine)
    else:
        yield from _against_calibration(engine)
    if status is not None:
        if status.state == ControllerState.UNHOMED:
            yield "the needle's place is unknown: home it"
        elif status.state == ControllerState.READY and not status.inputs & AT_HOME:
            yield "the needle is not home, and the injector calls itself ready: lift off and retract it"
        if status.inputs & HELD:
            yield "trigger or pedal is held: release it"
    if engine.slot.current is not None and treatment.arming is None:
        words = engine.slot.words
        yield f"the injector is at work: {words[:1].lower()}{words[1:]}"
    if treatment.question is not None:
        yield "a question waits for its answer"
    if engine.setup.facts is not None:
        yield from engine.against_setting()
