"""What one part of the bench found: lines for the table, numbers for the file, series for the plots."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

Say = Callable[[str], None]
"""Where progress goes."""


class Line(msgspec.Struct, frozen=True):
    """One line of the table."""

    what: str
    ours: str
    theirs: str
    ratio: str
    goal: str = ""
    verdict: str = ""


class Found(msgspec.Struct, frozen=True):
    """All that one part found. `series` are named lists of ms, for the plots."""

    title: str
    how: str
    lines: tuple[Line, ...]
    numbers: dict[str, object]
    series: dict[str, list[float]] = {}
    remarks: tuple[str, ...] = ()
