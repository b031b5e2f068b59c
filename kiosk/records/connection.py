"""How SQLite is opened, for writing and for reading, and what its errors mean to a person.

Only this file knows PRAGMAs and SQLite's result codes. The writer waits for the disk at every commit
(`synchronous=FULL`); a reader can change nothing and holds no transaction longer than one page.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from drivers.errors import NappageError, complaint
from kiosk.records.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerForbidden,
    LedgerMissing,
    NotALedger,
    ReaderTooEarly,
    RowRefused,
    SettingRefused,
    StorageFailed,
    StorageFull,
)
from kiosk.records.lock import storage_error

APPLICATION_ID = 0x4E415050
"""'NAPP' in the file's header: what tells a ledger from any other SQLite file."""
FOLDER_MODE, FILE_MODE = 0o750, 0o640
WRITER_PRAGMAS: tuple[tuple[str, str, int | str], ...] = (
    # journal_mode first: it is the only one that another connection could refuse
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("recursive_triggers", "ON", 1),  # else REPLACE would delete a row behind the trigger's back
    ("cell_size_check", "ON", 1),
    ("busy_timeout", "200", 200),
)
READER_PRAGMAS: tuple[tuple[str, str, int | str], ...] = (
    ("query_only", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("busy_timeout", "2000", 2000),
)


def in_words(error: Exception, path: Path | str, table: str = "") -> NappageError:
    """The numbered error that a SQLite error is to a person (LED-12)."""
    code = getattr(error, "sqlite_errorcode", 0)
    if not code and isinstance(error, sqlite3.OperationalError):  # a text that is not UTF-8 comes without a code
        code = sqlite3.SQLITE_CORRUPT
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return StorageFull(path=path)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return LedgerDamaged(path=path, why=str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LedgerBusy(path=path, holder="SQLite says locked")
        case sqlite3.SQLITE_CONSTRAINT | sqlite3.SQLITE_MISMATCH | sqlite3.SQLITE_TOOBIG:
            return RowRefused(path=path, table=table or "new", why=str(error))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return LedgerForbidden(act="write", path=path)
        case sqlite3.SQLITE_CANTOPEN if not _may_write(Path(path)):
            return LedgerForbidden(act="write", path=path)
        case 0:
            return RowRefused(path=path, table=table or "new", why=str(error))
        case _:
            return StorageFailed(path=path, why=str(error))


def run(db: Database, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
    """Execute one statement; outside `db.atomic()` a write commits by itself."""
    return db.execute(sql, parameters)  # pyright: ignore[reportUnknownMemberType]  sqlite-utils leaves it open


def _may_write(path: Path) -> bool:
    """Whether rights allow what SQLite could not do: else the storage refused it."""
    folder = os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True)
    return folder and (not path.exists() or os.access(path, os.W_OK, effective_ids=True))


@contextmanager
def spoken(path: Path, table: str = "") -> Generator[None, None, None]:
    """Turn SQLite's errors inside the block into ours, and what a row holds that no row can."""
    try:
        yield
    except NappageError:
        raise
    except (sqlite3.Error, OverflowError) as error:
        raise in_words(error, path, table) from error
    except KeyError as error:
        raise LedgerDamaged(path=path, why=f"a row's body lacks {error}") from error
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise LedgerDamaged(path=path, why=complaint(error)) from error


def settle(db: Database, path: Path, pragmas: tuple[tuple[str, str, int | str], ...]) -> None:
    """Set each PRAGMA and read it back (LED-13).

    Raises:
        SettingRefused: SQLite says another value than the one asked for.
    """
    for pragma, asked, wanted in pragmas:
        run(db, f"PRAGMA {pragma} = {asked}").fetchall()
        found = run(db, f"PRAGMA {pragma}").fetchone()[0]
        if found != wanted:
            raise SettingRefused(path=path, pragma=pragma, wanted=wanted, found=found)


def check_is_ledger(db: Database, path: Path) -> None:
    """Raise NotALedger when the file is somebody else's database."""
    if run(db, "PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise NotALedger(path=path)


def make_folder(path: Path) -> None:
    """Make the folder of `path` when it is missing; its group may look in, others may not."""
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error


def open_writer(path: Path, check: Callable[[Database], None]) -> Database:
    """A connection for the one writer, from the thread that will use it; makes folder and file when missing.

    `check` looks at a ledger that exists and raises what speaks against writing to it, before a byte of it is changed.

    Raises:
        LedgerForbidden, LedgerDamaged, NotALedger, SettingRefused, StorageFull, StorageFailed: as they say.
    """
    make_folder(path)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
        path.chmod(FILE_MODE)
    except OSError as error:
        raise storage_error(error, path) from error
    with spoken(path):
        db = Database(sqlite3.connect(path, isolation_level=None), execute_plugins=False)
    try:
        with spoken(path):
            # Not the file's size: a power cut in its making leaves a page that SQLite takes back as it looks (LED-10).
            if run(db, "PRAGMA page_count").fetchone()[0] == 0:
                run(db, f"PRAGMA application_id = {APPLICATION_ID:d}")
            check_is_ledger(db, path)
            check(db)
            settle(db, path, WRITER_PRAGMAS)
        sync_folder(path)
    except NappageError:
        db.close()
        raise
    return db


def check_is_there(path: Path, act: str) -> None:
    """Raise LedgerMissing where nothing lies, and LedgerForbidden where this user may not even look."""
    try:
        there = path.exists()
    except OSError as error:
        raise LedgerForbidden(act=act, path=path) from error
    if not there:
        raise LedgerMissing(path=path)


def sync_folder(path: Path) -> None:
    """Have the folder's entries of the ledger and its log on the disk before the first commit (LED-1).

    SQLite does it as well, and passes over an error of it in silence; a log without its entry is lost with the power.

    Raises:
        StorageFull, StorageFailed: they are not.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise storage_error(error, path) from error


def open_reader(path: Path) -> Database:
    """A connection that can only read, whoever writes meanwhile.

    Raises:
        LedgerMissing, LedgerForbidden, LedgerDamaged, NotALedger: as they say.
        ReaderTooEarly: the last writer left side files that only a writer may tidy up.
    """
    check_is_there(path, "read")
    if not os.access(path, os.R_OK, effective_ids=True):
        raise LedgerForbidden(act="read", path=path)
    with spoken(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        db = Database(connection, execute_plugins=False)
    try:
        with spoken(path):
            check_is_ledger(db, path)
            settle(db, path, READER_PRAGMAS)
    except LedgerForbidden as error:
        db.close()
        raise ReaderTooEarly(path=path, why="its side files are missing or not readable") from error
    except NappageError:
        db.close()
        raise
    return db
