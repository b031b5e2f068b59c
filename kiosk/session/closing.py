"""The end of a session: finished, resumed, signed. Only this file closes one, and only with all that was given.

What was authorised and not recorded while the injector cannot be reached counts in full before the signature (LED-4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page
from kiosk.records.facts import Fact
from kiosk.records.known import LedgerView
from kiosk.records.reconcile import reconcile
from kiosk.records.rows import AuthorisationKind, ClosingRow, EventRow, Restored, Row, ShotRow
from kiosk.session.errors import NotNow
from kiosk.session.facts import FINISHED, RESUMED
from kiosk.session.link_state import State
from kiosk.session.setup import ELSEWHERE, OUTLIVED

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Respond = Callable[[NappageError | None, Page | None], None]
SIGNING = "Signing"
UNREACHABLE = frozenset({State.AWAY, State.BLOCKED, State.REFUSED})


class Closing:
    """`pending`: a signature is on its way to the disk; the session is left alone until it is there, or refused."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.pending = False

    def finish(self) -> None:
        """Treating is over; the session waits for its signature."""
        self._engine.setup.record(FINISHED, "Treating was finished")

    def resume(self) -> None:
        """Back to treating.

        Raises:
            NotNow: it is being signed, or is of another day.
        """
        if self.pending:
            raise NotNow(what="Resuming", why="the session is being signed")
        if self._engine.setup.outlived:
            raise NotNow(what="Resuming", why=OUTLIVED)
        self._engine.setup.record(RESUMED, "Treating was resumed")

    def sign(self, command: ask.Sign, respond: Respond) -> None:
        """Check the person's PIN, count what is open, commit the closing row.

        Raises:
            NotNow, NotChoosable: the clean-up is not done, a reaction or date cannot be, the injector is at work, or it
                is being signed already.
            AccountUnknown, AccountDisabled, SignInWaits: the PIN is not even tried.
        """
        engine = self._engine
        if self.pending:
            raise NotNow(what=SIGNING, why="the session is being signed")
        if not command.cleaned_up:
            raise NotNow(what=SIGNING, why="the clean-up list is not done")
        engine.followup.check(command)
        still = engine.setup.still()

        def checked(error: NappageError | None) -> None:
            why = error or self._against(still)
            if why is not None:
                self._end(respond, why)
            elif engine.connection.ready:
                self._close(command, respond, (), 0, 0)
            else:
                engine.desk.read_back(lambda restored: self._count_open(command, respond, restored, still))

        why = self._against(still)
        if why is not None:
            raise why
        engine.people.check_own_pin(command.pin, checked)
        self.pending = True

    def _end(self, respond: Respond, error: NappageError | None) -> None:
        self.pending = False
        respond(error, None)

    def _against(self, still: Callable[[], bool]) -> NappageError | None:
        engine = self._engine
        if not engine.slot.free:
            return NotNow(what=SIGNING, why="the injector is still at work")
        if not engine.connection.ready and engine.connection.state not in UNREACHABLE:
            return NotNow(what=SIGNING, why=engine.connection.sentence)
        if not still() or not engine.people.active:
            return NotNow(what=SIGNING, why=ELSEWHERE)
        return None

    def _count_open(self, command: ask.Sign, respond: Respond, restored: Restored, still: Callable[[], bool]) -> None:
        """The injector cannot be reached: every shot authorised and not recorded counts in full."""
        why = self._against(still)
        if why is not None or self._engine.connection.ready:
            self._end(respond, why or NotNow(what=SIGNING, why="the injector was just connected: sign again"))
            return
        mono_ms = self._engine.desk.mono_ms
        found = reconcile(LedgerView.of(restored), None, None, (), mono_ms=mono_ms, practitioner_closed=True)
        given = [shot for shot in found.shots if self._gives(shot)]
        told = self._engine.recovery.events(found, restored.unresolved)
        self._close(command, respond, (*found.rows, *told), len(given), sum(shot.counted_nl for shot in given))

    def _gives(self, shot: ShotRow) -> bool:
        return shot.session == self._engine.desk.session and shot.kind is AuthorisationKind.TREATMENT

    def _close(self, command: ask.Sign, respond: Respond, rows: tuple[Row, ...], shots: int, nl: int) -> None:
        engine = self._engine
        desk, facts, given = engine.desk, engine.setup.open_facts(), engine.tally.session
        row = ClosingRow(
            facts.number,
            desk.mono_ms,
            desk.user,
            engine.followup.told(command.seen, command.reactions),
            command.aftercare_given,
            command.cleaned_up,
            command.review_date,
            given.shots + shots,
            given.nl + nl,
        )

        told = [event for event in rows if isinstance(event, EventRow) and event.kind == Fact.RECOVERED]

        def signed() -> None:
            engine.recovery.stand(told)
            desk.anchor()
            engine.session_closed()
            self._end(respond, None)

        def failed() -> None:
            self._end(respond, NotNow(what=SIGNING, why="the record cannot be written"))

        desk.commit(*rows, *engine.followup.rows(command), row, then=signed, failed=failed)
