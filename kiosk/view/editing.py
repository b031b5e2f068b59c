"""A value being edited: its limits, steps, typed digits, and the command that confirms it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import msgspec

from drivers.errors import NappageError
from kiosk.channel.snapshot import Catalogue, Snapshot, Value
from kiosk.view.instruments import FINE, limits_of
from kiosk.view.language import decimal, say
from kiosk.view.local import Draft, Local
from kiosk.view.numbers import UNITS, FieldName, digits, parse
from kiosk.view.setup import chosen_syringe, fill_of

TYPED = 8
"""Digits that a value may be typed with."""
LONGER = {"weight": 9}
"""A balance that reads 10 ug shows 123.45678 g."""
BENCH: dict[str, tuple[int, int, int, int]] = {
    "weight": (0, 10, 0, 220_000_000),
    "smallest": (2_000, 1_000, 1_000, 20_000),
    "warmth": (2_000, 10, 1_500, 3_000),
    "air": (101_300, 100, 60_000, 110_000),
    "damp": (50, 1, 10, 90),
    "gauge": (0, 1, 0, 10_000),
}
"""What a calibration is typed with: offered, step, lowest and highest; control looks again (ACC-5)."""
FILL_STEP_NL = 50_000
PRINTED_STEP_NL = 500_000
"""Barrels are sold in whole and half mL."""


def limits(field: FieldName, snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Value | None:
    """The setting with its limits, None when it cannot be edited now."""
    if field == "fill":
        syringe = chosen_syringe(local, catalogue)
        if syringe is None:
            return None
        return Value(
            value=fill_of(local, syringe),
            step=FILL_STEP_NL,
            hard_low=FILL_STEP_NL,
            hard_high=syringe.barrel_nl,
            hard_low_origin=say("syringe"),
            hard_high_origin=say("syringe"),
            default=syringe.barrel_nl,
        )
    if field == "printed":
        largest = max((entry.barrel_nl for entry in catalogue.syringes), default=PRINTED_STEP_NL)
        return Value(
            value=local.printed_nl,
            step=PRINTED_STEP_NL,
            hard_low=0,  # nothing read yet, which no syringe is fitted with
            hard_high=largest,
            hard_low_origin=say("syringe"),
            hard_high_origin=say("syringe"),
            default=0,
        )
    if field in FINE:
        return limits_of(field, snapshot, local)
    if field in BENCH:
        return _bench(field, snapshot, local)
    if snapshot.treat is None:
        return None
    values = {"depth": snapshot.treat.depth, "dose": snapshot.treat.dose, "rate": snapshot.treat.rate}
    return values.get(field, snapshot.treat.shots)


def figure(field: FieldName, local: Local) -> int:
    """What was typed for a calibration, or what is offered."""
    return local.figures.get(field, BENCH[field][0])


def _bench(field: FieldName, snapshot: Snapshot, local: Local) -> Value | None:
    """A figure of the calibration that is open; a weight begins at the last one."""
    work = snapshot.calibrating
    if work is None:
        return None
    offered, step, low, high = BENCH[field]
    now = figure(field, local)
    if field == "weight":
        now = max(low, work.last_ug or 0) // step * step
    if field == "gauge":
        now = next((each.depth_um for each in work.gauge if each.gauge_um is None), offered)
    origin = (
        say("gauge")
        if field == "gauge"
        else say("balance")
        if field == "weight"
        else say("device")
        if field == "smallest"
        else say("table")
    )
    return Value(now, step, low, high, origin, origin, offered)


def stepped(draft: Draft, value: Value, steps: int, now: float) -> Draft:
    """One step up or down on the grid, stopping at the hard limits (a stepper offers nothing outside)."""
    start = read(draft, value)
    base = start if isinstance(start, int) else draft.value
    moved = (
        (base // value.step + steps) * value.step
        if base % value.step == 0 or steps > 0
        else (base // value.step) * value.step
    )
    return Draft(field=draft.field, value=max(value.hard_low, min(value.hard_high, moved)), since=now)


def typed(draft: Draft, key: str, now: float) -> Draft:
    """The draft after one key of the number pad: a digit, "." or "back"."""
    text = draft.typed[:-1] if key == "back" else (draft.typed + key)[: LONGER.get(draft.field, TYPED)]
    return msgspec.structs.replace(draft, typed=text, since=now, fault="")


def read(draft: Draft, value: Value) -> int | NappageError:
    """The value a draft stands for, or the error that says why it cannot be one."""
    if not draft.typed:
        return draft.value
    try:
        return parse(
            draft.field,
            draft.typed,
            low=value.hard_low,
            high=value.hard_high,
            step=value.step,
            origin=value.hard_high_origin,
        )
    except NappageError as fault:
        return fault


def typed_number(draft: Draft) -> int:
    """What is typed, in the field's own unit, whatever stands against it; the draft's value where it is no number."""
    try:
        return round(Decimal(draft.typed.replace(",", ".")) * UNITS[draft.field].scale)
    except (InvalidOperation, ValueError, OverflowError):
        return draft.value


def shown(draft: Draft) -> str:
    """The number as the panel shows it: what is typed, else the value stepped to."""
    return decimal(draft.typed) or digits(draft.field, draft.value)
