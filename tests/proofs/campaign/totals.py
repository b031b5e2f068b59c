"""What was really given, added up from the strokes themselves, against every hard total (LIM-6).

Only this file counts for the campaign: each stroke at the greater of commanded and displaced, from the moment it
begins, whatever any record says of it; a syringe alone gives what it displaced. Limits come from the oracle, parts from
the committed rows.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from drivers.registers import AuthorisationBlock, Mode
from kiosk.protocols.library import Library
from kiosk.records.rows import AuthorisationRow
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.book import Book, Session
from tests.proofs.campaign.invariants import Violation
from tests.proofs.campaign.oracle import FIVE_PERCENT_MORE, Hard, Parts, hard, outside, past_soft

SMALLEST_NL = {"1ml": 1000, "2ml": 1000, "5ml": 1000, "10ml": 2000}
"""The factory's calibration: smallest dose that passed with each barrel."""
RESERVE = 50
"""2 % of the barrel are never pushed out."""


class Sum:
    """Shots and nL."""

    def __init__(self) -> None:
        self.shots = 0
        self.nl = 0


class Given:
    """Sums by zone and side, session, product, syringe and course; those of a session over all of a patient's day."""

    def __init__(self, book: Book, library: Library) -> None:
        self._book = book
        self._library = library
        self._sums: defaultdict[tuple[object, ...], Sum] = defaultdict(Sum)
        self._hard: dict[tuple[Parts, str], Hard] = {}
        self._point_nl = 0

    def limits(self, parts: Parts, zone: str) -> Hard:
        key = (parts, zone)
        if key not in self._hard:
            self._hard[key] = hard(self._library, parts, zone, SMALLEST_NL[parts.syringe])
        return self._hard[key]

    def begins(self, row: AuthorisationRow, block: AuthorisationBlock, *, first: bool, at: float) -> Hard:
        """A stroke begins under this authorisation: its values, its projection when it is the first, the totals."""
        session = self._book.sessions[row.session]
        parts = session.all_parts()
        limits = self.limits(parts, row.zone)
        if first:
            self._check_block(row, block, limits, session, at)
        if first or block.mode == Mode.CONTINUOUS:
            self._point_nl = 0
        keys = self._keys(row, session, parts)
        for name, key in keys.items():
            if name != "syringe":
                self._sums[key].shots += 1
                self._sums[key].nl += block.dose_nl
        self._point_nl += block.dose_nl
        self._check_totals(keys, limits, session, at)
        return limits

    def ended(self, identity: int, dose_nl: int, displaced_nl: float) -> None:
        """A stroke is over; what was more than commanded counts too, and the syringe holds so much less."""
        row = self._book.authorisations[identity]
        session = self._book.sessions[row.session]
        for name, key in self._keys(row, session, session.all_parts()).items():
            self._sums[key].nl += int(displaced_nl) if name == "syringe" else max(0, int(displaced_nl) - dose_nl)

    def primed(self, identity: int, dose_nl: int, displaced_nl: float) -> None:
        """A prime empties the syringe and counts for the product, in full."""
        row = self._book.authorisations[identity]
        session = self._book.sessions.get(row.session)
        if session is not None:
            self._sums["syringe", session.number, session.syringes].nl += int(displaced_nl)
            key = ("product", session.patient, session.day, session.parts["product"])
            self._sums[key].nl += max(dose_nl, int(displaced_nl))

    def _keys(self, row: AuthorisationRow, session: Session, parts: Parts) -> dict[str, tuple[object, ...]]:
        today = (session.patient, session.day)
        return {
            "zone": ("zone", *today, session.protocol, row.zone, row.side),
            "session": ("session", *today, session.protocol),
            "product": ("product", *today, parts.product),
            "syringe": ("syringe", session.number, session.syringes),
            "course": ("course", session.patient, parts.product),
        }

    def _check_block(
        self, row: AuthorisationRow, block: AuthorisationBlock, limits: Hard, session: Session, at: float
    ) -> None:
        wrong = outside(block, limits)
        if wrong:
            raise Violation("limit", at, f"{wrong} ({session.all_parts()}, {row.zone})")
        rate = self._book.armed_mhz.get((row.session, row.arming), 0)
        for name, value in past_soft(block, rate, limits):
            if f"{name}:{row.zone}:{row.side}:{value}" not in session.confirmed:
                raise Violation("soft", at, f"{name} {value} in {row.zone} {row.side} was not confirmed")
        more = block.shots * block.dose_nl * FIVE_PERCENT_MORE
        for name, used, limit in self._totals(self._keys(row, session, session.all_parts()), limits, session):
            adds: Fraction | int = block.shots if name.endswith("shots") else more
            if limit is not None and name != "course sessions" and used + adds > limit:
                raise Violation("projected", at, f"{name}: {used} and {float(adds):.0f} more of {limit}")
        one = block.dose_nl * FIVE_PERCENT_MORE if block.mode == Mode.CONTINUOUS else more
        if limits.point_nl is not None and one > limits.point_nl:
            raise Violation("projected", at, f"point: {float(one):.0f} of {limits.point_nl}")

    def _totals(
        self, keys: dict[str, tuple[object, ...]], limits: Hard, session: Session
    ) -> tuple[tuple[str, int, int | None], ...]:
        sums = {name: self._sums[key] for name, key in keys.items()}
        barrel_nl = self._library.syringes[session.parts["syringe"]].barrel_nl
        return (
            ("zone", sums["zone"].nl, limits.zone_nl),
            ("zone shots", sums["zone"].shots, limits.zone_shots),
            ("session", sums["session"].nl, limits.session_nl),
            ("session shots", sums["session"].shots, limits.session_shots),
            ("product", sums["product"].nl, limits.product_nl),
            ("product shots", sums["product"].shots, limits.product_shots),
            ("syringe", sums["syringe"].nl, session.fill_nl - barrel_nl // RESERVE),
            ("course", sums["course"].nl, limits.course_nl),
            ("course sessions", session.course_sessions + 1, limits.course_sessions),
        )

    def _check_totals(self, keys: dict[str, tuple[object, ...]], limits: Hard, session: Session, at: float) -> None:
        for name, used, limit in self._totals(keys, limits, session):
            if not must.within(used, limit):
                raise Violation("totals", at, f"{name}: {used} of {limit}")
        if not must.within(self._point_nl, limits.point_nl):
            raise Violation("totals", at, f"point: {self._point_nl} of {limits.point_nl}")
