"""Checks of the device as the record holds them: how each ended last, and when it passed last."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import Checked

LAST = """
SELECT wall_ms, user, body FROM event WHERE row IN (
    SELECT max(row) FROM event WHERE kind = ? GROUP BY json_extract(body, ?)) ORDER BY row
"""
_PASSED = """
SELECT json_extract(body, '$.check'), max(wall_ms) FROM event
WHERE kind = ? AND json_extract(body, '$.outcome') = 'passed' GROUP BY 1
"""


def last_checks(db: Database) -> tuple[Checked, ...]:
    """How each check ended last, in the order in which they were done."""
    passed = {str(check): int(wall_ms) for check, wall_ms in run(db, _PASSED, (Fact.CHECKED.value,))}
    found: list[Checked] = []
    for wall_ms, user, body in run(db, LAST, (Fact.CHECKED.value, "$.check")):
        held: dict[str, Any] = json.loads(body)
        check, outcome, detail = (str(held.get(name, "")) for name in ("check", "outcome", "detail"))
        found.append(Checked(check, outcome, detail, str(user), int(wall_ms), passed.get(check, 0)))
    return tuple(found)
