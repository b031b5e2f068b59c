"""The order of one authorisation, for a slice of an arming and for a service motion alike.

    decided -> COMMIT -> SUPPLY -> SENT -> LIVE -> (SETTLE) -> ended

Commit first (LED-1), then the checks again, then enable and motor supply, then the checks once more and the send. Only
one is on its way at any time (LIM-7, LED-3). Whatever interrupts it leads to SETTLE, where a `void` or `stop` with a
higher id makes a late frame harmless and the controller's own account decides what was done (LED-4).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from drivers.ports import Authorisation
from drivers.registers import Command, CommandKind, Input, ShotRecord
from kiosk.records.ends import SURE
from kiosk.records.rows import AuthorisationRow, Certainty, ResolutionRow
from kiosk.session.desk import Desk
from kiosk.session.exchange import Disable, Disconnect, Enable, SendAuthorisation, SendCommand

SUPPLY = int(Input.SUPPLY)
"""As a plain number: it is looked at in every cycle that waits for it."""
SUPPLY_WITHIN = 0.300
"""Seconds from enable to motor supply seen by the controller; feedback of the relay is due within 0.050 s."""
FEEDBACK_WITHIN = 0.050
TAKEN_WITHIN = 0.070
"""Seconds in which the controller must confirm a `void` or `stop` of what moves, whatever the wire does; else the
enable is dropped and no lease is given any more (LED-12, STP-5).

