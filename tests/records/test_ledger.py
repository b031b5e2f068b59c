"""The ledger on disk: one transaction, one writer, one kind, and the same view after a restart."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.errors import NappageError
from kiosk.records import chain
from kiosk.records.connection import WRITER_PRAGMAS, in_words, open_reader
from kiosk.records.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerForbidden,
    LedgerMissing,
    LedgerShut,
    LedgerStillRead,
    LedgerTooNew,
    NotALedger,
    RowRefused,
    SettingRefused,
    StorageFailed,
    StorageFull,
    WrongKind,
)
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import AuthorisationKind, Certainty, ResolutionRow
from kiosk.records.schema import VERSION
from tests.records import sample
from tests.records.conftest import Wall

Reopen = Callable[[], Ledger]
HELD = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "recursive_triggers": 1,
    "cell_size_check": 1,
    "busy_timeout": 200,
}
"""What the one connection that writes has to hold, as SQLite reads it back; not taken from the program's own list."""


def test_a_new_ledger_is_empty_and_good(subject: Ledger) -> None:
    found = subject.restore()
    assert (found.last_row, found.next_session, found.max_id, found.cursor) == (0, 1, 0, 1)
    assert (found.accounts, found.unresolved, found.open_session, found.verified) == ((), (), None, "good")
    assert found.last_hash == chain.genesis("simulated")


@pytest.mark.requirement("LED-6")
def test_a_restart_finds_the_open_session_as_it_was_left(subject: Ledger, reopen: Reopen) -> None:
    rows = [*sample.preparation(), sample.authorisation(32), sample.shot(2, 32), sample.shot(3, 32)]
    numbers = subject.append(rows)
    assert numbers == tuple(range(1, len(rows) + 1))
    found = reopen().restore()
    assert found.open_session == rows[0]
    assert found.events == tuple(row for row in rows if type(row).__name__ == "EventRow")
    assert [shot.number for shot in found.shots] == [1, 2, 3]
    assert found.unresolved == (rows[-3],)
    assert (found.recorded, found.armings, found.max_id, found.serial) == (((32, 2),), 1, 32, sample.SERIAL)
    assert (found.cursor, found.lifetime_nl) == (4, 250_200 + 2 * 20_100)
    assert (found.next_session, found.last_row) == (2, len(rows))


@pytest.mark.requirement("LED-6")
def test_what_is_signed_is_no_longer_open(subject: Ledger, reopen: Reopen) -> None:
    for row in sample.treatment(40):
        subject.append([row])
    found = reopen().restore()
    assert (found.open_session, found.shots, found.events, found.unresolved) == (None, (), (), ())
    assert (found.next_session, found.cursor, found.armings) == (2, 42, 0)


def test_the_last_row_of_an_account_holds(subject: Ledger) -> None:
    subject.append([sample.account("Zoe"), sample.account("Ana"), sample.account("Zoe", failures=3, disabled=True)])
    assert subject.accounts() == (sample.account("Ana"), sample.account("Zoe", failures=3, disabled=True))


def test_the_calibration_of_the_last_controller_is_found(subject: Ledger) -> None:
    subject.append([sample.calibration(), sample.session(), sample.authorisation()])
    assert subject.restore().calibration == sample.calibration()


@pytest.mark.requirement("LIM-14")
def test_the_fluid_path_is_as_old_as_its_first_opening_after_the_last_session(subject: Ledger, wall: Wall) -> None:
    subject.append([sample.session(), sample.event(Fact.PATH_OPENED, wall_ms=1), sample.closing()])
    assert subject.restore().path_opened_ms == 0
    wall.ms += 1000
    opened = wall.ms
    subject.append([sample.session(2), sample.event(Fact.PATH_OPENED, session=2, wall_ms=1)])
    wall.ms += 1000
    subject.append([sample.event(Fact.PATH_OPENED, session=2, wall_ms=1)])
    assert subject.restore().path_opened_ms == opened
    subject.append([sample.event(Fact.PATH_DISCARDED, session=2)])
    assert subject.restore().path_opened_ms == 0


