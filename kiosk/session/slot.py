"""The one place where something may be on its way to the injector: one dispatch at a time, never a queue (LIM-7).

Service motions (home, prime, seek) and the messages that move nothing go through here exactly like the slices of an
arming: drawn id, committed row, checks, supply, send, records, resolution.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.errors import NappageError
from drivers.ports import Authorisation
from drivers.registers import Command, CommandKind, Outcome
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty
from kiosk.session.desk import Desk
from kiosk.session.dispatch import Dispatch, Ended
from kiosk.session.errors import Busy, MotionFailed, NotNow
from kiosk.session.exchange import Disable
from kiosk.session.words import fault_words

SERVICE_WORDS = {
    CommandKind.HOME: "Homing the needle",
    CommandKind.PRIME: "Priming",
    CommandKind.SYRINGE_CHANGED: "Looking for the piston",
    CommandKind.NEEDLE_CHANGED: "Telling the injector of the new needle",
    CommandKind.CLEAR_FAULTS: "Clearing faults",
    CommandKind.GAUGE: "Under the gauge",
    CommandKind.VOID: "Connecting",
}
MOVES = frozenset({CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED, CommandKind.GAUGE})
KINDS = {
    CommandKind.HOME: AuthorisationKind.HOME,
    CommandKind.PRIME: AuthorisationKind.PRIME,
    CommandKind.SYRINGE_CHANGED: AuthorisationKind.SEEK,
    CommandKind.GAUGE: AuthorisationKind.GAUGE,
    CommandKind.VOID: AuthorisationKind.VOID,
}


class Slot:
    """Holds the dispatch on its way; `blocked` is the engine's answer to "may this be sent now?"."""

    def __init__(self, desk: Desk, blocked: Callable[[CommandKind], str]) -> None:
        self._desk = desk
        self._blocked = blocked
        self.current: Dispatch | None = None
        self.words = ""
        self.relay_failed = False
        self.ignored = 0
        """Requests that were refused while the present one was on its way; the record tells it at its end (LIM-7)."""

    @property
    def free(self) -> bool:
        return self.current is None

    @property
    def row(self) -> AuthorisationRow | None:
        return None if self.current is None else self.current.row

    def step(self) -> None:
        if self.current is not None:
            self.current.step()

    def treat(
        self,
        row: AuthorisationRow,
        authorisation: Authorisation,
        recheck: Callable[[], str],
        ended: Callable[[Ended], None],
        *,
        words: str = "Treating",
        drop: bool = False,
    ) -> None:
        """Send one slice of an arming, or a bench shot. `drop`: the enable goes off with it, else whoever armed does.

        Raises:
            Busy: something is on its way already.
        """
        self._require_free()
        self.words = words
        self.current = Dispatch(self._desk, row, authorisation, recheck, self._then(ended, drop=drop))

    def serve(self, kind: CommandKind, argument: int, ended: Callable[[MotionFailed | None], None]) -> None:
        """One service motion or message; `ended` hears None when it was done, else the error.

        Raises:
            Busy: something is on its way already.
            NotNow: nothing may move now.
        """

        def heard(end: Ended) -> None:
            bad = [record for record in end.records if record.outcome != Outcome.COMPLETED]
            if end.certainty is Certainty.DONE and not end.sentence and not bad and (end.records or kind not in MOVES):
                ended(None)
            else:
                cut_short = self._faults() or "it was cut short"
                why = end.sentence or (cut_short if bad else "nothing moved")
                ended(MotionFailed(what=SERVICE_WORDS[kind], why=why))

        self.send(kind, argument, heard)

    def clear_faults(self, ended: Callable[[NappageError | None], None]) -> None:
        """Clear the faults at the end of something else: nobody stands there to be refused, so `ended` hears of it."""
        try:
            self.serve(CommandKind.CLEAR_FAULTS, 0, ended)
        except (Busy, NotNow) as error:
            ended(error)

    def send(self, kind: CommandKind, argument: int, ended: Callable[[Ended], None]) -> None:
        """As `serve`; `ended` hears how it ended, with its record.

        Raises:
            Busy: something is on its way already.
            NotNow: nothing may move now.
        """
        self._require_free()
        moves = kind in MOVES
        identity = self._desk.identity

        def recheck() -> str:
            return self._blocked(kind)

        why = recheck()
        if why or identity is None:
            raise NotNow(what=SERVICE_WORDS[kind], why=why or "there is no injector")
        row = AuthorisationRow(
            id=self._desk.draw_id(),
            mono_ms=self._desk.mono_ms,
            kind=KINDS.get(kind, AuthorisationKind.CONTROL),
            session=self._desk.session,
            serial=identity.serial,
            boot_count=identity.boot_count,
            calibration_id=identity.calibration_id,
            depth_um=argument & 0x7FFF if kind is CommandKind.GAUGE else 0,
            dose_nl=argument if kind is CommandKind.PRIME else 0,
        )
        self.words = f"Priming {argument / 1000:.0f} uL" if kind is CommandKind.PRIME else SERVICE_WORDS[kind]
        self.current = Dispatch(
            self._desk, row, Command(row.id, kind, argument), recheck, self._then(ended, drop=moves), moves=moves
        )

    def _faults(self) -> str:
        """What the controller says is wrong, in words."""
        return "; ".join(fault_words(0 if self._desk.status is None else self._desk.status.faults))

    def _require_free(self) -> None:
        if self.current is not None:
            raise Busy(what=self.words)

    def _then(self, ended: Callable[[Ended], None], *, drop: bool) -> Callable[[Ended], None]:
        def over(end: Ended) -> None:
            self.relay_failed = self.current is not None and self.current.relay_late
            self.current = None
            if self.ignored:
                count, self.ignored = self.ignored, 0
                self._desk.event("ignored", f"Requests refused while the injector was at work: {count}", count=count)
            if drop:
                self._desk.emit(Disable())
            ended(end)

        return over

    def interrupt(self, sentence: str, kind: CommandKind = CommandKind.VOID) -> None:
        if self.current is not None:
            self.current.interrupt(sentence, kind)

    def abandon(self) -> None:
        """The link is lost."""
        if self.current is not None:
            self.current.abandon()
