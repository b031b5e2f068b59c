"""Sums that have to agree within the record: what rows say of other rows, against those rows (LED-11)."""

from __future__ import annotations

from collections.abc import Generator

from sqlite_utils import Database

from kiosk.records.connection import run

_UNDER = (
    "SELECT r.id, r.shots, (SELECT count(*) FROM shot s "
    "WHERE s.authorisation = r.id AND s.number > 0 AND s.row < r.row) FROM resolution r ORDER BY r.row"
)
_SIGNED = """
SELECT c.session, c.shots, c.given_nl, count(s.row), coalesce(sum(max(s.dose_nl, s.measured_dose_nl)), 0)
FROM closing c LEFT JOIN shot s ON s.session = c.session AND s.kind = 'treatment' AND s.row < c.row
GROUP BY c.row ORDER BY c.row
"""


def disagreements(db: Database) -> Generator[str, None, None]:
    """One sentence for each sum that does not agree."""
    for id_, said, found in run(db, _UNDER):
        if found != said:
            yield f"Authorisation {id_} is closed with {said} shots, but {found} are recorded under it"
    for session, said, said_nl, found, found_nl in run(db, _SIGNED):
        if (said, said_nl) != (found, found_nl):
            yield (
                f"Session {session} is signed with {said} shots and {said_nl / 1000:.1f} uL, "
                f"but {found} shots and {found_nl / 1000:.1f} uL are recorded"
            )
