"""What differs between two resolved sets of profiles, key by key in the words of the files: never a raw text diff.

The one thing only this file knows is how a resolved set is laid out in lines of "key, value with unit", so that an
administrator reads "zones.forehead.depth.default 0.50 mm -> 0.60 mm" and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import msgspec

UNITS: tuple[tuple[str, str, int, int], ...] = (
    ("_um_per_s2", "m/s2", 1_000_000, 0), ("_um_per_s", "mm/s", 1000, 0), ("_nl_per_s", "uL/s", 1000, 0),
    ("_upas", "mPa s", 1000, 0), ("_kpa", "kPa", 1, 0), ("_days", "days", 1, 0), ("_deg", "deg", 1, 0),
    ("_nm", "um", 1000, 0), ("_um", "mm", 1000, 2), ("_nl", "uL", 1000, 0), ("depth", "mm", 1000, 2),
    ("dose", "uL", 1000, 0), ("rate", "shots/s", 1000, 1), ("shots", "shots", 1, 0), ("shots_max", "shots", 1, 0),
)  # fmt: skip
"""Ending of a key, the unit it is written in, how many of the key's own make one, and the fewest decimals."""
PAIR = 2
PARTS = {
    "text": "{}", "low": "from {}", "high": "to {}", "default": "{} first", "soft": "usual {}", "hard": "hard {}",
    "grade": "grade {}", "source": "",
}  # fmt: skip
"""What a figure, a guide or a line of a list consists of, as it stands in one line; a source is left out."""


class Difference(msgspec.Struct, frozen=True):
    """One key; "" stands for "was not there" in `old` and for "is gone" in `new`."""

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.key} {self.old or '(new)'} -> {self.new or '(gone)'}"


def differences(old: str, new: str) -> tuple[Difference, ...]:
    """Every key that differs between two contents (JSON, as `Library.content` gives it), in the new one's order."""
    before, after = dict(lines(old)), dict(lines(new))
    changed = [Difference(key, before.get(key, ""), text) for key, text in after.items() if before.get(key) != text]
    gone = [Difference(key, text, "") for key, text in before.items() if key not in after]
    return tuple(changed + gone)


def everything(content: str) -> tuple[Difference, ...]:
    """What is approved the first time: every figure of the treatment on one line, then what each shared list holds.

    Sources are left out, their grade is told; `nappage check` prints them.
    """
    whole: dict[str, Any] = json.loads(content)
    own = json.dumps({"protocol": whole["protocol"]})
    shared = [
        Difference(f"shared.{name}", "", ", ".join(key for key, _ in entries))
        for name, entries in whole.items()
        if name != "protocol"
    ]
    figures: dict[str, dict[str, str]] = {}
    for key, text in lines(own):
        whose, _, part = key.rpartition(".")
        if part in PARTS:
            figures.setdefault(whose, {})[part] = text
        else:
            figures[key] = {"text": text}
    return (*(Difference(key, "", _one_line(parts)) for key, parts in figures.items()), *shared)


def _one_line(parts: dict[str, str]) -> str:
    """What is known of a figure, in the order of `PARTS`."""
    told = (words.format(parts[part]) for part, words in PARTS.items() if parts.get(part, "none") != "none")
    return ", ".join(filter(None, told)) or "none"


def lines(content: str) -> Iterator[tuple[str, str]]:
    """Each key with its value in words, the treatment's own first; no key comes twice, so that none hides another."""
    whole: dict[str, Any] = json.loads(content)
    yield from _lines("", "", whole.pop("protocol"))
    for name, part in whole.items():
        yield from _lines(f"shared.{name}", "", part)


def _lines(path: str, unit: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            if key != "key":
                yield from _lines(f"{path}.{key}" if path else key, _unit(key) or unit, inner)
        return
    entries = _keyed(value)
    if entries is None:
        yield path, _words(value, unit)
        return
    yield f"{path}.order", ", ".join(key for key, _ in entries)
    for key, inner in entries:
        yield from _lines(f"{path}.{key}", "", inner)


def _keyed(value: object) -> list[tuple[str, object]] | None:
    """Entries of a list that have keys of their own; None for any other value."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    if items and all(isinstance(item, dict) for item in items):
        return [(item["key"], item) for item in items]
    if items and all(isinstance(item, list) for item in items):
        return [(key, inner) for key, inner in items]
    return None


def _unit(key: str) -> str:
    """The ending that says the unit; inside a figure or guide the unit of the whole goes on."""
    return next((ending for ending, *_ in UNITS if key.endswith(ending)), "")


def _words(value: object, unit: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _amount(value, unit)
    if isinstance(value, list):
        items = cast("list[object]", value)
        joined = " to " if len(items) == PAIR and isinstance(items[0], int) else ", "
        return joined.join(_words(item, unit) for item in items) or "(empty)"
    return str(value) or "(empty)"


def _amount(value: int, key: str) -> str:
    """The exact value: what is rounded could hide a change."""
    for ending, name, one, places in UNITS:
        if ending == key:
            exact = (Decimal(value) / one).normalize()
            unit = name.removesuffix("s") if value == 1 and name in ("shots", "days") else name
            return f"{max(exact, exact.quantize(Decimal(1).scaleb(-places)), key=_places):f} {unit}"
    return str(value)


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