@pytest.mark.requirement("LED-5")
def test_a_controller_that_contradicted_the_record_stays_blocked_until_it_is_paired(subject: Ledger) -> None:
    subject.append(
        [sample.event(Fact.BLOCKED, "Not this one", serial=9), sample.event(Fact.BLOCKED, "Nor this", serial=8)]
    )
    assert subject.restore().blocked == ((9, "Not this one"), (8, "Nor this"))
    subject.append([sample.event(Fact.PAIRED, serial=9, cursor=1, lifetime_nl=0, max_id=0)])
    assert subject.restore().blocked == ((8, "Nor this"),)


@pytest.mark.requirement("LED-5")
def test_a_void_sent_to_a_stranger_does_not_bind_the_ledger_to_it(subject: Ledger) -> None:
    subject.append([sample.authorisation(16), sample.authorisation(32, kind=AuthorisationKind.VOID, serial=9)])
    found = subject.restore()
    assert (found.serial, found.max_id) == (sample.SERIAL, 32)


def test_approved_sets_are_found(subject: Ledger) -> None:
    subject.append([sample.event(Fact.APPROVED, protocol="mesolift", sha256="ab" * 32)])
    assert subject.restore().approvals == (("mesolift", "ab" * 32),)


@pytest.mark.requirement("LED-4")
def test_counters_of_another_controller_are_looked_up_by_its_own_agreement(subject: Ledger) -> None:
    body: dict[str, Any] = {"lifetime_nl": 0, "max_id": 0}
    subject.append([sample.event(Fact.PAIRED, serial=sample.SERIAL, cursor=5, **body)])
    subject.append([sample.event(Fact.RECONCILED, serial=9, cursor=70, **body)])
    assert subject.restore().cursor == 70
    subject.append([sample.authorisation(16), sample.shot(5, 16)])
    found = subject.restore()
    assert (found.serial, found.cursor, found.lifetime_nl) == (sample.SERIAL, 6, 20_100)


@pytest.mark.requirement("LED-8")
def test_a_row_never_gets_a_time_before_the_last_one(subject: Ledger, reopen: Reopen, wall: Wall, path: Path) -> None:
    subject.append([sample.session()])
    wall.ms -= 3_600_000
    subject.append([sample.event("set")])
    again = reopen()
    again.append([sample.event("set")])
    assert again.restore().last_wall_ms == wall.ms + 3_600_000


@pytest.mark.requirement("LED-10")
def test_a_unit_is_written_whole_or_not_at_all(subject: Ledger, reopen: Reopen) -> None:
    subject.append([sample.session()])
    with pytest.raises(RowRefused, match="resolution"):
        subject.append([sample.event("a"), sample.event("b"), ResolutionRow(99, 0, Certainty.DONE, 0, "no such id")])
    assert reopen().restore().last_row == 1


@pytest.mark.requirement("LED-12")
def test_after_a_failed_write_nothing_more_is_taken_until_it_is_opened_again(subject: Ledger, reopen: Reopen) -> None:
    subject.append([sample.session()])
    with pytest.raises(RowRefused):
        subject.append([sample.session()])
    with pytest.raises(LedgerShut, match="E410"):
        subject.append([sample.event("a")])
    assert reopen().append([sample.event("a")]) == (2,)


@pytest.mark.requirement("LED-10")
def test_a_motion_of_the_controller_is_never_recorded_twice(subject: Ledger) -> None:
    subject.append([sample.authorisation(16), sample.shot(7, 16)])
    with pytest.raises(RowRefused, match="UNIQUE"):
        subject.append([sample.shot(7, 16)])


def test_a_number_that_no_database_can_hold_is_refused(subject: Ledger) -> None:
    with pytest.raises(RowRefused, match="E410"):
        subject.append([sample.shot(1, 16, dose_nl=1 << 63)])


@pytest.mark.requirement("LED-13")
def test_there_is_one_writer(subject: Ledger, path: Path, wall: Wall) -> None:
    with pytest.raises(LedgerBusy, match=r"E402: .+ another process"):
        Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")


