"""`python -m hal_sim` as the bench needs it: above everything else on this machine, and with a watch at its wires.

A real injector does not share the Pi's cores, so its stand-in runs under SCHED_FIFO over control. The console command
`stamps` gives, once, what was seen since the last one: monotonic seconds at which a contact's level left for the pins,
at which a lease frame brought another pedal bit, and at which the enable output arrived.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from drivers.registers import LEASE
from hal_sim.bench import Bench, Places, say_flushed
from hal_sim.electrics import Levels
from hal_sim.memory import Memory
from hal_sim.rig import Rig
from kiosk.system.scheduling import take_priority

PRIORITY = 70


class WatchedRig(Rig):
    """A device that keeps the times of what passes its wires."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self._stamps: list[tuple[str, bool, float]] = []
        self._seen: dict[str, bool] = {}

    def levels(self, now: float) -> Levels:
        """What the bench sends to the pins right after this call."""
        found = super().levels(now)
        self._note("pedal edge", found.pedal_no and not found.pedal_nc, now)
        self._note("stop edge", not (found.stop_a and found.stop_b), now)
        return found

    def exchange(self, now: float, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        """A lease frame that has come whole."""
        if address == LEASE.address:
            self._note("pedal bit", bool(LEASE.decode(data).pedal), now)
        return super().exchange(now, address, data, read_address, read_registers)

    def set_enable(self, now: float, on: bool) -> None:
        """The enable output as it arrives at the relay."""
        self._note("enable", on, now)
        super().set_enable(now, on)

    def do(self, now: float, command: str) -> str:
        """A console command; `stamps` is known here only."""
        if command != "stamps":
            return super().do(now, command)
        told, self._stamps = json.dumps(self._stamps), []
        return told

    def _note(self, what: str, on: bool, now: float) -> None:
        if self._seen.get(what) != on:
            self._seen[what] = on
            self._stamps.append((what, on, now))


def main(words: list[str]) -> None:
    """`FOLDER MEMORY`: places of the sockets and the port, and the file of the controller's memory."""
    folder, memory = map(Path, words)
    taken = take_priority(PRIORITY)
    places = Places(folder / "injector", folder / "panel.sock", folder / "bench.sock")
    bench = Bench(WatchedRig(Memory(memory)), places, say=lambda _text: None)
    signal.signal(signal.SIGTERM, lambda _number, _frame: bench.end())
    say_flushed("real-time" if taken.permitted else taken.why)
    bench.run()


if __name__ == "__main__":
    main(sys.argv[1:])
