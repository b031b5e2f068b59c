"""The injector's line as the cycles share it: who is there, the one question in flight, and what waits to be asked.

Only this file knows that an answer may come in a later cycle than its question. A cycle waits a little for an answer
and then goes on without it; the next one, or the one that its arrival wakes, takes it. Nothing is asked while a
question is in flight, none is given up before its time is over, none is sent twice (LNK-2).

What an answer may be taken for then:

- A status shows the device as it was when its lease was sent: at most 50 ms before the step that sees it (its own 40,
  and the patience of the cycle that took it). It is handed on once, in the order of sending, and never after anything
  that was sent later: what a step is told as sent is at least as old as its status.
- Records that were asked from another cursor than the present one are not handed on, nor is the status that came with
  them: what they leave out would be taken for not there. They are asked for again 25 ms later.
- What is taken back (stop, void, retract) goes ahead of everything, and whatever waits unsent by then is never sent:
  certainly not done.
- What starts something is sent right after a step that did not take it back, never before one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from drivers.errors import BadFrame, LinkTimeout, NappageError, PortGone, Refused, StaleEpoch
from drivers.ports import Begun, Injector, Leased, Panel
from drivers.registers import LEASE_MS, U32_MAX, Anchor, CommandKind, Identity, ShotRecord, Status
from kiosk.session import exchange as x
from kiosk.session.calibration_wire import in_force
from kiosk.session.wire_counts import WireCounts

PATIENCE_S = 0.006
"""How long a cycle waits for one answer; a lease is answered within 5 ms at 460800 baud.

