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

from drivers.registers import Anchor, AnchorPair
from kiosk.records.connection import open_reader, run, spoken
from kiosk.records.errors import LedgerDamaged
from kiosk.records.facts import Fact
from kiosk.records.migrations import MIGRATIONS, Migration, columns_of, tables_of
from kiosk.records.schema import Stored
from kiosk.records.totals import disagreements
from kiosk.records.verdict import State, Verdict, anchor_key

Kind = Literal["real", "simulated"]
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

    def digest(self) -> str:
        """SHA-256 over all that stands there, its stored hash too; hexadecimal."""
        return link(self.hash, self.table, self.row, self.wall_ms, self.boot, self.values).hex()


def as_hash(stored: object) -> bytes:
    """A hash as it stands in the file; what is none is no row's, and above all not as many bytes as a number says."""
    return stored if isinstance(stored, bytes) else b""


def head(db: Database) -> tuple[int, bytes, int]:
    """Number, hash and wall time (UTC ms) of the last row; (0, genesis, 0) on an empty ledger."""
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    found = [
        run(db, f"SELECT row, hash, wall_ms FROM {table} ORDER BY row DESC LIMIT 1").fetchone()  # noqa: S608
        for table in tables_of(version)
    ]
    last = max((entry for entry in found if entry), default=None)
    return (int(last[0]), as_hash(last[1]), int(last[2])) if last else (0, genesis(kind_of(db)), 0)


def kind_of(db: Database) -> Kind:
    """Whether the treatments in it are real or simulated.

    Raises:
        ValueError: it does not say.
    """
    found = run(db, "SELECT kind FROM ledger").fetchone()
    if found is None or found[0] not in ("real", "simulated"):
        raise ValueError("it does not say whether its treatments are real or simulated")
    return found[0]


def rows_from(db: Database, first: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> Generator[Link, None, None]:
    """All rows from number `first` on, in their order, each with the columns it had when it was written."""
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    began = [tuple(line) for line in run(db, "SELECT version, first_row FROM version_from ORDER BY version")]

    def written_in(row: int) -> int:
        return max((v for v, first_row in began if first_row <= row), default=1)

    def rows_of(table: str) -> Generator[Link, None, None]:
        columns = columns_of(table, version, migrations)
        columns_in = {v: columns_of(table, v, migrations) for v in (1, *dict(began))}
        query = f"SELECT row, wall_ms, boot, hash, {', '.join(columns)} FROM {table} WHERE row >= ? ORDER BY row"  # noqa: S608
        for number, wall_ms, boot, digest, *values in db.conn.execute(query, (first,)):
            kept = columns_in[written_in(number)]
            yield Link(number, table, wall_ms, boot, kept, tuple(values[: len(kept)]), as_hash(digest))

    yield from heapq.merge(*map(rows_of, tables_of(version, migrations)), key=attrgetter("row"))


class Accepted(msgspec.Struct, frozen=True):
    """What an administrator gave a reason for: the keys of the findings, and how many rows they say are missing."""

    keys: frozenset[str] = frozenset()
    missing: int = 0
    sentences: dict[str, tuple[int, str]] = {}
    """Row and sentence of each finding as it was first found: rows written since do not move it."""


_ACCEPTED = "SELECT kind, body FROM event WHERE kind IN (?, ?, ?) AND json_valid(body) ORDER BY row"


def accepted(db: Database) -> Accepted:
    """Findings that need no further reason (LED-11): given one by itself, or with a pairing (LED-5)."""
    keys: set[str] = set()
    missing = 0
    sentences: dict[str, tuple[int, str]] = {}
    for kind, text in run(db, _ACCEPTED, (Fact.ACCEPTED.value, Fact.PAIRED.value, Fact.FINDING.value)):
        body = msgspec.json.decode(text)
        if not isinstance(body, dict):
            continue
        told = _Told.of(body)  # pyright: ignore[reportUnknownArgumentType]  whatever the file holds
        if kind == Fact.FINDING:
            sentences.setdefault(told.key, (told.row, told.finding))
        elif kind == Fact.PAIRED:
            keys |= set(told.disowned)
        elif told.key not in keys:
            keys.add(told.key)
            missing += told.missing
    return Accepted(frozenset(keys), missing, sentences)


class _Told(msgspec.Struct, frozen=True):
    """What the three events say of findings; a body that says it otherwise says nothing, and its row is a finding."""

    key: str = ""
    row: int = 0
    finding: str = ""
    missing: int = 0
    disowned: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: object) -> _Told:
        try:
            return msgspec.convert(body, cls)
        except msgspec.ValidationError:
            return cls()


NOTHING_ACCEPTED = Accepted()


def walk(
    db: Database,
    after: int,
    previous: bytes,
    wanted: frozenset[int] = frozenset(),
    migrations: tuple[Migration, ...] = MIGRATIONS,
    known: Accepted = NOTHING_ACCEPTED,
) -> tuple[Verdict, dict[int, bytes]]:
    """Check every row after row `after`, whose hash is `previous`; also returns the hashes of the rows `wanted`.

    A finding that was given a reason is passed over: the rows after it were chained to the hash that it holds.
    """
    seen: dict[int, bytes] = {}
    expected = after
    for found in rows_from(db, after + 1, migrations):
        verdict = _look_at(found, expected + 1, previous)
        if verdict is not None and verdict.key not in known.keys:
            return verdict, seen
        if found.row <= expected:
            continue  # a second row of this number, which an administrator knows of
        expected, previous = found.row, found.hash
        if found.row in wanted:
            seen[found.row] = found.hash
    words = "All" if not known.keys else "But for what was given a reason, all"
    return Verdict("good", expected, f"{words} {expected} rows are as they were written", last_hash=previous), seen


