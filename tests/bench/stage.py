"""The processes under load, as `nappage run` starts them, and the bench's seat among them.

Device, control, kiosk and a bare loop beside them run at once; leaving the stage ends them all, control first.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from kiosk.channel.client import ChannelClient
from kiosk.channel.commands import AnyCommand, Touched
from kiosk.channel.snapshot import Reply, Snapshot
from kiosk.rehearsal.console import Console
from kiosk.system.child import Child, ChildPlan, Restart
from tests.bench.display import display
from tests.bench.drive import PATIENCE_S, BenchFailed

LOOK_S = 0.25


class Stage:
    """Everything that runs during the load. `folder` lies on the disk that is to be written."""

    def __init__(self, folder: Path, profiles: Path, size: tuple[int, int]) -> None:
        self.folder = folder
        self._profiles = profiles
        self._size = size
        self._closing = ExitStack()
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        with ExitStack() as closing:
            places = Path(closing.enter_context(TemporaryDirectory(prefix="nappage-bench-")))
            shown = closing.enter_context(display(self._size))
            closing.callback(self._end_all)
            data = self.folder / "data"
            data.mkdir()
            self._start("device", {}, "tests.bench.device", places, data / "injector-memory.bin")
            self._hear("device")
            self._start(
                "control", {}, "tests.bench.watched", self.folder / "control", "control", "--simulated",
                "--channel", places / "control.sock", "--data", data, "--profiles", self._profiles,
                "--port", places / "injector", "--panel", places / "panel.sock", announces=True,
            )  # fmt: skip
            self._await_ready("control")
            self._start("bare loop", {}, "tests.bench.bare_loop", self.folder / "bare")
            self._start("bare wire", {}, "tests.bench.bare_wire", self.folder / "bare")
            self._start(
                "kiosk", shown, "tests.bench.flat_out", places / "control.sock", places / "relay.sock",
                *self._size, self.folder / "frames",
            )  # fmt: skip
            self.console = closing.enter_context(Console(places / "bench.sock"))
            self.client = ChannelClient(places / "relay.sock", "kiosk")
            closing.callback(self.client.close)
            self._closing = closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def pid(self, name: str) -> int:
        """Process id of one of them."""
        return self._children[name].pid

    def frames(self) -> int:
        """How many frames the kiosk has drawn."""
        return (self.folder / "frames").stat().st_size

    def check(self) -> None:
        """Take what the processes say.

        Raises:
            BenchFailed: one of them has ended.
        """
        for name, child in self._children.items():
            child.read_notices()
            lines = child.read_lines()
            if child.silent:
                raise BenchFailed(f"{name} has ended; it said: {' '.join(lines[-3:])}")

    def _start(
        self, name: str, environment: dict[str, str], module: str, *words: object, announces: bool = False
    ) -> None:
        command = (sys.executable, "-m", module, *map(str, words))
        child = Child(ChildPlan(name, command, Restart.NEVER, announces=announces))
        child.start(os.environ | environment)
        self._children[name] = child

    def _hear(self, name: str) -> str:
        """The first line that it says."""
        child, by = self._children[name], time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(child.output, selectors.EVENT_READ)
            while time.monotonic() < by:
                selector.select(LOOK_S)
                lines = child.read_lines()
                if lines or child.silent:
                    return lines[0] if lines else ""
        raise BenchFailed(f"{name} says nothing")

    def _await_ready(self, name: str) -> None:
        child, by = self._children[name], time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(child.notices, selectors.EVENT_READ)
            selector.register(child.pidfd, selectors.EVENT_READ)
            while not child.ready:
                selector.select(LOOK_S)
                child.read_notices()
                lines = child.read_lines()
                if child.silent or time.monotonic() > by:
                    raise BenchFailed(f"{name} did not start; it said: {' '.join(lines[-3:])}")

    def _end_all(self) -> None:
        for name in ("kiosk", "control", "bare loop", "bare wire", "device"):
            child = self._children.pop(name, None)
            if child is None:
                continue
            child.ask_to_end()
            with selectors.DefaultSelector() as selector:
                selector.register(child.pidfd, selectors.EVENT_READ)
                selector.select(10.0)
            child.reap()


class RealSeat:
    """The bench's hand at the kiosk's channel, in real time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._replies: dict[int, Reply] = {}
        self._snapshot: Snapshot | None = None
        self.until(lambda: self._snapshot is not None, "the kiosk's first snapshot")

    @property
    def sees(self) -> Snapshot:
        assert self._snapshot is not None, "the first one was awaited"
        return self._snapshot

    def look(self, seconds: float) -> None:
        """Wait for news, at most so long."""
        if self._stage.client.fileno() >= 0:
            with selectors.DefaultSelector() as selector:
                selector.register(self._stage.client.fileno(), selectors.EVENT_READ)
                selector.select(seconds)
        else:
            time.sleep(seconds)
        self._stage.check()
        came = self._stage.client.drain()
        self._replies |= {reply.number: reply for reply in came.replies}
        self._snapshot = came.snapshot or self._snapshot

    def pause(self, seconds: float) -> None:
        """Look for so long."""
        by = time.monotonic() + seconds
        while (left := by - time.monotonic()) > 0:
            self.look(left)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        """Look until something is so."""
        by = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > by:
                seen = f"{self.sees.missing} {self.sees.notices[-1:]}" if self._snapshot else ""
                raise BenchFailed(f"waited in vain for {what} {seen}")
            self.look(LOOK_S)

    def ask(self, command: AnyCommand) -> Reply:
        """Give a command, wait for its answer and for a snapshot after it."""
        number = self._stage.client.send(command)
        self.until(lambda: number in self._replies, f"the answer to {type(command).__name__}")
        seen = self.sees.number
        self.until(lambda: self.sees.number > seen, "the next snapshot")
        return self._replies.pop(number)

    def touch(self) -> None:
        """What the kiosk says when somebody touches it; keeps the screen from locking (ACC-3)."""
        self._stage.client.send(Touched())

    def tell(self, line: str) -> str:
        """One console command."""
        return self._stage.console.ask(line)