@pytest.mark.requirement("LED-13")
def test_another_process_cannot_write_either_and_a_dead_one_leaves_no_lock(path: Path, wall: Wall) -> None:
    script = (
        "import sys, os; from kiosk.records.ledger import Ledger\n"
        f"Ledger.open({str(path)!r}, 'simulated', clock_wall_ms=lambda: 1, boot_id='b')\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(LedgerBusy, match=f"process {other.pid}"):
            Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
        other.kill()
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    assert ledger.restore().verified == "good"
    ledger.close()


@pytest.mark.requirement("LED-13")
def test_every_pragma_is_read_back(subject: Ledger) -> None:
    for pragma, wanted in HELD.items():
        assert subject._db.execute(f"PRAGMA {pragma}").fetchone()[0] == wanted, pragma
    assert {name: wanted for name, _, wanted in WRITER_PRAGMAS} == HELD


@pytest.mark.requirement("LED-13")
def test_whoever_reads_writes_nothing_and_trusts_no_schema(subject: Ledger, path: Path) -> None:
    subject.append([sample.session()])
    reader = open_reader(path)
    held = {name: reader.execute(f"PRAGMA {name}").fetchone()[0] for name in ("query_only", "trusted_schema")}
    assert held == {"query_only": 1, "trusted_schema": 0}
    reader.close()


@pytest.mark.requirement("LED-13")
def test_a_pragma_that_does_not_hold_is_an_error(subject: Ledger, path: Path) -> None:
    from kiosk.records.connection import settle

    with pytest.raises(SettingRefused, match=r"E406: .+synchronous"):
        settle(subject._db, path, (("synchronous", "FULL", 3),))


def test_a_ledger_holds_one_kind_only(subject: Ledger, path: Path, wall: Wall) -> None:
    subject.close()
    with pytest.raises(WrongKind, match=r"E401: .+ holds simulated"):
        Ledger.open(path, "real", clock_wall_ms=wall, boot_id="b")
    Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b").close()


@pytest.mark.parametrize(
    "act", ["UPDATE shot SET dose_nl = 1", "DELETE FROM shot", "INSERT OR REPLACE INTO shot SELECT * FROM shot"]
)
@pytest.mark.requirement("LED-11")
def test_no_row_is_changed_or_removed(subject: Ledger, act: str) -> None:
    subject.append([sample.authorisation(16), sample.shot(7, 16)])
    with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
        subject._db.conn.execute(act)


def test_files_are_not_for_everybody(subject: Ledger, path: Path) -> None:
    subject.append([sample.session()])
    names = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    assert names == {f"simulated.db{suffix}": 0o640 for suffix in ("", "-wal", "-shm", ".lock")}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o750


def test_a_closed_ledger_leaves_one_file_and_can_be_read_without_its_writer(subject: Ledger, path: Path) -> None:
    subject.append([sample.session()])
    subject.close()
    subject.close()
    assert not list(path.parent.glob("*-wal"))
    db = open_reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("INSERT INTO ledger VALUES ('real')")
    db.close()
    with pytest.raises(LedgerShut):
        subject.append([sample.event("late")])


def test_a_reader_that_stays_keeps_the_side_files_and_no_row_is_lost(
    subject: Ledger, path: Path, reopen: Reopen
) -> None:
    subject.append([sample.session()])
    reader = open_reader(path)
    cursor = reader.conn.execute("SELECT * FROM session")
    with pytest.raises(LedgerStillRead, match="E418"):
        subject.close()
    cursor.close()
    reader.close()
    assert reopen().restore().last_row == 1


def test_a_missing_ledger_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing, match="E409"):
        open_reader(tmp_path / "none.db")
    assert not list(tmp_path.iterdir())


def test_somebody_elses_database_is_not_touched(tmp_path: Path, wall: Wall) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    before = path.read_bytes()
    for act in (lambda: open_reader(path), lambda: Ledger.open(path, "real", clock_wall_ms=wall, boot_id="b")):
        with pytest.raises(NotALedger, match="E416"):
            act()
    assert path.read_bytes() == before


@pytest.mark.requirement("LED-10")
def test_a_damaged_file_is_a_numbered_error_and_is_left_as_it_is(subject: Ledger, path: Path, wall: Wall) -> None:
    for number in range(1, 200):
        subject.append([sample.shot(number, 16)])
    subject.close()
    data = bytearray(path.read_bytes())
    data[8192:20480] = b"\xff" * 12288
    path.write_bytes(data)
    with pytest.raises(LedgerDamaged, match="E400"):
        Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    assert path.read_bytes() == data
    path.write_bytes(b"this is no database at all, but long enough to be looked at" * 100)
    with pytest.raises(LedgerDamaged, match="E400"):
        Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")


