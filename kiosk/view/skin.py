"""The cut through the skin: layers as far as a published figure says, limits as lines, the needle where it really is.

Depth is needle travel from the skin plate; so are all limits, and an angle never raises one. A tilted needle reaches
travel x sin(angle) below the surface, which is said beside it.

Layers are to scale only where their thickness has a source: epidermis and dermis together by ultrasound, women and in
two zones men (PMC9205051, grade A). No figure is known for the epidermis alone or for the subcutis, and the picture
says so.
"""

from __future__ import annotations

from math import radians, sin
from typing import Literal

import msgspec

from kiosk.channel.snapshot import Treat, Value
from kiosk.view.language import say
from kiosk.view.numbers import digits, mm

SKIN_UM: dict[str, tuple[int, int]] = {
    "forehead": (1060, 1390),
    "glabella": (1090, 0),
    "temple": (980, 0),
    "lower_eyelid": (750, 850),
    "nose": (1120, 0),
    "zygoma": (1070, 0),
    "submandibular": (1090, 0),
    "neck": (1160, 0),
}
"""Epidermis and dermis together, um: women, men (0: not measured)."""
STEPS_UM = (100, 200, 500, 1000)
"""Distances between the marks of the scale."""
MARKS = 8
"""Most marks of the scale."""
Kind = Literal["hard", "soft", "set", "reach"]


class Mark(msgspec.Struct, frozen=True):
    """A line across the tissue with its words."""

    kind: Kind = "set"
    at_um: int = 0
    text: str = ""


class Section(msgspec.Struct, frozen=True):
    """The picture; all lengths in um below the surface."""

    span_um: int = 2000
    step_um: int = 500
    ticks: tuple[tuple[int, str], ...] = ()
    skin_um: int = 0
    """Where the dermis ends in women; 0 where nobody has published it."""
    thickest_um: int = 0
    """The same in men, 0 where not measured."""
    marks: tuple[Mark, ...] = ()
    travel_um: int = 0
    """Of the needle now."""
    angle_deg: int = 90
    over: bool = False
    """Set beyond the usual range."""
    home: bool = False
    """The home switch is seen; without it no picture shows the needle as drawn in (STP-5)."""
    note: str = ""


def section(treat: Treat) -> Section:
    """The cut at the chosen zone."""
    depth, angle = treat.depth, treat.angle_deg
    skin, thickest = SKIN_UM.get(treat.zone, (0, 0))
    deepest = max(depth.hard_high, depth.value, treat.needle_um, skin, thickest)
    step = next((step for step in STEPS_UM if deepest * 1.12 / step <= MARKS), STEPS_UM[-1])
    span = -(-deepest * 112 // 100 // step) * step
    low = depth.soft_low is not None and depth.value < depth.soft_low
    high = depth.soft_high is not None and depth.value > depth.soft_high
    return Section(
        span_um=max(span, 2 * step),
        step_um=step,
        ticks=tuple((um, digits("depth", um).removesuffix("0")) for um in range(0, max(span, 2 * step) + 1, step)),
        skin_um=skin,
        thickest_um=thickest,
        marks=_marks(depth, angle),
        travel_um=treat.needle_um,
        angle_deg=angle,
        over=low or high,
        home=treat.retracted,
        note=_note(skin, thickest, angle),
    )


def _marks(depth: Value, angle: int) -> tuple[Mark, ...]:
    found = [Mark("hard", depth.hard_low, say("min {depth}", depth=mm(depth.hard_low)))] if depth.hard_low else []
    if depth.soft_low is not None and depth.soft_low > depth.hard_low:
        found.append(Mark("soft", depth.soft_low, say("usual {depth}", depth=mm(depth.soft_low))))
    if angle < 90:
        deep = below(depth.value, angle)
        found.append(Mark("reach", deep, f"{angle}°: {mm(deep)}"))
    found.append(Mark("set", depth.value, say("set {depth}", depth=mm(depth.value))))
    if depth.soft_high is not None and depth.soft_high < depth.hard_high:
        found.append(Mark("soft", depth.soft_high, say("usual {depth}", depth=mm(depth.soft_high))))
    found.append(Mark("hard", depth.hard_high, say("max {depth}", depth=mm(depth.hard_high))))
    return tuple(sorted(found, key=lambda mark: mark.at_um))


def below(travel_um: int, angle_deg: int) -> int:
    """How deep below the surface the tip of a tilted needle is, um, rounded to the nearest."""
    return round(travel_um * sin(radians(angle_deg)))


def _note(skin: int, thickest: int, angle: int) -> str:
    travel = "" if angle == 90 else say(" Limits are travel at any angle.")
    if not skin:
        return say("No published thickness here: no layer is drawn.") + travel
    who = say("women {skin}", skin=mm(skin))
    who = say("women {skin}, men {thickest}", skin=mm(skin), thickest=mm(thickest)) if thickest else who
    return say("Skin: {who} (A). Epidermis, subcutis: no figure.{travel}", who=who, travel=travel)
