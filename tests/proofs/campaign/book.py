"""What the committed rows say, kept by reading each row once: sessions, parts, confirmations, authorisations.

Only this file reads rows for the watch. It knows a row from the moment at which `Ledger.append` has returned, and it
outlives control: a restarted control writes on in the same book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import cast

from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationRow, EventRow, Row, SessionRow, ShotRow
from tests.proofs.campaign.oracle import Parts


class Session:
    """One treatment session as its rows tell it."""

    def __init__(self, row: SessionRow) -> None:
        self.number = row.session
        self.patient = row.patient
        self.protocol = row.protocol
        self.parts: dict[str, str] = {}
        self.fill_nl = 0
        self.syringes = 0
        """How many syringes were confirmed; totals of a syringe begin again with each."""
        self.confirmed: set[str] = set()
        self.course_sessions = 0
        """Sessions of the course before this one, as control found them."""
        self.day = ""
        """On which the product was chosen: sessions of one day share what is limited by session."""

    def take(self, row: EventRow, day: Callable[[], str]) -> None:
        if row.kind in (Fact.PRODUCT, Fact.NEEDLE, Fact.SYRINGE):
            self.parts[row.kind] = str(row.body[row.kind])
        if row.kind == Fact.PRODUCT:
            self.confirmed.clear()
        elif row.kind == Fact.SYRINGE:
            self.fill_nl = cast("int", row.body["fill_nl"])
            self.syringes += 1
        elif row.kind == Fact.SOFT_LIMIT:
            self.confirmed.add(str(row.body["key"]))
        elif row.kind == "course":
            self.course_sessions, self.day = cast("int", row.body["sessions"]), day()

    def all_parts(self) -> Parts:
        product, needle, syringe = (self.parts[str(kind)] for kind in (Fact.PRODUCT, Fact.NEEDLE, Fact.SYRINGE))
        return Parts(self.protocol, product, needle, syringe)


class Book:
    """All that is on disk, as far as an onlooker needs it; `digest` runs over every row. `day` gives the date."""

    def __init__(self, day: Callable[[], str] = str) -> None:
        self._day = day
        self.sessions: dict[int, Session] = {}
        self.authorisations: dict[int, AuthorisationRow] = {}
        self.armed_mhz: dict[tuple[int, int], int] = {}
        """Rate of each arming, by session and number."""
        self.shots: list[ShotRow] = []
        self.rows = 0
        self.digest = hashlib.sha256()

    def take(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            self.rows += 1
            self.digest.update(repr(row).encode())
            match row:
                case AuthorisationRow():
                    self.authorisations[row.id] = row
                case ShotRow():
                    self.shots.append(row)
                case SessionRow():
                    self.sessions[row.session] = Session(row)
                case EventRow():
                    session = self.sessions.get(row.session)
                    if session is not None:
                        session.take(row, self._day)
                    if row.kind == Fact.ARMING:
                        number = cast("int", row.body["arming"])
                        self.armed_mhz[row.session, number] = cast("int", row.body["rate_mhz"])
                case _:
                    pass
