"""What earlier sessions of a patient code count towards this one: the course behind LIM-6's totals and its interval.

The one thing only this file knows is which recorded shot belongs to which course. Reads only; every shot counts the
greater of commanded and measured, uncertain ones in full.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlite_utils import Database

from kiosk.protocols.budget import Course, Given
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind

_GIVEN = """
SELECT s.session, s.zone, max(s.dose_nl, s.measured_dose_nl), s.wall_ms
FROM shot s JOIN session t ON t.session = s.session
WHERE t.patient = ? AND s.session <> ? AND s.kind = ? AND ? = (
    SELECT json_extract(e.body, '$.product') FROM event e
    WHERE e.session = s.session AND e.kind = ? AND e.row < coalesce(
        (SELECT a.row FROM authorisation a WHERE a.id = s.authorisation), s.row)
    ORDER BY e.row DESC LIMIT 1)
"""
"""A shot was of the product in use when it was authorised: one recovered later may be recorded under another."""

_PLANNED = """
SELECT count(DISTINCT s.session) FROM shot s JOIN session t ON t.session = s.session
WHERE t.patient = ? AND s.session <> ? AND s.kind = ? AND t.protocol = ?
"""


def course(
    db: Database, patient: str, product: str, protocol: str, *, besides: int, today: date | None = None
) -> Course:
    """The course of `patient` before session `besides`, which is left out: its own shots are counted while it runs.

    Sessions and volume are of the product, under whatever protocol, for it is the product that limits them; the
    protocol's own plan counts sessions under it. A session counts from its first treatment shot on. Days are by
    calendar date in the device's time zone, by zone, both sides of a paired one together.
    """
    treatment = AuthorisationKind.TREATMENT.value
    sessions: set[int] = set()
    last: dict[str, int] = {}
    total_nl = 0
    for session, zone, nl, wall_ms in run(db, _GIVEN, (patient, besides, treatment, product, Fact.PRODUCT.value)):
        sessions.add(session)
        last[zone] = max(last.get(zone, 0), wall_ms)
        total_nl += nl
    (planned,) = run(db, _PLANNED, (patient, besides, treatment, protocol)).fetchone()
    now = today or datetime.now(UTC).astimezone().date()
    return Course(
        sessions=len(sessions),
        nl=total_nl,
        planned=planned,
        given=tuple(Given(zone, _days(wall_ms, now)) for zone, wall_ms in sorted(last.items())),
    )


def _days(wall_ms: int, today: date) -> int:
    """Whole days since; none when the clock was set back."""
    return max(0, (today - datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone().date()).days)