def test_a_ledger_of_a_newer_program_is_refused(subject: Ledger, path: Path, wall: Wall) -> None:
    subject._db.conn.execute(f"PRAGMA user_version = {VERSION + 1}")
    subject.close()
    with pytest.raises(LedgerTooNew, match=f"version {VERSION + 1}"):
        Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StorageFull),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageFailed),
        (sqlite3.SQLITE_CORRUPT, LedgerDamaged),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LedgerBusy),
        (sqlite3.SQLITE_READONLY, LedgerForbidden),
        (sqlite3.SQLITE_CONSTRAINT_CHECK, RowRefused),
    ],
)
@pytest.mark.requirement("LED-12")
def test_every_sqlite_error_has_a_number_and_a_sentence(code: int, kind: type[NappageError]) -> None:
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    assert isinstance(in_words(error, "x.db"), kind)


def test_a_file_that_cannot_be_opened_although_rights_allow_it_is_a_failed_storage(tmp_path: Path) -> None:
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    assert isinstance(in_words(error, tmp_path / "x.db"), StorageFailed)


@pytest.mark.requirement("LED-1", "LED-12")
def test_a_folder_that_cannot_be_synced_refuses_the_start(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log's entry in its folder may be lost with the power then, and every commit with it."""

    def failing(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageFailed, match="E405"):
        Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    monkeypatch.undo()
    Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b").close()


@pytest.mark.requirement("LED-12")
def test_a_full_disk_is_said_so_and_leaves_what_was_written(subject: Ledger, reopen: Reopen) -> None:
    subject.append([sample.session()])
    pages = subject._db.execute("PRAGMA page_count").fetchone()[0]
    subject._db.execute(f"PRAGMA max_page_count = {pages}")
    long = [sample.event("x", "a long sentence " * 200)] * 100
    with pytest.raises(StorageFull, match="E404"):
        subject.append(long)
    again = reopen()
    assert again.restore().verified == "good"


def test_a_crash_between_rows_is_found_good(subject: Ledger, path: Path, tmp_path: Path, wall: Wall) -> None:
    """What a power loss leaves: the database and its log as they are, without a clean end."""
    subject.append(sample.preparation())
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(str(path) + suffix, crashed / f"simulated.db{suffix}")
    ledger = Ledger.open(crashed / "simulated.db", "simulated", clock_wall_ms=wall, boot_id="b")
    assert ledger.restore() == subject.restore()
    ledger.close()


@pytest.mark.requirement("LIM-15")
def test_a_code_is_known_and_its_neighbours_are_named(subject: Ledger) -> None:
    codes = ["AB12", "AB13", "B12", "AB1X2", "BA12", "ab12", "XY99"]
    subject.append([sample.session(number, code) for number, code in enumerate(codes, 1)])
    assert subject.patient("AB12") == (True, ("AB13", "AB1X2", "B12", "BA12", "ab12"))
    assert subject.patient("QQ77") == (False, ())


@pytest.mark.requirement("LED-8")
def test_what_people_said_of_the_clock_counts_for_one_boot(path: Path, wall: Wall) -> None:
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="one")
    assert (ledger.restore().clock_set, ledger.restore().clock_confirmed) == (None, False)
    ledger.append([sample.event(Fact.CLOCK_SET, wall_ms=77_000), sample.event(Fact.CLOCK_CONFIRMED, wall_ms=78_000)])
    assert (ledger.restore().clock_set, ledger.restore().clock_confirmed) == ((77_000, 2000), True)
    ledger.close()
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="two")
    assert (ledger.restore().clock_set, ledger.restore().clock_confirmed) == (None, False)
    ledger.close()


@pytest.mark.requirement("LED-4")
def test_what_was_found_stands_until_a_practitioner_saw_it(subject: Ledger) -> None:
    subject.append([sample.event(Fact.RECOVERED, "a", alarm=740), sample.event(Fact.RECOVERED, "b", alarm=726)])
    assert subject.restore().unseen == ((740, "a"), (726, "b"))
    subject.append([sample.event(Fact.SEEN, alarm=740), sample.event(Fact.RECOVERED, "c", alarm=740)])
    assert subject.restore().unseen == ((726, "b"), (740, "c"))
