"""The wires between the pins of the control process and the simulated panel, as a Unix socket.

Only this file knows what passes there: on each change the state of all contacts, or of all outputs, stamped with
CLOCK_MONOTONIC. A lost socket is an unplugged panel: every input goes to its pull (the stop contacts open), every
output of the other side goes off.
"""

# gpiozero carries no types:
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

CONTACTS = ("stop_a", "stop_b", "pedal_no", "pedal_nc")
"""Inputs that are closed to ground: a closed one is a low pin."""
INPUTS = (*CONTACTS, "feedback")
LAMPS = ("red", "yellow", "cyan")
OUTPUTS = ("enable", *LAMPS)
_INPUT_FRAME = struct.Struct("<Bd")
_OUTPUT_FRAME = struct.Struct("<BHd")
_RECONNECT_S = 0.1
_RESEND_MS = 50
"""How soon an output is tried again that a stalled panel could not take."""


class PanelOutputs(msgspec.Struct, frozen=True):
    """What the program drives. `hertz` is the buzzer's tone, 0 for silence."""

    enable: bool = False
    red: bool = False
    yellow: bool = False
    cyan: bool = False
    hertz: int = 0


def listen(path: Path, kind: socket.SocketKind) -> socket.socket:
    """A Unix socket that listens at `path` without blocking; one that a dead bench left there is taken over.

    Raises:
        OSError: no socket can be made there: what is no socket is never taken away.
    """
    if os.path.lexists(path) and not path.is_socket():
        raise FileExistsError(errno.EEXIST, "Something that is no socket lies there", str(path))
    with socket.socket(socket.AF_UNIX, kind | socket.SOCK_NONBLOCK) as probe:
        if path.is_socket() and probe.connect_ex(str(path)) != errno.ECONNREFUSED:
            raise OSError(errno.EADDRINUSE, "Another bench listens there", str(path))
    path.unlink(missing_ok=True)
    with contextlib.ExitStack() as closing:
        listener = closing.enter_context(socket.socket(socket.AF_UNIX, kind))
        try:
            listener.bind(str(path))
        except OSError as error:  # the system's own words do not name the place
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        listener.listen(4)
        listener.setblocking(False)
        closing.pop_all()
        return listener


class PanelSocket:
    """The bench's end: one program at a time is wired to the panel. It is driven by its owner's loop."""

    def __init__(self, path: Path) -> None:
        """Listen at `path`.

        Raises:
            OSError: no socket can be made there.
        """
        self.path = path
        self.listener = listen(path, socket.SOCK_SEQPACKET)
        self.client: socket.socket | None = None
        self._sent: tuple[bool, ...] | None = None

    def accept(self) -> bool:
        """Take a program that connects; False, and it is sent away, when one is wired already."""
        fresh, _ = self.listener.accept()
        if self.client is not None:
            fresh.close()
            return False
        fresh.setblocking(False)
        self.client = fresh
        self._sent = None
        return True

    def receive(self) -> PanelOutputs | None:
        """What the program drives now; None when it went away, and then everything it drove is off."""
        if self.client is None:
            return None
        try:
            data = self.client.recv(64)
        except OSError:
            data = b""
        if len(data) != _OUTPUT_FRAME.size:
            self.client.close()
            self.client = None
            return None
        bits, hertz, _ = _OUTPUT_FRAME.unpack(data)
        return PanelOutputs(*(bool(bits & 1 << place) for place in range(len(OUTPUTS))), hertz=hertz)

    def publish(self, levels: tuple[bool, ...], now: float) -> None:
        """Send the levels of `INPUTS` when they changed. A program that does not take them is wired off."""
        if self.client is None or levels == self._sent:
            return
        bits = sum(closed << place for place, closed in enumerate(levels))
        try:
            self.client.send(_INPUT_FRAME.pack(bits, now))
        except OSError:
            self.client.shutdown(socket.SHUT_RDWR)  # the loop then reads its end
            return
        self._sent = levels

    def close(self) -> None:
        """Unplug the program and take the socket away."""
        if self.client is not None:
            self.client.close()
            self.client = None
        self.listener.close()
        self.path.unlink(missing_ok=True)


class WirePin(MockPWMPin):
    """A mock pin with a wire at it: the wire sets an input, and hears of an output."""

    def __init__(self, factory: WireFactory, info: object) -> None:
        super().__init__(factory, info)
        self._wire = factory.wire
        self._wire.pins[self._number] = self

    def _change_state(self, value: float) -> bool:
        changed = bool(super()._change_state(value))
        if changed and self._function == "output":
            self._wire.drive(self._number, on=bool(value))
        return changed

    def _set_frequency(self, value: float | None) -> None:
        super()._set_frequency(value)
        self._wire.tone(self._number, 0 if value is None else int(value))

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        level = self._wire.level(self._number)
        if level is not None:
            self.put(level)

    def put(self, high: bool) -> None:
        """Set the level of an input from outside."""
        if self._function == "input":
            if high:
                self.drive_high()
            else:
                self.drive_low()


class WireFactory(MockFactory):
    """Mock pins that are wired to a panel."""

    def __init__(self, wire: PanelWire) -> None:
        self.wire = wire
        super().__init__(pin_class=WirePin)


