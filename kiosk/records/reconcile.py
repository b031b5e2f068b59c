"""Ledger and controller compared at every (re)connect: what became of everything that was sent (LED-4, LED-5).

Pure: values in, rows and sentences out. Nothing is assumed; what no record explains is counted in full and marked
uncertain. The same function serves a start after a power loss and a cable that was plugged in again.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from drivers.registers import ControllerState, Identity, Outcome, ShotRecord, Status
from kiosk.records import late
from kiosk.records.as_set import disagreement, not_as_set
from kiosk.records.ends import SURE, in_full_because
from kiosk.records.facts import Fact
from kiosk.records.ids import last_accepted, next_drawn
from kiosk.records.known import BY_COMMAND, STILL, LedgerView
from kiosk.records.rows import (
    AuthorisationKind,
    AuthorisationRow,
    Certainty,
    EventRow,
    ResolutionRow,
    Row,
    ShotRow,
)

MOVING = frozenset(
    {
        ControllerState.HOMING,
        ControllerState.STROKE,
        ControllerState.PRIMING,
        ControllerState.SEEKING,
        ControllerState.RETRACTING,
    }
)


class Reconciliation(msgspec.Struct, frozen=True):
    """What the comparison found. Commit `rows` as one unit; then set the cursor.

    `blocked` is a sentence when an administrator has to pair first (`pairing`); the rows may be committed at once.
    `wait` is true while the controller still moves: commit nothing, exchange again, ask again.
    """

    shots: tuple[ShotRow, ...]
    resolutions: tuple[ResolutionRow, ...]
    events: tuple[EventRow, ...]
    sentences: tuple[str, ...]
    cursor: int
    lifetime_nl: int
    next_id: int
    blocked: str = ""
    wait: bool = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order in which they are committed."""
        return (*self.shots, *self.resolutions, *self.events)


def next_id(max_id: int, status: Status | None) -> int:
    """The next id to draw: above ledger and controller, in steps (LED-5)."""
    return next_drawn(max(max_id, last_accepted(status)))


def reconcile(
    view: LedgerView,
    identity: Identity | None,
    status: Status | None,
    records: Sequence[ShotRecord],
    *,
    mono_ms: int,
    practitioner_closed: bool = False,
) -> Reconciliation:
    """Compare ledger and controller (LED-4).

    Args:
        view: What the ledger knows.
        identity: Read after the connect; None when no controller is reachable.
        status: Read after a `void` with a fresh id was accepted; None when no controller is reachable.
        records: All that could be read from `view.cursor` up to `status.lifetime_shots`; a number that is missing here
            is one the controller no longer has.
        mono_ms: CLOCK_MONOTONIC, ms, for the rows.
        practitioner_closed: A practitioner ends the session although the controller cannot be reached.
    """
    if identity is None or status is None or practitioner_closed:
        return _in_full(view, status, mono_ms, "closed by a practitioner while the injector could not be reached", "")
    stranger = _why_stranger(view, identity, status)
    if stranger:
        return _in_full(view, status, mono_ms, "its injector is not the one that is connected now", stranger)
    ahead = _why_ahead(view, status, records)
    if ahead:
        return Reconciliation((), (), (), (ahead,), view.cursor, view.lifetime_nl, next_id(view.max_id, status), ahead)
    if status.state in MOVING:
        return Reconciliation((), (), (), (), view.cursor, view.lifetime_nl, next_id(view.max_id, status), wait=True)
    return _Comparison(view, identity, status, records, mono_ms).result(Fact.RECONCILED, "", "")