def _look_at(found: Link, expected: int, previous: bytes) -> Verdict | None:
    """What is wrong with a row where row `expected` has to follow the hash `previous`; None when nothing is."""
    if found.row > expected:
        last = found.row - 1
        words = f"Row {expected} was" if last == expected else f"Rows {expected} to {last} were"
        key = f"rows {expected} to {last} before {found.digest()}"
        return Verdict("changed", expected, f"{words} removed", key=key, missing=found.row - expected)
    if found.row < expected:
        words = f"Row {found.row} stands twice ({found.in_words()})"
        return Verdict("changed", found.row, words, key=f"row {found.row} again {found.digest()}")
    if link(previous, found.table, found.row, found.wall_ms, found.boot, found.values) == found.hash:
        return None
    words = f"Row {found.row} was changed ({found.in_words()})"
    return Verdict("changed", found.row, words, key=f"row {found.row} {found.digest()}")


def check_tail(db: Database, rows: int = 512) -> Verdict:
    """The quick check at opening: the last `rows` rows, and that none is missing before them."""
    known = accepted(db)
    last, _, _ = head(db)
    version = int(run(db, "PRAGMA user_version").fetchone()[0])
    count = sum(run(db, f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables_of(version))  # noqa: S608
    after = max(last - rows, 0)
    before = next(rows_from(db, after), None) if after else None
    while before is not None and before.row != after and known.missing:
        after = before.row  # the last row before the tail is one of those known to be missing: begin at the next
        before = next(rows_from(db, after), None)
    if after and (before is None or before.row != after):
        return Verdict("changed", after, f"Row {after} was removed")
    verdict, _ = walk(db, after, before.hash if before else genesis(kind_of(db)), known=known)
    if verdict.state == "good" and count + known.missing < last:
        lost = last - count - known.missing
        return Verdict("changed", 0, f"{lost} of {last} rows were removed; a full check names the first")
    return verdict


def verify(path: Path, anchors: AnchorPair | None = None, opened: int | None = None) -> Verdict:
    """Check the whole ledger: the file, every hash, the injector's anchors, and the totals (LED-11).

    Args:
        path: The ledger.
        anchors: What the injector keeps; None when it was not asked.
        opened: Last row when the present writer opened the ledger; None when nobody writes. What was lost was lost
            before that, whatever was written since.

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
            known = accepted(db)
            wanted = frozenset((anchors.newest_row, anchors.older_row)) if anchors else frozenset[int]()
            verdict, seen = walk(db, 0, genesis(kind_of(db)), wanted, known=known)
            if verdict.state == "good":
                owned = _owned(anchors, known)
                since = verdict.row if opened is None else opened
                verdict = _against_anchors(verdict, seen, owned, since, asked=anchors is not None)
            if verdict.blocks:
                row, sentence = known.sentences.get(verdict.key, (verdict.row, verdict.sentence))
                return msgspec.structs.replace(verdict, row=row, sentence=sentence, said=verdict.key in known.sentences)
            return msgspec.structs.replace(verdict, totals=tuple(disagreements(db)))
    finally:
        db.close()


def _owned(anchors: AnchorPair | None, known: Accepted) -> tuple[Anchor, ...]:
    """The anchors that speak for this ledger, newest first: written, and not disowned by an administrator."""
    if anchors is None:
        return ()
    pair = (Anchor(anchors.newest_row, anchors.newest_sha256), Anchor(anchors.older_row, anchors.older_sha256))
    return tuple(anchor for anchor in pair if anchor.row and anchor_key(anchor.row, anchor.sha256) not in known.keys)


def _against_anchors(
    verdict: Verdict, seen: dict[int, bytes], anchors: tuple[Anchor, ...], opened: int, *, asked: bool
) -> Verdict:
    last = verdict.row
    if not anchors:
        why = "none is anchored in the injector yet" if asked else "the injector was not asked for its anchor"
        return msgspec.structs.replace(verdict, state="not anchored", sentence=f"{verdict.sentence}; {why}")
    newest, key = anchors[0], anchor_key(anchors[0].row, anchors[0].sha256)

    def told(state: State, row: int, sentence: str, key: str = "") -> Verdict:
        return Verdict(state, row, sentence, anchored=newest.row, last_hash=verdict.last_hash, key=key)

    if seen.get(newest.row) == newest.sha256:
        if newest.row == last:
            return told("good", last, f"{verdict.sentence}, and the injector's anchor agrees")
        since = f"anchored up to row {newest.row}, {last - newest.row} since are not yet"
        return told("not anchored", last, f"{verdict.sentence}; {since}")
    if newest.row > opened:
        return told("lost", opened, f"Rows were lost after row {opened}: the injector has seen row {newest.row}", key)
    sound = next((older.row for older in anchors[1:] if seen.get(older.row) == older.sha256), 0)
    where = f"between row {sound + 1} and row {newest.row}" if sound + 1 < newest.row else f"row {newest.row}"
    said = f"The record was rewritten: {where} is not what the injector's anchor saw"
    return told("changed", sound + 1, said, key)
