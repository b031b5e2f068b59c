"""Builds the control process: port, pins, ledger, engine. The only file that may attach the simulator (its pin wiring).

Hardware or simulation is chosen by name and never guessed. Three threads, all SCHED_FIFO where permitted, so that no
holder of the interpreter lock can starve another: pin events 60, this loop 50, ledger 40.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock
from types import FrameType
from typing import TYPE_CHECKING

import msgspec

from drivers.errors import NappageError
from drivers.injector import ModbusInjector, connect
from drivers.panel import GpioPanel, PinNumbers
from drivers.ports import Injector
from drivers.stop import StopLatch
from kiosk import versions
from kiosk.access.demo import demo_rows
from kiosk.channel.server import ChannelServer
from kiosk.channel.snapshot import LoopView
from kiosk.protocols.library import Library, load
from kiosk.protocols.profile import Device
from kiosk.records.clerk_client import ClerkClient
from kiosk.records.clerks import Clerks
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Committed, Restored, Room, Unit, WriteFailed
from kiosk.records.writer import Closed, LedgerThread, NotOpened, NotReread, Opened, Reread, Told
from kiosk.session.cycle import PERIOD_S, Cycle
from kiosk.session.engine import Engine
from kiosk.system.clock import read_battery_ms, read_boot_id, read_ntp_synchronised
from kiosk.system.notify import Notifier
from kiosk.system.scales_client import ScalesClient
from kiosk.system.scheduling import LEDGER, LOOP, PIN_EVENTS, CycleClock, take_priority
from kiosk.system.storage import free_mb, ledger_path
from kiosk.system.wall import Sources, WallClock

if TYPE_CHECKING:
    from hal_sim.panel import PanelWire

QUEUE = 64
"""Units that may wait for the disk; a full queue disarms (LED-12)."""
TOLD_EVERY_S = 1.0
EARLY_S = 0.010
"""A cycle that an edge or a command begins so shortly before the next is due is that one; the lease is renewed after at
most 35 ms then, within WDG-1's 25 to 50 ms."""
PANEL_WITHIN_S = 5.0
"""How long a start waits for the bench's panel; a contact that is open at the start has to be acknowledged."""


class Plan(msgspec.Struct, frozen=True):
    """Where the control process finds everything."""

    simulated: bool
    port: str
    channel: Path
    data: Path
    profiles: Path
    device: str = "reference"
    balance: str = ""
    """Serial port of a laboratory balance; "" where weights are typed."""
    panel: Path | None = None
    """Bench's panel socket, in simulation."""
    channel_group: str | None = None


class ControlRefused(NappageError, RuntimeError):
    number = 950
    sentence = "Control did not start: {why}"
    remedy = "Mend what the sentence names and start again; nothing was armed and nothing was lost."


class LedgerDesk:
    """The ledger thread as the cycle sees it, and its opening, which the process waits for once."""

    def __init__(self, open_ledger: Callable[[], Ledger], wake: Callable[[], None], free: Callable[[], int]) -> None:
        self._wake = wake
        self._told: deque[Told] = deque()
        self._heard = Event()
        self._handing_over = Lock()
        self._failed = False
        self._sink: Callable[[Committed | WriteFailed | Restored | Room], None] | None = None
        self._thread = LedgerThread(open_ledger, self._take, QUEUE, prioritise=lambda: _priority(LEDGER), free_mb=free)

    def open(self, timeout_s: float = 30.0) -> Restored:
        """Start the thread and wait until the ledger is open.

        Raises:
            ControlRefused: it could not be opened; the sentence is the ledger's own.
        """
        self._thread.start()
        self._heard.wait(timeout_s)
        told = self._told.popleft() if self._told else None
        if isinstance(told, Opened):
            return told.restored
        if isinstance(told, NotOpened):
            raise ControlRefused(why=told.sentence.rstrip("."))
        raise ControlRefused(why=f"the record did not open within {timeout_s:.0f} s")

    def deliver_to(self, sink: Callable[[Committed | WriteFailed | Restored | Room], None]) -> None:
        """From here on to `sink`, what was told since the opening first."""
        with self._handing_over:
            self._sink = sink
            while self._told:
                self._hand_on(self._told.popleft(), sink)

    def _take(self, told: Told) -> None:
        if isinstance(told, WriteFailed) and not self._failed:
            self._failed = True  # said here too: at the end there is no screen any more that could show it
            print(f"control: {told.sentence}", file=sys.stderr, flush=True)
        with self._handing_over:
            if self._sink is None:
                self._told.append(told)
                self._heard.set()
                return
            self._hand_on(told, self._sink)
        self._wake()

    def _hand_on(self, told: Told, sink: Callable[[Committed | WriteFailed | Restored | Room], None]) -> None:
        if isinstance(told, Reread):
            sink(told.restored)
        elif isinstance(told, NotReread):
            sink(WriteFailed(0, told.error, told.sentence))
        elif isinstance(told, Committed | WriteFailed | Room):
            sink(told)
        elif isinstance(told, Closed) and told.sentence:
            print(f"control: {told.sentence}", file=sys.stderr, flush=True)

    def submit(self, unit: Unit) -> bool:
        return self._thread.submit(unit)

    def reread(self) -> bool:
        return self._thread.reread()

    def stop(self) -> None:
        self._thread.stop()


