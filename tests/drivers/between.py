"""A man in the middle of the serial line: the driver on one pseudo-terminal, the bench on another, this between them.

Only this file passes frames on, and only as a test says: once, twice, later, never, changed, or with some of its own.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import tty
from collections.abc import Callable

from tests.drivers.far_end import crc

Frames = list[bytes]
Way = Callable[[bytes], Frames]


ASIDE = crc(bytes((1, 4, 0, 0, 0, 1)))
"""A reading of the identity's first register with function 4: the driver reads with 3 and 23."""


def as_it_is(frame: bytes) -> Frames:
    return [frame]


class Between:
    """Passes on what `there` makes of each request and what `back` makes of each answer.

    `asked` and `answered` are what came, `sent` what went on to the device. A frame that a way keeps back can be let go
    later with `deliver`.
    """

    def __init__(self, device: str) -> None:
        self._near, self._port_end = os.openpty()
        tty.setraw(self._port_end)
        self.port = os.ttyname(self._port_end)
        self._device = os.open(device, os.O_RDWR | os.O_NOCTTY)
        self.there: Way = as_it_is
        self.back: Way = as_it_is
        self.asked: Frames = []
        self.sent: Frames = []
        self.answered: Frames = []
        self._heard: queue.Queue[bytes] = queue.Queue()
        self._wakeup, self._waker = os.pipe()
        self._silence = select.poll()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def deliver(self, frame: bytes) -> bytes:
        """Send a frame to the device and wait for what it answers; the driver does not see it.

        The device answers in order, on a busy machine late: what it still owes for earlier frames is awaited first, up
        to its answer to a question that nobody else asks.
        """
        back, self.back = self.back, lambda _: []
        try:
            os.write(self._device, ASIDE)
            while self._heard.get(timeout=10)[1] & 0x7F != ASIDE[1]:
                pass
            self._to_device(frame)
            return self._heard.get(timeout=10)
        finally:
            self.back = back

    def insert(self, frame: bytes) -> None:
        """Send a frame to the driver that no device sent."""
        os.write(self._near, frame)

    def close(self) -> None:
        os.write(self._waker, b"x")
        self._thread.join(10)
        for descriptor in (self._near, self._port_end, self._device, self._wakeup, self._waker):
            os.close(descriptor)

    def _to_device(self, frame: bytes) -> None:
        self._silence.poll(7)  # two frames without the standard's silence between them are none
        self.sent.append(frame)
        os.write(self._device, frame)

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self._near, self._device, self._wakeup], [], [])
            if self._wakeup in ready:
                return
            if self._near in ready:
                frame = os.read(self._near, 512)
                self.asked.append(frame)
                for passed in self.there(frame):
                    self._to_device(passed)
            if self._device in ready:
                answer = os.read(self._device, 512)
                self.answered.append(answer)
                for passed in self.back(answer):
                    os.write(self._near, passed)
                self._heard.put(answer)