def pairing(
    view: LedgerView,
    identity: Identity,
    status: Status,
    records: Sequence[ShotRecord],
    *,
    mono_ms: int,
    user: str,
    reason: str,
    disowned: tuple[str, ...] = (),
) -> Reconciliation:
    """An administrator binds this ledger to this controller, or says "ledger restored", with a reason (LED-5).

    What an earlier controller left open is counted in full; what this one did that the ledger lacks is recorded.
    `disowned` are the keys of anchors that from now on are no word about this ledger (LED-11).
    """
    if _why_stranger(view, identity, status) or view.serial == 0:
        left = _in_full(view, status, mono_ms, "an administrator paired another injector", "")
        cursor, nl, top = status.lifetime_shots + 1, status.lifetime_nl, last_accepted(status)
        event = _agreed(Fact.PAIRED, identity, cursor, nl, max(view.max_id, top), mono_ms, view.session, (user, reason))
        paired = msgspec.structs.replace(left, events=(event,), cursor=cursor, lifetime_nl=nl)
    else:
        paired = _Comparison(view, identity, status, records, mono_ms).result(Fact.PAIRED, user, reason)
    *others, last = paired.events
    last = msgspec.structs.replace(last, body={**last.body, "disowned": list(disowned)})
    return msgspec.structs.replace(paired, events=(*others, last))


def _why_stranger(view: LedgerView, identity: Identity, status: Status) -> str:
    """Why this controller's memory is not the one the ledger knows, or ""."""
    if view.serial not in (0, identity.serial):
        return (
            f"Injector {identity.serial} is connected, but the record belongs to injector {view.serial}. "
            "An administrator has to pair it"
        )
    booted = max((row.boot_count for row in view.unresolved if row.serial == identity.serial), default=0)
    if status.lifetime_shots + 1 < view.cursor or status.lifetime_nl < view.lifetime_nl or identity.boot_count < booted:
        return (
            f"Injector {identity.serial} counts less than the record says it gave: its memory was replaced. "
            "An administrator has to pair it"
        )
    return ""


def _why_ahead(view: LedgerView, status: Status, records: Sequence[ShotRecord]) -> str:
    """Why the controller knows more than the ledger, or "" (LED-5)."""
    limit = next_drawn(view.max_id)
    named = max((record.authorisation_id for record in records), default=0)
    unknown_past = view.serial == 0 and (status.lifetime_shots > 0 or status.lifetime_nl > 0)
    if unknown_past or max(last_accepted(status), named) >= limit:
        return (
            "The injector did things that this record does not hold. An administrator has to pair it, "
            'or record "ledger restored" with a reason'
        )
    return ""


def _agreed(
    kind: Fact,
    identity: Identity,
    cursor: int,
    lifetime_nl: int,
    max_id: int,
    mono_ms: int,
    session: int,
    by: tuple[str, str],
) -> EventRow:
    user, reason = by
    said = "Record and injector agree" if kind is Fact.RECONCILED else f"Injector {identity.serial} paired: {reason}"
    return EventRow(
        kind.value,
        mono_ms,
        session,
        user,
        said,
        {
            "serial": identity.serial,
            "boot_count": identity.boot_count,
            "cursor": cursor,
            "lifetime_nl": lifetime_nl,
            "max_id": max_id,
            "reason": reason,
        },
    )


def _ul(nl: int) -> str:
    return f"{nl / 1000:.1f} uL"


def _as_commanded(row: AuthorisationRow, number: int, mono_ms: int) -> ShotRow:
    """A shot of `row` that nothing measured: at its commanded dose, uncertain."""
    return ShotRow(
        session=row.session,
        mono_ms=mono_ms,
        serial=row.serial,
        boot_count=row.boot_count,
        number=number,
        authorisation=row.id,
        kind=row.kind,
        zone=row.zone,
        side=row.side,
        point=0,
        depth_um=row.depth_um,
        measured_depth_um=row.depth_um,
        dose_nl=row.dose_nl,
        measured_dose_nl=row.dose_nl,
        peak_kpa=0,
        duration_ms=0,
        outcome=Outcome.INTERRUPTED,
        certainty=Certainty.UNKNOWN,
        recovered=True,
    )