def _priority(priority: int) -> None:
    """Whether it was permitted is said once, for the loop's own thread."""
    take_priority(priority)


class Wake:
    """Ends the loop's wait from another thread: one byte in a pipe, never blocking."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __call__(self) -> None:
        try:
            os.write(self._writer, b".")
        except BlockingIOError:
            return  # it is awake already

    def clear(self) -> None:
        try:
            os.read(self.reader, 4096)
        except BlockingIOError:
            return


def attach_simulated_panel(path: Path, pins: PinNumbers) -> PanelWire:
    """Wire this process's mock pins to the bench. The one place where the product names the simulator."""
    from hal_sim.panel import attach

    wire = attach(path, msgspec.to_builtins(pins), thread_started=_pin_thread)
    if not wire.connected(PANEL_WITHIN_S):
        # Not fatal: without its wires the stop circuit reads as open, and the screen says so.
        print(f"control: no simulated panel at {path} yet; its stop circuit reads as open", file=sys.stderr, flush=True)
    return wire


def _pin_thread(thread: int) -> None:
    """Give the thread that delivers pin events its priority, by its native id."""
    try:
        os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(PIN_EVENTS))
    except PermissionError:
        return  # said once, for the loop's own thread


class Control:
    """The control process, built and running."""

    def __init__(self, plan: Plan) -> None:
        """Build everything; nothing is enabled.

        Raises:
            NappageError: what is wrong, in one sentence.
        """
        self._plan = plan
        self._ended = False
        self._closing = ExitStack()
        self.realtime = take_priority(LOOP)
        with ExitStack() as opened:
            self._build(plan, opened)
            self._closing = opened.pop_all()

    def _build(self, plan: Plan, opened: ExitStack) -> None:
        """Open everything in its order; what was opened is closed in the opposite one, also when a later step fails."""
        library, device = profiles(plan)
        self._wake = Wake()
        boot_id = read_boot_id()
        kind = "simulated" if plan.simulated else "real"
        path = ledger_path(plan.data, simulated=plan.simulated)
        wall = wall_clock(simulated=plan.simulated)
        self._ledger = LedgerDesk(
            lambda: Ledger.open(path, kind, clock_wall_ms=wall.stamp, boot_id=boot_id),
            self._wake,
            lambda: free_mb(plan.data),
        )
        opened.callback(self._ledger.stop)
        restored = self._ledger.open()
        wall.found(restored.last_wall_ms, restored.clock_set, confirmed=restored.clock_confirmed)
        self._clerks = Clerks(lambda: ClerkClient(path, plan.data / "exports", profiles=plan.profiles))
        opened.callback(self._clerks.close)
        latch = StopLatch()
        pins = pin_numbers(device)
        if plan.panel is not None:
            opened.callback(attach_simulated_panel(plan.panel, pins).close)
        self._panel = GpioPanel(
            pins, "mock" if plan.simulated else "lgpio", latch, wake=self._wake, thread_started=_pin_thread
        )
        opened.callback(self._panel.close)
        self._engine = self._build_engine(restored, library, device)
        self._server = ChannelServer(plan.channel, plan.channel_group)
        opened.callback(self._server.close)
        self._cycle = Cycle(
            self._engine,
            self._panel,
            lambda: self._connect(latch),
            self._ledger,
            self._clerks,
            self._server,
            wall,
            realtime=self.realtime.permitted,
        )
        self._cycle.clock = wall
        if plan.balance:
            self._cycle.scales = scales = ScalesClient(plan.balance)
            opened.callback(scales.close)
        opened.callback(self._cycle.close)  # last in, first out: enable off before anything else goes
        self._ledger.deliver_to(self._cycle.post)

    def _build_engine(self, restored: Restored, library: Library, device: Device) -> Engine:
        if self._plan.simulated and not restored.accounts:
            accounts = demo_rows(round(time.monotonic() * 1000))
            restored = msgspec.structs.replace(restored, accounts=accounts)
            self._ledger.submit(Unit(0, accounts))
        return Engine(restored, library, device, simulated=self._plan.simulated, versions=versions.all_versions())

    def _connect(self, latch: StopLatch) -> Injector:
        injector: ModbusInjector = connect(self._plan.port, latch, parity="N" if self._plan.simulated else "E")
        return injector

    # -- running -------------------------------------------------------------------------------------------------
    def run(self) -> None:
        """Run until `end`; a cycle every 25 ms and at once on a command or an edge."""
        gc.collect()
        gc.freeze()
        notifier = Notifier.from_environment()
        clock = CycleClock(PERIOD_S, time.monotonic(), EARLY_S)
        told = float("-inf")
        notifier.ready(f"listening at {self._plan.channel}")
        while not self._ended:
            self._await(clock)
            now = time.monotonic()
            late = clock.began(now) if clock.is_due(now) else 0.0
            self._cycle.run(now, max(0.0, late))
            if now - told >= TOLD_EVERY_S:
                told = now
                notifier.watchdog()
                self._engine.loop = self._lateness(clock)
        notifier.stopping()

    def _await(self, clock: CycleClock) -> None:
        """Until the next cycle is due, something happened, or what is in flight to the injector is answered or over."""
        now = time.monotonic()
        seconds, watched = clock.wait_s(now), [self._wake.reader, *self._server.filenos()]
        awaited = self._cycle.line.awaited
        if awaited is not None:
            descriptor, expires = awaited
            seconds = min(seconds, max(0.0, expires - now))
            watched.append(descriptor)
        # select(2), as epoll and poll count in whole ms: they would make every cycle up to 1 ms late by themselves.
        select.select(watched, [], [], seconds)
        self._wake.clear()

    def _lateness(self, clock: CycleClock) -> LoopView:
        found = clock.recorder.summary()
        return LoopView(self.realtime.permitted, found.n, found.p50_us, found.p99_us, found.max_us, found.over_10_ms)

    def end(self) -> None:
        """Ask the loop to end after its present cycle; safe in a signal handler."""
        self._ended = True
        self._wake()

    def close(self) -> None:
        """Enable off first, then everything else."""
        self._closing.close()


