"""How values and origins are written in the sentences of this room: always with a unit, never with a thousands mark."""

from __future__ import annotations

from decimal import Decimal

from kiosk.protocols.limits import Limit, Origin, Range

ORIGIN_WORDS: dict[Origin, str] = {
    Origin.DEVICE: "device limit",
    Origin.CONTROLLER: "controller limit",
    Origin.CALIBRATION: "calibration limit",
    Origin.NEEDLE: "needle limit",
    Origin.PROTOCOL: "protocol limit",
    Origin.ZONE: "zone limit",
    Origin.PRODUCT: "product limit",
    Origin.SYRINGE: "syringe limit",
    Origin.COURSE: "course limit",
    Origin.CLINIC: "clinic limit",
}

_ML = 1_000_000


def amount(value: int, unit: str) -> str:
    """`value` in the unit people read: um as mm, nL as uL and from 1 mL on as mL, mHz as shots/s, others as they are.

    No number ends in three zeros, which are misread too easily (UI-2).
    """
    match unit:
        case "um":
            return f"{Decimal(value) / 1000:.2f} mm"
        case "nL" if value >= _ML:
            return f"{(Decimal(value) / _ML).normalize():f} mL"
        case "nL":
            return f"{(Decimal(value) / 1000).normalize():f} uL"
        case "mHz":
            return f"{Decimal(value) / 1000:.1f} shots/s"
        case _ if value == 1:
            return f"1 {unit.removesuffix('s')}"
        case _:
            return f"{value} {unit}"


def bound(limit: Limit, unit: str) -> str:
    """A bound with its origin: "1.05 mm (zone limit)"."""
    return f"{amount(limit.value, unit)} ({ORIGIN_WORDS[limit.origin]})"


def allowed(span: Range) -> str:
    """The hard bounds of a range in words."""
    return f"{bound(span.hard_low, span.unit)} to {bound(span.hard_high, span.unit)}"
