"""The order of one authorisation, for a slice of an arming and for a service motion alike.

    decided -> COMMIT -> SUPPLY -> SENT -> LIVE -> (SETTLE) -> ended

Commit first (LED-1), then the checks again, then enable and motor supply, then the checks once more and the send. Only
one is on its way at any time (LIM-7, LED-3). Whatever interrupts it leads to SETTLE, where a `void` with a higher id
makes a late frame harmless and the controller's own account decides what was done (LED-4).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from drivers.ports import Authorisation
from drivers.registers import Command, CommandKind, Input, ShotRecord
from kiosk.records.rows import AuthorisationRow, Certainty, ResolutionRow
from kiosk.session.desk import Desk
from kiosk.session.exchange import Disable, Enable, SendAuthorisation, SendCommand

SUPPLY_WITHIN = 0.300
"""Seconds from enable to motor supply seen by the controller; feedback of the relay is due within 0.050 s."""
FEEDBACK_WITHIN = 0.050
VOID_AGAIN_AFTER = 0.200
BEGINS_WITHIN = 1.0
SETTLES_WITHIN = 3.0
"""Longer than any stroke; after it the enable is dropped, whatever the controller says."""


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
        self.relay_late = False
        self._since = desk.now
        self._void_id = 0
        self._voided_at = self._interrupted_at = 0.0
        self._sentence = ""
        self.over = False
        desk.commit(row, then=self._committed)

    @property
    def id(self) -> int:
        return self.row.id

    # -- forward -------------------------------------------------------------------------------------------------
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
        self._desk.emit(Enable(self._desk.inputs.epoch))

    def step(self) -> None:
        """Look at what this cycle brought."""
        if self.stage is Stage.SUPPLY:
            self._await_supply()
        elif self.stage is Stage.SENT:
            self._hear_of_sending()
        elif self.stage is Stage.LIVE:
            self._watch()
        elif self.stage is Stage.SETTLE:
            self._settle()

    def _await_supply(self) -> None:
        desk = self._desk
        reason = self._recheck()
        if reason:
            self._withdraw(reason)
            return
        waited = desk.now - self._since
        if not desk.inputs.panel.feedback and waited > FEEDBACK_WITHIN:
            self.relay_late = True
            self._withdraw("the enable relay did not close")
        elif desk.fresh and desk.status is not None and desk.status.inputs & Input.SUPPLY:
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
            self.stage = Stage.LIVE
            reason = self._recheck()
            if reason:
                self.interrupt(reason)
        elif outcome.result == "unknown":
            self.interrupt(outcome.sentence)
        else:
            self._end(Certainty.NOT_DONE, outcome.sentence)

    def _watch(self) -> None:
        status = self._desk.status
        if status is None or not self._desk.fresh:
            return
        accepted = status.authorisation_id if isinstance(self.payload, Authorisation) else status.command_id
        if not self._moves:
            if accepted >= self.id:
                self._end(Certainty.DONE, "")
        elif accepted == self.id and status.shots_left == 0 and self._quiet() and not self._still_expected():
            self._end(Certainty.DONE, "")

    def _still_expected(self) -> bool:
        """A service motion that was accepted begins within a moment; its record is waited for."""
        return isinstance(self.payload, Command) and not self.records and self._desk.now - self._since < BEGINS_WITHIN

    def _quiet(self) -> bool:
        """Nothing moves and every counted motion is recorded and committed."""
        status = self._desk.status
        return status is not None and not self._desk.moving and self._desk.cursor > status.lifetime_shots

    # -- interruption ----------------------------------------------------------------------------------------------
    def interrupt(self, sentence: str, kind: CommandKind = CommandKind.VOID) -> None:
        """Take it back: `void` lets the present stroke end, `stop` does not. What was done is found out, not assumed."""
        if self.over or (self.stage is Stage.SETTLE and kind is not CommandKind.STOP):
            return
        self._sentence = self._sentence or sentence
        if self.stage in (Stage.COMMIT, Stage.SUPPLY):
            self._withdraw(sentence)
            return
        if self.stage is not Stage.SETTLE:
            self._interrupted_at = self._desk.now
        self.stage = Stage.SETTLE
        self._take_back(kind)

    def _take_back(self, kind: CommandKind) -> None:
        taken = self._desk.urgent_id()
        self._voided_at = self._desk.now
        if taken is not None:
            self._void_id = taken
            self._desk.emit(SendCommand(Command(taken, kind), None))

    def _settle(self) -> None:
        status, desk = self._desk.status, self._desk
        if status is None or not desk.fresh:
            return
        if desk.now - self._interrupted_at > SETTLES_WITHIN:
            desk.emit(Disable())
        if status.command_id < self._void_id:
            if desk.now - self._voided_at > VOID_AGAIN_AFTER:
                self._take_back(CommandKind.VOID)
            return
        if not self._quiet():
            return
        accepted = bool(self.records) or (isinstance(self.payload, Authorisation) and status.authorisation_id == self.id)
        self._end(Certainty.DONE if accepted else Certainty.NOT_DONE, self._sentence)

    def abandon(self) -> None:
        """The link is lost: unknown until reconciled."""
        if self.stage in (Stage.COMMIT, Stage.SUPPLY):
            self._withdraw("the link to the injector was lost")
            return
        self.over = True
        self._ended(Ended(Certainty.UNKNOWN, self.records, "the link to the injector was lost"))

    # -- end -------------------------------------------------------------------------------------------------------
    def _withdraw(self, reason: str) -> None:
        self._desk.emit(Disable())
        self._end(Certainty.NOT_DONE, f"withdrawn: {reason}")

    def _end(self, certainty: Certainty, sentence: str) -> None:
        self.over = True
        self._desk.write(
            ResolutionRow(self.id, self._desk.mono_ms, certainty, len(self.records), sentence or "as authorised")
        )
        self._ended(Ended(certainty, self.records, sentence))


