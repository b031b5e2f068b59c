"""Control's end of the balance: turns weighing on and off and takes what was weighed, and waits for neither."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import msgspec

from kiosk.session.exchange import BalanceTold
from kiosk.system.tether import tethered

COMMAND = ("chrt", "--other", "0", sys.executable, "-m", "kiosk.system.scales")
"""`chrt` takes real-time priority away before the interpreter starts."""
_CHUNK = 65_536


class ScalesClient:
    """A child process that holds the balance's port; it ends with its parent.

    Make it in a thread that lives as long as control.
    """

    def __init__(self, port: str, command: tuple[str, ...] = COMMAND) -> None:
        self._process = subprocess.Popen(
            tethered((*command, port)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        self._received = b""
        self._ended = False

    def follow(self, on: bool) -> None:
        """Weigh from now on, or let go of the balance."""
        assert self._process.stdin is not None
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # `poll` tells when it has ended
            os.write(self._process.stdin.fileno(), b"on\n" if on else b"off\n")

    def poll(self) -> BalanceTold | None:
        """The newest that it said since the last call; None when it said nothing."""
        assert self._process.stdout is not None
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._process.stdout.fileno(), _CHUNK)
        *lines, self._received = (self._received + data).split(b"\n")
        if lines:
            return msgspec.json.decode(lines[-1], type=BalanceTold)
        if self._process.poll() is not None and not self._ended:
            self._ended = True
            return BalanceTold(sentence=f"The balance's process ended (exit code {self._process.returncode})")
        return None

    def close(self, timeout_s: float = 2.0) -> None:
        """End the child; kill it when it does not end in time."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
