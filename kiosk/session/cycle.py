"""One cycle of control: read everything, step the engine, perform its effects, publish. Time is given.

The same cycle runs every 25 ms in the control process and, with a model behind the same ports, in virtual time. This is
the only file that performs effects. It touches no file and waits for nothing but, for a few ms, an answer on the serial
line (kiosk/session/line.py): one that comes later is an input of a later cycle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from drivers.errors import StaleEpoch
from drivers.ports import Injector, Panel
from drivers.registers import ShotRecord, Status
from kiosk.channel.commands import Request, Stop
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.records.rows import Committed, Restored, Room, Unit, WriteFailed
from kiosk.session import calibration_wire
from kiosk.session import exchange as x
from kiosk.session.engine import Engine
from kiosk.session.line import Line, ToInjector

PERIOD_S = 0.025
COUNTED_EVERY_S = 1.0
"""The line's counts are added up so often."""
PUBLISH_EVERY_S = 0.1
"""A snapshot goes out at least so often, and at once when a cycle had effects that somebody may see; the kiosk redraws
every 200 ms."""
UNSEEN = x.SetCursor
"""An acknowledgement to the injector changes nothing of what is shown: the shot was shown as it was counted."""


NO_CLOCK = x.ClockState()
"""A person may do nothing about date and time."""


class LedgerPort(Protocol):
    """What the cycle needs of the ledger thread."""

    def submit(self, unit: Unit) -> bool: ...

    def reread(self) -> bool: ...


class ClerkPort(Protocol):
    """What the cycle needs of the clerk."""

    def ask(self, question: x.Question, ticket: int) -> int: ...

    def poll(self, now: float) -> Sequence[x.Answer]: ...


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


class ScalesPort(Protocol):
    """What the cycle needs of a balance."""

    def follow(self, on: bool) -> None: ...

    def poll(self) -> x.BalanceTold | None: ...


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
        self._ledger = ledger
        self._clerk = clerk
        self._seat = seat
        self._wall = wall
        self._realtime = realtime
        self.clock: ClockPort | None = None
        """What a person may set of date and time; given by whoever has such a clock."""
        self.scales: ScalesPort | None = None
        """A balance on a line of its own; weights are typed where there is none."""
        self.line = Line(panel, connect, engine.desk.cursor)
        self._calibration: x.CalibrationTold | None = None
        self._posted: deque[Committed | WriteFailed | Restored | Room] = deque()
        self._published = float("-inf")
        self._counted = float("-inf")
        self._told: tuple[int | None, int] = (None, 0)
        """Whom the catalogue was sent to, and how often approvals and presets had changed by then."""
        self._gap = False
        self._epoch = panel.epoch

    def post(self, told: Committed | WriteFailed | Restored | Room) -> None:
        """What the ledger thread has to tell; safe to call from it."""
        self._posted.append(told)

    # -- the cycle -----------------------------------------------------------------------------------------------
    def run(self, now: float, late_s: float = 0.0) -> None:
        """One cycle at `now` (CLOCK_MONOTONIC, seconds), begun `late_s` after it was due."""
        requests = tuple(self._seat.poll())
        if any(isinstance(request.command, Stop) for _, request in requests):
            self._panel.stop()  # ahead of everything, also of this cycle's own lease (STP-2)
        panel = self._panel.read()
        edges = tuple(self._panel.edges())
        status, records = self._exchange(now, self.engine.pedal.read(panel, now))
        ledger, restored = self._take_posted()
        wall_ms, trusted = self._wall()
        inputs = x.Inputs(
            panel=panel,
            epoch=self._panel.epoch,
            wall_ms=wall_ms,
            wall_trusted=trusted,
            clock=NO_CLOCK if self.clock is None else self.clock.state(),
            panel_alive=self._panel.alive(),
            edges=edges,
            leased=self.line.take_leased(),
            status=status,
            records=records,
            link=self.line.take_link(),
            identity=self.line.take_identity(),
            sent=self.line.take_sent(),
            calibration=self._take_calibration(),
            balance=None if self.scales is None else self.scales.poll(),
            ledger=ledger,
            restored=restored,
            answers=tuple(self._clerk.poll(now)),
            requests=requests,
            seat=self._seat.seat or 0,
            bad_frames=self.line.bad_lately(),
            late_ms=late_s * 1000,
            realtime=self._realtime,
        )
        effects = self.engine.step(inputs, now)
        for effect in effects:
            self._perform(effect)
        self._ask_waiting()
        self.engine.connection.good, self.engine.connection.bad = self.line.good_frames, self.line.bad_frames
        self._count(now)
        self._publish(now, urgent=any(type(effect) is not UNSEEN for effect in effects))

    def _take_posted(self) -> tuple[tuple[Committed | WriteFailed | Room, ...], Restored | None]:
        """What the ledger thread has told since the last cycle; what it tells from here on is the next one's.

        So is what it told after a second reading back: each step hears of one.
        """
        told: list[Committed | WriteFailed | Room] = []
        restored: Restored | None = None
        for _ in range(len(self._posted)):
            first = self._posted[0]
            if not isinstance(first, Restored):
                told.append(first)
            elif restored is None:
                restored = first
            else:
                break
            self._posted.popleft()
        return tuple(told), restored

    def _count(self, now: float) -> None:
        if now - self._counted >= COUNTED_EVERY_S:
            self._counted = now
            self.engine.wire = self.line.counts.view(self.line.injector)

    def _stopped(self) -> bool:
        """Whether a stop came since the last cycle: its command goes ahead of the lease."""
        was, self._epoch = self._epoch, self._panel.epoch
        return self._epoch != was

    def _publish(self, now: float, *, urgent: bool) -> None:
        told = (self._seat.seat, self.engine.approval.given + self.engine.presets.changed)
        if told != self._told:
            self._told = told
            self._seat.send_catalogue(self.engine.catalogue())
        elif not urgent and now - self._published < PUBLISH_EVERY_S:
            return
        self._published = now
        self._seat.publish(self.engine.snapshot())

    @property
    def injector(self) -> Injector | None:
        """Whom the line leads to."""
        return self.line.injector

    def _exchange(self, now: float, pedal: bool) -> tuple[Status | None, tuple[ShotRecord, ...]]:
        return self.line.listen(now, pedal, stopped=self._stopped())

    def _ask_waiting(self) -> None:
        self.line.ask_waiting()

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
            case x.FollowBalance(on):
                if self.scales is not None:
                    self.scales.follow(on)
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

    def _to_injector(self, effect: ToInjector | calibration_wire.ToStore) -> None:
        match effect:
            case x.WriteSpare() | x.ReadSpare() | x.SelectCalibration():
                self._calibrate(effect)
            case _:
                self.line.perform(effect)

    def _calibrate(self, effect: calibration_wire.ToStore) -> None:
        """Waited for to the end: no session is open (ACU-3), and nothing is armed that a late cycle could disarm."""
        self._calibration, error = calibration_wire.perform(self.line.injector, effect)
        if error is not None:
            self.line.disturbed(error)

    def _take_calibration(self) -> x.CalibrationTold | None:
        told, self._calibration = self._calibration, None
        return told

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

    def close(self) -> None:
        """Leave everything safe: enable off, port closed."""
        self.line.close()