class PanelWire:
    """The program's end: a thread that carries levels from the socket to the mock pins.

    That thread is the pin event thread of the simulation. Outputs are sent at once by the thread that changes them.
    """

    def __init__(self, path: Path, pins: Mapping[str, int], thread_started: Callable[[int], None] | None) -> None:
        self._path = path
        self._inputs = {name: pins[name] for name in INPUTS}
        self._outputs = {pins[name]: place for place, name in enumerate(OUTPUTS)}
        self._buzzer = pins["buzzer"]
        self._levels = dict.fromkeys(self._inputs.values(), True) | {pins["feedback"]: False}
        self._pulls = dict(self._levels)
        self._thread_started = thread_started
        self._lock = threading.Lock()
        self._bits = 0
        self._hertz = 0
        self._socket: socket.socket | None = None
        self._unsent = False
        self._connected = threading.Event()
        self._ended = threading.Event()
        self._wakeup, self._waker = os.pipe()
        self.delays: deque[float] = deque(maxlen=1024)
        """Seconds from the panel's stamp to the pin, newest last."""
        self.pins: dict[int, WirePin] = {}
        self.factory = WireFactory(self)
        self._thread = threading.Thread(target=self._run, name="panel wire", daemon=True)
        self._thread.start()

    def connected(self, timeout: float | None = 0) -> bool:
        """Whether the panel is wired; waits up to `timeout` seconds for it."""
        return self._connected.wait(timeout)

    def alive(self) -> bool:
        """Whether the thread that carries the levels runs."""
        return self._thread.is_alive()

    @property
    def native_id(self) -> int | None:
        """The system's number of that thread."""
        return self._thread.native_id

    def level(self, number: int) -> bool | None:
        """The level that the wire puts on an input pin; None for a pin that is no input of the panel."""
        return self._levels.get(number)

    def drive(self, number: int, *, on: bool) -> None:
        """An output pin changed: tell the panel."""
        place = self._outputs.get(number)
        if place is None:
            return
        with self._lock:
            self._bits = self._bits | 1 << place if on else self._bits & ~(1 << place)
            self._send()

    def tone(self, number: int, hertz: int) -> None:
        """The frequency of a pin changed: tell the panel when it is the buzzer's."""
        if number == self._buzzer:
            with self._lock:
                self._hertz = hertz
                self._send()

    def close(self) -> None:
        """Unplug: end the thread, let every input fall to its pull, and give the pin factory back."""
        if self._ended.is_set():
            return
        self._ended.set()
        os.write(self._waker, b"x")
        self._thread.join()
        os.close(self._waker)
        os.close(self._wakeup)
        if Device.pin_factory is self.factory:
            Device.pin_factory = None

    def _run(self) -> None:
        if self._thread_started is not None:
            self._thread_started(threading.get_native_id())
        while not self._ended.is_set():
            link = self._connect()
            if link is None:
                self._ended.wait(_RECONNECT_S)
                continue
            with contextlib.closing(link):
                self._carry(link)

    def _connect(self) -> socket.socket | None:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            link.connect(str(self._path))
        except OSError:  # no bench there yet, or one that is busy with another program
            link.close()
            return None
        link.setblocking(False)
        with self._lock:
            self._socket = link
            self._send()
        return link

    def _carry(self, link: socket.socket) -> None:
        poll = select.poll()
        poll.register(link, select.POLLIN)
        poll.register(self._wakeup, select.POLLIN)
        while not self._ended.is_set():
            poll.poll(_RESEND_MS)
            try:
                data = link.recv(64)
            except BlockingIOError:
                with self._lock:
                    if self._unsent:
                        self._send()
                continue
            except OSError:
                data = b""
            if len(data) != _INPUT_FRAME.size:
                break
            bits, stamp = _INPUT_FRAME.unpack(data)
            self._put(
                {
                    number: bool(bits & 1 << place) != (name in CONTACTS)
                    for place, (name, number) in enumerate(self._inputs.items())
                }
            )
            self.delays.append(time.monotonic() - stamp)
            self._connected.set()
        with self._lock:
            self._socket = None
            self._unsent = False
        self._connected.clear()
        self._put(self._pulls)

    def _put(self, levels: Mapping[int, bool]) -> None:
        self._levels.update(levels)
        for number in levels:
            pin = self.pins.get(number)
            if pin is not None:
                pin.put(self._levels[number])

    def _send(self) -> None:
        """Send all outputs; under the lock. What cannot be sent now is sent by the thread as soon as it can."""
        if self._socket is None:
            return
        try:
            self._socket.send(_OUTPUT_FRAME.pack(self._bits, self._hertz, time.monotonic()))
            self._unsent = False
        except BlockingIOError:
            self._unsent = True
        except OSError:
            self._unsent = False  # the bench went away; the thread reads the same and unplugs


def attach(
    path: str | Path, pins: Mapping[str, int], *, thread_started: Callable[[int], None] | None = None
) -> PanelWire:
    """Wire this process's mock pins to the panel at `path`. Call it before the panel is built.

    Args:
        path: The bench's panel socket; it is connected to as soon as it is there, and again after each loss.
        pins: BCM number of each of stop_a, stop_b, pedal_no, pedal_nc, feedback, enable, red, yellow, cyan, buzzer.
        thread_started: Called first thing in the wire's thread with its native id, to give it its priority.

    Raises:
        RuntimeError: this process has pins already.
        KeyError: a pin is not named.
    """
    if Device.pin_factory is not None:
        raise RuntimeError("the panel's wire is attached before the first pin is taken")
    wire = PanelWire(Path(path), pins, thread_started)
    Device.pin_factory = wire.factory
    return wire
