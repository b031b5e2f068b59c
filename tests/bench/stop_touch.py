"""How long after a touch on STOP the stopped panel is drawn: `python -m tests.bench.stop_touch [--touches N]`.

The real bench, control and kiosk, the kiosk's window on a display of its own; a real X touch (XTEST) goes down on STOP.
Reported with n, median and maximum, nothing is asserted of it: from the touch to control's snapshot that says so, as a
second client receives it, and from the touch to the flip that shows it, as the kiosk's outline tells.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import select
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.channel.socket import ChannelClient
from kiosk.rehearsal.display import own_display
from kiosk.rehearsal.touch import Glass
from kiosk.system.tether import tethered

SIZE = "800x480"


class Finger:
    """One finger on an X display, through XTEST: no process is started between the wish and the touch."""

    def __init__(self, display: str) -> None:
        self._x: Any = ctypes.CDLL("libX11.so.6")
        self._test: Any = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))

    def move(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def press(self, *, down: bool) -> float:
        """Press or let go; returns when, in monotonic seconds."""
        self._test.XTestFakeButtonEvent(self._display, 1, int(down), ctypes.c_ulong(0))
        now = time.monotonic()
        self._x.XFlush(self._display)
        return now


class Watch(threading.Thread):
    """A second client of control, which notes when each state of the stop arrives."""

    def __init__(self, channel: Path) -> None:
        super().__init__(daemon=True)
        self._client = ChannelClient(channel, "shell")
        self.state, self.since = "", 0.0
        self.ended = False
        self._client.connect()

    def run(self) -> None:
        while not self.ended:
            select.select([self._client.fileno()], [], [], 0.2)
            shown = self._client.drain().snapshot
            if shown is not None and shown.stop.state != self.state:
                self.state, self.since = shown.stop.state, time.monotonic()
        self._client.close()


@contextlib.contextmanager
def device(folder: Path, display: str) -> Generator[Path]:
    """Bench, control and kiosk, one after the other; gives control's socket."""
    channel, outline = folder / "control.sock", folder / "outline.json"
    link, panel = folder / "injector", folder / "panel.sock"
    cli = ("-m", "kiosk.cli")
    programs: list[tuple[object, ...]] = [
        ("-m", "hal_sim", "--quiet", "--real-time", "--link", link, "--panel", panel, "--barrel", "5"),
        (*cli, "control", "--simulated", "--channel", channel, "--data", folder, "--port", link, "--panel", panel),
        (*cli, "kiosk", "--channel", channel, "--size", SIZE, "--outline", outline),
    ]
    needed = [link, channel, outline]
    environment = {name: value for name, value in os.environ.items() if name != "SDL_VIDEODRIVER"}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for words, place in zip(programs, needed, strict=True):
            command = tethered((sys.executable, *map(str, words)))
            running.append(subprocess.Popen(command, env=environment | {"DISPLAY": display}, stdin=subprocess.DEVNULL))
            while not place.exists():
                assert running[-1].poll() is None, f"{words[1]} has ended"
                time.sleep(0.05)
        yield channel
    finally:
        for program in reversed(running):
            program.terminate()
            program.wait()


def measure(touches: int) -> list[tuple[float, float]]:
    """For each touch: ms to the snapshot, ms to the drawn panel."""
    took: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as place, own_display(SIZE) as display:
        folder = Path(place)
        os.environ["DISPLAY"] = display
        with device(folder, display) as channel, Glass(folder / "outline.json", folder / "pictures") as glass:
            finger, watch = Finger(display), Watch(channel)
            watch.start()
            glass.tap("homing:yes")
            glass.tap("buzzer:yes")
            glass.tap(f"account:{DEMO_ACCOUNTS[0].name}")
            glass.type(DEMO_ACCOUNTS[0].pin)
            glass.tap("enter")
            glass.until(lambda seen: seen.offers("new"), "the first page")
            for _ in range(touches):
                stop = glass.settled().find("stop")
                assert stop is not None
                finger.move(*stop.middle)
                glass.settled()
                began = finger.press(down=True)
                glass.until(lambda seen: seen.panel == "stop", "the stopped panel")
                drawn = time.monotonic()
                finger.press(down=False)
                took.append(((watch.since - began) * 1000, (drawn - began) * 1000))
                glass.tap_to("acknowledge", lambda seen: seen.panel != "stop", "the end of the stop")
            watch.ended = True
            watch.join()
    return took


def main(words: list[str]) -> None:
    """Measure and say it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stop_touch", description=__doc__)
    parser.add_argument("--touches", type=int, default=20, help="how many (default 20)")
    took = measure(parser.parse_args(words).touches)
    for name, values in zip(("snapshot", "panel drawn"), zip(*took, strict=True), strict=True):
        low, middle, high = min(values), statistics.median(values), max(values)
        print(f"touch on STOP to {name:12} n {len(values)}  min {low:.1f}  median {middle:.1f}  max {high:.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
