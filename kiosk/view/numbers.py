"""Only this file turns integers into the numbers people read, and typed text back into integers (UI-2).

A unit stands beside every number; no thousands separators; the decimal sign shown is the language's, point and comma
are both taken as typed.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from kiosk.view.errors import NotADate, NotANumber, OutsideHard, TooFine, ZerosInARow
from kiosk.view.language import decimal, many, mark, say, spoken

FIRM = "\u00a0"
"""The space at which no line breaks."""
JOINT = mark("; ")
"""What stands between two parts of a sentence: in French with a space before it, as before a colon."""
CLOSE = re.compile(r"(?<=[^\s:;])(?=[:;](?:\s|$))")
FieldName = Literal[
    "depth", "dose", "rate", "shots", "fill", "printed", "weight", "smallest", "warmth", "air", "damp", "gauge",
    "balance_step", "balance_u", "gauge_step", "gauge_u", "thermometer_step", "thermometer_u", "barometer_step",
    "barometer_u",
]  # fmt: skip


class Unit(msgspec.Struct, frozen=True):
    """How one field is written: `scale` integers make one unit, shown with `places` decimals."""

    name: str
    scale: int
    places: int


UNITS: dict[FieldName, Unit] = {
    "depth": Unit("mm", 1_000, 2),
    "dose": Unit("uL", 1_000, 1),
    "rate": Unit(mark("shots/s"), 1_000, 1),
    "shots": Unit(mark("shots"), 1, 0),
    "fill": Unit("mL", 1_000_000, 2),
    "printed": Unit("mL", 1_000_000, 2),
    "weight": Unit("g", 1_000_000, 5),
    "smallest": Unit("uL", 1_000, 1),
    "warmth": Unit(mark("degrees C"), 100, 1),
    "air": Unit("hPa", 100, 0),
    "damp": Unit(mark("% humidity"), 1, 0),
    "gauge": Unit("mm", 1_000, 3),
    "balance_step": Unit("mg", 1_000, 3),
    "balance_u": Unit("mg", 1_000, 3),
    "gauge_step": Unit("um", 1_000, 1),
    "gauge_u": Unit("um", 1_000, 1),
    "thermometer_step": Unit(mark("degrees C"), 1_000, 2),
    "thermometer_u": Unit(mark("degrees C"), 1_000, 2),
    "barometer_step": Unit("hPa", 100, 2),
    "barometer_u": Unit("hPa", 100, 2),
}
SYMBOLS = (
    "mm", "um", "uL", "nL", "pL", "mL", "L", "mg/mL", "mg", "g", "kPa", "hPa", "ms", "s", "min", "h", "V", "Hz", "%",
)  # fmt: skip
"""Units that are written alike in every language."""
STEP, OWN = mark("Smallest step that it shows"), mark("Its uncertainty (k = 2), 0 if not given")
AS_IT_STANDS = frozenset({"weight", "air", "gauge"}) | {name for name in UNITS if name.endswith(("_step", "_u"))}
"""Read off an instrument, zeros and all (UI-2 is about values that somebody chooses)."""
TITLES: dict[FieldName, str] = {
    "depth": mark("Depth"),
    "dose": mark("Dose"),
    "rate": mark("Rate"),
    "shots": mark("Shots"),
    "fill": mark("Fill"),
    "printed": mark("Printed volume"),
    "weight": mark("Weight on the balance"),
    "smallest": mark("Smallest dose"),
    "warmth": mark("Temperature"),
    "air": mark("Air pressure"),
    "damp": mark("Humidity"),
    "gauge": mark("What the gauge showed"),
    "balance_step": STEP,
    "balance_u": OWN,
    "gauge_step": STEP,
    "gauge_u": OWN,
    "thermometer_step": STEP,
    "thermometer_u": OWN,
    "barometer_step": STEP,
    "barometer_u": OWN,
}


def digits(field: FieldName, value: int) -> str:
    """The number alone, exact to its places, rounded half up for display only."""
    unit = UNITS[field]
    tenth = 10**unit.places
    shown = (value * tenth * 2 + unit.scale) // (2 * unit.scale)
    return decimal(f"{shown // tenth}.{shown % tenth:0{unit.places}d}") if unit.places else str(shown)


def together(text: str) -> str:
    """A text whose lines never end between a number and its unit (UI-2), nor before a sign that French sets apart."""
    return _tied(text, spoken()) if text else text


@lru_cache(maxsize=4096)
def _tied(text: str, language: str) -> str:
    if say(JOINT).startswith(" "):  # a language that sets such a sign apart: what was put together is written so too
        text = CLOSE.sub(FIRM, text)
    return _units(language).sub(lambda met: met[0].replace(" ", FIRM), text)


@lru_cache(maxsize=8)
def _units(language: str) -> re.Pattern[str]:
    """What is tied in this language, which is the one spoken: a number and a unit as they stand beside each other."""
    del language  # what `say` gives depends on it
    counted = (many("{count} shot", "{count} shots", count).partition(" ")[2] for count in (1, 2))
    words = {*SYMBOLS, *counted, *(say(unit.name) for unit in UNITS.values())} - {""}
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<=\d) (?:{listed})(?![\w/])| (?=[:;?!»])|(?<=«) ")


def with_unit(field: FieldName, value: int) -> str:
    """Number and unit: ``0.60 mm``."""
    if field == "shots":
        return shots(value)
    return f"{digits(field, value)} {say(UNITS[field].name)}"


def mm(um: int) -> str:
    """A depth, two decimals."""
    return with_unit("depth", um)


def ul(nl: int) -> str:
    """A dose, one decimal."""
    return with_unit("dose", nl)


def ml(nl: int) -> str:
    """A fill, two decimals."""
    return with_unit("fill", nl)


def volume(nl: int) -> str:
    """A volume in the unit that reads best: below 1 mL in uL, else in mL."""
    return ul(nl) if nl < 1_000_000 else ml(nl)


def amount(used: int, unit: Literal["nL", "shots", "sessions"]) -> str:
    """A total with its unit."""
    if unit == "nL":
        return volume(used)
    return shots(used) if unit == "shots" else many("{count} session", "{count} sessions", used)


def shots(count: int) -> str:
    """A number of shots: ``1 shot``, ``12 shots``."""
    return many("{count} shot", "{count} shots", count)


def parse(field: FieldName, text: str, *, low: int, high: int, step: int, origin: str) -> int:
    """The integer a person typed, in the field's own unit.

    Raises `NotANumber`, `ZerosInARow` (UI-2), `TooFine` (never rounded silently, LIM-3) or `OutsideHard` (LIM-1).
    """
    unit = UNITS[field]
    plain = text.strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", plain):
        raise NotANumber(text=text)
    bare = plain.replace(".", "")
    if field not in AS_IT_STANDS and (bare.startswith("000") or bare.endswith("000")):
        raise ZerosInARow(text=text)
    whole, _, rest = plain.partition(".")
    millionths = int(whole) * 1_000_000 + int(rest.ljust(6, "0"))
    value, left = divmod(millionths * unit.scale, 1_000_000)
    if left or value % step:
        raise TooFine(text=text, step=with_unit(field, step))
    if not low <= value <= high:
        raise OutsideHard(
            text=with_unit(field, value), low=digits(field, low), high=with_unit(field, high), origin=origin
        )
    return value


def iso_date(typed: str) -> str:
    """Eight typed digits as ``2027-04-30``; raises `NotADate`."""
    plain = typed.replace("-", "")
    try:
        if not re.fullmatch(r"\d{8}", plain):
            raise ValueError(typed)
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:])).isoformat()
    except ValueError as fault:
        raise NotADate(text=typed) from fault


def iso_moment(typed: str) -> str:
    """Twelve typed digits as ``2027-04-30 18:05``; raises `NotADate`."""
    day, hour, minute = iso_date(typed[:8]), typed[8:10], typed[10:]
    if not re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", hour + minute):
        raise NotADate(text=typed)
    return f"{day} {hour}:{minute}"


def moment_typed(typed: str) -> str:
    """Typed digits as they grow into date and time."""
    shown = typed[8:12].ljust(4, "_")
    return f"{dashed(typed)} {shown[:2]}:{shown[2:]}"


def dashed(typed: str) -> str:
    """Typed digits as they grow into a date, with blanks for what is missing."""
    shown = typed[:8].ljust(8, "_")
    return f"{shown[:4]}-{shown[4:6]}-{shown[6:]}"
