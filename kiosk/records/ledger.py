"""The ledger: append rows, durably and in one transaction, and read back what a restart needs.

One writer, in one process, in one thread (LED-13). Row counter and chain head live in its memory; they are read
from the file at opening and nowhere else. A row is never changed: what changes about a thing is a later row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from drivers.errors import NappageError
from kiosk.records import chain, history, restore
from kiosk.records.chain import Kind
from kiosk.records.connection import FILE_MODE, in_words, make_folder, open_writer, run, spoken
from kiosk.records.errors import LedgerBusy, LedgerDamaged, LedgerShut, LedgerStillRead, LedgerTooNew, WrongKind
from kiosk.records.lock import WriterLock
from kiosk.records.migrations import migrate
from kiosk.records.rows import AccountRow, Restored, Row
from kiosk.records.schema import TABLE_FOR, VERSION


class Ledger:
    """An open ledger; use `Ledger.open`. Not to be shared between threads."""

    def __init__(
        self, db: Database, path: Path, lock: WriterLock, clock_wall_ms: Callable[[], int], boot_id: str
    ) -> None:
        self._db = db
        self._path = path
        self._lock = lock
        self._clock = clock_wall_ms
        self._boot = boot_id
        self._row, self._hash, self._wall_ms = chain.head(db)
        verdict = chain.check_tail(db)
        self._verified = "good" if verdict.state == "good" else verdict.sentence
        self._shut = ""

    @classmethod
    def open(cls, path: Path | str, kind: Kind, *, clock_wall_ms: Callable[[], int], boot_id: str) -> Self:
        """Open the ledger of this kind, made when there is none; check the file and the end of its chain.

        Args:
            path: The database file; real and simulated treatments have different ones.
            kind: What is going to be recorded.
            clock_wall_ms: Wall time, UTC ms; a row never gets one before the last row's (LED-8).
            boot_id: Names this start of the machine; stands in every row.

        Raises:
            WrongKind, LedgerBusy, LedgerTooNew, LedgerDamaged, LedgerForbidden, NotALedger: it is not opened.
            StorageFull, StorageFailed, SettingRefused: the storage cannot keep a record.
        """
        path = Path(path)
        make_folder(path)
        lock = WriterLock(path)
        db = None
        try:
            db = open_writer(path, lambda found: _refuse_unfit(found, path, kind))
            with spoken(path):
                _prepare(db, path, kind)
                return cls(db, path, lock, clock_wall_ms, boot_id)
        except NappageError:
            if db is not None:
                db.close()
            lock.release()
            raise

    @property
    def last(self) -> tuple[int, bytes]:
        """Number and hash of the last row: what an anchor holds."""
        return self._row, self._hash

    def append(self, rows: Sequence[Row]) -> tuple[int, ...]:
        """Write all rows or none; when this returns they are on disk (LED-1). Returns their numbers.

        Raises:
            StorageFull, StorageFailed, RowRefused, LedgerBusy, LedgerDamaged: nothing was written, and nothing more
                will be until the ledger is opened again.
            LedgerShut: an earlier write failed, or it is closed.
        """
        if self._shut:
            raise LedgerShut(path=self._path, why=self._shut)
        wall_ms = max(self._clock(), self._wall_ms)
        number, digest = self._row, self._hash
        work: list[tuple[str, list[Any]]] = []
        for row in rows:
            table = TABLE_FOR[type(row)]
            number += 1
            values = table.values(row)
            digest = chain.link(digest, table.name, number, wall_ms, self._boot, values)
            work.append((table.insert, [number, wall_ms, self._boot, *values, digest]))
        name = ""
        try:
            with self._db.atomic():
                for (statement, values), row in zip(work, rows, strict=True):
                    name = TABLE_FOR[type(row)].name
                    run(self._db, statement, values)
        except (sqlite3.Error, OverflowError) as error:
            told = in_words(error, self._path, name)
            self._shut = f"a write failed, {told.code}"
            raise told from error
        first, self._row, self._hash, self._wall_ms = self._row + 1, number, digest, wall_ms
        return tuple(range(first, number + 1))

    def restore(self) -> Restored:
        """What a restart finds."""
        with spoken(self._path):
            return restore.restore(self._db, self._verified, self._boot)

    def accounts(self) -> tuple[AccountRow, ...]:
        """The last row of every account."""
        with spoken(self._path):
            return restore.accounts(self._db)

    def patient(self, code: str) -> tuple[bool, tuple[str, ...]]:
        """Whether the code is known, and the existing codes that are one edit away (LIM-15)."""
        with spoken(self._path):
            return history.patient_known(self._db, code), history.similar_codes(self._db, code)

    def close(self) -> None:
        """Leave a file that a reader can open without side files, and let the next writer in.

        Raises:
            StorageFailed, LedgerStillRead: the side files stay; every committed row is safe all the same.
        """
        if self._shut == "it is closed":
            return
        self._shut = "it is closed"
        try:
            with spoken(self._path):
                run(self._db, "PRAGMA journal_mode = DELETE").fetchall()
        except LedgerBusy as error:
            raise LedgerStillRead(path=self._path) from error
        finally:
            self._db.close()
            self._lock.release()


def _refuse_unfit(db: Database, path: Path, kind: Kind) -> None:
    """Raise what speaks against writing to this file; changes nothing. A file without a schema yet is fit."""
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise LedgerTooNew(path=path, found=version, known=VERSION)
    if version == 0:
        return
    complaint = run(db, "PRAGMA quick_check(1)").fetchone()[0]
    if complaint != "ok":
        raise LedgerDamaged(path=path, why=complaint)
    found = chain.kind_of(db)
    if found != kind:
        raise WrongKind(path=path, found=found, asked=kind)


def _prepare(db: Database, path: Path, kind: Kind) -> None:
    """Make the schema, or bring an older one up to date, keeping a copy of what it was."""
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    if version == 0:
        with db.atomic():
            migrate(db, 0)
            run(db, "INSERT INTO ledger VALUES (?)", (kind,))
    elif version < VERSION:
        keep_copy(db, path, version)
        migrate(db, chain.head(db)[0])


def keep_copy(db: Database, path: Path, version: int) -> Path:
    """A copy of the database as it is, beside it, before a migration; returns its path."""
    copy = path.with_name(f"{path.name}.version-{version}")
    target = sqlite3.connect(copy)
    try:
        db.conn.backup(target)
    finally:
        target.close()
    copy.chmod(FILE_MODE)
    return copy
