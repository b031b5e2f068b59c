"""The far end of a pseudo-terminal that answers exactly the bytes a test names: every way a line can lie."""

from __future__ import annotations

import os
import queue
import select
import threading
import tty
from collections.abc import Callable

from pymodbus.framer import FramerRTU

Answer = Callable[["FarEnd", bytes], None]


def crc(body: bytes) -> bytes:
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


def read_answer(request: bytes, data: bytes) -> bytes:
    return crc(request[:2] + bytes([len(data)]) + data)


def answering(data: bytes) -> Answer:
    """Answers every reading request with `data`."""
    return lambda far, request: far.send(read_answer(request, data))


def silent(far: FarEnd, request: bytes) -> None:
    """Answers nothing."""


class FarEnd:
    """A thread that hands every request to `answer`; `requests` is what came, `next_request` waits for one."""

    def __init__(self, answer: Answer = silent) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.answer = answer
        self.requests: list[bytes] = []
        self._queue: queue.Queue[bytes] = queue.Queue()
        self._wakeup, self._waker = os.pipe()
        self._open = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def next_request(self) -> bytes:
        return self._queue.get(timeout=10)

    def deafen(self) -> None:
        """Stop taking bytes, as a device that hangs."""
        os.write(self._waker, b"x")
        self._thread.join(10)

    def unplug(self) -> None:
        if self._open:
            self._open = False
            if self._thread.is_alive() and threading.current_thread() is not self._thread:
                self.deafen()
            os.close(self._slave)  # first: once the master is closed, the other side may count what is still open
            os.close(self.master)

    def close(self) -> None:
        self.unplug()
        self._thread.join(10)
        os.close(self._wakeup)
        os.close(self._waker)

    def _run(self) -> None:
        while self._open:
            ready, _, _ = select.select([self.master, self._wakeup], [], [])
            if self._wakeup in ready:
                return
            request = os.read(self.master, 512)
            self.requests.append(request)
            self.answer(self, request)
            self._queue.put(request)
