"""What every part of the engine shares in a step: the time, the inputs, the effects to come and the rows to commit.

Only this file knows how a unit of work finds its way back to whoever waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from drivers.registers import ControllerState, Identity, Status
from kiosk.channel.snapshot import Notice
from kiosk.records.facts import Fact
from kiosk.records.ids import last_accepted
from kiosk.records.rows import Committed, EventRow, Restored, Room, Row, Unit, WriteFailed
from kiosk.session.believed import against
from kiosk.session.exchange import Answer, Ask, Commit, Effect, Inputs, Question, Reread, WriteAnchor
from kiosk.session.ids import Ids
from kiosk.session.words import iso_day

NOTICES_KEPT = 5
SLOW_COMMIT_MS = 500
"""A commit that takes longer disarms and says that the storage is slow (LED-12)."""
TRY_AGAIN_S = 1.0
"""A slow storage is tried again so often, with a row that says so: nothing else might be written while it blocks."""
MOVING = frozenset(
    {
        ControllerState.HOMING,
        ControllerState.STROKE,
        ControllerState.PRIMING,
        ControllerState.SEEKING,
        ControllerState.RETRACTING,
    }
)

UNITS_AHEAD = 16
"""So many units are on their way to the disk before rows that nobody waits for wait here: a quarter of its queue."""
ROWS_KEPT = 2_000
"""So many wait at most: half a megabyte, and half a minute of a storage that hangs while somebody floods."""

Json = str | int | float | bool | None | list[str]


ROOM_MB = 500
"""Below this somebody is asked to make room (ours: a year of a busy practice is under 200 MB)."""
LEAST_MB = 50
"""Below this nothing arms: a session's rows and the write-ahead log must fit (LED-12, ours)."""


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
        self.today = ""
        """ISO date of this step, UTC; of the wall time that came with its inputs."""
        self.effects: list[Effect] = []
        self.status: Status | None = None
        self.fresh = False
        """Whether `status` was read in this very cycle."""
        self.doubt = ""
        """Why what the injector said in this cycle cannot be believed; nobody is shown it then."""
        self.identity: Identity | None = None
        self.user = ""
        self.session = 0
        self.cursor = restored.cursor
        self.last_row = restored.last_row
        self.last_hash = restored.last_hash
        self.ledger_broken = ""
        self.ledger_slow = False
        self.free_mb: int | None = None
        """What the storage has left; None until the ledger thread has told it."""
        self.notices: deque[Notice] = deque(maxlen=NOTICES_KEPT)
        self._noticed = 0
        self._ids = Ids(restored.max_id)
        self._unit = 0
        self._waiting: dict[int, tuple[Callable[[], None], Callable[[], None] | None]] = {}
        self._ticket = 0
        self._questions: dict[int, Callable[[Answer], None]] = {}
        self._rows: list[Row] = []
        self._sent_at: dict[int, float] = {}
        self._tried = 0.0
        self.anchors: Callable[[], bool] = lambda: False
        """Whether an anchor may be written now; set by the engine."""
        self._read_back: list[Callable[[Restored], None]] = []

    # -- the step ------------------------------------------------------------------------------------------------
    def begin(self, inputs: Inputs, now: float) -> None:
        self.doubt = against(inputs.status, inputs.records, self._ids.given)
        if self.doubt:
            inputs = msgspec.structs.replace(inputs, status=None, records=())
        self.inputs, self.now, self.today = inputs, now, iso_day(inputs.wall_ms)
        self.effects = []
        self.fresh = inputs.status is not None
        if inputs.status is not None:
            self.status = inputs.status

    def hear(self) -> None:
        """What the ledger and the clerk have to tell; whoever waited goes on. What stops was looked at before."""
        for outcome in self.inputs.ledger:
            self._take(outcome)
        if self._sent_at:
            if self.now - next(iter(self._sent_at.values())) > SLOW_COMMIT_MS / 1000:
                self.ledger_slow = True
        elif self.ledger_slow and self.now - self._tried > TRY_AGAIN_S:
            self._tried = self.now
            self.event("storage", "The storage was slow and is tried again")
        if self.inputs.restored is not None and self._read_back:  # each gets its own: an earlier one lacks later rows
            self._read_back.pop(0)(self.inputs.restored)
        for answer in self.inputs.answers:
            heard = self._questions.pop(answer.ticket, None)
            if heard is not None:
                heard(answer)

    def _take(self, outcome: Committed | WriteFailed | Room) -> None:
        if isinstance(outcome, Room):
            self.free_mb = outcome.free_mb
            return
        then, failed = self._waiting.pop(outcome.unit, (None, None))
        self._sent_at.pop(outcome.unit, None)
        if isinstance(outcome, WriteFailed):
            self.ledger_broken = outcome.sentence
            if failed is not None:
                failed()
            return
        self._ids.committed(outcome.unit)
        self.last_row, self.last_hash = outcome.last_row, outcome.last_hash
        self.ledger_slow = outcome.took_ms > SLOW_COMMIT_MS
        if then is not None:
            then()

    def finish(self) -> list[Effect]:
        """The step's effects; rows that nobody waits for go out in one unit, after the rows written before them.

        While the disk has enough to do they wait for it, and go out together: whoever floods control with what is
        refused, a row each, fills memory a little and not the ledger's queue, which nothing could arm after (LED-12).
        """
        if self._rows and not self._crowded:
            rows, self._rows = tuple(self._rows), []
            last = max((place for place, effect in enumerate(self.effects) if isinstance(effect, Commit)), default=-1)
            self.effects.insert(last + 1, self._unit_of(rows))
        return self.effects

    @property
    def _crowded(self) -> bool:
        """Whether the rows can wait: a reading back has to find all that was written before it."""
        busy = len(self._sent_at) >= UNITS_AHEAD and len(self._rows) < ROWS_KEPT
        return busy and not any(isinstance(effect, Reread) for effect in self.effects)

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    @property
    def full(self) -> bool:
        """Whether another session's records may find no room."""
        return self.free_mb is not None and self.free_mb < LEAST_MB

    # -- the ledger ----------------------------------------------------------------------------------------------
    def write(self, *rows: Row) -> None:
        """Have rows committed with this step, in order, without waiting."""
        self._rows.extend(rows)

    def commit(self, *rows: Row, then: Callable[[], None], failed: Callable[[], None] | None = None) -> None:
        """Have rows committed, after all that was written before; `then` runs in the step that hears of it.

        `failed` runs instead when the ledger could not be written; nothing is written after that.
        """
        pending, self._rows = tuple(self._rows), []
        commit = self._unit_of(pending + rows)
        self._waiting[commit.unit.id] = (then, failed)
        self.effects.append(commit)

    def anchor(self) -> None:
        """Have the newest row on disk anchored in the injector that this record belongs to, and in no other (LED-11).

        Not while rows are found lost or changed: that would overwrite the anchor which shows it.
        """
        if self.anchors():
            self.emit(WriteAnchor(self.last_row, self.last_hash))

    def _unit_of(self, rows: tuple[Row, ...]) -> Commit:
        self._unit += 1
        self._sent_at[self._unit] = self.now
        self._ids.submitted(self._unit, rows)
        return Commit(Unit(self._unit, rows))

    def read_back(self, then: Callable[[Restored], None]) -> None:
        """Have the ledger read back, after all that was handed to it; `then` runs in the step that hears of it."""
        self._read_back.append(then)
        self.emit(Reread())

    @property
    def mono_ms(self) -> int:
        return round(self.now * 1000)

    def event(self, kind: str, sentence: str, /, **body: Json) -> None:
        """Record an event of the present session and user."""
        self.write(EventRow(kind, self.mono_ms, self.session, self.user, sentence, body))

    def notice(self, sentence: str) -> None:
        """Tell the person one sentence; it shows on every screen for a while."""
        self._noticed += 1
        self.notices.append(Notice(self._noticed, sentence))

    # -- ids -----------------------------------------------------------------------------------------------------
    def draw_id(self) -> int:
        """The next id for what is committed before it is sent: max(ledger, controller) + 1 in steps (LED-5)."""
        return self._ids.draw(last_accepted(self.status))

    def urgent_id(self) -> int:
        """An id for a command that waits for no disk: there is always one (LED-3)."""
        taken = self._ids.take(last_accepted(self.status))
        if self._ids.low and not self.ledger_broken:
            self.event(
                Fact.RESERVED, "Another id was drawn, for stops and retracts that may follow", max_id=self.draw_id()
            )
        return taken

    @property
    def max_id(self) -> int:
        """Greatest id that was drawn."""
        return self._ids.drawn

    @property
    def kept_id(self) -> int:
        """Greatest id that is known to be on disk."""
        return self._ids.kept

    # -- the clerk -----------------------------------------------------------------------------------------------
    def ask(self, question: Question, then: Callable[[Answer], None]) -> None:
        """Ask the clerk; `then` gets its `Answer` in a later step."""
        self._ticket += 1
        self._questions[self._ticket] = then
        self.emit(Ask(self._ticket, question))

    # -- what the controller does ----------------------------------------------------------------------------------
    @property
    def moving(self) -> bool:
        return self.status is not None and self.status.state in MOVING
