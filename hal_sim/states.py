"""The controller's states as one table: which event leads where, and with what reason anything else is refused.

Only this file says what is allowed in which state.
"""

from __future__ import annotations

from enum import IntEnum

from drivers.registers import ControllerState, Fault, Refusal
from hal_sim.phases import Kind

S = ControllerState


class Event(IntEnum):
    """What moves the controller from state to state."""

    HOME = 0
    PRIME = 1
    SEEK = 2
    STROKE = 3
    RETRACT = 4
    ABORT = 5
    """The motion under way is broken off."""
    SETTLE = 6
    """Nothing moves (any more): the resting state follows from faults, homing and authorisation."""
    GAUGE = 7


TABLE: dict[ControllerState, dict[Event, ControllerState | None]] = {
    S.UNHOMED: {Event.HOME: S.HOMING, Event.RETRACT: S.RETRACTING, Event.SETTLE: None},
    S.READY: {
        Event.HOME: S.HOMING,
        Event.PRIME: S.PRIMING,
        Event.SEEK: S.SEEKING,
        Event.GAUGE: S.STROKE,
        Event.RETRACT: S.RETRACTING,
        Event.SETTLE: None,
    },
    S.AUTHORISED: {Event.STROKE: S.STROKE, Event.RETRACT: S.RETRACTING, Event.SETTLE: None},
    S.STROKE: {Event.ABORT: S.RETRACTING, Event.SETTLE: None},
    S.HOMING: {Event.ABORT: S.RETRACTING, Event.SETTLE: None},
    S.PRIMING: {Event.ABORT: S.RETRACTING, Event.SETTLE: None},
    S.SEEKING: {Event.ABORT: S.RETRACTING, Event.SETTLE: None},
    S.RETRACTING: {Event.ABORT: S.RETRACTING, Event.SETTLE: None},
    S.FAULT: {Event.HOME: S.HOMING, Event.SEEK: S.SEEKING, Event.RETRACT: S.RETRACTING, Event.SETTLE: None},
}
"""Where an event leads; None is the resting state. An event that is not in a row is refused in that state."""

REFUSED_IN: dict[ControllerState, Refusal] = {
    S.UNHOMED: Refusal.STATE,
    S.READY: Refusal.STATE,
    S.AUTHORISED: Refusal.BUSY,
    S.STROKE: Refusal.BUSY,
    S.HOMING: Refusal.BUSY,
    S.PRIMING: Refusal.BUSY,
    S.SEEKING: Refusal.BUSY,
    S.RETRACTING: Refusal.BUSY,
    S.FAULT: Refusal.FAULT,
}
"""Why."""

BEGIN_OF: dict[Kind, Event] = {
    Kind.SHOT: Event.STROKE,
    Kind.PRIME: Event.PRIME,
    Kind.SEEK: Event.SEEK,
    Kind.HOME: Event.HOME,
    Kind.RETRACT: Event.RETRACT,
    Kind.GAUGE: Event.GAUGE,
}
"""The event with which a motion begins."""

MOVING = frozenset({S.STROKE, S.HOMING, S.PRIMING, S.SEEKING, S.RETRACTING})

SYRINGE_FAULTS = Fault.RESERVE | Fault.PISTON
"""Faults that only a syringe change ends; they do not stand in its way."""
NOT_CLEARED = SYRINGE_FAULTS | Fault.SPRING | Fault.COUNTER
"""Faults that no clear ends: nothing that stands still shows a syringe to be full or a spring to be whole."""
HOMING_BLOCKED_BY = ~(SYRINGE_FAULTS | Fault.CALIBRATION | Fault.SPRING)
"""A broken spring does not block what alone can show it to be whole: the spring brings the needle home from 0.8 mm."""
SEEK_BLOCKED_BY = ~(SYRINGE_FAULTS | Fault.CALIBRATION)


def resting(faults: Fault, homed: bool, authorised: bool) -> ControllerState:
    """The state in which nothing moves."""
    if faults:
        return S.FAULT
    if not homed:
        return S.UNHOMED
    return S.AUTHORISED if authorised else S.READY