The cycle that finds it comes at most 25 ms later, and 6.4 ms after that the supply is gone: no stroke begins later than
101.4 ms after the reason was told. That is less than the 111 ms between two strokes at the highest rate, so that one at
most begins. One `void` may be lost on the way and the next still comes in time: 40 ms, 10 ms of silence, 5 ms.
"""
BEGINS_WITHIN = 1.0
SETTLES_WITHIN = 3.0
"""Longer than any stroke; after it the enable is dropped and the injector is connected anew, which settles it."""
SERVED_WITHIN = 20.0
"""Twice the longest service motion, a prime of 500 uL at 50 uL/s."""


WITHDRAWN, SWITCHED = "withdrawn", "withdrawn, the relay had closed"
"""How the reason of a withdrawn one begins: it says whether the enable relay had closed for it, which wears it."""


class Stage(Enum):
    COMMIT = auto()
    SUPPLY = auto()
    SENT = auto()
    LIVE = auto()
    SETTLE = auto()


class Ended:
    """How a dispatch ended: what is known of it, its records, and a sentence."""

    __slots__ = ("certainty", "records", "sentence")

    def __init__(self, certainty: Certainty, records: list[ShotRecord], sentence: str) -> None:
        self.certainty = certainty
        self.records = records
        self.sentence = sentence


class Dispatch:
    """One authorisation or service command on its way.

    `recheck` gives the reason why it may no longer be sent, or "". `ended` is called once, at the end; a dispatch that
    the link's loss overtakes ends as unknown, and reconciliation has the last word. `moves` is false for a command that
    only tells the controller something: it needs neither supply nor a clear stop.
    """

    def __init__(
        self,
        desk: Desk,
        row: AuthorisationRow,
        payload: Authorisation | Command,
        recheck: Callable[[], str],
        ended: Callable[[Ended], None],
        *,
        moves: bool = True,
    ) -> None:
        self._desk = desk
        self._moves = moves
        self.row = row
        self.payload = payload
        self._recheck = recheck
        self._ended = ended
        self.stage = Stage.COMMIT
        self.records: list[ShotRecord] = []
        self.relay_late = self._closed = self._lets_go = False
        self._since = desk.now
        self._void_id = 0
        self._interrupted_at = self._taken_by = 0.0
        self._taken = self._dropped = False
        self._taken_back_by = CommandKind.VOID
        self._accepted = False
        self._sentence = ""
        self.over = False
        desk.commit(row, then=self._committed, failed=self._not_committed)

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def trouble(self) -> str:
        """Why it is being taken back, while that is not settled; else ""."""
        return self._sentence if self.stage is Stage.SETTLE else ""

    # -- forward -------------------------------------------------------------------------------------------------
    def _not_committed(self) -> None:
        if not self.over:
            self._withdraw("the record cannot be written")

    def _committed(self) -> None:
        if self.over:
            return
        reason = self._recheck()
        if reason:
            self._withdraw(reason)
            return
        self._since = self._desk.now
        if not self._moves:
            self._send()
            return
        self.stage = Stage.SUPPLY
        panel = self._desk.inputs.panel
        self._lets_go = panel.feedback and not panel.enable
        self._desk.emit(Enable(self._desk.inputs.epoch))

    def step(self) -> None:
        """Look at what this cycle brought."""
        self._see_acceptance()
        if self.stage is Stage.COMMIT:
            reason = self._recheck()
            if reason:
                self._withdraw(reason)
        elif self.stage is Stage.SUPPLY:
            self._await_supply()
        elif self.stage is Stage.SENT:
            self._hear_of_sending()
        elif self.stage is Stage.LIVE:
            self._watch()
        else:
            self._settle()

    def _see_acceptance(self) -> None:
        """Whether the controller has shown it as accepted; a later command's id may hide a command's own."""
        status = self._desk.status
        if status is not None and self._desk.fresh:
            shown = status.authorisation_id if isinstance(self.payload, Authorisation) else status.command_id
            self._accepted = self._accepted or shown == self.id

    def _await_supply(self) -> None:
        desk = self._desk
        self._closed = self._closed or desk.inputs.panel.feedback
        reason = self._recheck()
        if reason:
            self._withdraw(reason)
            return
        waited = desk.now - self._since
        # A contact that is closed before it was asked to be has not let go of the motion before, or tells so late: what
        # it and the supply say now is over in a moment, and the controller would refuse what is sent on it.
        self._lets_go = self._lets_go and desk.inputs.panel.feedback and waited <= FEEDBACK_WITHIN
        if self._lets_go:
            return
        if not desk.inputs.panel.feedback:
            if waited > FEEDBACK_WITHIN:
                self.relay_late = True
                self._withdraw("the enable relay did not close")
        elif desk.fresh and desk.status is not None and desk.status.inputs & SUPPLY:
            self._send()
        elif waited > SUPPLY_WITHIN:
            self._withdraw("the controller sees no motor supply")

    def _send(self) -> None:
        epoch = self._desk.inputs.epoch
        self.stage, self._since = Stage.SENT, self._desk.now
        if isinstance(self.payload, Authorisation):
            self._desk.emit(SendAuthorisation(self.payload, epoch))
        else:
            self._desk.emit(SendCommand(self.payload, epoch if self._moves else None))

    def _hear_of_sending(self) -> None:
        outcome = next((sent for sent in self._desk.inputs.sent if sent.id == self.id), None)
        if outcome is None:
            return
        if outcome.result == "done":
            self.stage, self._accepted = Stage.LIVE, True
            reason = self._recheck()
            if reason:
                self.interrupt(reason)
        elif outcome.result == "unknown":
            self._begin_settling(outcome.sentence, CommandKind.STOP if self._moves else CommandKind.VOID)
        else:
            self._end(Certainty.NOT_DONE, outcome.sentence)

    def _watch(self) -> None:
        status = self._desk.status
        if status is None or not self._desk.fresh or not self._accepted:
            return
        at_rest = status.shots_left == 0 and self._quiet() and not self._still_expected()
        if at_rest or not self._moves:
            self._end(Certainty.DONE, "")
        elif isinstance(self.payload, Command):
            late = self._desk.now - self._since > SERVED_WITHIN
            reason = "it took too long" if late else self._recheck()
            if reason:
                self.interrupt(reason)

    def _still_expected(self) -> bool:
        """A service motion that was accepted begins within a moment; its record is waited for."""
        return isinstance(self.payload, Command) and not self.records and self._desk.now - self._since < BEGINS_WITHIN

    def _quiet(self) -> bool:
        """Nothing moves and every counted motion is recorded and committed."""
        status = self._desk.status
        return status is not None and not self._desk.moving and self._desk.cursor > status.lifetime_shots

    # -- interruption ----------------------------------------------------------------------------------------------
    def interrupt(self, sentence: str, kind: CommandKind = CommandKind.VOID) -> None:
        """Take it back: `void` lets the present stroke end, `stop` does not.

        What was done is found out, not assumed. A service motion is always stopped: it is in nobody's skin. What moves
        nothing is left alone by others; a `void` only follows its own unknown outcome.
        """
        if self.over or not self._moves:
            return
        kind = CommandKind.STOP if isinstance(self.payload, Command) else kind
        if self.stage in (Stage.COMMIT, Stage.SUPPLY):
            self._withdraw(sentence)
        elif self.stage is not Stage.SETTLE:
            self._begin_settling(sentence, kind)
        elif kind is CommandKind.STOP and self._taken_back_by is not CommandKind.STOP:
            self._taken, self._taken_by = False, self._desk.now + TAKEN_WITHIN
            self._take_back(kind)

    def _begin_settling(self, sentence: str, kind: CommandKind) -> None:
        self.stage, self._sentence, self._interrupted_at = Stage.SETTLE, sentence, self._desk.now
        self._taken_by = self._desk.now + TAKEN_WITHIN
        self._take_back(kind)

    def _take_back(self, kind: CommandKind) -> None:
        self._taken_back_by, self._void_id = kind, self._desk.urgent_id()
        self._desk.emit(SendCommand(Command(self._void_id, kind), None))

    def _give_up(self) -> None:
        """Nothing settles it on this connection: without a lease the controller stops by itself, then LED-4 decides."""
        self._desk.emit(Disable())
        self._desk.emit(Disconnect("what was sent did not settle"))

    def _settle(self) -> None:
        """Taken back in time or given up; taken back again when the wire lost it; ended once all is at rest."""
        status, desk = self._desk.status, self._desk
        told = next((sent.result for sent in desk.inputs.sent if sent.id == self._void_id), "")
        shown = status is not None and desk.fresh and status.command_id >= self._void_id
        self._taken = self._taken or shown or told == "done"
        overdue = self._moves and not self._taken and desk.now >= self._taken_by
        if overdue or desk.now - self._interrupted_at > SETTLES_WITHIN:
            self._give_up()
        elif told and not self._taken:
            self._take_back(self._taken_back_by)
        elif shown and not desk.moving:
            self._drop()
            if self._quiet():
                self._end(self._what_was_done(), self._sentence)

    def _drop(self) -> None:
        """The stroke is over: the enable waits for no record, which a storage that fails would never keep."""
        if self._moves and not self._dropped:
            self._dropped = True
            self._desk.emit(Disable())

    def _what_was_done(self) -> Certainty:
        if self._accepted or self.records:
            return Certainty.DONE
        # Whatever moves leaves a record, so without one it was not begun; of a message no trace is left but its id.
        return Certainty.NOT_DONE if self._moves else Certainty.UNKNOWN

    def abandon(self) -> None:
        """The link is lost: unknown until reconciled."""
        if self.stage in (Stage.COMMIT, Stage.SUPPLY):
            self._withdraw("the link to the injector was lost")
            return
        self.over = True
        self._ended(Ended(Certainty.UNKNOWN, self.records, "the link to the injector was lost"))

    # -- end -------------------------------------------------------------------------------------------------------
    def _withdraw(self, reason: str) -> None:
        if self._moves:  # a message asked for no supply: who has it meanwhile, a retract for one, keeps it
            self._desk.emit(Disable())
        self._end(Certainty.NOT_DONE, f"{SWITCHED if self._closed else WITHDRAWN}: {reason}")

    def _end(self, certainty: Certainty, sentence: str) -> None:
        self.over = True
        if certainty is Certainty.DONE and any(record.outcome not in SURE for record in self.records):
            certainty = Certainty.UNKNOWN
        self._desk.write(
            ResolutionRow(self.id, self._desk.mono_ms, certainty, len(self.records), sentence or "as authorised")
        )
        self._ended(Ended(certainty, self.records, sentence))
