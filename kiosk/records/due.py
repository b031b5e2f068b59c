"""Whose next session is near or past, as it was agreed at the end of the last one: codes and dates, nothing else.

The one thing only this file knows is when a date is done with: as soon as a later session of that course gave a shot,
or another date, or none, was agreed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlite_utils import Database

from kiosk.channel.followup import DueLine, DueList
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind

NEAR_DAYS = 7
"""A date is near from so many days before it."""
LINES_MAX = 50

_AGREED = """
SELECT s.patient, json_extract(e.body, '$.date') FROM event e JOIN session s ON s.session = e.session
WHERE e.kind = ? AND e.row = (
    SELECT max(f.row) FROM event f JOIN session t ON t.session = f.session
    WHERE f.kind = e.kind AND t.patient = s.patient AND t.protocol = s.protocol)
AND NOT EXISTS (
    SELECT 1 FROM session t JOIN shot ON shot.session = t.session AND shot.kind = ?
    WHERE t.patient = s.patient AND t.protocol = s.protocol AND t.session > s.session)
"""


def due(db: Database, today: date | None = None) -> DueList:
    """Codes whose next date is within a week or past, the oldest date first; each code once."""
    now = today or datetime.now(UTC).astimezone().date()
    soonest: dict[str, date] = {}
    for patient, agreed in run(db, _AGREED, (Fact.NEXT_DATE.value, AuthorisationKind.TREATMENT.value)):
        day = _day(agreed)
        if day is not None and (day - now).days <= NEAR_DAYS:
            soonest[patient] = min(day, soonest.get(patient, day))
    found = sorted((day, patient) for patient, day in soonest.items())
    return DueList(tuple(DueLine(patient, day.isoformat(), (day - now).days) for day, patient in found[:LINES_MAX]))


def _day(agreed: object) -> date | None:
    """A date as it was recorded; None for none, and for what is no date."""
    try:
        return date.fromisoformat(agreed) if isinstance(agreed, str) and agreed else None
    except ValueError:
        return None