def _in_full(view: LedgerView, status: Status | None, mono_ms: int, why: str, blocked: str) -> Reconciliation:
    """Every shot authorised and not recorded, in full, uncertain."""
    shots: list[ShotRow] = []
    resolutions: list[ResolutionRow] = []
    sentences: list[str] = [blocked] if blocked else []
    for row in view.unresolved:
        recorded = view.recorded.get(row.id, 0)
        open_shots = max(row.motions - recorded, 0) if row.kind not in STILL and row.dose_nl > 0 else 0
        shots += [_as_commanded(row, 0, mono_ms)] * open_shots
        resolutions.append(ResolutionRow(row.id, mono_ms, Certainty.UNKNOWN, recorded, why))
        if open_shots:
            sentences.append(f"{open_shots} shots of {_ul(row.dose_nl)} count in full: {why}")
    return Reconciliation(
        tuple(shots),
        tuple(resolutions),
        (),
        tuple(sentences),
        view.cursor,
        view.lifetime_nl,
        next_id(view.max_id, status),
        blocked,
    )


class _Comparison:
    """One pass over the records of the controller that the ledger knows."""

    def __init__(
        self, view: LedgerView, identity: Identity, status: Status, records: Sequence[ShotRecord], mono_ms: int
    ) -> None:
        self._view, self._identity, self._status, self._mono_ms = view, identity, status, mono_ms
        by_number = {record.number: record for record in records if record.number >= view.cursor}
        self._records = [by_number[number] for number in sorted(by_number)]
        self._by_id = {row.id: row for row in view.unresolved}
        self._found = {row.id: view.recorded.get(row.id, 0) for row in view.unresolved}
        self._uncertain: set[int] = set()
        self._shots: list[ShotRow] = []
        self._events: list[EventRow] = []
        self._sentences: list[str] = []

    def result(self, kind: Fact, user: str, reason: str) -> Reconciliation:
        """Rows of everything that is new; ends with the event that says that both agree."""
        for record in self._records:
            self._take(record)
        self._count_missing()
        self._count_unattributed()
        resolutions = tuple(self._resolve(row) for row in self._view.unresolved)
        cursor, nl = self._status.lifetime_shots + 1, self._status.lifetime_nl
        max_id = self._view.max_id if kind is Fact.RECONCILED else max(self._view.max_id, last_accepted(self._status))
        moved = (cursor, nl) != (self._view.cursor, self._view.lifetime_nl)
        if moved or resolutions or kind is Fact.PAIRED:
            agreed = (kind, self._identity, cursor, nl, max_id, self._mono_ms, self._view.session, (user, reason))
            self._events.append(_agreed(*agreed))
        return Reconciliation(
            tuple(self._shots),
            resolutions,
            tuple(self._events),
            tuple(self._sentences),
            cursor,
            nl,
            next_id(self._view.max_id, self._status),
        )

    def _take(self, record: ShotRecord) -> None:
        row = self._by_id.get(record.authorisation_id)
        self._compare(record, row.session if row else self._view.session)
        counted = self._view.counted_in_full.get(record.authorisation_id)
        if counted is not None:
            self._take_late(record, counted)
            return
        unsure = record.outcome not in SURE
        if row is None:
            self._sentences.append(f"Motion {record.number} belongs to nothing that this record had open")
        elif unsure:
            self._uncertain.add(row.id)
            self._sentences.append(in_full_because(record))
        if row is not None:
            self._found[row.id] += 1
        certainty = Certainty.UNKNOWN if unsure or row is None else Certainty.DONE
        self._shots.append(self._shot(record, row, certainty))

    def _take_late(self, record: ShotRecord, counted: ShotRow) -> None:
        event, more = late.kept(record, self._mono_ms, self._view.session), late.beyond(record, counted, self._mono_ms)
        self._events.append(event)
        self._sentences.append(event.sentence)
        if more is not None:
            self._shots.append(more)
            self._sentences.append(f"Motion {record.number} measured {_ul(more.counted_nl)} more: they count too")

    def _compare(self, record: ShotRecord, session: int) -> None:
        """Every stroke is compared, also one that belongs to nothing or was counted in full already (LED-9)."""
        why = disagreement(record)
        if why:
            event = not_as_set(record.number, why, self._mono_ms, session)
            self._events.append(event)
            self._sentences.append(event.sentence)

    def _count_missing(self) -> None:
        """A motion that was counted and has no record: a shot of what was accepted, at its commanded dose."""
        present = {record.number for record in self._records}
        # Numbers are looked at from the newest down: what was accepted last is what may have been cut off.
        candidates = [row for row in reversed(self._view.unresolved) if self._was_accepted(row)]
        number = self._status.lifetime_shots
        for row in candidates:
            while number >= self._view.cursor and self._found[row.id] < row.motions:
                if number not in present:
                    self._shots.append(_as_commanded(row, number, self._mono_ms))
                    self._found[row.id] += 1
                    self._uncertain.add(row.id)
                    self._sentences.append(
                        f"Motion {number} was counted but not completed: {_ul(row.dose_nl)} count in full"
                    )
                number -= 1

    def _was_accepted(self, row: AuthorisationRow) -> bool:
        accepted = self._status.command_id if row.kind in BY_COMMAND else self._status.authorisation_id
        return row.kind not in STILL and accepted >= row.id

    def _count_unattributed(self) -> None:
        explained = sum(record.measured_dose_nl for record in self._records)
        present = {record.number for record in self._records}
        explained += sum(shot.measured_dose_nl for shot in self._shots if shot.number and shot.number not in present)
        left = self._status.lifetime_nl - self._view.lifetime_nl - explained
        if left <= 0:
            return
        self._sentences.append(
            f"The injector's counter moved by {_ul(left)} that no record explains; it counts in full"
        )
        nothing = ShotRecord(0, 0, 0, 0, left, left, 0, 0, int(Outcome.INTERRUPTED))
        self._shots.append(self._shot(nothing, None, Certainty.UNKNOWN))

    def _shot(self, record: ShotRecord, row: AuthorisationRow | None, certainty: Certainty) -> ShotRow:
        return ShotRow(
            session=row.session if row else self._view.session,
            mono_ms=self._mono_ms,
            serial=self._identity.serial,
            boot_count=row.boot_count if row else self._identity.boot_count,
            number=record.number,
            authorisation=record.authorisation_id,
            kind=row.kind if row else _guess(record),
            zone=row.zone if row else "",
            side=row.side if row else "",
            point=0,
            depth_um=record.depth_um,
            measured_depth_um=record.measured_depth_um,
            dose_nl=record.dose_nl,
            measured_dose_nl=record.measured_dose_nl,
            peak_kpa=record.peak_kpa,
            duration_ms=record.duration_ms,
            outcome=record.outcome,
            certainty=certainty,
            recovered=True,
        )

    def _resolve(self, row: AuthorisationRow) -> ResolutionRow:
        found = self._found[row.id]
        certainty, reason = self._verdict(row, found)
        return ResolutionRow(row.id, self._mono_ms, certainty, found, reason)

    def _verdict(self, row: AuthorisationRow, found: int) -> tuple[Certainty, str]:
        accepted = self._status.command_id if row.kind in BY_COMMAND else self._status.authorisation_id
        if found:
            if row.id in self._uncertain:
                return Certainty.UNKNOWN, "a shot was begun and not completed; it counts at its commanded dose"
            return Certainty.DONE, f"{found} of {row.motions} recorded, the rest certainly not done"
        if accepted < row.id:
            return Certainty.NOT_DONE, "the injector never accepted it"
        if row.kind not in STILL:
            return Certainty.NOT_DONE, "accepted, but nothing was begun"
        if accepted == row.id:
            return Certainty.DONE, "the injector accepted it"
        return Certainty.UNKNOWN, "a later command was accepted; this one moves nothing"


def _guess(record: ShotRecord) -> AuthorisationKind:
    """What a motion that nothing explains was: any amount counts as treatment, a motion without one as homing."""
    return AuthorisationKind.TREATMENT if record.dose_nl or record.measured_dose_nl else AuthorisationKind.HOME
