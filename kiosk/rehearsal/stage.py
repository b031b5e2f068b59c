"""Bench and control as the real processes that they are, for one rehearsal: how they start, are watched, and end.

They are tethered: whatever becomes of the rehearsal, the kernel ends them with it. Everything is awaited as an event, a
pidfd, a pipe or a datagram; nothing sleeps and looks.
"""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.places import Places, bench_command, control_command
from kiosk.rehearsal.errors import ProcessEnded, WaitedInVain
from kiosk.system.child import Child, ChildPlan, Restart
from kiosk.system.storage import passing_folder

STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 10.0
SAID_MOST = 20
"""Lines of output kept of each process."""


class Stage:
    """Bench and control over one data folder. A context: leaving it ends both, control first.

    Args:
        data: Folder of the record and, beside it, of the injector's memory.
        profiles: Folder of the profiles.
        barrel_ml: The syringe that lies in the clamp at the start.
        balance: Whether a balance stands under the nozzle.
        build: File with the figures of the device, where it is not the nominal one.
    """

    def __init__(
        self, data: Path, profiles: Path, barrel_ml: int, *, balance: bool = False, build: Path | None = None
    ) -> None:
        self._closing = ExitStack()
        self._places = Places(self._closing.enter_context(passing_folder("nappage-rehearsal-")))
        self._selector = self._closing.enter_context(selectors.DefaultSelector())
        self._children: list[Child] = []
        self._said: dict[str, list[str]] = {}
        memory, port = data / "injector-memory.bin", str(self._places.balance) if balance else ""
        bench = bench_command(self._places, memory, barrel_ml, balance=balance, build=build)
        self._plans = (
            ChildPlan("bench", bench, Restart.NEVER),
            ChildPlan("control", control_command(self._places, data, profiles, None, port), Restart.NEVER),
        )

    @property
    def channel(self) -> Path:
        """Control's socket."""
        return self._places.channel

    @property
    def console(self) -> Path:
        """The bench's console socket."""
        return self._places.console

    @property
    def port(self) -> Path:
        """Link to the injector's serial port."""
        return self._places.port

    def __enter__(self) -> Self:
        with self._closing as starting:
            starting.callback(self._end_all)
            for plan in self._plans:
                child = self._start(plan)
                self._until(lambda started=child: started.ready, plan.name)
            self._closing = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    # -- while it runs ---------------------------------------------------------------------------------------------
    def await_event(self, seconds: float, descriptor: int = -1) -> None:
        """Wait until `descriptor` is readable or a process says something, at most `seconds`.

        Raises:
            ProcessEnded: E860, one of them is gone.
        """
        if descriptor >= 0:
            self._selector.register(descriptor, selectors.EVENT_READ)
        try:
            events = self._selector.select(max(0.0, seconds))
        finally:
            if descriptor >= 0:
                self._selector.unregister(descriptor)
        for key, _ in events:
            if key.data is not None:
                key.data()

    def end_control(self) -> None:
        """End control as a person's Ctrl-C does, and wait until its record is closed."""
        for child in [child for child in self._children if child.plan.name == "control"]:
            self._end(child)

    def said(self, name: str) -> tuple[str, ...]:
        """The last lines that a process printed."""
        return tuple(self._said[name])

    # -- inside ----------------------------------------------------------------------------------------------------
    def _start(self, plan: ChildPlan) -> Child:
        child = Child(plan)
        child.start(os.environ)
        self._children.append(child)
        self._said[plan.name] = []
        self._selector.register(child.output, selectors.EVENT_READ, lambda: self._hear(child))
        self._selector.register(child.notices, selectors.EVENT_READ, lambda: self._heed(child))
        self._selector.register(child.pidfd, selectors.EVENT_READ, lambda: self._gone(child))
        return child

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        by = time.monotonic() + STARTS_WITHIN_S
        while not condition():
            left = by - time.monotonic()
            if left <= 0:
                raise WaitedInVain(step="the start", seconds=STARTS_WITHIN_S, what=what, seen="")
            self.await_event(left)

    def _keep(self, name: str, lines: list[str]) -> None:
        self._said[name] = [*self._said[name], *lines][-SAID_MOST:]

    def _hear(self, child: Child) -> None:
        self._keep(child.plan.name, child.read_lines())
        if child.silent:
            self._selector.unregister(child.output)

    def _heed(self, child: Child) -> None:
        child.read_notices()

    def _gone(self, child: Child) -> None:
        self._forget(child)
        code, lines = child.reap()
        self._keep(child.plan.name, lines)
        last = next((line for line in reversed(self._said[child.plan.name]) if line.strip()), "")
        raise ProcessEnded(name=child.plan.name, code=code, said=f": {last.rstrip('.')}" if last else "")

    def _forget(self, child: Child) -> None:
        self._children.remove(child)
        for file in (child.output, child.notices, child.pidfd):
            if file != child.output or not child.silent:
                self._selector.unregister(file)

    def _end(self, child: Child) -> None:
        self._forget(child)
        child.ask_to_end()
        with selectors.DefaultSelector() as selector:
            selector.register(child.pidfd, selectors.EVENT_READ)
            selector.select(ENDS_WITHIN_S)
        _, lines = child.reap()  # kills what did not end in time
        self._keep(child.plan.name, lines)

    def _end_all(self) -> None:
        for child in reversed(list(self._children)):
            self._end(child)
