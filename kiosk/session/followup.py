"""What follows a session: reactions, the next date, the patient's sheet. What is signed with it is a row of its own.

Only this file knows when a next session is proposed: after the protocol's interval, never under a product's minimum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import NextVisit, Page, SessionPage
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.date_time import in_words
from kiosk.session.errors import NotChoosable, NotNow
from kiosk.session.exchange import Answer, MakeSheet, ReadPage
from kiosk.session.people import ClerkRefusal

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Respond = Callable[[NappageError | None, Page | None], None]
SIGNING, NOTING = "Signing", "Noting a reaction"


class FollowUp:
    """Proposes, checks and makes the rows; `Closing` signs them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _today(self) -> date:
        """The day on the wall, as people read it."""
        return date.fromisoformat(in_words(self._engine.desk.inputs.wall_ms)[:10])

    # -- the next date -------------------------------------------------------------------------------------------
    def next_visit(self) -> NextVisit:
        """What is proposed for the course of the open session."""
        facts, protocol, today = self._engine.setup.open_facts(), self._engine.setup.protocol, self._today()
        least, limit = self._least_days()
        earliest = (today + timedelta(days=least)).isoformat()
        low = None if protocol is None else protocol.interval_days.low
        if protocol is None or low is None:
            return NextVisit("", earliest, "The clinic decides the interval", limit)
        most = protocol.sessions.high
        if most is not None and facts.course.planned + 1 >= most:
            return NextVisit("", earliest, f"This was the last of {most} sessions", limit)
        day = (today + timedelta(days=max(low, least))).isoformat()
        why = limit if least > low else f"{protocol.title}: {low} days between two sessions"
        return NextVisit(day, earliest, why, limit)

    def _least_days(self) -> tuple[int, str]:
        """Fewest days until the next session with what was used in this one, and which product asks for them."""
        products = self._engine.library.products
        used = [products[key] for key in self._engine.setup.open_facts().products if key in products]
        days, title = max(((product.interval_days or 0, product.title) for product in used), default=(0, ""))
        return days, f"{title}: at least {days} days between two sessions" if days else ""

    def _check_day(self, day: str) -> None:
        if not day:
            return
        try:
            wanted = date.fromisoformat(day)
        except ValueError:
            raise NotChoosable(what="date", name=day) from None
        visit = self.next_visit()
        if wanted < self._today():
            raise NotNow(what=SIGNING, why=f"the next date {day} is past")
        if day < visit.least:
            raise NotNow(what=SIGNING, why=f"no session before {visit.least}: {visit.limit}")

    # -- signed with the session ---------------------------------------------------------------------------------
    def check(self, command: ask.Sign) -> None:
        """Whether this may be signed.

        Raises:
            NotChoosable, NotNow: a reaction that is not listed; a date that is past or under a product's minimum.
        """
        self._titles(command.seen)
        self._check_day(command.next_date)

    def _titles(self, seen: tuple[str, ...]) -> list[str]:
        listed = self._engine.library.reactions
        unknown = next((key for key in seen if key not in listed), None)
        if unknown is not None:
            raise NotChoosable(what="reaction", name=unknown)
        return [listed[key].text for key in seen]

    def told(self, seen: tuple[str, ...], note: str) -> str:
        """Reactions and note as one text; "" for none."""
        return "; ".join(filter(None, (*self._titles(seen), note.strip())))

    def rows(self, command: ask.Sign) -> Iterator[EventRow]:
        """What is recorded with the signature."""
        protocol = self._engine.setup.protocol
        yield self._reaction(self._engine.desk.session, command.seen, command.reactions)
        visit = self.next_visit()
        sentence = f"Next session on {command.next_date}" if command.next_date else "No next session was agreed"
        body = {"date": command.next_date, "proposed": visit.date, "least": visit.least}
        yield self._event(Fact.NEXT_DATE, sentence, body)
        if command.aftercare_given and protocol is not None:
            lines: list[str] = [item.text for item in protocol.aftercare]
            yield self._event(Fact.AFTERCARE, "The patient was given the aftercare sheet", {"lines": lines})

    def _event(self, kind: Fact, sentence: str, body: dict[str, str] | dict[str, list[str]]) -> EventRow:
        desk = self._engine.desk
        return EventRow(kind, desk.mono_ms, desk.session, desk.user, sentence, {**body})

    def _reaction(self, session: int, seen: tuple[str, ...], note: str) -> EventRow:
        desk, told = self._engine.desk, self.told(seen, note)
        sentence = f"Reactions: {told}" if told else "No reaction was noted"
        body = {"reactions": self._titles(seen), "note": note.strip()}
        return EventRow(Fact.REACTION, desk.mono_ms, session, desk.user, sentence, {**body})

    # -- later -----------------------------------------------------------------------------------------------------
    def note(self, command: ask.NoteReaction, respond: Respond) -> bool:
        """Record a reaction to a signed session; answered with its page.

        Raises:
            NotChoosable, NotNow: a reaction that is not listed; nothing is noted.
        """
        if not self.told(command.seen, command.note):
            raise NotNow(what=NOTING, why="nothing was chosen or written")
        desk, still = self._engine.desk, self._engine.setup.still()

        def known(answer: Answer) -> None:
            page = answer.page
            if not isinstance(page, SessionPage):
                respond(ClerkRefusal(answer), None)
            elif not page.line.signed or not still() or not self._engine.people.active:
                why = "the session is not signed" if not page.line.signed else "the person changed meanwhile"
                respond(NotNow(what=NOTING, why=why), None)
            else:
                row = self._reaction(command.session, command.seen, command.note)
                desk.commit(row, then=written, failed=failed)

        def written() -> None:
            desk.anchor()
            desk.ask(ReadPage(command.session), lambda answer: respond(None, answer.page))

        def failed() -> None:
            respond(NotNow(what=NOTING, why="the record cannot be written"), None)

        desk.ask(ReadPage(command.session), known)
        return True

    # -- the sheet -------------------------------------------------------------------------------------------------
    def write_sheet(self, command: ask.WriteAftercare, respond: Respond) -> bool:
        """Have the patient's sheet written.

        Raises:
            NotNow: the protocol is gone, so that there is nothing to tell.
        """
        engine, protocol = self._engine, self._engine.setup.protocol
        if protocol is None:
            raise NotNow(what="The sheet", why="the protocol is not among the profiles any more")
        lines = tuple(item.text for item in protocol.aftercare)
        sheet = MakeSheet(
            engine.desk.session, protocol.title, self._today().isoformat(), lines, command.next_date,
            command.review_date, engine.simulated,
        )  # fmt: skip
        return engine.reading.ask(sheet, respond)