def wall_clock(*, simulated: bool) -> WallClock:
    """The clock of this process, with the kernel's own sources."""
    sources = Sources(
        monotonic_ms=lambda: time.monotonic_ns() // 1_000_000,
        system_ms=lambda: time.time_ns() // 1_000_000,
        battery_ms=None if simulated else read_battery_ms(),
        ntp=read_ntp_synchronised,
    )
    return WallClock(sources, simulated=simulated)


def profiles(plan: Plan) -> tuple[Library, Device]:
    """The checked profiles and the device of this plan.

    Raises:
        NappageError: the first thing that is wrong with them.
    """
    library = load(plan.profiles)
    device = library.devices.get(plan.device)
    if device is None:
        raise ControlRefused(why=f"there is no device '{plan.device}'; there are: {', '.join(library.devices)}")
    return library, device


def pin_numbers(device: Device) -> PinNumbers:
    """The device's pins as the panel takes them."""
    return PinNumbers(**{name: getattr(device.pins, name) for name in PinNumbers.__struct_fields__})


def main(plan: Plan) -> int:
    """Run the control process until SIGTERM or SIGINT. Returns the exit code: 2 when it could not start."""
    try:
        control = Control(plan)
    except NappageError as error:
        print(error, file=sys.stderr, flush=True)
        return 2

    def ended(_number: int, _frame: FrameType | None) -> None:
        control.end()

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)
    if not control.realtime.permitted:
        print(f"control runs without real-time priority: {control.realtime.why}", file=sys.stderr, flush=True)
    try:
        control.run()
    finally:
        control.close()
    return 0
