"""The ledger thread: every unit is answered, in order, and nothing is written after a failure (LED-12)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.errors import NappageError
from kiosk.records.connection import open_reader
from kiosk.records.errors import LedgerDamaged
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Committed, EventRow, Restored, Room, Row, Unit, WriteFailed
from kiosk.records.writer import Closed, LedgerThread, NotOpened, NotReread, Opened, Reread, Told
from tests.records import sample
from tests.records.conftest import Wall

WAIT_S = 30


class Heard:
    """What the thread told, in order."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Told] = queue.Queue()

    def __call__(self, told: Told) -> None:
        self._queue.put(told)

    def next(self) -> Told:
        return self._queue.get(timeout=WAIT_S)


@pytest.fixture
def heard() -> Heard:
    return Heard()


Start = Callable[..., LedgerThread]


@pytest.fixture
def start(path: Path, wall: Wall, heard: Heard) -> Iterator[Start]:
    running: list[LedgerThread] = []

    def begin(
        opens: Callable[[], Ledger] | None = None,
        capacity: int = 8,
        prioritise: Callable[[], None] | None = None,
        free_mb: Callable[[], int] | None = None,
        **clock: Callable[[], int],
    ) -> LedgerThread:
        def real() -> Ledger:
            return Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")

        thread = LedgerThread(opens or real, heard, capacity, prioritise=prioritise, free_mb=free_mb, **clock)
        running.append(thread)
        thread.start()
        return thread

    yield begin
    for thread in running:
        if thread.alive:
            assert thread.stop()


class Slow(Ledger):
    """A ledger whose storage waits until it is let go."""

    gate = threading.Event()
    begun = threading.Event()

    def append(self, rows: object) -> tuple[int, ...]:
        self.begun.set()
        assert self.gate.wait(WAIT_S)
        return super().append(rows)  # type: ignore[arg-type]


def test_it_opens_and_tells_what_a_restart_finds(start: Start, heard: Heard) -> None:
    start()
    opened = heard.next()
    assert isinstance(opened, Opened)
    assert opened.restored.last_row == 0


@pytest.mark.requirement("LED-1")
def test_committed_is_told_when_a_reader_can_see_the_rows(start: Start, heard: Heard, path: Path) -> None:
    subject = start()
    heard.next()
    assert subject.submit(Unit(5, (sample.session(), sample.event("a"))))
    told = heard.next()
    assert isinstance(told, Committed)
    assert (told.unit, told.last_row, len(told.last_hash)) == (5, 2, 32)
    assert told.took_ms >= 0
    db = open_reader(path)
    assert db.execute("SELECT count(*) FROM event").fetchone()[0] == 1
    db.close()


@pytest.mark.requirement("LED-12")
def test_how_long_a_unit_took_is_told_from_its_handing_in_to_its_commit(start: Start, heard: Heard) -> None:
    subject = start(monotonic_ms=iter([10_000, 10_501]).__next__)
    heard.next()
    subject.submit(Unit(1, (sample.event("a"),)))
    told = heard.next()
    assert isinstance(told, Committed)
    assert told.took_ms == 501


def test_units_are_committed_in_the_order_in_which_they_were_handed_in(start: Start, heard: Heard) -> None:
    subject = start(capacity=50)
    heard.next()
    assert all(subject.submit(Unit(number, (sample.event("a"),))) for number in range(40))
    told = [heard.next() for _ in range(40)]
    assert [(entry.unit, entry.last_row) for entry in told if isinstance(entry, Committed)] == [
        (number, number + 1) for number in range(40)
    ]


@pytest.mark.requirement("LED-12")
def test_a_full_queue_takes_no_more_and_never_blocks(start: Start, heard: Heard, path: Path, wall: Wall) -> None:
    Slow.gate.clear()
    Slow.begun.clear()
    subject = start(lambda: Slow.open(path, "simulated", clock_wall_ms=wall, boot_id="b"), capacity=2)
    heard.next()
    assert subject.submit(Unit(0, (sample.event("a"),)))
    assert Slow.begun.wait(WAIT_S)
    taken = [subject.submit(Unit(number, (sample.event("a"),))) for number in range(1, 6)]
    assert not subject.reread()
    Slow.gate.set()
    assert taken == [True, True, False, False, False], "beside the one that is being written"
    told = [heard.next() for _ in range(1 + sum(taken))]
    assert all(isinstance(entry, Committed) for entry in told)


