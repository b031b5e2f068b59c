"""What the ledger knows of one controller: read at a restart, kept up to date by every row committed after it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kiosk.records.facts import Fact
from kiosk.records.ids import held
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, EventRow, ResolutionRow, Restored, Row, ShotRow

STILL = frozenset({AuthorisationKind.VOID, AuthorisationKind.CONTROL})
"""Kinds that move nothing; they bind the ledger to no controller."""

BY_COMMAND = STILL | {AuthorisationKind.HOME, AuthorisationKind.PRIME, AuthorisationKind.SEEK, AuthorisationKind.GAUGE}
"""Kinds whose id goes into the command block; the others go into the authorisation block."""


class LedgerView(msgspec.Struct, frozen=True):
    """What the ledger knows of one controller. Fold every committed row in with `after`, or read it at a restart."""

    serial: int
    cursor: int
    """Lowest lifetime number that no row has yet."""
    lifetime_nl: int
    max_id: int
    unresolved: tuple[AuthorisationRow, ...] = ()
    recorded: dict[int, int] = {}
    """Shots recorded under each unresolved authorisation."""
    counted_in_full: dict[int, ShotRow] = {}
    """By authorisation: a shot of those that were counted in full without their records."""
    session: int = 0
    """The open session, 0 when none."""

    @classmethod
    def of(cls, restored: Restored) -> LedgerView:
        """The view that a restart has."""
        return cls(
            serial=restored.serial,
            cursor=restored.cursor,
            lifetime_nl=restored.lifetime_nl,
            max_id=restored.max_id,
            unresolved=restored.unresolved,
            recorded=dict(restored.recorded),
            counted_in_full={shot.authorisation: shot for shot in restored.counted_in_full},
            session=restored.open_session.session if restored.open_session else 0,
        )

    def after(self, rows: Iterable[Row]) -> LedgerView:
        """The view once `rows` are committed too."""
        view = self
        for row in rows:
            view = view._after(row)
        return view

    def _after(self, row: Row) -> LedgerView:
        change = msgspec.structs.replace
        if isinstance(row, AuthorisationRow):
            serial = self.serial if row.kind in STILL else row.serial
            return change(self, serial=serial, max_id=max(self.max_id, held(row)), unresolved=(*self.unresolved, row))
        if isinstance(row, ResolutionRow):
            left = tuple(entry for entry in self.unresolved if entry.id != row.id)
            return change(self, unresolved=left)
        if isinstance(row, ShotRow) and row.number:
            recorded = {**self.recorded, row.authorisation: self.recorded.get(row.authorisation, 0) + 1}
            nl = self.lifetime_nl + row.measured_dose_nl
            return change(self, cursor=max(self.cursor, row.number + 1), lifetime_nl=nl, recorded=recorded)
        if isinstance(row, ShotRow) and row.authorisation:
            return change(self, counted_in_full={row.authorisation: row, **self.counted_in_full})
        if isinstance(row, EventRow) and row.kind in (Fact.PAIRED, Fact.RECONCILED):
            numbers = {key: row.body[key] for key in ("serial", "cursor", "lifetime_nl", "max_id")}
            return msgspec.convert({**msgspec.structs.asdict(self), **numbers}, LedgerView)
        return change(self, max_id=max(self.max_id, held(row)))
