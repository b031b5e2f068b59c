"""Where shot records enter: each becomes a row once, counts at once, and is acknowledged when its row is on disk.

Only this file moves the cursor, and only this file knows what stands against the last shot: one that was not as set
stands until somebody has looked and cleared the fault, also through a restart (LED-9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.registers import Identity, Mode, ShotRecord
from kiosk.records.as_set import disagreement, not_as_set, standing
from kiosk.records.ends import SURE
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty, EventRow, ShotRow
from kiosk.session.desk import Desk
from kiosk.session.exchange import SetCursor
from kiosk.session.words import HELD


class Intake:
    """Takes records in order, counts points, and keeps the cursor. `mismatch` is what the ledger says still stands."""

    def __init__(self, desk: Desk, counted: Callable[[ShotRow], None], mismatch: str) -> None:
        self._desk = desk
        self._counted = counted
        self._next = desk.cursor
        self._pressed = False
        self._new_point = True
        self.point = 0
        """Number of the newest point: a press in single and burst mode, a shot in continuous mode."""
        self.mismatch = mismatch
        """Why the last shot that was not as set was not; stays until faults are cleared."""

    def new_session(self, point: int = 0) -> None:
        """Points are counted from `point`, the last one given, in the session that is open now."""
        self.point, self._new_point = point, True

    def restart(self, cursor: int) -> None:
        """Go on from a cursor that reconciliation found."""
        self._next = self._desk.cursor = cursor
        self._desk.emit(SetCursor(cursor))

    def step(self, row: AuthorisationRow | None, identity: Identity) -> tuple[list[ShotRecord], str]:
        """New records of this cycle, and a sentence when one of them disagrees or belongs to nothing that was sent."""
        self._watch_press()
        taken: list[ShotRecord] = []
        trouble = ""
        for record in self._desk.inputs.records:
            if record.number != self._next:
                continue
            taken.append(record)
            why = disagreement(record)
            if row is None or record.authorisation_id != row.id:
                why = why or f"motion {record.number} belongs to nothing that was sent"
            self._keep(record, row, identity, why)
            trouble = trouble or why
        return taken, trouble

    def stand(self, events: Iterable[EventRow]) -> None:
        """Rows of a comparison are on disk: what they say of a shot that was not as set stands from now on."""
        self.mismatch = standing(self.mismatch, events)

    def count(self, shots: Iterable[ShotRow]) -> None:
        """Shots that a comparison found are on disk: they count from now on, also when the link is lost again."""
        for shot in shots:
            if shot.session == self._desk.session:
                self._counted(shot)

    def clear(self) -> None:
        """A person looked and cleared the faults."""
        if self.mismatch:
            why, self.mismatch = self.mismatch, ""
            self._desk.event(Fact.CLEARED, f"The last shot was not as set ({why}); the fault was cleared", why=why)

    def _watch_press(self) -> None:
        status = self._desk.status
        pressed = status is not None and bool(status.inputs & HELD)
        self._new_point = self._new_point or (pressed and not self._pressed)
        self._pressed = pressed

    def _point_of(self, kind: AuthorisationKind, row: AuthorisationRow | None) -> int:
        """The point that this shot belongs to; 0 for a motion that belongs to none."""
        if kind != AuthorisationKind.TREATMENT:
            return 0
        if self._new_point or (row is not None and row.mode == Mode.CONTINUOUS):
            self._new_point = False
            self.point += 1
        return self.point

    def _keep(self, record: ShotRecord, row: AuthorisationRow | None, identity: Identity, why: str) -> None:
        self._next = record.number + 1
        known = row is not None and record.authorisation_id == row.id
        kind = row.kind if row is not None and known else AuthorisationKind.TREATMENT
        shot = ShotRow(
            session=self._desk.session,
            mono_ms=self._desk.mono_ms,
            serial=identity.serial,
            boot_count=identity.boot_count,
            number=record.number,
            authorisation=record.authorisation_id,
            kind=kind,
            zone=row.zone if row is not None and known else "",
            side=row.side if row is not None and known else "",
            point=self._point_of(kind, row),
            depth_um=record.depth_um,
            measured_depth_um=record.measured_depth_um,
            dose_nl=record.dose_nl,
            measured_dose_nl=record.measured_dose_nl,
            peak_kpa=record.peak_kpa,
            duration_ms=record.duration_ms,
            outcome=record.outcome,
            certainty=Certainty.DONE if known and record.outcome in SURE else Certainty.UNKNOWN,
        )
        self._counted(shot)
        desk, number = self._desk, record.number + 1
        told = (not_as_set(record.number, why, desk.mono_ms, desk.session, desk.user),) if why else ()
        self.stand(told)
        desk.commit(shot, *told, then=lambda: self._acknowledge(number))

    def _acknowledge(self, cursor: int) -> None:
        self._desk.cursor = max(self._desk.cursor, cursor)
        self._desk.emit(SetCursor(self._desk.cursor))
