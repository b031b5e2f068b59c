"""From "open a session" to "ready to arm": protocol, patient, screening, product, needle, syringe, prime.

Each step checks, then records, and only the record makes it a fact. What needs the injector (needle and syringe changes,
prime, home) is a service motion or message and answers when that has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import cast

from drivers.errors import NappageError
from drivers.registers import CommandKind, Fault, Input, SyringeType
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page, PatientPage
from kiosk.protocols.library import Library
from kiosk.protocols.profile import Protocol
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow, SessionRow
from kiosk.session.desk import Desk
from kiosk.session.errors import (
    BarrelMismatch,
    Expired,
    MotionFailed,
    NewPathNeeded,
    NotChoosable,
    NotNow,
    PatientMismatch,
    ScreeningStops,
)
from kiosk.session.exchange import Answer, AskIdentity, ReadPatient
from kiosk.session.facts import COURSE, NOT_PRIMED, PRIMED, Facts, fold, opened
from kiosk.session.slot import Slot
from kiosk.session.words import ml

Respond = Callable[[NappageError | None, Page | None], None]
BARRELS = {
    SyringeType.NONE: "no syringe", SyringeType.ML_1: "a 1 mL syringe", SyringeType.ML_2: "a 2 mL syringe",
    SyringeType.ML_5: "a 5 mL syringe", SyringeType.ML_10: "a 10 mL syringe",
}
PISTON_TOLERANCE_PERCENT = 10


class Setup:
    """The open session's facts and the steps that make them."""

    def __init__(self, desk: Desk, slot: Slot, library: Library, changed: Callable[[str], None]) -> None:
        self._desk = desk
        self._slot = slot
        self._library = library
        self._changed = changed
        self.facts: Facts | None = None
        self.patient_known = False
        self._counters: tuple[int, int] = (0, 0)
        self._after_identity: Callable[[], None] | None = None
        self.asked_drop = False

    # -- helpers -------------------------------------------------------------------------------------------------
    @property
    def protocol(self) -> Protocol | None:
        return None if self.facts is None else self._library.protocols.get(self.facts.protocol)

    def restore(self, row: SessionRow, events: tuple[EventRow, ...]) -> None:
        facts = opened(row)
        for event in events:
            facts = fold(facts, event)
        self.facts = facts

    def open_facts(self) -> Facts:
        """The facts of the open session.

        Raises:
            NotNow: none is open.
        """
        if self.facts is None:
            raise NotNow(what="This", why="no session is open")
        return self.facts

    def record(self, kind: str, sentence: str, **body: str | float | bool | list[str] | None) -> None:
        """Write an event of the session and let it become a fact."""
        row = EventRow(kind, self._desk.mono_ms, self._desk.session, self._desk.user, sentence, body)
        self._desk.write(row)
        self.facts = fold(self.open_facts(), row)
        self._changed(kind)

    def step(self) -> None:
        if self._desk.inputs.identity is not None and self._after_identity is not None:
            then, self._after_identity = self._after_identity, None
            then()

    def link_lost(self) -> None:
        self._after_identity = None

    # -- opening -------------------------------------------------------------------------------------------------
    def open(self, command: ask.OpenSession, number: int, respond: Respond, versions: str) -> None:
        protocol = self._library.protocols.get(command.protocol)
        if protocol is None:
            raise NotChoosable(what="protocol", name=command.protocol)
        patient = command.patient.strip()
        if not patient or not patient.isprintable():
            raise PatientMismatch(why="A patient code is needed")

        def known(answer: object) -> None:
            page = cast("Answer", answer).page
            if not isinstance(page, PatientPage):
                respond(NotNow(what="Opening a session", why="the record cannot be read"), None)
                return
            why = self._mismatch(page, command)
            if why:
                respond(PatientMismatch(why=why), None)
                return
            if self.facts is None:
                self._open(protocol, patient, number, versions)
            respond(None, None)

        self._desk.ask(ReadPatient(patient), known)

    @staticmethod
    def _mismatch(page: PatientPage, command: ask.OpenSession) -> str:
        if page.known and command.new_patient:
            return f"Code {page.patient} was used before, on {page.last_date}: it is not new, and codes are never reissued"
        if not page.known and not command.new_patient:
            return f"Code {page.patient} was never seen here"
        if not page.known and page.similar and not command.similar_confirmed:
            return f"Code {page.patient} is one character from {', '.join(page.similar)}"
        return ""

    def _open(self, protocol: Protocol, patient: str, number: int, versions: str) -> None:
        desk = self._desk
        row = SessionRow(
            number, desk.mono_ms, desk.user, patient, protocol.key, self._library.sha256(protocol.key), versions
        )
        desk.session = number
        desk.write(row)
        self.facts = opened(row)

    def close(self) -> None:
        self.facts = None
        self.asked_drop = False

    # -- who and what --------------------------------------------------------------------------------------------
    def screen(self, command: ask.AnswerScreening) -> None:
        protocol = self.protocol
        assert protocol is not None, "screening belongs to an open session"
        titles = {item.key: item.text for item in protocol.screening}
        unknown = next((key for key in command.yes if key not in titles), None)
        if unknown is not None:
            raise NotChoosable(what="screening question", name=unknown)
        if not command.adult:
            raise ScreeningStops(why="The patient is under 18: no treatment")
        if not command.consent:
            raise ScreeningStops(why="Without consent there is no treatment")
        found = [titles[key] for key in command.yes]
        if found and not command.physician_reason.strip():
            raise ScreeningStops(why=f"Screening found: {'; '.join(found)}")
        self.record(
            Fact.SCREENING, "Screening answered" + (f", found: {'; '.join(found)}" if found else ", nothing found"),
            adult=True, consent=True, yes=found, physician_reason=command.physician_reason.strip(),
        )

    def use_product(self, command: ask.UseProduct, respond: Respond) -> None:
        product = self._library.products.get(command.product)
        if product is None:
            raise NotChoosable(what="product", name=command.product)
        lot = command.lot.strip()
        if not lot:
            raise NotChoosable(what="lot", name=command.lot)
        try:
            expiry = date.fromisoformat(command.expiry)
        except ValueError:
            raise NotChoosable(what="date", name=command.expiry) from None
        if expiry < datetime.fromtimestamp(self._desk.inputs.wall_ms / 1000, UTC).date():
            self._desk.event("refused", f"Lot {lot} of {product.title} expired on {command.expiry}", lot=lot)
            raise Expired(lot=lot, expiry=command.expiry)
        facts = self.open_facts()

        def known(answer: object) -> None:
            page = cast("Answer", answer).page
            if not isinstance(page, PatientPage) or self.facts is None:
                respond(NotNow(what="Choosing a product", why="the course of this patient cannot be read"), None)
                return
            self.record(
                COURSE, f"{page.course_sessions} earlier sessions of this course", sessions=page.course_sessions,
                nl=page.course_nl, days=page.course_days,
            )
            self.record(
                Fact.PRODUCT, f"Product {product.title}, lot {lot}, expires {command.expiry}",
                product=product.key, product_title=product.title, lot=lot, expiry=command.expiry, dilution="",
            )
            respond(None, None)

        self._desk.ask(ReadPatient(facts.patient, facts.protocol, product.key), known)

    # -- needle and syringe ----------------------------------------------------------------------------------------
    def fit_needle(self, command: ask.FitNeedle, respond: Respond) -> None:
        needle = self._library.needles.get(command.needle)
        if needle is None:
            raise NotChoosable(what="needle", name=command.needle)
        if not command.new:
            raise NewPathNeeded(what="The needle", why="a needle is used for one patient, until it is changed")
        if not self._desk.status or not self._desk.status.inputs & Input.NEEDLE_FITTED:
            raise NotNow(what="Confirming a needle", why="the handpiece holds none")
        closed = self.open_facts().path_expired(self._desk.inputs.wall_ms)

        def fitted() -> None:
            self.record(Fact.NEEDLE, f"New needle: {needle.title}", needle=needle.key, needle_title=needle.title,
                        new=True, path_closed=closed)
            respond(None, None)

        self._serve_counted(CommandKind.NEEDLE_CHANGED, 0, 0, fitted, respond)

    def fit_syringe(self, command: ask.FitSyringe, respond: Respond) -> None:
        syringe = self._library.syringes.get(command.syringe)
        if syringe is None:
            raise NotChoosable(what="syringe", name=command.syringe)
        facts = self.open_facts()
        if not command.new:
            raise NewPathNeeded(what="The syringe", why="a syringe is filled once, for one patient")
        if not facts.path_opened_ms and not command.new_line:
            raise NewPathNeeded(what="The line", why="nothing of a fluid path is carried to another patient")
        sensed = SyringeType(self._desk.status.syringe_type) if self._desk.status else SyringeType.NONE
        if sensed is not syringe.type:
            raise BarrelMismatch(sensed=BARRELS[sensed], chosen=BARRELS[syringe.type])
        if not syringe.reserve_nl < command.fill_nl <= syringe.barrel_nl:
            raise NotNow(
                what=f"A fill of {ml(command.fill_nl)}",
                why=f"this barrel takes more than {ml(syringe.reserve_nl)} and at most {ml(syringe.barrel_nl)}",
            )

        def fitted() -> None:
            why = self._piston(command.fill_nl)
            if why:
                self._desk.event("refused", why)
                respond(MotionFailed(what="Looking for the piston", why=why), None)
                return
            if not self.open_facts().path_opened_ms or command.new_line:
                self.record(Fact.PATH_OPENED, "A new fluid path was opened", wall_ms=self._desk.inputs.wall_ms)
            self.record(
                Fact.SYRINGE, f"Syringe {syringe.title} with {ml(command.fill_nl)}", syringe=syringe.key,
                syringe_title=syringe.title, fill_nl=command.fill_nl, new=True, new_line=command.new_line,
            )
            respond(None, None)

        self._serve_counted(CommandKind.SYRINGE_CHANGED, command.fill_nl, 1, fitted, respond)

    def _piston(self, fill_nl: int) -> str:
        """Why the plunger does not stand where a piston of that fill must be, or "" (LIM-13)."""
        status = self._desk.status
        if status is None or status.faults & Fault.PISTON:
            return "the plunger did not meet the piston"
        if abs(status.plunger_nl - fill_nl) * 100 > fill_nl * PISTON_TOLERANCE_PERCENT:
            return f"the piston was met at {ml(status.plunger_nl)}, not at {ml(fill_nl)}"
        return ""

    def _serve_counted(
        self, kind: CommandKind, argument: int, counter: int, fitted: Callable[[], None], respond: Respond
    ) -> None:
        """Serve a change that one of the controller's counters (0 needle, 1 syringe) must confirm (LIM-14)."""
        before = self._change_counts()[counter]

        def ended(error: MotionFailed | None) -> None:
            if error is not None:
                respond(error, None)
                return
            self._after_identity = confirm
            self._desk.emit(AskIdentity())

        def confirm() -> None:
            if self._change_counts()[counter] > before:
                fitted()
            else:
                respond(MotionFailed(what="The change", why="the injector did not count it"), None)

        self._slot.serve(kind, argument, ended)

    def _change_counts(self) -> tuple[int, int]:
        identity = self._desk.identity
        return (0, 0) if identity is None else (identity.needle_changes, identity.syringe_changes)

    # -- preparation and prime --------------------------------------------------------------------------------------
    def prepare(self, command: ask.Prepared) -> None:
        if not command.disinfected:
            raise NotNow(what="Going on", why="the area is not disinfected")
        self.record(
            Fact.PREPARATION, f"Area disinfected, anaesthetic: {command.anaesthetic}",
            disinfected=True, anaesthetic=command.anaesthetic,
        )

    def prime(self, volume_nl: int, respond: Respond) -> None:
        """Prime; asks for the drop when it has ended."""

        def ended(error: MotionFailed | None) -> None:
            self.asked_drop = error is None
            if error is None:
                self._desk.event("prime", f"Primed {volume_nl / 1000:.0f} uL", volume_nl=volume_nl)
            respond(error, None)

        self._slot.serve(CommandKind.PRIME, volume_nl, ended)

    def confirm_drop(self, seen: bool) -> None:
        if not self.asked_drop:
            raise NotNow(what="Confirming a drop", why="nothing was primed yet")
        self.asked_drop = False
        if seen:
            self.record(PRIMED, "Drop seen at the needle")
        else:
            self.record(NOT_PRIMED, "No drop seen at the needle")
