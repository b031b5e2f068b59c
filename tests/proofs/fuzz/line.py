"""A serial line in time of its own: what the driver's link asks of the system, answered without waiting.

Only this file stands between `drivers.link` and the system: its clock, its poll, its port. Every line of the link runs
as it is; only seconds pass when the link waits for them and not on the wall.
"""

from __future__ import annotations

import heapq
import termios
from collections.abc import Callable, Generator
from contextlib import contextmanager

import drivers.link as subject
from drivers.link import ModbusLink

Arrivals = list[tuple[float, bytes]]
TURN_S = 0.000_02
"""What any look at the clock costs, so that no wait is endless."""


class Line:
    """The port, the poll and the clock of one link. `far` hears a request and says what arrives how long after it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.far: Callable[[bytes], Arrivals] = lambda _: []
        self.waiting = bytearray()
        self.taken = bytearray()
        """What the link has read since its last request."""
        self.sent: list[bytes] = []
        self.is_open = True
        self.broken = ""
        """Which of the system's calls fails next, as it does when the device goes away."""
        self._coming: list[tuple[float, int, bytes]] = []
        self._number = 0

    # -- the port

    def fileno(self) -> int:
        return -1

    @property
    def in_waiting(self) -> int:
        self._fail("waiting")
        self._arrive()
        return len(self.waiting)

    def read(self, most: int) -> bytes:
        self._fail("read")
        self._arrive()
        data = bytes(self.waiting[:most])
        del self.waiting[:most]
        self.taken += data
        return data

    def close(self) -> None:
        self.is_open = False

    def write(self, _descriptor: int, frame: bytes) -> int:
        self._fail("write")
        self.sent.append(frame)
        self.taken.clear()
        for after, data in self.far(frame):
            self.come(after, data)
        return len(frame)

    def come(self, after_s: float, data: bytes) -> None:
        """Something is on its way, whoever asked for it."""
        if data:
            self._number += 1
            heapq.heappush(self._coming, (self.now + after_s, self._number, data))

    def still(self) -> None:
        """Everything on its way has come and gone, and the line has been silent since."""
        if self._coming:
            self.now = max(self.now, max(self._coming)[0])
        self._coming.clear()
        self.waiting.clear()
        self.now += 1.0

    # -- the clock

    def monotonic(self) -> float:
        self.now += TURN_S
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    # -- the poll

    def poll(self) -> Line:
        return self

    def register(self, _descriptor: int, _events: int) -> None:
        """Both polls of the link watch this line."""

    def _arrive(self) -> None:
        while self._coming and self._coming[0][0] <= self.now:
            self.waiting += heapq.heappop(self._coming)[2]

    def _fail(self, call: str) -> None:
        if self.broken == "termios" and call == "waiting":
            self.broken = ""
            raise termios.error(5, "Input/output error")
        if self.broken == call:
            self.broken = ""
            raise OSError(5, "Input/output error")

    def wait(self, milliseconds: float) -> bool:
        """Whether bytes are there within so long."""
        self._fail("poll")
        self._arrive()
        if self.waiting:
            return True
        end = self.now + milliseconds / 1000
        if self._coming and self._coming[0][0] <= end:
            self.now = self._coming[0][0]
            self._arrive()
            return True
        self.now = end
        return False


class _Poll:
    """`select.poll` of this line: one that waits for bytes, one that waits for room, of which there is always."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._reads = False

    def register(self, _descriptor: int, events: int) -> None:
        self._reads = events == self.POLLIN

    def poll(self, milliseconds: float) -> bool:
        return self._line.wait(milliseconds) if self._reads else True

    POLLIN, POLLOUT = 1, 4


class _Select:
    POLLIN, POLLOUT = _Poll.POLLIN, _Poll.POLLOUT

    def __init__(self, line: Line) -> None:
        self._line = line

    def poll(self) -> _Poll:
        return _Poll(self._line)


@contextmanager
def link_on(line: Line, timeout_ms: int = subject.TIMEOUT_MS) -> Generator[ModbusLink]:
    """The driver's link on this line; the system is given back to `drivers.link` at the end."""
    names = ("_open", "time", "select", "os")
    kept = {name: getattr(subject, name) for name in names}
    for name, stand_in in zip(names, (lambda _port, _parity: line, line, _Select(line), line), strict=True):
        setattr(subject, name, stand_in)
    try:
        yield ModbusLink("line", parity="N", timeout_ms=timeout_ms)
    finally:
        for name, value in kept.items():
            setattr(subject, name, value)