@pytest.mark.requirement("LED-12")
def test_a_failed_write_is_told_and_so_is_every_later_one(start: Start, heard: Heard, path: Path) -> None:
    subject = start()
    heard.next()
    for number in range(4):
        rows: tuple[Row, ...] = (sample.session(1),) if number in (1, 2) else (sample.event("a"),)
        subject.submit(Unit(number, rows))
    told = [heard.next() for _ in range(4)]
    assert [type(entry) for entry in told] == [Committed, Committed, WriteFailed, WriteFailed]
    failures = [(entry.unit, entry.error) for entry in told if isinstance(entry, WriteFailed)]
    assert failures == [(2, 410), (3, 407)]


@pytest.mark.requirement("LED-12")
def test_a_ledger_that_cannot_be_opened_fails_every_unit_with_the_reason(start: Start, heard: Heard) -> None:
    def damaged() -> Ledger:
        raise LedgerDamaged(path="x.db", why="page 3")

    subject = start(damaged)
    told = heard.next()
    assert isinstance(told, NotOpened)
    assert told == NotOpened(400, str(LedgerDamaged(path="x.db", why="page 3")))
    subject.submit(Unit(1, (sample.event("a"),)))
    assert heard.next() == WriteFailed(1, 400, told.sentence)
    assert subject.reread()
    assert heard.next() == NotReread(400, told.sentence)


def test_the_priority_is_set_in_the_thread_before_anything_is_opened(start: Start, heard: Heard, path: Path) -> None:
    seen: list[tuple[str, bool]] = []
    start(prioritise=lambda: seen.append((threading.current_thread().name, path.exists())))
    heard.next()
    assert seen == [("ledger", False)]


def test_a_priority_that_is_refused_is_told(start: Start, heard: Heard) -> None:
    class NoPriority(NappageError):
        number = 999
        sentence = "No"

    def refuse() -> None:
        raise NoPriority

    start(prioritise=refuse)
    told = heard.next()
    assert isinstance(told, NotOpened)
    assert told.error == 999


def test_reading_back_sees_everything_handed_in_before(start: Start, heard: Heard) -> None:
    subject = start()
    heard.next()
    subject.submit(Unit(1, (sample.session(), sample.authorisation(16), sample.shot(1, 16))))
    assert subject.reread()
    heard.next()
    told = heard.next()
    assert isinstance(told, Reread)
    assert (told.restored.cursor, told.restored.recorded) == (2, ((16, 1),))


def test_a_ledger_that_cannot_be_read_back_is_told(start: Start, heard: Heard, path: Path, wall: Wall) -> None:
    class Unreadable(Ledger):
        times = 0

        def restore(self) -> Restored:
            self.times += 1
            if self.times > 1:
                raise LedgerDamaged(path=path, why="page 3")
            return super().restore()

    subject = start(lambda: Unreadable.open(path, "simulated", clock_wall_ms=wall, boot_id="b"))
    heard.next()
    subject.reread()
    told = heard.next()
    assert isinstance(told, NotReread)
    assert told.error == 400


def test_stopping_commits_what_waits_and_closes(start: Start, heard: Heard, path: Path) -> None:
    subject = start()
    heard.next()
    for number in range(5):
        subject.submit(Unit(number, (sample.event("a"),)))
    assert subject.stop()
    told = [heard.next() for _ in range(6)]
    assert [type(entry) for entry in told] == [Committed] * 5 + [Closed]
    assert told[-1] == Closed("")
    assert not list(path.parent.glob("*-wal"))


def test_a_reader_that_stays_is_told_at_the_end(start: Start, heard: Heard, path: Path) -> None:
    subject = start()
    heard.next()
    subject.submit(Unit(1, (sample.event("a"),)))
    heard.next()
    reader = open_reader(path)
    cursor = reader.conn.execute("SELECT * FROM event")
    assert subject.stop()
    told = heard.next()
    assert isinstance(told, Closed)
    assert "E418" in told.sentence
    cursor.close()
    reader.close()


@pytest.mark.requirement("LED-12")
def test_the_room_left_is_told_after_the_opening_and_when_a_unit_changed_it(start: Start, heard: Heard) -> None:
    left = iter((60, 60, 49))
    thread = start(free_mb=lambda: next(left))
    assert isinstance(heard.next(), Opened)
    assert heard.next() == Room(60)
    for number in (1, 2):
        thread.submit(Unit(number, (EventRow("note", 1, 0, "", "A row", {}),)))
        assert isinstance(heard.next(), Committed)
    assert heard.next() == Room(49)
