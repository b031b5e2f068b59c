"""The ledger thread: takes units of work from a bounded queue, commits each, and says what became of it.

The loop never waits for a disk: it hands a unit in and reads `Committed` or `WriteFailed` as a later input. When the
queue is full, `submit` says so and the engine disarms (LED-12). After a failed write nothing more is written until the
ledger is opened again; every later unit is answered with the same failure.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from drivers.errors import NappageError
from kiosk.records.rows import Committed, Restored, Room, Row, Unit, WriteFailed


class Keeper(Protocol):
    """What the thread needs of a ledger."""

    @property
    def last(self) -> tuple[int, bytes]: ...

    def append(self, rows: tuple[Row, ...]) -> tuple[int, ...]: ...

    def restore(self) -> Restored: ...

    def close(self) -> None: ...


class Opened(msgspec.Struct, frozen=True):
    """The ledger is open; this is what a restart finds."""

    restored: Restored


class NotOpened(msgspec.Struct, frozen=True):
    """The ledger could not be opened; nothing may fire (LED-12)."""

    error: int
    sentence: str


class Closed(msgspec.Struct, frozen=True):
    """The ledger is closed. `sentence` is not empty when a reader kept its side files in use; no row is lost."""

    sentence: str = ""


class Reread(msgspec.Struct, frozen=True):
    """The answer to `reread`: what the ledger holds now, after every unit submitted before."""

    restored: Restored


class NotReread(msgspec.Struct, frozen=True):
    """The ledger could not be read back; nothing may fire."""

    error: int
    sentence: str


Told = Opened | NotOpened | Reread | NotReread | Committed | WriteFailed | Room | Closed
_REREAD = "read back"


class LedgerThread:
    """Owns the ledger from opening to closing.

    Args:
        open_ledger: Opens it, in the thread; raises NappageError.
        post: Called in the thread with everything it has to tell, in order, `Opened` or `NotOpened` first. Must be
            quick and safe to call from a thread: an append to a deque and a wake.
        capacity: Units that may wait, 1 or more.
        prioritise: Called in the thread before anything else (SCHED_FIFO 40 on a Pi).
        free_mb: Called in the thread after the opening and after every answered unit; what it says is posted as `Room`
            when it changed. One that hangs lets the next unit wait: the storage is slow then.
        monotonic_ms: Clock for `Committed.took_ms`, from the unit's submission to its fsync.
    """

    def __init__(
        self,
        open_ledger: Callable[[], Keeper],
        post: Callable[[Told], None],
        capacity: int,
        *,
        prioritise: Callable[[], None] | None = None,
        free_mb: Callable[[], int] | None = None,
        monotonic_ms: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        self._open = open_ledger
        self._post = post
        self._prioritise = prioritise
        self._free_mb = free_mb
        self._room = -1
        self._now = monotonic_ms
        # One place more than the capacity, so that the request to end always fits.
        self._queue: queue.Queue[tuple[int, Unit] | str | None] = queue.Queue(capacity + 1)
        self._capacity = capacity
        self._thread = threading.Thread(target=self._run, name="ledger")

    def start(self) -> None:
        """Begin: set the priority, open the ledger, post `Opened` or `NotOpened`."""
        self._thread.start()

    def submit(self, unit: Unit) -> bool:
        """Hand in a unit; False when the queue is full and it was not taken (LED-12). For one caller thread."""
        if self._queue.qsize() >= self._capacity:
            return False
        self._queue.put_nowait((self._now(), unit))
        return True

    def reread(self) -> bool:
        """Ask for what the ledger holds, after all that was submitted; False when the queue is full."""
        if self._queue.qsize() >= self._capacity:
            return False
        self._queue.put_nowait(_REREAD)
        return True

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Commit what is queued, close the ledger, end the thread. True when it has ended. Call once."""
        self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            if self._prioritise is not None:
                self._prioritise()
            ledger = self._open()
            opened = Opened(ledger.restore())
        except NappageError as error:
            failed = NotOpened(error.number, str(error))
            self._post(failed)
            self._refuse_all(failed)
            return
        self._post(opened)
        self._look()
        while (item := self._queue.get()) is not None:
            self._post(_read_back(ledger) if isinstance(item, str) else self._commit(ledger, *item))
            self._look()
        try:
            ledger.close()
        except NappageError as error:
            self._post(Closed(str(error)))
        else:
            self._post(Closed())

    def _look(self) -> None:
        if self._free_mb is None:
            return
        found = self._free_mb()
        if found != self._room:
            self._room = found
            self._post(Room(found))

    def _commit(self, ledger: Keeper, submitted_ms: int, unit: Unit) -> Committed | WriteFailed:
        try:
            ledger.append(unit.rows)
        except NappageError as error:
            return WriteFailed(unit.id, error.number, str(error))
        row, digest = ledger.last
        return Committed(unit.id, self._now() - submitted_ms, row, digest)

    def _refuse_all(self, failed: NotOpened) -> None:
        while (item := self._queue.get()) is not None:
            if isinstance(item, str):
                self._post(NotReread(failed.error, failed.sentence))
            else:
                self._post(WriteFailed(item[1].id, failed.error, failed.sentence))


def _read_back(ledger: Keeper) -> Reread | NotReread:
    try:
        return Reread(ledger.restore())
    except NappageError as error:
        return NotReread(error.number, str(error))
