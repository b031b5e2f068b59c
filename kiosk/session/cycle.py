"""One cycle of control: read everything, step the engine, perform its effects, publish. Time is given.

The same cycle runs every 25 ms in the control process and, with a model behind the same ports, in virtual time. This is
the only file that performs effects. It touches no file and waits for nothing but the serial line's own time-out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from drivers.errors import BadFrame, LinkTimeout, NappageError, PortGone, Refused, StaleEpoch
from drivers.ports import Injector, Panel
from drivers.registers import Anchor, Identity, ShotRecord, Status
from kiosk.channel.commands import Request, Stop
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.records.rows import Committed, Restored, Unit, WriteFailed
from kiosk.session import calibration_wire
from kiosk.session import exchange as x
from kiosk.session.engine import Engine

PERIOD_S = 0.025
RECONNECT_S = 0.5
BAD_WINDOW_S = 1.0
BAD_CLOSES = 3
"""Three bad frames in a second: the port is closed and opened again, through reconciliation (LNK-3)."""
PUBLISH_EVERY_S = 0.1
"""A snapshot goes out at least so often, and at once when a cycle had effects; the kiosk redraws every 200 ms."""


ToStore = calibration_wire.ToStore
ToInjector = x.SendAuthorisation | x.SendCommand | x.AskIdentity | ToStore | x.SetCursor | x.WriteAnchor | x.Disconnect


class LedgerPort(Protocol):
    """What the cycle needs of the ledger thread."""

    def submit(self, unit: Unit) -> bool: ...

    def reread(self) -> bool: ...


class ClerkPort(Protocol):
    """What the cycle needs of the clerk."""

    def ask(self, question: x.Question, ticket: int) -> int: ...

    def poll(self) -> Sequence[x.Answer]: ...


class SeatPort(Protocol):
    """What the cycle needs of the channel."""

    @property
    def seat(self) -> int | None: ...

    def poll(self) -> Sequence[tuple[int, Request]]: ...

    def publish(self, snapshot: Snapshot) -> None: ...

    def reply(self, client: int, reply: Reply) -> None: ...

    def send_catalogue(self, catalogue: Catalogue) -> None: ...


class ClockPort(Protocol):
    """What the cycle needs of a clock that a person may set."""

    def state(self) -> x.ClockState: ...

    def set(self, wall_ms: int, mono_ms: int) -> None: ...

    def confirm(self) -> None: ...


class Cycle:
    """Everything that a cycle needs, and `run`.

    Args:
        engine: What decides.
        panel: The pins.
        connect: Opens and identifies the injector; raises NappageError.
        ledger, clerk, seat: The ledger thread, the child at ordinary priority, the channel.
        wall: UTC ms and whether the clock is trusted.
    """

    def __init__(
        self,
        engine: Engine,
        panel: Panel,
        connect: Callable[[], Injector],
        ledger: LedgerPort,
        clerk: ClerkPort,
        seat: SeatPort,
        wall: Callable[[], tuple[int, bool]],
        *,
        realtime: bool,
    ) -> None:
        self.engine = engine
        self._panel = panel
        self._connect = connect
        self._ledger = ledger
        self._clerk = clerk
        self._seat = seat
        self._wall = wall
        self._realtime = realtime
        self.clock: ClockPort | None = None
        """What a person may set of date and time; given by whoever has such a clock."""
        self.injector: Injector | None = None
        self._tried = float("-inf")
        self._link: x.Connected | x.Disconnected | None = None
        self._why = ""
        self._cursor = engine.desk.cursor
        self._bad: deque[float] = deque()
        self._sent: list[x.Sent] = []
        self._calibration: x.CalibrationTold | None = None
        self._identity: Identity | None = None
        self._ask_identity = False
        self._posted: deque[Committed | WriteFailed | Restored] = deque()
        self._published = float("-inf")
        self._told: tuple[int | None, int] = (None, 0)
        """Whom the catalogue was sent to, and how many approvals were given by then."""
        self._now = 0.0
        self._gap = False
        self._epoch = panel.epoch
        self._yielded = False
        self.good_frames = 0
        self.bad_frames = 0

    def post(self, told: Committed | WriteFailed | Restored) -> None:
        """What the ledger thread has to tell; safe to call from it."""
        self._posted.append(told)

    # -- the cycle -----------------------------------------------------------------------------------------------
    def run(self, now: float, late_s: float = 0.0) -> None:
        """One cycle at `now` (CLOCK_MONOTONIC, seconds), begun `late_s` after it was due."""
        self._now = now
        requests = tuple(self._seat.poll())
        if any(isinstance(request.command, Stop) for _, request in requests):
            self._panel.stop()  # ahead of everything, also of this cycle's own lease (STP-2)
        panel = self._panel.read()
        self._panel.edges()
        self._yielded = self._stopped() and not self._yielded
        pedal = self.engine.pedal.read(panel, now)
        status, records = (None, ()) if self._yielded else self._exchange(pedal)
        posted = [self._posted.popleft() for _ in range(len(self._posted))]
        wall_ms, trusted = self._wall()
        inputs = x.Inputs(
            panel=panel,
            epoch=self._panel.epoch,
            wall_ms=wall_ms,
            wall_trusted=trusted,
            clock=x.ClockState() if self.clock is None else self.clock.state(),
            panel_alive=self._panel.alive(),
            status=status,
            records=records,
            link=self._take_link(),
            identity=self._take_identity(),
            sent=self._take_sent(),
            calibration=self._take_calibration(),
            ledger=tuple(told for told in posted if not isinstance(told, Restored)),
            restored=next((told for told in posted if isinstance(told, Restored)), None),
            answers=tuple(self._clerk.poll()),
            requests=requests,
            seat=self._seat.seat or 0,
            bad_frames=self._bad_lately(),
            late_ms=late_s * 1000,
            realtime=self._realtime,
        )
        effects = self.engine.step(inputs, now)
        for effect in effects:
            self._perform(effect)
        self.engine.connection.good, self.engine.connection.bad = self.good_frames, self.bad_frames
        self._publish(now, urgent=bool(effects))

    def _stopped(self) -> bool:
        """Whether a stop came since the last cycle. Its command pre-empts one lease, never two in a row (WDG-1)."""
        was, self._epoch = self._epoch, self._panel.epoch
        return self._epoch != was

    def _publish(self, now: float, *, urgent: bool) -> None:
        told = (self._seat.seat, self.engine.approval.given)
        if told != self._told:
            self._told = told
            self._seat.send_catalogue(self.engine.catalogue())
        elif not urgent and now - self._published < PUBLISH_EVERY_S:
            return
        self._published = now
        self._seat.publish(self.engine.snapshot())

    # -- the wire ------------------------------------------------------------------------------------------------
    def _exchange(self, pedal: bool) -> tuple[Status | None, tuple[ShotRecord, ...]]:
        if self.injector is None:
            self._try_to_connect(self._now)
            return None, ()
        try:
            if self._ask_identity:
                self._identity = self.injector.identity()
                self._ask_identity = False
            status, records = self.injector.exchange(pedal=pedal, cursor=self._cursor)
        except (LinkTimeout, BadFrame) as error:
            self._count_bad(error)
            return None, ()
        except NappageError as error:
            self._drop(error)
            return None, ()
        self.good_frames += 1
        return status, records

    def _count_bad(self, error: NappageError) -> None:
        """One bad frame or time-out, of a lease or of anything else that was sent."""
        self.bad_frames += 1
        self._bad.append(self._now)
        if self._bad_lately() >= BAD_CLOSES:
            self._drop(error)

    def _bad_lately(self) -> int:
        while self._bad and self._now - self._bad[0] > BAD_WINDOW_S:
            self._bad.popleft()
        return len(self._bad)

    def _try_to_connect(self, now: float) -> None:
        if now - self._tried < RECONNECT_S:
            return
        self._tried = now
        try:
            injector = self._connect()
        except NappageError as error:
            self._say_gone(error)
            return
        try:
            identity, anchors = injector.identity(), injector.anchors()
            calibration = injector.calibration() if identity.calibration_id else None
        except NappageError as error:
            injector.close()
            self._say_gone(error)
            return
        self.injector, self._why = injector, ""
        self._bad.clear()
        self._link = x.Connected(identity, calibration, anchors)

    def _drop(self, error: NappageError) -> None:
        self._close()
        self._why = ""
        self._say_gone(error)

    def _close(self) -> None:
        self._panel.disable()
        if self.injector is not None:
            self.injector.close()
        self.injector = None
        self._ask_identity = False
        self._tried = self._now  # a disturbed link is not opened and lost again forty times a second

    def _say_gone(self, error: NappageError) -> None:
        sentence = error.sentence.format(**error.facts)
        if sentence != self._why:
            self._why = sentence
            self._link = x.Disconnected(sentence[:1].lower() + sentence[1:], error.number)

    def _take_link(self) -> x.Connected | x.Disconnected | None:
        link, self._link = self._link, None
        return link

    def _take_identity(self) -> Identity | None:
        identity, self._identity = self._identity, None
        return identity

    def _take_calibration(self) -> x.CalibrationTold | None:
        told, self._calibration = self._calibration, None
        return told

    def _take_sent(self) -> tuple[x.Sent, ...]:
        sent, self._sent = tuple(self._sent), []
        return sent

    # -- effects -------------------------------------------------------------------------------------------------
    def _perform(self, effect: x.Effect) -> None:
        match effect:
            case x.Commit(unit):
                self._submit(unit)
            case x.Reread():
                self._reread()
            case x.Respond(client, reply):
                self._seat.reply(client, reply)
            case x.Ask(ticket, question):
                self._clerk.ask(question, ticket)
            case x.SetWall() | x.ConfirmWall():
                self._to_clock(effect)
            case x.Enable() | x.Disable() | x.TripStop() | x.Beacon() | x.Buzzer():
                self._to_panel(effect)
            case _:
                self._to_injector(effect)

    def _to_clock(self, effect: x.SetWall | x.ConfirmWall) -> None:
        assert self.clock is not None, "without a clock that can be set nobody is let to"
        if isinstance(effect, x.SetWall):
            self.clock.set(effect.wall_ms, effect.mono_ms)
        else:
            self.clock.confirm()

    def _to_panel(self, effect: x.Enable | x.Disable | x.TripStop | x.Beacon | x.Buzzer) -> None:
        match effect:
            case x.Enable(epoch):
                self._enable(epoch)
            case x.Disable():
                self._panel.disable()
            case x.TripStop():
                self._panel.stop()
            case x.Beacon(red, yellow, cyan):
                self._panel.beacon(red=red, yellow=yellow, cyan=cyan)
            case _:
                self._panel.buzzer(effect.hertz)

    def _to_injector(self, effect: ToInjector) -> None:
        match effect:
            case x.SendAuthorisation(authorisation, epoch):
                self._send(authorisation.id, lambda injector: injector.authorise(authorisation, epoch))
            case x.SendCommand(command, epoch):
                self._send(command.id, lambda injector: injector.command(command, epoch))
            case x.AskIdentity():
                self._ask_identity = True
            case x.WriteSpare() | x.ReadSpare() | x.SelectCalibration():
                self._calibrate(effect)
            case x.SetCursor(cursor):
                self._cursor = cursor
            case x.WriteAnchor(row, digest):
                self._anchor(row, digest)
            case _:
                self._close()
                self._why, self._link = effect.sentence, x.Disconnected(effect.sentence)

    def _submit(self, unit: Unit) -> None:
        """Hand rows in. Once one unit was not taken no later one is: the record never has a gap (LED-12)."""
        if self._gap or not self._ledger.submit(unit):
            self._gap = True
            self._posted.append(WriteFailed(unit.id, 412, "the ledger's queue is full: the storage is slow"))

    def _reread(self) -> None:
        if not self._ledger.reread():
            self._posted.append(WriteFailed(0, 412, "the ledger's queue is full: the storage is slow"))

    def _enable(self, epoch: int) -> None:
        try:
            self._panel.enable(epoch)
        except StaleEpoch:
            return  # the stop's own latch is seen in the next step, which withdraws

    def _send(self, number: int, act: Callable[[Injector], None]) -> None:
        """Send something once; what became of it is an input of the next cycle (LED-2)."""
        if self.injector is None:
            self._sent.append(x.Sent(number, "stale", "there is no injector"))
            return
        try:
            act(self.injector)
        except StaleEpoch as error:
            self._sent.append(x.Sent(number, "stale", _sentence(error)))
        except Refused as error:
            self._sent.append(x.Sent(number, "refused", _sentence(error)))
        except PortGone as error:
            self._sent.append(x.Sent(number, "unknown", _sentence(error)))
            self._drop(error)
        except NappageError as error:
            self._sent.append(x.Sent(number, "unknown", _sentence(error)))
            self._count_bad(error)
        else:
            self._sent.append(x.Sent(number, "done"))

    def _calibrate(self, effect: ToStore) -> None:
        self._calibration, error = calibration_wire.perform(self.injector, effect)
        if isinstance(error, PortGone):
            self._drop(error)
        elif error is not None:
            self._count_bad(error)

    def _anchor(self, row: int, digest: bytes) -> None:
        """Written when it can be; `verify` says "not yet anchored" when it could not (LED-11)."""
        if self.injector is None:
            return
        try:
            self.injector.write_anchor(Anchor(row, digest))
        except PortGone as error:
            self._drop(error)
        except NappageError as error:
            self._count_bad(error)

    def close(self) -> None:
        """Leave everything safe: enable off, port closed."""
        self._close()


def _sentence(error: NappageError) -> str:
    return error.sentence.format(**error.facts)
