"""Only this file knows one supervised process: its start, what it prints, when it says that it is ready, its end."""

from __future__ import annotations

import enum
import os
import signal
import socket
import subprocess
from collections.abc import Mapping

import msgspec

from kiosk.system.errors import ChildNotStarted
from kiosk.system.tether import tethered

_CHUNK = 65_536


class Restart(enum.Enum):
    """What a death means that nobody asked for."""

    ALWAYS = "started again, after a wait that grows"
    SOMETIMES = "started again, but the third death within a minute is for good"
    NEVER = "the end of all"


class ChildPlan(msgspec.Struct, frozen=True):
    """One process to supervise.

    It tells that it is ready by READY=1 to its NOTIFY_SOCKET (`kiosk.system.notify`) when ``announces`` is set; else it
    counts as ready at once. An exit with 0 is an end on purpose, one with 2 a refusal that a restart would only repeat,
    126 and 127 a command that cannot be started: all end everything, whatever ``restart`` says.
    """

    name: str
    command: tuple[str, ...]
    restart: Restart
    after: str = ""
    """The name of a process, earlier in the list, that must be ready first."""
    announces: bool = True
    ready_within_s: float = 30.0
    stop_within_s: float = 5.0
    environment: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class Child:
    """One life of one plan, from `start` to `reap`. It is a process group of its own, so Ctrl-C reaches only us."""

    def __init__(self, plan: ChildPlan) -> None:
        self.plan = plan
        self.ready = not plan.announces
        self._line = b""
        self._process: subprocess.Popen[bytes] | None = None
        self.pidfd = -1
        self.output = -1
        self.silent = False
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.setblocking(False)
        # An abstract name leaves no file behind. Anybody on this machine can send to it: READY starts the next process
        # and grants nothing, so it need not be proved who said it.
        self._address = f"nappage-{os.getpid()}-{plan.name}-{id(self):x}"
        self.notices.bind("\0" + self._address)

    def start(self, environ: Mapping[str, str]) -> None:
        """Start the process, tethered to this one.

        Raises:
            ChildNotStarted: E930.
        """
        environment = {
            **environ,
            "PYTHONUNBUFFERED": "1",
            **self.plan.environment,
            "NOTIFY_SOCKET": "@" + self._address,
        }
        environment.pop("WATCHDOG_USEC", None)
        try:
            self._process = subprocess.Popen(
                tethered(self.plan.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                process_group=0,
                bufsize=0,
            )
        except OSError as problem:
            self.notices.close()
            raise ChildNotStarted(name=self.plan.name, why=problem.strerror) from problem
        assert self._process.stdout is not None
        self.output = self._process.stdout.fileno()
        os.set_blocking(self.output, False)
        self.pidfd = os.pidfd_open(self._process.pid)

    @property
    def pid(self) -> int:
        """The process id, 0 before the start."""
        return 0 if self._process is None else self._process.pid

    def read_lines(self) -> list[str]:
        """The whole lines that it has printed since the last call; an unfinished one waits for its end."""
        if self.silent:
            return []
        self._line += self._read_all()
        *whole, self._line = self._line.split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]

    def read_notices(self) -> list[str]:
        """The STATUS lines that it has sent; READY=1 sets `ready`."""
        said: list[str] = []
        while True:
            try:
                message = self.notices.recv(4096).decode("utf-8", "replace")
            except BlockingIOError:
                return said
            for line in message.split("\n"):
                self.ready = self.ready or line == "READY=1"
                if line.startswith("STATUS="):
                    said.append(line.removeprefix("STATUS="))

    def ask_to_end(self) -> None:
        """SIGTERM to the process alone: it ends its own children in its own order. Before `reap`."""
        if self._process is not None:
            # Not Popen.send_signal: it would reap one that has just died, and free its number before `reap`.
            os.kill(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to its whole group. Only before `reap`: until then the kernel keeps the number for this group."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def reap(self) -> tuple[int, list[str]]:
        """After its end: kills what it left behind; gives its exit code as shells do (128 + signal), its last lines."""
        assert self._process is not None
        self.kill()
        code = self._process.wait()
        lines = self.read_lines()
        if self._line:
            lines.append(self._line.decode("utf-8", "replace"))
        self.close()
        return (code if code >= 0 else 128 - code), lines

    def close(self) -> None:
        """Let go of pipe, pidfd and socket."""
        self.notices.close()
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1

    def _read_all(self) -> bytes:
        parts: list[bytes] = []
        while True:
            try:
                part = os.read(self.output, _CHUNK)
            except BlockingIOError:
                return b"".join(parts)
            if not part:
                self.silent = True
                return b"".join(parts)
            parts.append(part)
