"""A program of its own that is wired to the panel: closes the relay, says so, and goes on until it is ended.

Usage: python -m tests.hal_sim.wired PANEL
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import msgspec

from drivers.panel import GpioPanel, PinNumbers
from drivers.stop import StopLatch
from hal_sim.panel import attach


def main(path: Path) -> None:
    """Enable on; after the line "enabled" whoever started this may stop or kill it."""
    edge, latch = threading.Event(), StopLatch()
    wire = attach(path, msgspec.structs.asdict(PinNumbers()), thread_started=None)
    panel = GpioPanel(PinNumbers(), "mock", latch, wake=edge.set)
    wire.connected(20)
    while not (panel.read().stop_a and panel.read().stop_b):
        edge.wait(1)
        edge.clear()
    panel.enable(latch.epoch)
    while not panel.read().feedback:
        edge.wait(1)
        edge.clear()
    sys.stdout.write("enabled\n")
    sys.stdout.flush()
    sys.stdin.read()
    panel.close()
    wire.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
