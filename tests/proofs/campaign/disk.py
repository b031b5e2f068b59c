"""The ledger's thread in virtual time: a real ledger on a real disk, with a hand on how long a commit takes.

Only this file decides when rows are on disk. Units are committed one by one, in order, each when its time has come; the
book hears of a row only after `Ledger.append` has returned (`synchronous=FULL`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from drivers.errors import NappageError
from kiosk.records.connection import run
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Committed, Restored, Row, Unit, WriteFailed

CAPACITY = 256
"""Units that may wait, as in the control process."""


class Disk:
    """Takes units, commits them when their time has come, and posts what became of them.

    Attributes:
        latency_s: How long a commit takes, virtual seconds; 0 is told in the next cycle.
        due: When the oldest waiting unit is on disk.
    """

    def __init__(
        self,
        ledger: Ledger,
        now: Callable[[], float],
        post: Callable[[Committed | WriteFailed | Restored], None],
        written: Callable[[tuple[Row, ...]], None],
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._post = post
        self._written = written
        self._waiting: deque[tuple[float, Unit | None]] = deque()
        self.latency_s = 0.0
        self.broken = False
        self.commits = 0

    @property
    def due(self) -> float:
        return self._waiting[0][0] + self.latency_s if self._waiting else float("inf")

    def submit(self, unit: Unit) -> bool:
        return self._take(unit)

    def reread(self) -> bool:
        return self._take(None)

    def fill_up(self) -> None:
        """The storage is full from now on: SQLite itself will say so when it needs another page."""
        if self._ledger._shut:
            return
        pages = run(self._ledger._db, "PRAGMA page_count").fetchone()[0]
        run(self._ledger._db, f"PRAGMA max_page_count = {pages:d}").fetchall()

    def _take(self, unit: Unit | None) -> bool:
        if len(self._waiting) >= CAPACITY:
            return False
        self._waiting.append((self._now(), unit))
        if self.latency_s == 0.0 and len(self._waiting) == 1:
            self.go(self._now())
        return True

    def go(self, now: float) -> None:
        """Commit everything that is due."""
        while self._waiting and self._waiting[0][0] + self.latency_s <= now + 1e-9:
            submitted, unit = self._waiting.popleft()
            if unit is None:
                self._post(self._ledger.restore())
            else:
                self._commit(unit, round((now - submitted) * 1000))

    def _commit(self, unit: Unit, took_ms: int) -> None:
        try:
            if self.broken:
                self._ledger._shut = self._ledger._shut or "a write failed"
            self._ledger.append(unit.rows)
        except NappageError as error:
            self._post(WriteFailed(unit.id, error.number, error.sentence.format(**error.facts)))
            return
        self.commits += 1
        self._written(unit.rows)
        self._post(Committed(unit.id, took_ms, *self._ledger.last))
