"""What was given over all sessions: one table by day, practitioner, protocol, product and lot, as text and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date

import msgspec
from sqlite_utils import Database

from kiosk.records import chain
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.history import day
from kiosk.records.rows import AuthorisationKind

TITLES = ("day", "practitioner", "protocol", "product", "lot", "sessions", "shots", "uncertain", "given uL")
_LINES = """
SELECT s.session, s.wall_ms, s.user, s.protocol, t.measured_dose_nl, t.dose_nl, t.certainty,
    (SELECT e.body FROM event e WHERE e.session = s.session AND e.kind = ? AND e.row < t.row
     ORDER BY e.row DESC LIMIT 1)
FROM session s JOIN shot t ON t.session = s.session
WHERE t.kind = ? ORDER BY s.session, t.row
"""


class Sum(msgspec.Struct):
    """What one line of the report adds up."""

    sessions: set[int]
    shots: int = 0
    uncertain: int = 0
    given_nl: int = 0


class _Product(msgspec.Struct):
    product_title: str = ""
    lot: str = ""


Key = tuple[str, str, str, str, str]


def totals(db: Database, since: date | None = None, until: date | None = None) -> dict[Key, Sum]:
    """Treatment shots by day, practitioner, protocol, product and lot; days of the device, both ends included."""
    found: dict[Key, Sum] = {}
    treatment = AuthorisationKind.TREATMENT.value
    for session, wall_ms, user, protocol, measured, commanded, certainty, body in run(
        db, _LINES, (Fact.PRODUCT.value, treatment)
    ):
        when = day(wall_ms)
        if (since and when < since.isoformat()) or (until and when > until.isoformat()):
            continue
        product = msgspec.json.decode(body, type=_Product) if body else _Product()
        key = (when, user, protocol, product.product_title, product.lot)
        line = found.setdefault(key, Sum(set()))
        line.sessions.add(session)
        line.shots += 1
        line.uncertain += certainty != "done"
        line.given_nl += max(commanded, measured)
    return dict(sorted(found.items()))


def _cells(found: dict[Key, Sum]) -> list[list[str]]:
    return [
        [*key, str(len(line.sessions)), str(line.shots), str(line.uncertain), f"{line.given_nl / 1000:.1f}"]
        for key, line in found.items()
    ]


def as_text(db: Database, found: dict[Key, Sum]) -> str:
    """A plain table for a terminal; its first line says so when the treatments were simulated (UI-4)."""
    cells = [list(TITLES), *_cells(found)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(TITLES))]
    lines = [
        "  ".join(
            cell.rjust(width) if column >= 5 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    if chain.kind_of(db) == "simulated":
        lines.insert(0, "SIMULATED: no injector, no patient")
    return "\n".join(lines)


def as_csv(db: Database, found: dict[Key, Sum]) -> str:
    """The same as CSV, with a column that says whether it was simulated."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    simulated = str(chain.kind_of(db) == "simulated").lower()
    table.writerow([*(title.replace(" ", "_") for title in TITLES), "simulated"])
    table.writerows([*row, simulated] for row in _cells(found))
    return text.getvalue()
