"""How the engine says values to people: units beside every number, the side in words (LIM-8, UI-2)."""

from __future__ import annotations

from drivers.registers import Mode
from kiosk.protocols.limits import Setting

MODE_WORDS = {Mode.SINGLE: "single shots", Mode.BURST: "bursts", Mode.CONTINUOUS: "continuous", Mode.BENCH: "bench"}


def mm(um: int) -> str:
    return f"{um / 1000:.2f} mm"


def ul(nl: int) -> str:
    return f"{nl / 1000:.1f} uL"


def ml(nl: int) -> str:
    return f"{nl / 1_000_000:.2f} mL"


def rate(mhz: int) -> str:
    return f"{mhz / 1000:.1f} shots/s"


def place(title: str, side: str) -> str:
    """ "left cheek", "forehead": the side is part of the place (LIM-15)."""
    return title if side == "whole" else f"{side} {title[:1].lower()}{title[1:]}"


def in_words(setting: Setting, title: str) -> str:
    """A setting as it is confirmed: "Left cheek: 40 shots of 20.0 uL at 0.60 mm, single shots, 2.0 shots/s"."""
    where = place(title, setting.side)
    return (
        f"{where[:1].upper()}{where[1:]}: {setting.shots} shots of {ul(setting.dose_nl)} at {mm(setting.depth_um)}, "
        f"{MODE_WORDS[setting.mode]}, {rate(setting.rate_mhz)}"
    )
