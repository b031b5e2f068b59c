"""What every part of the engine shares in a step: the time, the inputs, the effects to come and the rows to commit.

Only this file knows how ids are drawn (LED-5) and how a unit of work finds its way back to whoever waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from drivers.registers import CommandKind, ControllerState, Identity, Status
from kiosk.channel.snapshot import Notice
from kiosk.records.rows import ID_STRIDE, Committed, EventRow, Restored, Row, Unit, WriteFailed
from kiosk.session.exchange import Ask, Commit, Effect, Inputs, Question

NOTICES_KEPT = 5
SLOW_COMMIT_MS = 500
"""A commit that takes longer disarms and says that the storage is slow (LED-12)."""
MOVING = frozenset({
    ControllerState.HOMING, ControllerState.STROKE, ControllerState.PRIMING, ControllerState.SEEKING,
    ControllerState.RETRACTING,
})

Json = str | int | float | bool | None | list[str]


class Desk:
    """Time, inputs and outgoing effects of the present step, and the few facts that all parts need.

    Attributes:
        now: CLOCK_MONOTONIC seconds of this step.
        status: Newest status of the controller, None while it is not reconciled or not connected.
        identity: Identity of the controller that is connected, None when there is none.
        cursor: Lowest lifetime number not yet committed.
    """

    def __init__(self, restored: Restored, *, simulated: bool) -> None:
        self.simulated = simulated
        self.now = 0.0
        self.inputs: Inputs
        self.effects: list[Effect] = []
        self.status: Status | None = None
        self.fresh = False
        """Whether `status` was read in this very cycle."""
        self.identity: Identity | None = None
        self.user = ""
        self.session = 0
        self.cursor = restored.cursor
        self.last_row = restored.last_row
        self.last_hash = restored.last_hash
        self.ledger_broken = ""
        self.ledger_slow = False
        self.notices: deque[Notice] = deque(maxlen=NOTICES_KEPT)
        self._noticed = 0
        self._max_id = restored.max_id
        self._urgent = restored.max_id
        self._unit = 0
        self._waiting: dict[int, Callable[[], None]] = {}
        self._ticket = 0
        self._questions: dict[int, Callable[[object], None]] = {}
        self._rows: list[Row] = []
        self._sent_at: dict[int, float] = {}

    # -- the step ------------------------------------------------------------------------------------------------
    def begin(self, inputs: Inputs, now: float) -> None:
        self.inputs, self.now = inputs, now
        self.effects = []
        self.fresh = inputs.status is not None
        if inputs.status is not None:
            self.status = inputs.status
        for outcome in inputs.ledger:
            self._take(outcome)
        if self._sent_at and now - next(iter(self._sent_at.values())) > SLOW_COMMIT_MS / 1000:
            self.ledger_slow = True

    def _take(self, outcome: Committed | WriteFailed) -> None:
        then = self._waiting.pop(outcome.unit, None)
        self._sent_at.pop(outcome.unit, None)
        if isinstance(outcome, WriteFailed):
            self.ledger_broken = outcome.sentence
            return
        self.last_row, self.last_hash = outcome.last_row, outcome.last_hash
        self.ledger_slow = outcome.took_ms > SLOW_COMMIT_MS
        if then is not None:
            then()

    def finish(self) -> list[Effect]:
        """The step's effects; rows that nobody waits for go out in one unit, ahead of the rest."""
        if self._rows:
            rows, self._rows = tuple(self._rows), []
            self.effects.insert(0, self._unit_of(rows, None))
        return self.effects

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    # -- the ledger ----------------------------------------------------------------------------------------------
    def write(self, *rows: Row) -> None:
        """Have rows committed with this step, in order, without waiting."""
        self._rows.extend(rows)

    def commit(self, *rows: Row, then: Callable[[], None]) -> None:
        """Have rows committed, after all that was written before; `then` runs in the step that hears of it."""
        pending, self._rows = tuple(self._rows), []
        self.effects.append(self._unit_of(pending + rows, then))

    def _unit_of(self, rows: tuple[Row, ...], then: Callable[[], None] | None) -> Commit:
        self._unit += 1
        self._sent_at[self._unit] = self.now
        if then is not None:
            self._waiting[self._unit] = then
        return Commit(Unit(self._unit, rows))

    @property
    def mono_ms(self) -> int:
        return round(self.now * 1000)

    def event(self, kind: str, sentence: str, **body: Json) -> None:
        """Record an event of the present session and user."""
        self.write(EventRow(kind, self.mono_ms, self.session, self.user, sentence, body))

    def notice(self, sentence: str) -> None:
        """Tell the person one sentence; it shows on every screen for a while."""
        self._noticed += 1
        self.notices.append(Notice(self._noticed, sentence))

    # -- ids -----------------------------------------------------------------------------------------------------
    def draw_id(self) -> int:
        """The next id for what is committed before it is sent: max(ledger, controller) + 1 in steps (LED-5)."""
        accepted = 0 if self.status is None else max(self.status.authorisation_id, self.status.command_id)
        self._max_id = max(self._max_id, accepted) // ID_STRIDE * ID_STRIDE + ID_STRIDE
        self._urgent = self._max_id
        return self._max_id

    def urgent_id(self) -> int | None:
        """An id above the last drawn for a command that waits for no disk; None when all fifteen are used."""
        if self._max_id == 0 or self._urgent + 1 >= self._max_id + ID_STRIDE:
            return None
        self._urgent += 1
        return self._urgent

    @property
    def max_id(self) -> int:
        return self._max_id

    # -- the clerk -----------------------------------------------------------------------------------------------
    def ask(self, question: Question, then: Callable[[object], None]) -> None:
        """Ask the clerk; `then` gets its `Answer` in a later step."""
        self._ticket += 1
        self._questions[self._ticket] = then
        self.emit(Ask(self._ticket, question))

    def take_answers(self) -> None:
        for answer in self.inputs.answers:
            then = self._questions.pop(answer.ticket, None)
            if then is not None:
                then(answer)

    # -- what the controller does ----------------------------------------------------------------------------------
    @property
    def moving(self) -> bool:
        return self.status is not None and self.status.state in MOVING


URGENT = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT})
"""Commands that need no commit before them: they only ever take something away."""
