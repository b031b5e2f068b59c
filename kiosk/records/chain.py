"""The chain of hashes: how a row is encoded for it, and how the whole of a ledger is checked (LED-11).

Hash of row n = SHA-256(hash of row n-1, JSON of [table, n, wall time, boot, values in the order of their columns]).
Before row 1 stands the hash of the ledger's kind, so that no simulated record is ever passed off as a real one. This
finds accidents and offline edits; somebody with root who rewrites everything is found only by the injector's anchor.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Generator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Literal

import msgspec
from sqlite_utils import Database

from drivers.registers import AnchorPair
from kiosk.records.connection import open_reader, run, spoken
from kiosk.records.errors import LedgerDamaged
from kiosk.records.migrations import MIGRATIONS, Migration, columns_of, tables_of
from kiosk.records.schema import Stored

Kind = Literal["real", "simulated"]
State = Literal["good", "not anchored", "lost", "changed"]
_encode = msgspec.json.Encoder().encode


def genesis(kind: Kind) -> bytes:
    """What stands before row 1."""
    return hashlib.sha256(b"nappage ledger, " + kind.encode()).digest()


def link(previous: bytes, table: str, row: int, wall_ms: int, boot: str, values: Sequence[Stored]) -> bytes:
    """The hash of one row (32 bytes), given that of the row before."""
    return hashlib.sha256(previous + _encode([table, row, wall_ms, boot, *values])).digest()


class Link(msgspec.Struct, frozen=True):
    """One row as it stands in the file."""

    row: int
    table: str
    wall_ms: int
    boot: str
    columns: tuple[str, ...]
    values: tuple[Stored, ...]
    hash: bytes

    def in_words(self) -> str:
        """Table and column values in one line."""
        pairs = ", ".join(f"{name} {value!r}" for name, value in zip(self.columns, self.values, strict=True))
        return f"table {self.table}: wall_ms {self.wall_ms}, boot {self.boot!r}, {pairs}"


class Verdict(msgspec.Struct, frozen=True):
    """What a check found. `row` is the first bad row, the last good one when rows are lost, else the last."""

    state: State
    row: int
    sentence: str
    anchored: int = 0
    """Row that the injector's newest anchor names, 0 when none."""
    last_hash: bytes = b""
    totals: tuple[str, ...] = ()
    """Sentences about sums that do not agree with each other; empty when all do."""

    @property
    def blocks(self) -> bool:
        """Whether arming is blocked until an administrator gives a reason."""
        return self.state in ("lost", "changed")


def head(db: Database) -> tuple[int, bytes, int]:
    """Number, hash and wall time (UTC ms) of the last row; (0, genesis, 0) on an empty ledger."""
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    found = [
        run(db, f"SELECT row, hash, wall_ms FROM {table} ORDER BY row DESC LIMIT 1").fetchone()  # noqa: S608
        for table in tables_of(version)
    ]
    last = max((entry for entry in found if entry), default=None)
    return (int(last[0]), bytes(last[1]), int(last[2])) if last else (0, genesis(kind_of(db)), 0)


def kind_of(db: Database) -> Kind:
    """Whether the treatments in it are real or simulated."""
    return run(db, "SELECT kind FROM ledger").fetchone()[0]


