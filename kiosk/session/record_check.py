"""The whole record, checked in the clerk at every connect: until it is, and while it shows damage, nothing is armed.

    not connected -> being checked -> good
                          |-> found: rows lost or changed, until an administrator gives a reason (LED-11)
                          |-> not checked: the clerk could not; it is asked again

A reason is a row of the record like any other, so that the same finding is never asked about twice, and another one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drivers.errors import NappageError
from drivers.registers import AnchorPair
from kiosk.channel.snapshot import Page, RecordView
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.records.verdict import Verdict
from kiosk.session.desk import Desk
from kiosk.session.errors import NotNow
from kiosk.session.exchange import Answer, VerifyLedger

AGAIN_S = 5.0
"""A check that failed is asked again after so long."""
GIVING = "Giving a reason"
Respond = Callable[[NappageError | None, Page | None], None]


class RecordCheck:
    """What is known of the record. `opened` is what the quick look at opening found: "good", or a sentence."""

    def __init__(self, desk: Desk, opened: str, last_row: int) -> None:
        self._desk = desk
        self._opened = "" if opened == "good" else opened
        self._last_row = last_row
        self._anchors: AnchorPair | None = None
        self._asked = 0
        """Number of the newest question; an answer to an older one says nothing any more."""
        self._checked = False
        self._again_at: float | None = None
        self._why = ""
        self.finding: Verdict | None = None

    # -- the step ------------------------------------------------------------------------------------------------
    def begin(self, anchors: AnchorPair) -> None:
        """Ledger and injector agree about what was done: have the whole record checked against these anchors."""
        self._anchors = anchors
        self._ask()

    def forget(self) -> None:
        """The injector is gone: whatever comes back is checked anew. A finding stands until then."""
        self._asked += 1
        self._checked, self._again_at, self._why = False, None, ""

    def step(self) -> None:
        """Ask again when the clerk could not."""
        if self._again_at is not None and self._desk.now >= self._again_at:
            self._ask()

    def _ask(self) -> None:
        self._asked += 1
        self._checked, self._again_at, self._why = False, None, ""
        number = self._asked
        self._desk.ask(VerifyLedger(self._anchors, self._last_row), lambda answer: self._hear(number, answer))

    def _hear(self, number: int, answer: Answer) -> None:
        if number != self._asked:
            return
        verdict = answer.verdict
        if verdict is None:
            self._why, self._again_at = answer.sentence, self._desk.now + AGAIN_S
            return
        self._checked, self._opened = True, ""
        self.finding = verdict if verdict.blocks else None
        for sentence in verdict.totals:
            self._desk.notice(sentence)
            self._desk.event("record totals", sentence)
        if verdict.blocks and not verdict.said:
            self._desk.event(
                Fact.FINDING, verdict.sentence, key=verdict.key, state=verdict.state, row=verdict.row,
                finding=verdict.sentence,
            )  # fmt: skip

    # -- what it says --------------------------------------------------------------------------------------------
    @property
    def damage(self) -> str:
        """What was found and has no reason yet, in one sentence; "" when nothing was."""
        return self._opened if self.finding is None else self.finding.sentence

    def against(self) -> Iterator[str]:
        """What it has against arming; as long as no injector is there, the connection says so itself."""
        if self.damage:
            yield f"{self.damage}: an administrator has to give a reason"
        elif self._why:
            yield f"the record could not be checked ({self._why.rstrip('.')})"
        elif not self._checked:
            yield "the record is being checked"

    def view(self) -> RecordView:
        """For the screen: what an administrator gives a reason for."""
        return RecordView(self.damage, "" if self.finding is None else self.finding.key, self._desk.free_mb)

    # -- what an administrator does --------------------------------------------------------------------------------
    def accept(self, key: str, reason: str, respond: Respond) -> None:
        """Record the reason for the finding that was shown as the next row, then look for what else there is.

        Raises:
            NotNow: another finding stands or none does, or no reason is given.
        """
        finding, desk = self.finding, self._desk
        if finding is None or finding.key != key:
            raise NotNow(what=GIVING, why="this finding does not stand")
        if not reason.strip():
            raise NotNow(what=GIVING, why="a reason is needed")
        body = {
            "key": key, "row": finding.row, "finding": finding.sentence, "missing": finding.missing,
            "reason": reason.strip(),
        }  # fmt: skip
        sentence = f"Reason given for '{finding.sentence}': {reason.strip()}"
        row = EventRow(Fact.ACCEPTED, desk.mono_ms, desk.session, desk.user, sentence, {**body})

        def written() -> None:
            self.finding = None
            desk.anchor()
            self._ask()
            respond(None, None)

        def failed() -> None:
            respond(NotNow(what=GIVING, why="the record cannot be written"), None)

        desk.commit(row, then=written, failed=failed)
