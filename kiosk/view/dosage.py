"""The dose as pictures: a ring of shots, a syringe with what can still be given, the line's pressure."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import PressureState, Treat
from kiosk.view.language import many, mark, say
from kiosk.view.numbers import volume
from kiosk.view.touch import Tone

PRESSURES: dict[PressureState, tuple[str, Tone]] = {
    "free": (mark("free"), "good"),
    "resisting": (mark("resisting"), "warn"),
    "blocked": (mark("nearly blocked"), "warn"),
}
LOW = 0.15
"""A syringe is called low under this share of its fill."""


class Ring(msgspec.Struct, frozen=True):
    """Shots done against planned; `share` from 0 to 1."""

    number: str = ""
    words: str = ""
    share: float = 0.0
    running: bool = False


def ring(treat: Treat) -> Ring:
    """While armed what is done of what was armed for, else what would be armed."""
    arming = treat.arming
    if arming is None:
        return Ring(str(treat.shots.value), say("to arm"))
    share = min(1.0, arming.done / arming.planned) if arming.planned else 0.0
    return Ring(str(arming.done), many("of {count} shot", "of {count} shots", arming.planned), share, running=True)


class Barrel(msgspec.Struct, frozen=True):
    """The syringe on its side: shares of its fill, from the nozzle."""

    text: str = ""
    detail: str = ""
    left: float = 0.0
    kept: float = 0.0
    """What stays in it: the reserve."""
    tone: Tone = "primary"


def barrel(treat: Treat) -> Barrel:
    """What is left, less the reserve, which stays in the barrel."""
    fill = treat.syringe_fill_nl
    left, kept = treat.syringe_left_nl, max(0, treat.syringe_left_nl - treat.usable_nl)
    share = _share(left, fill)
    tone: Tone = "danger" if treat.usable_nl <= 0 else "warn" if share < LOW else "primary"
    return Barrel(
        text=say("{volume} usable", volume=volume(treat.usable_nl)),
        detail=say("of {left}, {kept} kept", left=volume(left), kept=volume(kept)),
        left=share,
        kept=_share(kept, fill),
        tone=tone,
    )


class Pressure(msgspec.Struct, frozen=True):
    """The line's pressure from 0 to the occlusion threshold, with the shares at which its word changes."""

    text: str = ""
    limit: str = ""
    level: float = 0.0
    resisting: float = 0.0
    blocked: float = 0.0
    """0 while no controller has said its threshold."""
    tone: Tone = "good"


def pressure(treat: Treat) -> Pressure:
    """The word counts; the bar shows the way to it."""
    word, tone = PRESSURES[treat.pressure]
    full = treat.occlusion_kpa
    return Pressure(
        text=f"{say(word)}, {treat.pressure_kpa} kPa",
        limit=say("Line: stops at {full} kPa", full=full) if full else say("Line: threshold not known"),
        level=_share(treat.pressure_kpa, full),
        resisting=_share(treat.resisting_kpa, full),
        blocked=_share(treat.blocked_kpa, full),
        tone=tone,
    )


def _share(part: int, whole: int) -> float:
    return max(0.0, min(1.0, part / whole)) if whole > 0 else 0.0
