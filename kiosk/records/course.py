"""What earlier sessions of a patient code count towards this one: the course behind LIM-6's totals and its interval.

The one thing only this file knows is which recorded shot belongs to which course. Reads only; every shot counts the
greater of commanded and measured, uncertain ones in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlite_utils import Database

from kiosk.protocols.budget import NIGHT_MS, Course, Given, Today
from kiosk.protocols.limits import Counted
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind
from kiosk.session.exchange import ReadCourse

_GIVEN = """
SELECT s.session, s.kind, s.zone, max(s.dose_nl, s.measured_dose_nl), s.wall_ms
FROM shot s JOIN session t ON t.session = s.session
WHERE t.patient = ? AND s.session <> ? AND s.kind IN (?, ?) AND ? = (
    SELECT json_extract(e.body, '$.product') FROM event e
    WHERE e.session = s.session AND e.kind = ? AND e.row < coalesce(
        (SELECT a.row FROM authorisation a WHERE a.id = s.authorisation), s.row)
    ORDER BY e.row DESC LIMIT 1)
"""
"""A shot was of the product in use when it was authorised: one recovered later may be recorded under another."""

_PLANNED = """
SELECT s.session, s.zone, s.side, max(s.dose_nl, s.measured_dose_nl), s.wall_ms
FROM shot s JOIN session t ON t.session = s.session
WHERE t.patient = ? AND s.session <> ? AND s.kind = ? AND t.protocol = ?
"""
TREATMENT, PRIME = AuthorisationKind.TREATMENT.value, AuthorisationKind.PRIME.value


def course(db: Database, asked: ReadCourse) -> Course:
    """The course of a patient before session `besides`, which is left out: its own shots are counted while it runs.

    Sessions and volume are of the product, under whatever protocol, for it is the product that limits them; the
    protocol's own plan counts sessions under it. A session counts from its first treatment shot on. Days are by
    calendar date in the device's time zone, by zone, both sides of a paired one together. What was given less than
    `NIGHT_MS` ago is of this day as well: midnight gives no limit anew. A prime counts for the product on its day, as
    it does in its own session, and for nothing else.
    """
    now = _day(asked.wall_ms)

    def today(wall_ms: int) -> bool:
        return _days(wall_ms, now) == 0 or asked.wall_ms - wall_ms < NIGHT_MS

    who = (asked.patient, asked.besides)
    of_product = (*who, TREATMENT, PRIME, asked.product, Fact.PRODUCT.value)
    last: dict[str, int] = {}
    sessions: set[int] = set()
    total_nl = today_shots = today_nl = 0
    for session, kind, zone, nl, wall_ms in run(db, _GIVEN, of_product):
        counts = today(wall_ms)
        today_nl += nl if counts else 0
        if kind == TREATMENT:
            sessions.add(session)
            last[zone] = max(last.get(zone, 0), wall_ms)
            total_nl += nl
            today_shots += counts
    planned, in_zones = _planned(db, (*who, TREATMENT, asked.protocol), today)
    return Course(
        sessions=len(sessions),
        nl=total_nl,
        planned=planned,
        given=tuple(Given(zone, _days(wall_ms, now)) for zone, wall_ms in sorted(last.items())),
        product_today=Counted(today_shots, today_nl),
        today=in_zones,
    )


def _planned(db: Database, whose: tuple[object, ...], today: Callable[[int], bool]) -> tuple[int, tuple[Today, ...]]:
    """Sessions under the protocol, and what those of this day gave in each zone and side."""
    sessions: set[int] = set()
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for session, zone, side, nl, wall_ms in run(db, _PLANNED, whose):
        sessions.add(session)
        if today(wall_ms):
            found[zone, side].append(nl)
    return len(sessions), tuple(Today(*place, Counted(len(nls), sum(nls))) for place, nls in sorted(found.items()))


def _day(wall_ms: int) -> date:
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone().date()


def _days(wall_ms: int, today: date) -> int:
    """Whole days since; none when the clock was set back."""
    return max(0, (today - _day(wall_ms)).days)
