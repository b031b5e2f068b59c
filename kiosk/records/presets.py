"""Presets in the record: a row that keeps one, a row that retires it; what a restart finds of both."""

from __future__ import annotations

from sqlite_utils import Database

from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.records.schema import TABLES

_KINDS = (Fact.PRESET.value, Fact.PRESET_RETIRED.value)


def presets(db: Database) -> tuple[tuple[tuple[int, EventRow], ...], int]:
    """Every preset that is not retired, its wall time (UTC ms) with its row, oldest first; and the next free number."""
    table = TABLES["event"]
    query = f"SELECT wall_ms, {', '.join(table.columns)} FROM event WHERE kind IN (?, ?) ORDER BY row"  # noqa: S608
    kept: dict[object, tuple[int, EventRow]] = {}
    highest = 0
    for wall_ms, *stored in run(db, query, _KINDS):
        row = table.row(stored)
        assert isinstance(row, EventRow), "the table holds events"
        number = row.body.get("preset")
        if not isinstance(number, int):
            continue
        highest = max(highest, number)
        if row.kind == Fact.PRESET:
            kept[number] = (int(wall_ms), row)
        else:
            kept.pop(number, None)
    return tuple(kept.values()), highest + 1
