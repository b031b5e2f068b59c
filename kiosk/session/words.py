"""How the engine says values to people: units beside every number, the side in words, days (LIM-8, UI-2)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from drivers.registers import Fault, Input, Mode, Outcome
from kiosk.protocols.limits import Setting

HELD = int(Input.TRIGGER | Input.PEDAL)
"""Trigger or pedal, as bits of the status."""
DAY_MS = 24 * 3600 * 1000
MODE_WORDS = {Mode.SINGLE: "single shots", Mode.BURST: "bursts", Mode.CONTINUOUS: "continuous", Mode.BENCH: "bench"}

FAULT_WORDS = {
    Fault.HOMING: "the needle did not home",
    Fault.RETRACT: "the needle did not retract: lift the handpiece away",
    Fault.SPRING: "the spring is broken, the needle may be out: lift the handpiece away, have it mended, then home it",
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


def outcome_words(code: int) -> str:
    """How a motion ended, as a record tells it: "partial contact", and "code 77" for what the map does not name."""
    named = next((outcome.name for outcome in Outcome if outcome == code), f"code {code}")
    return named.lower().replace("_", " ")


def fault_words(bits: int) -> list[str]:
    """The controller's faults in words."""
    return [words for fault, words in FAULT_WORDS.items() if bits & fault] if bits else []


def mm(um: int) -> str:
    """Depth, um, as people read it."""
    return f"{um / 1000:.2f} mm"


def ul(nl: int) -> str:
    """Dose, nL, as people read it."""
    return f"{nl / 1000:.1f} uL"


def ml(nl: int) -> str:
    """Volume, nL, as people read it."""
    return f"{nl / 1_000_000:.2f} mL"


def rate(mhz: int) -> str:
    """Shots per 1000 s as people read them."""
    return f"{mhz / 1000:.1f} shots/s"


def as_sentence(reason: str) -> str:
    """A reason as it is shown: with a capital and a full stop."""
    return f"{reason[:1].upper()}{reason[1:]}."


def place(title: str, side: str) -> str:
    """The side is part of the place (LIM-15): "left cheek", "forehead"."""
    return title if side == "whole" else f"{side} {title[:1].lower()}{title[1:]}"


def in_words(setting: Setting, title: str) -> str:
    """A setting as it is confirmed: "Left cheek: 40 shots of 20.0 uL at 0.60 mm, single shots, 2.0 shots/s"."""
    where = place(title, setting.side)
    return (
        f"{where[:1].upper()}{where[1:]}: {setting.shots} shots of {ul(setting.dose_nl)} at {mm(setting.depth_um)}, "
        f"{MODE_WORDS[setting.mode]}, {rate(setting.rate_mhz)}"
    )


def iso_day(wall_ms: int) -> str:
    """UTC ms as an ISO date, UTC."""
    return _iso_day(wall_ms // DAY_MS)


@lru_cache(maxsize=4)
def _iso_day(days: int) -> str:
    return datetime.fromtimestamp(days * (DAY_MS // 1000), UTC).date().isoformat()
