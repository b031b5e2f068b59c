"""One session as it stands in the ledger: all its rows with their stamps, and what follows from them.

Pages, exports and the signed report all read this one value, so that none can tell another story.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

import msgspec
from sqlite_utils import Database

from drivers.registers import Outcome
from kiosk.records import chain
from kiosk.records.connection import run
from kiosk.records.errors import SessionUnknown
from kiosk.records.facts import Fact
from kiosk.records.rows import (
    AuthorisationKind,
    AuthorisationRow,
    Certainty,
    ClosingRow,
    EventRow,
    ResolutionRow,
    Row,
    SessionRow,
    ShotRow,
)
from kiosk.records.schema import TABLE_FOR

R = TypeVar("R", bound=Row)
OUTCOMES: dict[int, str] = {
    Outcome.COMPLETED: "completed",
    Outcome.PARTIAL_CONTACT: "partial: contact lost",
    Outcome.PARTIAL_STOP: "partial: stopped",
    Outcome.PARTIAL_LEASE: "partial: connection lost",
    Outcome.PARTIAL_SUPPLY: "partial: supply lost",
    Outcome.PARTIAL_OCCLUSION: "partial: blocked",
    Outcome.PARTIAL_FAULT: "partial: fault",
    Outcome.INTERRUPTED: "interrupted",
    Outcome.RESERVE: "partial: syringe empty",
}


class Stamped(msgspec.Struct, Generic[R], frozen=True):
    """A row with its number and wall time (UTC, ms)."""

    row: int
    wall_ms: int
    value: R


class ZoneSum(msgspec.Struct, frozen=True):
    """Planned and given in one zone and side.

    Planned is what a person armed for: no protocol plans the number of shots. `given_nl` is what was counted,
    `measured_nl` what was measured.
    """

    zone: str
    title: str
    side: str
    planned: int
    done: int
    planned_nl: int
    given_nl: int
    measured_nl: int
    plan: dict[str, Any]


class SessionRecord(msgspec.Struct, frozen=True):
    """All rows of one session, each kind in the order of writing."""

    simulated: bool
    session: Stamped[SessionRow]
    closing: Stamped[ClosingRow] | None
    events: tuple[Stamped[EventRow], ...]
    authorisations: tuple[Stamped[AuthorisationRow], ...]
    resolutions: tuple[Stamped[ResolutionRow], ...]
    shots: tuple[Stamped[ShotRow], ...]
    last_row: int
    last_hash: bytes

    def facts(self, kind: Fact) -> list[Stamped[EventRow]]:
        """Events of one kind."""
        return [event for event in self.events if event.value.kind == kind]

    def last_fact(self, kind: Fact) -> dict[str, Any]:
        """Body of the last event of one kind, empty when there is none."""
        found = self.facts(kind)
        return dict(found[-1].value.body) if found else {}

    @property
    def treatment(self) -> list[Stamped[ShotRow]]:
        """The shots that went into the patient."""
        return [shot for shot in self.shots if shot.value.kind is AuthorisationKind.TREATMENT]

    @property
    def given_nl(self) -> int:
        """What was counted (LIM-6)."""
        return sum(shot.value.counted_nl for shot in self.treatment)

    @property
    def title(self) -> str:
        """The protocol's title, or its key when no plan was recorded."""
        return str(self.last_fact(Fact.PLAN).get("protocol_title") or self.session.value.protocol)

    def zones(self) -> list[ZoneSum]:
        """Every zone that was planned or treated, in the order of the plan."""
        plans = {(str(p.get("zone", "")), str(p.get("side", ""))): p for p in self._plans()}
        keys = list(plans) + [(s.value.zone, s.value.side) for s in self.treatment]
        return [self._sum(key, plans.get(key, {})) for key in dict.fromkeys(keys)]

    def _armings(self) -> list[dict[str, Any]]:
        return [dict(event.value.body) for event in self.facts(Fact.ARMING)]

    def _plans(self) -> list[dict[str, Any]]:
        return [dict(event.value.body) for event in self.facts(Fact.PLAN)]

    def _sum(self, key: tuple[str, str], plan: dict[str, Any]) -> ZoneSum:
        shots = [s.value for s in self.treatment if (s.value.zone, s.value.side) == key]
        armed = [arming for arming in self._armings() if (arming.get("zone"), arming.get("side")) == key]
        return ZoneSum(
            zone=key[0],
            title=str(plan.get("zone_title") or key[0] or "no zone known"),
            side=key[1],
            planned=sum(int(arming["shots"]) for arming in armed),
            done=len(shots),
            planned_nl=sum(int(arming["shots"]) * int(arming["dose_nl"]) for arming in armed),
            given_nl=sum(shot.counted_nl for shot in shots),
            measured_nl=sum(shot.measured_dose_nl for shot in shots),
            plan=plan,
        )

    def flags(self) -> list[str]:
        """What is uncertain or was recovered, one sentence each."""
        told: list[str] = []
        for shot in self.shots:
            told += _doubts(shot.value)
        if self.closing is None:
            told.append("This session was not signed")
        return told


def _doubts(shot: ShotRow) -> list[str]:
    amount = f"{shot.counted_nl / 1000:.1f} uL"
    if shot.number == 0 and shot.authorisation == 0:
        return [f"{amount} that no record explains are counted in full"]
    if shot.beyond:
        return [f"{amount} more than had been counted in full were found in the injector later; they count too"]
    if shot.certainty is not Certainty.DONE:
        which = f"Shot {shot.number}" if shot.number else "A shot without a record"
        return [f"{which} is uncertain and counted at its commanded {amount}"]
    if shot.recovered:
        return [f"Shot {shot.number} was read out of the injector after a lost connection"]
    return []


def fetch_stamped(db: Database, row_type: type[R], where: str, parameters: tuple[Any, ...]) -> tuple[Stamped[R], ...]:
    """Rows of one kind with their stamps."""
    table = TABLE_FOR[row_type]
    query = f"SELECT row, wall_ms, {', '.join(table.columns)} FROM {table.name} {where}"  # noqa: S608
    return tuple(
        Stamped(row, wall_ms, cast("R", table.row(values))) for row, wall_ms, *values in run(db, query, parameters)
    )


def read_session(db: Database, number: int) -> SessionRecord:
    """All of one session.

    Raises:
        SessionUnknown: there is none of that number.
    """
    found = fetch_stamped(db, SessionRow, "WHERE session = ?", (number,))
    if not found:
        raise SessionUnknown(session=number)
    of_session, key = "WHERE session = ? ORDER BY row", (number,)
    closings = fetch_stamped(db, ClosingRow, of_session, key)
    authorisations = fetch_stamped(db, AuthorisationRow, of_session, key)
    resolved = "WHERE id IN (SELECT id FROM authorisation WHERE session = ?) ORDER BY row"
    resolutions = fetch_stamped(db, ResolutionRow, resolved, key)
    events = fetch_stamped(db, EventRow, of_session, key)
    shots = fetch_stamped(db, ShotRow, of_session, key)
    stamps = (*found, *closings, *authorisations, *resolutions, *events, *shots)
    last = max(stamps, key=lambda stamped: stamped.row)
    table = TABLE_FOR[type(last.value)].name
    digest = run(db, f"SELECT hash FROM {table} WHERE row = ?", (last.row,)).fetchone()[0]  # noqa: S608
    return SessionRecord(
        simulated=chain.kind_of(db) == "simulated",
        session=found[0],
        closing=closings[0] if closings else None,
        events=events,
        authorisations=authorisations,
        resolutions=resolutions,
        shots=shots,
        last_row=last.row,
        last_hash=chain.as_hash(digest),
    )
