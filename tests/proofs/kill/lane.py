"""One device and one record in a folder of their own: bench and control as real processes, started and killed.

Only this file starts and kills them. Both are tethered: whatever becomes of the proof, the kernel ends them with it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hal_sim.build import Build
from hal_sim.journal import Journal
from hal_sim.memory import SIZE, Memory
from kiosk.channel.errors import NoControl
from kiosk.channel.socket import ChannelClient
from kiosk.places import Places, bench_command, control_command
from kiosk.protocols.library import SHIPPED
from kiosk.rehearsal.console import Console
from kiosk.system.storage import ledger_path
from kiosk.system.tether import tethered

BARREL_ML = 10
PATIENCE_S = 60.0
LOOK_S = 0.005
ROOT = Path(__file__).resolve().parents[3]


class ProofFailed(Exception):
    """What must hold does not; the text is the finding."""


class ControlEnded(ProofFailed):
    """Control ended without being asked to; the text is what it said."""


class Lane:
    """Bench and control over one folder; a context, whose end ends both.

    Args:
        folder: Where everything of this lane lies; sockets too, so its path is short.
        profiles: The profiles that control is given.
    """

    def __init__(self, folder: Path, profiles: Path = SHIPPED) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.ledger = ledger_path(self.data, simulated=True)
        self.memory = folder / "memory"
        self.bench_trace = folder / "bench.trace"
        self.channel = folder / "control.sock"
        self._profiles = profiles
        self._control: subprocess.Popen[bytes] | None = None
        self._bench: subprocess.Popen[bytes] | None = None
        self._console: Console | None = None
        self._said_before = 0
        self.client = ChannelClient(self.channel, "kiosk")
        self.data.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End whatever runs, at once."""
        self.kill_control()
        self.kill_bench()

    # -- bench -----------------------------------------------------------------------------------------------------
    def start_bench(self, *before: str) -> None:
        """The device is switched on; its memory is what the last one left. `before` is a command that runs it."""
        command = (*before, *bench_command(Places(self.folder), self.memory, BARREL_ML))
        with self._log("bench").open("ab") as log:
            self._bench = subprocess.Popen(
                tethered(command), stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT
            )
        assert self._bench.stdout is not None
        if not self._bench.stdout.readline().startswith(b"port "):
            raise ProofFailed(f"the bench did not start: {self._log('bench').read_text()}")

    def kill_bench(self) -> None:
        """The injector loses its supply: memory that was written stays."""
        if self._console is not None:
            self._console.close()
            self._console = None
        if self._bench is not None:
            # As udev takes a device's name away. Left there it would soon name another lane's pseudo-terminal.
            (self.folder / "injector").unlink(missing_ok=True)
            _kill(self._bench)
            assert self._bench.stdout is not None
            self._bench.stdout.close()
            self._bench = None

    def tell(self, line: str) -> str:
        """One word at the bench's console."""
        if self._console is None:
            self._console = Console(self.folder / "bench.sock")
        return self._console.ask(line)

    def device(self) -> dict[str, Any]:
        """What the device shows."""
        return json.loads(self.tell("state"))

    def journal(self) -> Journal:
        """What the device remembers, as it would find it at a start now; a copy."""
        return journal_of(self.memory.read_bytes())

    # -- control ---------------------------------------------------------------------------------------------------
    def start_control(self, *before: str, program: tuple[str, ...] = ()) -> None:
        """Start control, `before` being a command that runs it and `program` what stands for `python -m kiosk.cli`."""
        command = control_command(Places(self.folder), self.data, self._profiles)
        if program:
            command = (*program, *command[3:])
        with self._log("control").open("ab") as log:
            self._said_before = log.seek(0, os.SEEK_END)
            self._control = subprocess.Popen(
                tethered((*before, *command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT
            )
        self.client = ChannelClient(self.channel, "kiosk")

    @property
    def runs(self) -> bool:
        """Whether control is there."""
        return self._control is not None and self._control.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How control ended, a signal as a negative number; None while it runs."""
        return None if self._control is None else self._control.poll()

    def kill_control(self) -> None:
        """SIGKILL; what it was doing stays as it was."""
        self.client.close()
        if self._control is not None:
            _kill(self._control)
            self._control = None

    def end_control(self) -> int:
        """Ask control to end, as a person does, and await it; gives its exit code."""
        assert self._control is not None, "it was started"
        self.client.close()
        traced = [pid for pid in _children(self._control.pid) if _is_control(pid)]
        os.kill(traced[0] if traced else self._control.pid, signal.SIGTERM)
        return self.await_end()

    def await_end(self, seconds: float = PATIENCE_S) -> int:
        """Wait until control has ended by itself; gives its exit code."""
        assert self._control is not None, "it was started"
        code = self._control.wait(seconds)
        self._control = None
        return code

    def connect(self, by: float) -> bool:
        """Connect to control's channel once it listens; False when that is not before `by` or control has ended."""
        while time.monotonic() < by and self.runs:
            try:
                self.client.connect()
            except NoControl:
                select.select([], [], [], LOOK_S)  # there is no descriptor to wait for yet
            else:
                return True
        return False

    def said(self) -> str:
        """What control printed since it was started last."""
        return self._log("control").read_bytes()[self._said_before :].decode("utf-8", "replace")

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def journal_of(memory: bytes) -> Journal:
    """The controller's memory read as its controller reads it."""
    found = Memory()
    found.write(0, memory[:SIZE])
    return Journal(found, Build())


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _is_control(pid: int) -> bool:
    return b"\0control\0" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL; where strace runs it, what it runs first, for strace lets go of it when it ends."""
    if process.poll() is None:  # until it is reaped its number is its own
        if b"strace" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[0]:
            for child in _children(process.pid):
                os.kill(child, signal.SIGKILL)
        process.kill()
    process.wait()
