"""What must hold after every kill, every failed write and every power cut, looked at as a stranger would (LED-10).

The ledger is read from its file and the device from its memory; nothing of the engine's or the ledger's own account of
itself is believed. Every finding is one sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlite_utils import Database

from drivers.errors import NappageError
from drivers.registers import AnchorPair, Outcome
from kiosk.records import chain
from kiosk.records.connection import open_reader, run, spoken
from kiosk.records.rows import Certainty

INTERRUPTED = int(Outcome.INTERRUPTED)


class Device(msgspec.Struct, frozen=True):
    """What the injector counts."""

    lifetime_shots: int
    lifetime_nl: int


class Known(msgspec.Struct, frozen=True):
    """What was acknowledged before: nothing of it may be missing after."""

    last_row: int = 0
    last_hash: bytes = b""
    cursor: int = 1
    """Every motion below it was acknowledged to the controller."""
    ids: frozenset[int] = frozenset()
    """Ids of what moves that went out on the wire; each has its committed row (LED-1)."""
    shown: dict[int, int] = {}
    """For each session how many shots a screen had shown as counted."""


class Found(msgspec.Struct, frozen=True):
    """What was looked at. `failures` are sentences, empty when everything is as it must be."""

    failures: tuple[str, ...]
    last_row: int = 0
    last_hash: bytes = b""
    shots: int = 0
    """Motions recorded."""
    recovered: int = 0
    uncertain: int = 0
    unattributed_nl: int = 0
    sessions: int = 0
    never_accepted: int = 0
    """Authorisations that were committed and never came to be accepted."""


def look(ledger: Path, device: Device | None, anchors: AnchorPair | None, known: Known) -> Found:
    """Look at a ledger whose writer has reconciled with the device.

    Args:
        ledger: Its file; control may have it open.
        device: The injector's counters; None when they are not to be compared.
        anchors: What the injector keeps of the record.
        known: What was acknowledged.
    """
    try:
        verdict = chain.verify(ledger, anchors)
        db = open_reader(ledger)
    except NappageError as error:
        return Found((f"the record cannot be read: {error}",))
    try:
        with spoken(ledger):
            failures = [
                *_of_verdict(verdict), *_of_known(db, verdict, known), *_of_motions(db, device),
                *_of_authorisations(db), *_of_certainty(db),
            ]  # fmt: skip
            return Found(
                tuple(failures),
                verdict.row,
                verdict.last_hash,
                _one(db, "SELECT count(*) FROM shot"),
                _one(db, "SELECT count(*) FROM shot WHERE recovered = 1"),
                _one(db, "SELECT count(*) FROM shot WHERE certainty <> 'done'"),
                _one(db, "SELECT coalesce(sum(measured_dose_nl), 0) FROM shot WHERE number = 0"),
                _one(db, "SELECT count(*) FROM session"),
                _one(db, "SELECT count(*) FROM resolution WHERE reason = 'the injector never accepted it'"),
            )
    finally:
        db.close()


def _one(db: Database, query: str) -> int:
    return int(run(db, query).fetchone()[0])


def _of_verdict(verdict: chain.Verdict) -> Iterator[str]:
    if verdict.state not in ("good", "not anchored"):
        yield f"the chain is {verdict.state}: {verdict.sentence}"
    yield from verdict.totals


def _of_known(db: Database, verdict: chain.Verdict, known: Known) -> Iterator[str]:
    """What was acknowledged is there, and is what it was."""
    if verdict.row < known.last_row:
        yield f"the record ends with row {verdict.row}; row {known.last_row} had been committed"
    elif known.last_row:
        found = next(chain.rows_from(db, known.last_row), None)
        if found is None or found.hash != known.last_hash:
            yield f"row {known.last_row} is not what it was"
    numbers = {int(row[0]) for row in run(db, "SELECT number FROM shot WHERE number > 0")}
    missing = sorted(set(range(1, known.cursor)) - numbers)
    if missing:
        yield f"motions {missing[:5]} are missing; the injector had been told that all below {known.cursor} are kept"
    ids = {int(row[0]) for row in run(db, "SELECT id FROM authorisation")}
    lost = sorted(known.ids - ids)
    if lost:
        yield f"authorisations {lost[:5]} went out on the wire and have no row"
    for session, count in known.shown.items():
        query = "SELECT count(*) FROM shot WHERE session = ? AND kind = 'treatment' AND number > 0"
        found_shots = int(run(db, query, (session,)).fetchone()[0])
        if found_shots < count:
            yield f"session {session} has {found_shots} shots; the screen had shown {count}"


def _of_motions(db: Database, device: Device | None) -> Iterator[str]:
    """Each motion that the injector counted stands once, no other stands at all, and they add up."""
    numbers = [int(row[0]) for row in run(db, "SELECT number FROM shot WHERE number > 0 ORDER BY number")]
    twice = [number for number, times in Counter(numbers).items() if times > 1]
    if twice:
        yield f"motions {twice[:5]} stand twice"
    if device is None:
        return
    missing = sorted(set(range(1, device.lifetime_shots + 1)) - set(numbers))
    if missing:
        yield f"motions {missing[:5]} of {device.lifetime_shots} that the injector counted are not in the record"
    if numbers and numbers[-1] > device.lifetime_shots:
        yield f"the record holds motion {numbers[-1]}; the injector counted {device.lifetime_shots}"
    total = _one(db, "SELECT coalesce(sum(measured_dose_nl), 0) FROM shot")
    if total != device.lifetime_nl:
        yield f"the record adds up to {total} nL, the injector to {device.lifetime_nl} nL"


def _of_authorisations(db: Database) -> Iterator[str]:
    """Each motion after the row that allowed it, within its number; what an earlier start left open is resolved."""
    for number, id_ in run(
        db,
        "SELECT number, authorisation FROM shot WHERE number > 0 AND NOT EXISTS "
        "(SELECT 1 FROM authorisation a WHERE a.id = shot.authorisation AND a.row < shot.row)",
    ):
        yield f"motion {number} stands without or before its authorisation {id_}"
    for id_, shots, given in run(
        db,
        "SELECT a.id, a.shots, count(*) FROM authorisation a JOIN shot s ON s.authorisation = a.id "
        "GROUP BY a.id HAVING count(*) > max(a.shots, 1)",
    ):
        yield f"authorisation {id_} was for {shots} motions, {given} are recorded"
    for id_, times in run(db, "SELECT id, count(*) FROM resolution GROUP BY id HAVING count(*) > 1"):
        yield f"authorisation {id_} has {times} last words"
    linked = "(SELECT coalesce(max(row), 0) FROM event WHERE kind = 'link')"
    for (id_,) in run(
        db, f"SELECT id FROM authorisation WHERE row < {linked} AND id NOT IN (SELECT id FROM resolution)"
    ):
        yield f"what became of authorisation {id_} of before the last connect is not in the record"


def _of_certainty(db: Database) -> Iterator[str]:
    """What no record explains or what was cut off is flagged, and counts in full."""
    done = Certainty.DONE.value
    for number, dose, measured in run(
        db,
        "SELECT number, dose_nl, measured_dose_nl FROM shot WHERE certainty = ? AND (number = 0 OR outcome = ?)",
        (done, INTERRUPTED),
    ):
        yield f"motion {number} ({measured} of {dose} nL) was not measured to its end and is not flagged"