def rows_from(db: Database, first: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> Generator[Link, None, None]:
    """All rows from number `first` on, in their order, each with the columns it had when it was written."""
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    began = [tuple(line) for line in run(db, "SELECT version, first_row FROM version_from ORDER BY version")]

    def written_in(row: int) -> int:
        return max((v for v, first_row in began if first_row <= row), default=1)

    def rows_of(table: str) -> Generator[Link, None, None]:
        columns = columns_of(table, version, migrations)
        query = f"SELECT row, wall_ms, boot, hash, {', '.join(columns)} FROM {table} WHERE row >= ? ORDER BY row"  # noqa: S608
        for number, wall_ms, boot, digest, *values in db.conn.execute(query, (first,)):
            kept = columns_of(table, written_in(number), migrations)
            yield Link(number, table, wall_ms, boot, kept, tuple(values[: len(kept)]), bytes(digest))

    yield from heapq.merge(*map(rows_of, tables_of(version, migrations)), key=attrgetter("row"))


def walk(
    db: Database,
    after: int,
    previous: bytes,
    wanted: frozenset[int] = frozenset(),
    migrations: tuple[Migration, ...] = MIGRATIONS,
) -> tuple[Verdict, dict[int, bytes]]:
    """Check every row after row `after`, whose hash is `previous`; also returns the hashes of the rows `wanted`."""
    seen: dict[int, bytes] = {}
    expected = after
    for found in rows_from(db, after + 1, migrations):
        expected += 1
        if found.row > expected:
            return Verdict("changed", expected, f"Row {expected} was removed"), seen
        if found.row < expected:
            return Verdict("changed", found.row, f"Row {found.row} stands twice ({found.in_words()})"), seen
        digest = link(previous, found.table, found.row, found.wall_ms, found.boot, found.values)
        if digest != found.hash:
            return Verdict("changed", found.row, f"Row {found.row} was changed ({found.in_words()})"), seen
        previous = digest
        if found.row in wanted:
            seen[found.row] = digest
    return Verdict("good", expected, f"All {expected} rows are as they were written", last_hash=previous), seen


def check_tail(db: Database, rows: int = 512) -> Verdict:
    """The quick check at opening: the last `rows` rows, and that none is missing before them."""
    last, _, _ = head(db)
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    count = sum(run(db, f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables_of(version))  # noqa: S608
    after = max(last - rows, 0)
    before = next(rows_from(db, after), None) if after else None
    if after and (before is None or before.row != after):
        return Verdict("changed", after, f"Row {after} was removed")
    verdict, _ = walk(db, after, before.hash if before else genesis(kind_of(db)))
    if verdict.state == "good" and count != last:
        return Verdict("changed", 0, f"{last - count} of {last} rows were removed; a full check names the first")
    return verdict


def verify(path: Path, anchors: AnchorPair | None = None) -> Verdict:
    """Check the whole ledger: the file, every hash, the injector's anchors, and the totals (LED-11).

    Raises:
        LedgerDamaged: SQLite's own integrity check fails.
        LedgerMissing, LedgerForbidden, NotALedger, ReaderTooEarly: it could not be read.
    """
    db = open_reader(path)
    try:
        with spoken(path):
            complaint = run(db, "PRAGMA integrity_check(1)").fetchone()[0]
            if complaint != "ok":
                raise LedgerDamaged(path=path, why=complaint)
            wanted = frozenset((anchors.newest_row, anchors.older_row)) if anchors else frozenset[int]()
            verdict, seen = walk(db, 0, genesis(kind_of(db)), wanted)
            if verdict.state != "good":
                return verdict
            verdict = _against_anchors(verdict, seen, anchors)
            return msgspec.structs.replace(verdict, totals=tuple(disagreements(db)))
    finally:
        db.close()


def _against_anchors(verdict: Verdict, seen: dict[int, bytes], anchors: AnchorPair | None) -> Verdict:
    last, newest = verdict.row, anchors.newest_row if anchors else 0

    def told(state: State, row: int, sentence: str) -> Verdict:
        return Verdict(state, row, sentence, anchored=newest, last_hash=verdict.last_hash)

    if anchors is None or newest == 0:
        return told("not anchored", last, f"{verdict.sentence}; none is anchored in the injector yet")
    if newest > last:
        return told("lost", last, f"Rows were lost after row {last}: the injector has seen row {newest}")
    if seen[newest] != anchors.newest_sha256:
        older = anchors.older_row
        sound = older if 0 < older <= last and seen[older] == anchors.older_sha256 else 0
        where = f"between row {sound + 1} and row {newest}" if sound + 1 < newest else f"row {newest}"
        return told("changed", sound + 1, f"The record was rewritten: {where} is not what the injector's anchor saw")
    if newest < last:
        since = f"anchored up to row {newest}, {last - newest} since are not yet"
        return told("not anchored", last, f"{verdict.sentence}; {since}")
    return told("good", last, f"{verdict.sentence}, and the injector's anchor agrees")


def disagreements(db: Database) -> Generator[str, None, None]:
    """Sums that do not agree: what a resolution says against the shots under it."""
    under = (
        "SELECT r.id, r.shots, (SELECT count(*) FROM shot s WHERE s.authorisation = r.id AND s.recovered = 0) "
        "FROM resolution r WHERE r.certainty = 'done'"
    )
    for id_, said, found in run(db, under):
        if found > said:
            yield f"Authorisation {id_} is closed with {said} shots, but {found} are recorded under it"
