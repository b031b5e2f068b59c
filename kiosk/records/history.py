"""What the record shows to people: pages of sessions, one session, one patient, and the totals of a course.

Reads only. Amounts are what was counted: the greater of commanded and measured of every treatment shot, uncertain ones
in full (LIM-6); primes and bench shots go to nobody and count for nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind

_COURSE = """
SELECT s.session, max(s.dose_nl, s.measured_dose_nl), s.wall_ms
FROM shot s JOIN session t ON t.session = s.session
WHERE t.patient = ? AND t.protocol = ? AND s.kind = ? AND ? = (
    SELECT json_extract(e.body, '$.product') FROM event e
    WHERE e.session = s.session AND e.kind = ? AND e.row < s.row ORDER BY e.row DESC LIMIT 1)
"""


def local(wall_ms: int) -> datetime:
    """Wall time of a row in the device's time zone."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone()


def day(wall_ms: int) -> str:
    """ISO date of a row in the device's time zone."""
    return local(wall_ms).date().isoformat()


def course(db: Database, patient: str, product: str, protocol: str) -> tuple[int, int, str]:
    """Sessions in which this patient was given this product under this protocol, nL counted, ISO date of the last.

    A session counts from its first treatment shot on; (0, 0, "") when there is none.
    """
    given: dict[int, tuple[int, int]] = {}
    treatment = AuthorisationKind.TREATMENT.value
    for session, nl, wall_ms in run(db, _COURSE, (patient, protocol, treatment, product, Fact.PRODUCT.value)):
        sum_nl, last = given.get(session, (0, 0))
        given[session] = (sum_nl + nl, max(last, wall_ms))
    if not given:
        return 0, 0, ""
    return len(given), sum(nl for nl, _ in given.values()), day(max(last for _, last in given.values()))


def patient_known(db: Database, code: str) -> bool:
    """Whether a session was ever opened for this code."""
    return run(db, "SELECT 1 FROM session WHERE patient = ? LIMIT 1", (code,)).fetchone() is not None


def similar_codes(db: Database, code: str) -> tuple[str, ...]:
    """Existing codes that are one typing slip away, the code itself excepted (LIM-15)."""
    codes: list[tuple[Any, ...]] = run(db, "SELECT DISTINCT patient FROM session ORDER BY patient").fetchall()
    return tuple(known for (known,) in codes if known != code and one_slip(known, code))


def one_slip(a: str, b: str) -> bool:
    """Whether two codes differ by one character changed, added, left out or swapped with its neighbour, or by case."""
    a, b = a.casefold(), b.casefold()
    if a == b:
        return True
    if len(a) == len(b):
        differing = [index for index in range(len(a)) if a[index] != b[index]]
        if len(differing) == 1:
            return True
        if len(differing) != 2 or differing[1] != differing[0] + 1:
            return False
        first, second = differing
        return a[first] == b[second] and a[second] == b[first]
    shorter, longer = sorted((a, b), key=len)
    return len(longer) == len(shorter) + 1 and any(
        longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer))
    )
