"""From "open a session" to the fluid path: patient, screening, product, preparation. The path has a file of its own.

Each step checks, then records, and only the record makes it a fact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page, PatientPage, SetupStep
from kiosk.protocols.library import Library
from kiosk.protocols.profile import Protocol
from kiosk.protocols.words import amount
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow, SessionRow
from kiosk.session.date_time import in_words
from kiosk.session.desk import Desk
from kiosk.session.errors import (
    Expired,
    NotChoosable,
    NotNow,
    PatientMismatch,
    ScreeningStops,
)
from kiosk.session.exchange import Answer, ReadCourse, ReadPatient
from kiosk.session.facts import COURSE, DATED, FINISHED, Facts, course_body, fold, opened

Respond = Callable[[NappageError | None, Page | None], None]
OUTLIVED = "the session was opened over 12 h ago: sign it, and open another for today"
ELSEWHERE = "the person or the session changed meanwhile"


class Setup:
    """The open session's facts and the steps that make them. `changed` hears of every fact."""

    def __init__(self, desk: Desk, library: Library, changed: Callable[[str], None]) -> None:
        self._desk = desk
        self._library = library
        self._changed = changed
        self.facts: Facts | None = None
        self._clock = (0, 0.0)
        self._opened_at: float | None = None
        """When the session was opened, CLOCK_MONOTONIC seconds; None for one that was found again."""

    # -- facts ---------------------------------------------------------------------------------------------------
    @property
    def protocol(self) -> Protocol | None:
        """The session's protocol; None without a session, or when it is not among the profiles any more."""
        return None if self.facts is None else self._library.protocols.get(self.facts.protocol)

    @property
    def wall_ms(self) -> int:
        """UTC, ms, never slower than CLOCK_MONOTONIC: a clock set back makes no path younger (LED-8, LIM-14)."""
        wall_ms, mono = self._clock
        return max(self._desk.inputs.wall_ms, wall_ms + round((self._desk.now - mono) * 1000))

    @property
    def due(self) -> SetupStep | None:
        """What the set-up waits for; None when it is complete or no session is open."""
        return None if self.facts is None else self.facts.step(self.wall_ms)

    @property
    def path_expired(self) -> bool:
        return self.facts is not None and self.facts.path_expired(self.wall_ms)

    @property
    def expired(self) -> bool:
        """Whether the path or its needle is too old to be used."""
        return self.facts is not None and self.facts.expired(self.wall_ms)

    def restore(self, row: SessionRow, events: tuple[EventRow, ...]) -> None:
        """Find a session again."""
        facts = opened(row)
        for event in events:
            facts = fold(facts, event)
        self.facts = facts

    def step(self) -> None:
        """Keep the place of the wall clock, once something vouches for it, and end a session that is of another day."""
        facts, desk = self.facts, self._desk
        if facts is None or not desk.inputs.wall_trusted:
            return
        if self._clock == (0, 0.0):
            self._clock = (desk.inputs.wall_ms, desk.now)
        if not facts.opened_ms and self._opened_at is not None:
            opened_ms = self.wall_ms - round((desk.now - self._opened_at) * 1000)
            self.record(DATED, f"Opened on {in_words(opened_ms)}", wall_ms=opened_ms)
        elif self.outlived and not facts.finished:
            self.record(FINISHED, f"Treating is over: {OUTLIVED}")
            desk.notice(f"Treating is over: {OUTLIVED}")

    @property
    def outlived(self) -> bool:
        """Whether the session may only be signed: its course, interval and screening are those of another day.

        One that was found again and does not say when it was opened is of no day at all.
        """
        facts = self.facts
        if facts is None or not self._desk.inputs.wall_trusted:
            return False
        known = facts.opened_ms > 0 or self._opened_at is None
        return known and facts.outlived(self.wall_ms)

    def open_facts(self) -> Facts:
        """The facts of the open session.

        Raises:
            NotNow: none is open.
        """
        if self.facts is None:
            raise NotNow(what="This", why="no session is open")
        return self.facts

    def record(self, kind: str, sentence: str, **body: str | float | bool | list[str] | None) -> None:
        """Write an event of the session and let it become a fact.

        Raises:
            NotNow: no session is open.
        """
        facts = self.open_facts()
        row = EventRow(kind, self._desk.mono_ms, self._desk.session, self._desk.user, sentence, body)
        self._desk.write(row)
        self.facts = fold(facts, row)
        if kind in (Fact.PATH_OPENED, Fact.NEEDLE):  # their age counts from here, and none makes the other younger
            self._clock = (self.wall_ms, self._desk.now)
        self._changed(kind)

    def still(self) -> Callable[[], bool]:
        """Whether, later, the same person is signed in and the same session is open as now."""
        user, session = self._desk.user, self._desk.session
        return lambda: self._desk.user == user and self._desk.session == session

    # -- opening -------------------------------------------------------------------------------------------------
    def open(
        self,
        command: ask.OpenSession,
        number: Callable[[], int],
        respond: Respond,
        versions: str,
        preset: msgspec.Struct | None = None,
    ) -> None:
        """Open a session for this patient once the record was asked about the code (LIM-15).

        `preset` are the values that it begins with, as they stand in the record.

        Raises:
            NotChoosable, PatientMismatch: there is no such protocol, or no code.
        """
        protocol = self._library.protocols.get(command.protocol)
        if protocol is None:
            raise NotChoosable(what="protocol", name=command.protocol)
        patient = command.patient.strip()
        if not patient or not patient.isprintable():
            raise PatientMismatch(why="A patient code is needed")
        still = self.still()

        def known(answer: Answer) -> None:
            page = answer.page
            why = _mismatch(page, command) if isinstance(page, PatientPage) else ""
            if not isinstance(page, PatientPage):
                respond(NotNow(what="Opening a session", why="the record cannot be read"), None)
            elif not still():
                respond(NotNow(what="Opening a session", why=ELSEWHERE), None)
            elif why:
                respond(PatientMismatch(why=why), None)
            else:
                self._open(protocol, patient, number(), versions)
                if preset is not None:
                    body = msgspec.to_builtins(preset)
                    name = body["name"]
                    self.record(Fact.PRESET_CHOSEN, f"Opened with the preset {name}", **body)
                respond(None, None)

        self._desk.ask(ReadPatient(patient), known)

    def _open(self, protocol: Protocol, patient: str, number: int, versions: str) -> None:
        desk = self._desk
        row = SessionRow(
            number, desk.mono_ms, desk.user, patient, protocol.key, self._library.sha256(protocol.key), versions
        )
        desk.session = number
        desk.write(row)
        self.facts = opened(row)
        self._opened_at = desk.now

    def close(self) -> None:
        """Nothing of the session is carried on (LIM-14)."""
        self.facts = None
        self._clock, self._opened_at = (0, 0.0), None
        self._desk.session = 0

    # -- who and what --------------------------------------------------------------------------------------------
    def screen(self, command: ask.AnswerScreening) -> None:
        """Take all screening answers at once.

        Raises:
            NotChoosable: a question that this protocol does not ask.
            ScreeningStops: an answer forbids the treatment.
        """
        protocol = self.protocol
        titles = {} if protocol is None else {item.key: item.text for item in protocol.screening}
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
            Fact.SCREENING,
            "Screening answered" + (f", found: {'; '.join(found)}" if found else ", nothing found"),
            adult=True,
            consent=True,
            yes=found,
            physician_reason=command.physician_reason.strip(),
        )

    def use_product(self, command: ask.UseProduct, respond: Respond) -> None:
        """Take a product with lot and expiry, once the record was asked about the course so far.

        Expiry and course are counted from what the clock says now: it has to be trusted, and nothing runs ahead of it.

        Raises:
            NotChoosable, Expired, NotNow: not with this product, lot or date, or not by this clock.
        """
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
        if not self._desk.inputs.wall_trusted:
            raise NotNow(what="Choosing a product", why="the clock is not trusted, and the days are counted by it")
        wall_ms = self._desk.inputs.wall_ms
        if expiry < datetime.fromtimestamp(wall_ms / 1000, UTC).date():
            self._desk.event("refused", f"Lot {lot} of {product.title} expired on {command.expiry}", lot=lot)
            raise Expired(lot=lot, expiry=command.expiry)
        facts, still = self.open_facts(), self.still()

        def known(answer: Answer) -> None:
            course = answer.course
            if course is None:
                respond(NotNow(what="Choosing a product", why="the course of this patient cannot be read"), None)
                return
            if not still():
                respond(NotNow(what="Choosing a product", why=ELSEWHERE), None)
                return
            self.record(
                COURSE,
                f"{amount(course.sessions, 'earlier sessions')} with this product, {course.planned} of this treatment",
                **course_body(course),
            )
            self.record(
                Fact.PRODUCT,
                f"Product {product.title}, lot {lot}, expires {expiry.isoformat()}",
                product=product.key,
                product_title=product.title,
                lot=lot,
                expiry=expiry.isoformat(),
                dilution="",
                serial=command.serial.strip(),
            )
            respond(None, None)

        self._desk.ask(ReadCourse(facts.patient, product.key, facts.protocol, facts.number, wall_ms), known)

    def prepare(self, command: ask.Prepared) -> None:
        """Disinfection is done.

        Raises:
            NotNow: it is not.
        """
        if not command.disinfected:
            raise NotNow(what="Going on", why="the area is not disinfected")
        self.record(
            Fact.PREPARATION,
            f"Area disinfected, anaesthetic: {command.anaesthetic}",
            disinfected=True,
            anaesthetic=command.anaesthetic,
        )


def _mismatch(page: PatientPage, command: ask.OpenSession) -> str:
    """Why the record and the person do not agree about the code, or "" (LIM-15)."""
    if page.known and command.new_patient:
        return f"Code {page.patient} was used before, on {page.last_date}: it is not new, and codes are never reissued"
    if not page.known and not command.new_patient:
        return f"Code {page.patient} was never seen here"
    if not page.known and page.similar and not command.similar_confirmed:
        return f"Code {page.patient} is one character from {', '.join(page.similar)}"
    return ""