A cycle that an event begins may have only 10 ms before the next is due (`EARLY_S` in control), which may be late by 10
more (WDG-6). Into these 20 go two such waits, the two silences of 1.75 ms before them and 2 ms of work; or the 10 ms of
silence after a disturbance, and then no wait for the answer to what is asked after it.
"""
RENEW_AFTER_S = 0.015
"""A cycle that a late answer woke renews no lease that is younger: the line is not asked twice as often for being slow
(WDG-1). Another level of the pedal does not wait for that."""
KEPT_BACK_S = 0.035
"""What waits to be sent goes ahead of the next lease, but for a lease that is older: it would be renewed too late."""
PAUSE_MAX_S = (LEASE_MS + 250) / 1000
"""No pause of the lease is longer: the needle is back by then (STP-5)."""
RECONNECT_S = 0.5
BAD_WINDOW_S = 1.0
BAD_CLOSES = 3
"""Three bad frames in a second: the port is closed and opened again, through reconciliation (LNK-3)."""

ToInjector = (
    x.SendAuthorisation | x.SendCommand | x.AskIdentity | x.SetCursor | x.PauseLease | x.WriteAnchor | x.Disconnect
)
TAKES_BACK = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT})
NO_ANSWER = "the connection was closed before it was answered"
OVERTAKEN = "it was taken back before it was sent"


class _Question:
    """One thing to ask of the injector, and what is done with what becomes of it.

    Attributes:
        rank: 0 takes something back, 1 is sent for somebody, 2 is for the record only.
        number: Id of what is sent, 0 for what has none.
    """

    __slots__ = ("begin", "failed", "heard", "number", "rank")

    def __init__(
        self,
        begin: Callable[[Injector], Begun[Any]],
        heard: Callable[[Any], None],
        failed: Callable[[NappageError], None],
        *,
        rank: int = 1,
        number: int = 0,
    ) -> None:
        self.begin = begin
        self.heard = heard
        self.failed = failed
        self.rank = rank
        self.number = number


class Line:
    """One injector at a time, and what is on its way to it and back.

    Args:
        panel: Its enable is dropped when the injector is let go.
        connect: Opens and identifies the injector; raises NappageError.
        cursor: Lowest lifetime number not yet committed.
    """

    def __init__(self, panel: Panel, connect: Callable[[], Injector], cursor: int) -> None:
        self._panel = panel
        self._connect = connect
        self._cursor = cursor
        self.injector: Injector | None = None
        self.counts = WireCounts()
        self.good_frames = 0
        self.bad_frames = 0
        self._now = 0.0
        self._patience = PATIENCE_S
        """What the present cycle waits for an answer, s."""
        self._tried = float("-inf")
        self._why = ""
        self._bad: deque[float] = deque()
        self._asked: tuple[_Question, Begun[Any]] | None = None
        self._waiting: list[_Question] = []
        self._yielded = self._preferred = False
        """Whether the newest cycle kept its lease back, and whether it preferred it to what waits."""
        self._to_take_back = False
        """Whether what takes back got no answer: it goes out once more ahead of the next lease."""
        self._ask_identity = False
        self._leased = (float("-inf"), False)
        """When the newest lease was begun, and its pedal bit."""
        self._on_wire: tuple[float, bool] | None = None
        self._silent_until = float("-inf")
        self._brought: Leased | None = None
        self._link: x.Connected | x.Disconnected | None = None
        self._identity: Identity | None = None
        self._sent: list[x.Sent] = []

    # -- what a step is told -------------------------------------------------------------------------------------
    def listen(self, now: float, pedal: bool, *, stopped: bool) -> tuple[Status | None, tuple[ShotRecord, ...]]:
        """What the line brings in the cycle at `now`; the lease is renewed with `pedal`.

        A stop that was found in this cycle (`stopped`), something that waits to be sent, or a `void` that got no answer
        and is sent again in this cycle, keeps back one lease, never two in a row (WDG-1); for a stop nothing is waited
        for either.
        """
        self._now, self._brought, self._patience = now, None, PATIENCE_S
        if self.injector is None:
            self._try_to_connect()
            return None, ()
        self._hear(0.0 if stopped else PATIENCE_S)
        self._ask_waiting(most=0)
        if self._asked is None:
            first = stopped or self._to_take_back or self._others_first()
            self._yielded, self._to_take_back = first and not self._yielded, False
            if not self._yielded:
                self._renew(pedal)
        return (None, ()) if self._brought is None else self._brought

    def _renew(self, pedal: bool) -> None:
        if self._now < self._silent_until:
            return
        if self._ask_identity:
            self._ask_in_turn(_Question(lambda injector: injector.begin_identity(), self._heard_identity, self._lost))
        if not self._ask_identity and self._lease_due(pedal):
            self._ask_in_turn(self._lease(pedal))

    def _others_first(self) -> bool:
        """Whether what waits goes ahead of the lease: unless that is old by now, and not twice because of that."""
        began, _ = self._leased
        first = bool(self._waiting) and (self._preferred or self._now - began < KEPT_BACK_S)
        self._preferred = bool(self._waiting) and not first
        return first

    def take_link(self) -> x.Connected | x.Disconnected | None:
        """Whether the injector came or went, once."""
        link, self._link = self._link, None
        return link

    def take_identity(self) -> Identity | None:
        """The identity that was asked for, once."""
        identity, self._identity = self._identity, None
        return identity

    def take_sent(self) -> tuple[x.Sent, ...]:
        """What became of what was sent, once each."""
        sent, self._sent = tuple(self._sent), []
        return sent

    def take_leased(self) -> tuple[float, bool] | None:
        """When the newest lease was on the wire, CLOCK_MONOTONIC seconds, and its pedal bit, once."""
        leased, self._on_wire = self._on_wire, None
        return leased

    def bad_lately(self) -> int:
        """Bad frames and time-outs of the last second."""
        while self._bad and self._now - self._bad[0] > BAD_WINDOW_S:
            self._bad.popleft()
        return len(self._bad)

    @property
    def awaited(self) -> tuple[int, float] | None:
        """While a question is in flight: the descriptor that its answer wakes, and the monotonic end of its time, s."""
        if self._asked is None or self.injector is None:
            return None
        return self.injector.fileno(), self._asked[1].expires

    # -- what a step wants ---------------------------------------------------------------------------------------
    def perform(self, effect: ToInjector) -> None:
        """Do it now, or as soon as what is in flight is answered."""
        match effect:
            case x.SendAuthorisation(authorisation, epoch):
                self._send(authorisation.id, lambda injector: injector.begin_authorise(authorisation, epoch), rank=1)
            case x.SendCommand(command, epoch):
                rank = 0 if command.kind in TAKES_BACK else 1
                self._send(command.id, lambda injector: injector.begin_command(command, epoch), rank=rank)
            case x.AskIdentity():
                self._ask_identity = True
            case x.SetCursor(cursor):
                self._cursor = cursor
            case x.PauseLease(seconds):
                self._overtake()
                self._silent_until = self._now + min(seconds, PAUSE_MAX_S)
            case x.WriteAnchor(row, digest):
                self._anchor(Anchor(row, digest))
            case _:
                self.close()
                self._why, self._link = effect.sentence, x.Disconnected(effect.sentence)

    def ask_waiting(self) -> None:
        """After a step: what waited for its turn and was not taken back goes now."""
        self._ask_waiting(most=2)

    def _send(self, number: int, begin: Callable[[Injector], Begun[Any]], *, rank: int) -> None:
        """Send something once; what became of it is an input of a later cycle (LED-2)."""
        if self.injector is None:
            self._sent.append(x.Sent(number, "stale", "there is no injector"))
            return
        if rank == 0:
            self._overtake()

        def heard(shown: object) -> None:
            uptime_ms = shown.uptime_ms if isinstance(shown, Status) else 0
            self._sent.append(x.Sent(number, "done", uptime_ms=uptime_ms))

        def failed(error: NappageError) -> None:
            self._to_take_back = self._to_take_back or rank == 0
            self._failed_to_send(number, error)

        self._queue(_Question(begin, heard, failed, rank=rank, number=number))

    def _overtake(self) -> None:
        """What waits unsent is not sent any more, and the lease that follows is not kept back on purpose."""
        self._silent_until = float("-inf")
        self._sent += [x.Sent(asked.number, "stale", OVERTAKEN) for asked in self._waiting if asked.rank == 1]
        self._waiting = [asked for asked in self._waiting if asked.rank != 1]

    def _failed_to_send(self, number: int, error: NappageError) -> None:
        sentence = _sentence(error)
        if isinstance(error, StaleEpoch):
            self._sent.append(x.Sent(number, "stale", sentence))
        elif isinstance(error, Refused):
            self._sent.append(x.Sent(number, "refused", sentence))
        else:
            self._sent.append(x.Sent(number, "unknown", sentence))
            self.disturbed(error)

    def _anchor(self, anchor: Anchor) -> None:
        """Written when it can be; `verify` says "not yet anchored" when it could not (LED-11)."""
        if self.injector is not None and anchor.row <= U32_MAX:
            self._queue(_Question(lambda injector: injector.begin_anchor(anchor), _nothing, self.disturbed, rank=2))

    # -- one question at a time ----------------------------------------------------------------------------------
    def _queue(self, question: _Question) -> None:
        self._waiting.append(question)
        self._waiting.sort(key=lambda asked: asked.rank)  # stable: among equals the first comes first
        if self._asked is None and self._waiting[0] is question:  # else later effects may still take back what waits
            self._ask_in_turn(self._waiting.pop(0))

    def _ask_waiting(self, *, most: int) -> None:
        """Ask what waits, up to rank `most`, for as long as answers come at once."""
        while self._waiting and self._asked is None and self._waiting[0].rank <= most:
            self._brought = None  # older than what is sent now
            self._ask_in_turn(self._waiting.pop(0))

    def _ask_in_turn(self, question: _Question) -> None:
        """Begin a question unless one is in flight or the injector is gone, and wait a little for its answer."""
        if self.injector is None or self._asked is not None:
            return
        try:
            self._asked = question, question.begin(self.injector)
        except NappageError as error:
            question.failed(error)
            return
        self._hear(self._patience)

    def _hear(self, within_s: float) -> None:
        """Take the answer of what is in flight, when it is there within so long."""
        if self._asked is None:
            return
        question, begun = self._asked
        try:
            answer = begun.take(within_s)
        except NappageError as error:
            self._asked = None
            question.failed(error)
            return
        if answer is not None:
            self._asked = None
            question.heard(answer)

    # -- the lease -----------------------------------------------------------------------------------------------
    def _lease_due(self, pedal: bool) -> bool:
        began, was = self._leased
        return self._brought is None or pedal != was or self._now - began >= RENEW_AFTER_S

    def _lease(self, pedal: bool) -> _Question:
        cursor = self._cursor

        def begin(injector: Injector) -> Begun[Leased]:
            self._leased = self._now, pedal
            begun = injector.begin_exchange(pedal=pedal, cursor=cursor)
            self._on_wire = begun.written, pedal
            return begun

        def heard(leased: Leased) -> None:
            self.good_frames += 1
            self._brought = leased if cursor == self._cursor else None

        return _Question(begin, heard, self._lost)

    def _heard_identity(self, identity: Identity) -> None:
        self._identity, self._ask_identity = identity, False

    # -- what goes wrong -----------------------------------------------------------------------------------------
    def _lost(self, error: NappageError) -> None:
        """A lease or an identity that failed: a bad frame is counted, anything else is no injector of ours."""
        if isinstance(error, LinkTimeout | BadFrame):
            self._count_bad(error)
        else:
            self._drop(error)

    def disturbed(self, error: NappageError) -> None:
        """Anything else that failed on this line: counted as a bad frame, or it is gone."""
        if isinstance(error, PortGone):
            self._drop(error)
        else:
            self._count_bad(error)

    def _count_bad(self, error: NappageError) -> None:
        """One bad frame or time-out, of a lease or of anything else that was sent."""
        self.bad_frames += 1
        self._patience = 0.0  # whatever is asked next in this cycle has to wait for a silent line
        self._bad.append(self._now)
        if self.bad_lately() >= BAD_CLOSES:
            self._drop(error)

    def _try_to_connect(self) -> None:
        if self._now - self._tried < RECONNECT_S:
            return
        self._tried = self._now
        try:
            injector = self._connect()
        except NappageError as error:
            self._say_gone(error)
            return
        try:
            identity, anchors = injector.identity(), injector.anchors()
            calibration = in_force(injector, identity)
        except NappageError as error:
            injector.close()
            self._say_gone(error)
            return
        self.injector, self._why = injector, ""
        self.counts.opened()
        self._bad.clear()
        self._link = x.Connected(identity, calibration, anchors)

    def _drop(self, error: NappageError) -> None:
        self.close()
        self._why = ""
        self._say_gone(error)

    def close(self) -> None:
        """Enable off, port closed. What was in flight is unknown, what waited was never sent."""
        self._panel.disable()
        if self.injector is not None:
            self.counts.closed(self.injector)
            self.injector.close()
        self.injector = None
        asked, self._asked, self._brought = self._asked, None, None
        if asked is not None and asked[0].number:
            self._sent.append(x.Sent(asked[0].number, "unknown", NO_ANSWER))
        self._sent += [x.Sent(asked.number, "stale", NO_ANSWER) for asked in self._waiting if asked.number]
        self._waiting = []
        self._ask_identity = False
        self._tried = self._now  # a disturbed link is not opened and lost again forty times a second

    def _say_gone(self, error: NappageError) -> None:
        sentence = _sentence(error)
        if sentence != self._why:
            self._why = sentence
            self._link = x.Disconnected(sentence[:1].lower() + sentence[1:], error.number)


def _nothing(_: object) -> None:
    """An anchor that was kept needs no further word."""


def _sentence(error: NappageError) -> str:
    return error.sentence.format(**error.facts)
