"""`nappage control` with a watch at its loop: when each cycle was due, how late it began, and how long it took.

What is measured is written at the orderly end, in native doubles; nothing is printed or stored while the loop runs.

A cycle that a command or an edge begins up to 10 ms before the next one is due *is* that next one (`CycleClock`): it is
written with a negative lateness, and whoever reads it counts it as 0 late. All other cycles that an event begins are
extra ones: nothing was due, so none of them is late.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from array import array
from pathlib import Path
from typing import Any

from drivers.registers import ShotRecord, Status
from kiosk import cli, control
from kiosk.session.cycle import Cycle
from kiosk.system.scheduling import CycleClock

DUE, LATE, BEGAN, TOOK, WIRE, COLLECTED, FAULTS, SWITCHED = (array("d") for _ in range(8))
SERIES = {
    "due": DUE, "late": LATE, "began": BEGAN, "took": TOOK, "wire": WIRE,
    "collected": COLLECTED, "faults": FAULTS, "switched": SWITCHED,
}  # fmt: skip
"""Of each due cycle: due, late. Of every cycle, those that an event began included: began, took, of it on the wire; and
for the loop's thread since its start: seconds of garbage collection, page faults that waited for a disk, and how often
the processor was taken from it."""


class _Collections:
    """Sums what garbage collection took, in whatever thread it ran: it holds the interpreter lock."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._since = time.monotonic()
        else:
            self.seconds += time.monotonic() - self._since


COLLECTIONS = _Collections()


class WatchedClock(CycleClock):
    def began(self, now: float) -> float:
        DUE.append(self.due)
        late = super().began(now)
        LATE.append(late)
        return late


class WatchedCycle(Cycle):
    def run(self, now: float, late_s: float = 0.0) -> None:
        self.wire_s = 0.0
        began = time.monotonic()
        super().run(now, late_s)
        used = resource.getrusage(resource.RUSAGE_THREAD)
        COLLECTED.append(COLLECTIONS.seconds)
        FAULTS.append(used.ru_majflt)
        SWITCHED.append(used.ru_nivcsw)
        BEGAN.append(began)
        TOOK.append(time.monotonic() - began)
        WIRE.append(self.wire_s)

    def _exchange(self, *given: Any, **named: Any) -> tuple[Status | None, tuple[ShotRecord, ...]]:
        began = time.monotonic()
        try:
            return super()._exchange(*given, **named)
        finally:
            self.wire_s += time.monotonic() - began

    def _to_injector(self, *given: Any, **named: Any) -> None:
        began = time.monotonic()
        super()._to_injector(*given, **named)
        self.wire_s += time.monotonic() - began

    def _ask_waiting(self) -> None:
        began = time.monotonic()
        super()._ask_waiting()
        self.wire_s += time.monotonic() - began


def main(words: list[str]) -> None:
    """`FILE-PREFIX` and then the words of `nappage`."""
    prefix, *rest = words
    control.CycleClock = WatchedClock
    control.Cycle = WatchedCycle
    try:
        cli.main(rest, standalone_mode=False)
    finally:
        for name, series in SERIES.items():
            Path(f"{prefix}.{name}").write_bytes(series.tobytes())


def read(prefix: Path, name: str) -> list[float]:
    """One series that was written, in seconds."""
    found = array("d")
    found.frombytes(Path(f"{prefix}.{name}").read_bytes())
    return found.tolist()


if __name__ == "__main__":
    main(sys.argv[1:])
