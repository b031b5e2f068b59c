"""Why the controller refuses: every rule of acceptance as one row, in the order in which they are looked at.

Only this file compares what is asked with what may be (LIM-5: independently of whoever asks). The first rule that
holds names the refusal; when none does, the block is taken whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.registers import (
    BARREL_NL,
    DEPTH_STEP_UM,
    DOSE_STEP_NL,
    INTERVAL_MAX_MS,
    INTERVAL_MIN_MS,
    PRIME_MAX_NL,
    RECORDS_KEPT,
    SERVICE_WORD,
    SHOTS_MAX,
    U16_MAX,
    U32_MAX,
    U64_MAX,
    AuthorisationBlock,
    Command,
    CommandKind,
    ControllerState,
    Mode,
    Refusal,
    SyringeType,
)
from hal_sim.pace import flow_nl_s
from hal_sim.states import HOMING_BLOCKED_BY, MOVING, REFUSED_IN, SEEK_BLOCKED_BY, TABLE, Event

if TYPE_CHECKING:
    from hal_sim.controller import Controller

CAP_DEPTH_UM, CAP_DOSE_NL, CAP_RATE_MHZ = 6000, 200_000, 9000
VALID_MAX_MS = 65_000
GAUGE_DEPTH, GAUGE_BELOW, GAUGE_OVER_UM = 0x7FFF, 0x8000, 300
MODES = frozenset(int(mode) for mode in Mode)

Rule = tuple[Refusal, Callable[["Controller", AuthorisationBlock], bool]]


def _old(device: Controller, identity: int) -> bool:
    return identity <= max(device.journal.authorisation_id, device.journal.command_id)


def records_full(device: Controller, more: int) -> bool:
    """Whether `more` records could overwrite one that is not acknowledged."""
    return device.journal.lifetime_shots + 1 - device.acknowledged + more > RECORDS_KEPT


def counters_full(device: Controller, shots: int, dose_nl: int) -> bool:
    """Whether a lifetime counter would go beyond its maximum: none wraps."""
    journal = device.journal
    return journal.lifetime_shots + shots > U32_MAX or journal.lifetime_nl + shots * dose_nl > U64_MAX


def _below_calibrated(device: Controller, block: AuthorisationBlock) -> bool:
    return block.mode != Mode.BENCH and block.dose_nl < device.gauges.smallest_dose_nl()


def _uncalibrated(device: Controller, block: AuthorisationBlock) -> bool:
    if block.calibration_id != device.gauges.calibration_id():
        return True
    return block.mode != Mode.BENCH and device.gauges.smallest_dose_nl() == 0


def _wrong_word(_: Controller, block: AuthorisationBlock) -> bool:
    return block.service_word != (SERVICE_WORD if block.mode == Mode.BENCH else 0)


def _syringe(device: Controller, block: AuthorisationBlock) -> bool:
    sensed = device.body.barrel
    return sensed == SyringeType.NONE or block.syringe_type != sensed or not device.journal.piston_known


AUTHORISATION: tuple[Rule, ...] = (
    (Refusal.OLD_ID, lambda device, block: _old(device, block.id)),
    (Refusal.BOOT, lambda device, block: block.boot_count != device.journal.boot_count),
    (Refusal.MODE, lambda _, block: block.mode not in MODES),
    (Refusal.SERVICE, _wrong_word),
    (Refusal.DEPTH, lambda _, block: block.depth_um > CAP_DEPTH_UM or block.depth_um % DEPTH_STEP_UM != 0),
    (Refusal.DOSE, lambda _, block: not DOSE_STEP_NL <= block.dose_nl <= CAP_DOSE_NL),
    (Refusal.DOSE, lambda _, block: block.dose_nl % DOSE_STEP_NL != 0),
    (Refusal.SHOTS, lambda _, block: not 1 <= block.shots <= SHOTS_MAX),
    (Refusal.RATE, lambda _, block: not INTERVAL_MIN_MS <= block.interval_ms <= INTERVAL_MAX_MS),
    (Refusal.RATE, lambda _, block: flow_nl_s(block.depth_um, block.dose_nl, block.interval_ms) is None),
    (Refusal.VALID, lambda _, block: not 1 <= block.valid_ms <= VALID_MAX_MS),
    (Refusal.FAULT, lambda device, _: bool(device.faults)),
    (Refusal.STATE, lambda device, _: device.state == ControllerState.UNHOMED),
    (Refusal.BUSY, lambda device, _: device.state != ControllerState.READY),
    (Refusal.SYRINGE, _syringe),
    (Refusal.CALIBRATION, _uncalibrated),
    (Refusal.DOSE, _below_calibrated),
    (Refusal.LEASE, lambda device, _: not device.lease.live),
    (Refusal.CONTACT, lambda device, block: block.mode == Mode.BENCH and device.body.contact),
    (Refusal.INPUT, lambda device, block: not device.inputs.up and not device.runs_on(block)),
    (Refusal.RECORDS, lambda device, block: records_full(device, block.shots)),
    (Refusal.COUNTER, lambda device, block: counters_full(device, block.shots, block.dose_nl)),
    (Refusal.RESERVE, lambda device, _: device.gauges.usable_nl() <= 0),
)
"""An authorisation whose CRC is right is refused for the first of these that holds."""


def moved_nl(command: Command) -> int:
    """What a service motion may push, nL; a gauge motion pushes nothing."""
    return 0 if command.kind == CommandKind.GAUGE else command.argument


def gauge_um(command: Command) -> int:
    """How deep a gauge motion goes at most, um: where it shall rest, or deeper to come upon it from below."""
    asked = command.argument & GAUGE_DEPTH
    return asked + GAUGE_OVER_UM if command.argument & GAUGE_BELOW else asked


CommandRule = tuple[Refusal, Callable[["Controller", Command], bool]]

_SERVICE: tuple[CommandRule, ...] = (
    (Refusal.LEASE, lambda device, _: not device.lease.live),
    (Refusal.SUPPLY, lambda device, _: not device.supplied),
    (Refusal.CONTACT, lambda device, _: device.body.contact),
    (Refusal.RECORDS, lambda device, _: records_full(device, 1)),
    (Refusal.COUNTER, lambda device, command: counters_full(device, 1, moved_nl(command))),
)
_STILL: tuple[CommandRule, ...] = ((Refusal.BUSY, lambda device, _: device.state in MOVING),)

EVENT_OF: dict[CommandKind, Event] = {
    CommandKind.HOME: Event.HOME,
    CommandKind.PRIME: Event.PRIME,
    CommandKind.SYRINGE_CHANGED: Event.SEEK,
    CommandKind.GAUGE: Event.GAUGE,
}
"""Commands that move something, by the event that must be in the row of the present state."""

COMMAND: dict[CommandKind, tuple[CommandRule, ...]] = {
    CommandKind.NONE: (),
    CommandKind.HOME: (
        (Refusal.FAULT, lambda device, _: bool(device.faults & HOMING_BLOCKED_BY)),
        *_SERVICE,
    ),
    CommandKind.PRIME: (
        (Refusal.VALUE, lambda _, command: not 1 <= command.argument <= PRIME_MAX_NL),
        (Refusal.STATE, lambda device, _: not device.body.home),
        (Refusal.SYRINGE, lambda device, _: not device.journal.piston_known),
        (Refusal.RESERVE, lambda device, _: device.gauges.usable_nl() <= 0),
        (Refusal.BUSY, lambda device, _: device.settling()),
        *_SERVICE,
    ),
    CommandKind.GAUGE: (
        (Refusal.SERVICE, lambda _, command: command.argument >> 16 != SERVICE_WORD),
        (Refusal.DEPTH, lambda _, command: not 0 < gauge_um(command) <= CAP_DEPTH_UM),
        (Refusal.DEPTH, lambda _, command: (command.argument & GAUGE_DEPTH) % DEPTH_STEP_UM != 0),
        *_SERVICE,
    ),
    CommandKind.RETRACT: (),
    CommandKind.STOP: (),
    CommandKind.VOID: (),
    CommandKind.CLEAR_FAULTS: _STILL,
    CommandKind.NEEDLE_CHANGED: (
        *_STILL,
        (Refusal.BUSY, lambda device, _: device.state == ControllerState.AUTHORISED),
        (Refusal.COUNTER, lambda device, _: device.journal.needle_changes == U16_MAX),
    ),
    CommandKind.SYRINGE_CHANGED: (
        (Refusal.FAULT, lambda device, _: bool(device.faults & SEEK_BLOCKED_BY)),
        (Refusal.STATE, lambda device, _: not device.homed),
        (Refusal.SYRINGE, lambda device, _: device.body.barrel == SyringeType.NONE),
        (Refusal.VALUE, lambda device, command: not 0 < command.argument <= BARREL_NL[device.body.barrel]),
        (Refusal.COUNTER, lambda device, _: device.journal.syringe_changes == U16_MAX),
        *_SERVICE,
    ),
}
"""A command with a fresh id, known kind and an argument only where one belongs is refused for the first that holds."""

WITH_ARGUMENT = frozenset({CommandKind.PRIME, CommandKind.SYRINGE_CHANGED, CommandKind.GAUGE})
KINDS = {int(kind): kind for kind in CommandKind}


def refuse_authorisation(device: Controller, block: AuthorisationBlock) -> Refusal:
    """The first reason against an authorisation, or `NONE`."""
    return next((refusal for refusal, holds in AUTHORISATION if holds(device, block)), Refusal.NONE)


def refuse_command(device: Controller, command: Command) -> Refusal:
    """The first reason against a command, or `NONE`."""
    if _old(device, command.id):
        return Refusal.OLD_ID
    kind = KINDS.get(command.kind)
    if kind is None or (command.argument and kind not in WITH_ARGUMENT):
        return Refusal.VALUE
    event = EVENT_OF.get(kind)
    if event is not None and event not in TABLE[device.state]:
        return REFUSED_IN[device.state]
    return next((refusal for refusal, holds in COMMAND[kind] if holds(device, command)), Refusal.NONE)
