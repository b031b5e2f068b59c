"""The history of alarms as pages: when each one stood, how long, with which values, and who acknowledged it (ALM-5).

Onset, end and acknowledgement are rows of their own; only this file puts the three of one occurrence together: the end
and the acknowledgement that follow an onset before the same alarm begins again.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlite_utils import Database

from kiosk.alarms.catalogue import CATALOGUE
from kiosk.channel.service import FaultCount, FaultLine, FaultList
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.history import local

TITLES = {int(number): condition.title for number, condition in CATALOGUE.items()}
PAGE = 20
_ROWS = """
SELECT row, wall_ms, mono_ms, boot, session, user, json_extract(body, '$.number'), json_extract(body, '$.what'),
    json_extract(body, '$.detail') FROM event WHERE kind = ? ORDER BY row
"""


class _Stood:
    """One occurrence, while its rows are read."""

    def __init__(self, line: FaultLine, mono_ms: int, boot: str) -> None:
        self.line = line
        self.began = (mono_ms, boot)
        self.lasted_s = -1
        self.by = ""

    def whole(self) -> FaultLine:
        line = self.line
        return FaultLine(
            line.row, line.number, line.title, line.at, self.lasted_s, self.by, line.detail, line.session
        )  # fmt: skip


def faults(db: Database, before: int = 0, number: int = 0, limit: int = PAGE) -> FaultList:
    """Occurrences, newest first, with rows below `before` (0: from the newest) and of one alarm (0: of all)."""
    found = _occurrences(db)
    counts = Counter(stood.line.number for stood in found)
    wanted = [
        stood.whole()
        for stood in reversed(found)
        if (not before or stood.line.row < before) and number in (0, stood.line.number)
    ]
    return FaultList(
        lines=tuple(wanted[:limit]),
        more=len(wanted) > limit,
        counts=tuple(FaultCount(each, TITLES.get(each, ""), count) for each, count in counts.most_common()),
        number=number,
    )


def _occurrences(db: Database) -> list[_Stood]:
    found: list[_Stood] = []
    newest: dict[int, _Stood] = {}
    for row, wall_ms, mono_ms, boot, session, user, number, what, detail in run(db, _ROWS, (Fact.ALARM.value,)):
        if not isinstance(number, int) or not number:
            continue  # a pause of the sound is of no one alarm
        if what == "onset" or number not in newest:
            line = FaultLine(
                row, number, TITLES.get(number, ""), f"{local(wall_ms):%Y-%m-%d %H:%M:%S}", detail=_text(detail),
                session=session,
            )  # fmt: skip
            newest[number] = _Stood(line, mono_ms, boot)
            found.append(newest[number])
        stood = newest[number]
        if what == "end" and stood.began[1] == boot:
            stood.lasted_s = max(0, mono_ms - stood.began[0]) // 1000
        elif what == "acknowledgement":
            stood.by = stood.by or str(user)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
