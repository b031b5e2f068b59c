"""One window of the bench, as a process of its own: the kiosk on a channel, or bare Kivy with one label.

It draws flat out (no frame limit, every frame a whole redraw), paced (every frame a whole redraw, at most 60 a second,
as the kiosk limits itself while somebody treats and as Kivy does by default), or still: only when something changes. It
tells when its first frame was on the glass, how many came a second, what each cost, what share of a core it used, and
what it keeps in memory. Kivy's settings come before Kivy; the bare one imports nothing of ours. Bare is a window as
Kivy opens it by default, with two samples to a pixel; plain is the same with one, as the kiosk has it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.view.pace import REST_S

if TYPE_CHECKING:
    from kiosk.screens.application import Machine

SETTLE_S = 1.0
STILL_SETTLE_S = REST_S + 2.0
"""What a first page does once (pictures, fonts, the first snapshots) is over by then, and a screen that nobody touches
has come to its resting pace."""


def used_s() -> float:
    """Seconds of a core that this process has used, all its threads together, as the kernel counts them (10 ms)."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Still:
    """What a window costs while nothing on it changes: share of a core, and flips."""

    def __init__(self, seconds: float, end: Callable[[], None]) -> None:
        self._seconds = seconds
        self._end = end
        self._flips = 0

    def flipped(self, *_: object) -> None:
        """A frame is on the glass."""
        self._flips += 1

    def begin(self) -> None:
        """Look from when the first page has settled; needs Kivy's clock."""
        from kivy.clock import Clock

        Clock.schedule_once(self._look, STILL_SETTLE_S)

    def _look(self, _dt: float) -> None:
        from kivy.clock import Clock

        self._since, self._used, self._flips = time.monotonic(), used_s(), 0
        Clock.schedule_once(self._tell, self._seconds)

    def _tell(self, _dt: float) -> None:
        took = time.monotonic() - self._since
        told = {"core_percent": 100 * (used_s() - self._used) / took, "flips_per_s": self._flips / took}
        print(json.dumps({**told, **memory_mb("self")}), flush=True)
        self._end()


class Frames:
    """Times of completed flips, and what is told of them at the end."""

    def __init__(self, began: float, seconds: float, shows: Callable[[], bool], end: Callable[[], None]) -> None:
        self._began = began
        self._seconds = seconds
        self._shows = shows
        self._end = end
        self._first = 0.0
        self._first_cpu = 0.0
        self._counted = 0
        self._since = 0.0
        self._used = 0.0

    def flipped(self, *_: object) -> None:
        """A frame is on the glass; returns None, or Kivy would stop drawing."""
        now = time.monotonic()
        if not self._first:
            self._first, self._first_cpu = (now, time.process_time()) if self._shows() else (0.0, 0.0)
        elif not self._since:
            if now - self._first >= SETTLE_S:
                self._since, self._used = now, time.process_time()
        else:
            self._counted += 1
            if now - self._since >= self._seconds:
                self._tell(now)

    def _tell(self, now: float) -> None:
        told = {
            "first_frame_s": self._first - self._began, "first_frame_cpu_s": self._first_cpu,
            "frames_per_s": self._counted / (now - self._since),
            "cpu_ms_per_frame": 1000 * (time.process_time() - self._used) / self._counted, **memory_mb("self"),
        }  # fmt: skip
        print(json.dumps(told), flush=True)
        self._since = float("inf")
        self._end()


def memory_mb(process: int | str) -> dict[str, float]:
    """Resident, proportional and private memory of a process, MB of 1,000,000 bytes."""
    kept: dict[str, int] = {}
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        kept[name] = int(value.split()[0])
    private = kept["Private_Clean"] + kept["Private_Dirty"]
    return {
        name: kb * 1024 / 1e6 for name, kb in (("rss_mb", kept["Rss"]), ("pss_mb", kept["Pss"]), ("uss_mb", private))
    }


def animate() -> None:
    """From now on every frame is drawn whole."""
    from kivy.clock import Clock
    from kivy.core.window import Window

    def again(_dt: float) -> None:
        Window.canvas.ask_update()

    Clock.schedule_interval(again, 0)


def unlimited() -> None:
    """Takes Kivy's frame limit away; before the window is made."""
    from kivy.config import Config

    Config.set("graphics", "maxfps", "0")


def unpaced() -> Machine:
    """What the kiosk finds here, with a pace that stays as it is: it would set its own limit again."""
    from kiosk import app

    return app.found()._replace(pace=lambda _frames: None)


def bare(size: tuple[int, int], began: float, seconds: float, draws: str, *, plain: bool) -> None:
    """A window with a label."""
    os.environ |= {"KIVY_NO_CONFIG": "1", "KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KCFG_KIVY_LOG_LEVEL": "warning"}
    os.environ["KIVY_HOME"] = str(Path(__file__).parent / "kivy-home")  # nothing lies there
    from kivy.config import Config

    for section, key, value in (
        ("kivy", "log_level", "warning"), ("graphics", "width", str(size[0])), ("graphics", "height", str(size[1])),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):  # fmt: skip
        Config.set(section, key, value)
    if plain:
        Config.set("graphics", "multisamples", "0")
    if draws == "flat-out":
        unlimited()
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.uix.label import Label

    class Bare(App):
        def build(self) -> Label:
            # Kivy holds bound methods weakly, so both are kept here.
            if draws == "still":
                self.still = Still(seconds, self.stop)
                Window.bind(on_flip=self.still.flipped)
                self.still.begin()
            else:
                self.frames = Frames(began, seconds, lambda: True, self.stop)
                Window.bind(on_flip=self.frames.flipped)
                animate()
            return Label(text="Nappage")

    Bare().run()


def kiosk(size: tuple[int, int], began: float, seconds: float, draws: str, channel: Path) -> None:
    """The kiosk; its first frame is the one that shows what control says."""
    from kiosk import app as kiosk_app

    kiosk_app.prepare(size)
    if draws == "still":
        quiet = Still(seconds, lambda: app.stop())  # noqa: PLW0108  the application comes after it
        app = kiosk_app.build(channel, on_flip_done=quiet.flipped)
        quiet.begin()
        app.run()
        return
    if draws == "flat-out":
        unlimited()

    def shows() -> bool:
        return app.snapshot is not None and app.snapshot.treat is not None

    frames = Frames(began, seconds, shows, lambda: app.stop())  # noqa: PLW0108  the application comes after it
    machine = unpaced() if draws == "flat-out" else None
    app = kiosk_app.build(channel, on_flip_done=frames.flipped, machine=machine)
    animate()
    app.run()


def main(words: list[str]) -> None:
    """`bare|plain|kiosk flat-out|paced|still WIDTH HEIGHT BEGAN SECONDS [CHANNEL]`; BEGAN: monotonic, when asked."""
    kind, draws, width, height, began, seconds, *channel = words
    size = int(width), int(height)
    if kind == "kiosk":
        kiosk(size, float(began), float(seconds), draws, Path(channel[0]))
    else:
        bare(size, float(began), float(seconds), draws, plain=kind == "plain")


if __name__ == "__main__":
    main(sys.argv[1:])
