"""One window of the bench, as a process of its own: the kiosk on a channel, or bare Kivy with one label.

It draws flat out (no frame limit, every frame a whole redraw) or only when something changes. It tells when its first
frame was on the glass, how many came a second, what share of a core it used, and what it keeps in memory. Kivy's
settings come before Kivy; the bare one imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SETTLE_S = 1.0
STILL_SETTLE_S = 5.0
"""What a first page does once (pictures, fonts, the first snapshots) is over by then."""


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

        self._since, self._used, self._flips = time.monotonic(), time.process_time(), 0
        Clock.schedule_once(self._tell, self._seconds)

    def _tell(self, _dt: float) -> None:
        took = time.monotonic() - self._since
        told = {"core_percent": 100 * (time.process_time() - self._used) / took, "flips_per_s": self._flips / took}
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
        self._counted = 0
        self._since = 0.0

    def flipped(self, *_: object) -> None:
        """A frame is on the glass; returns None, or Kivy would stop drawing."""
        now = time.monotonic()
        if not self._first:
            self._first = now if self._shows() else 0.0
        elif not self._since:
            self._since = now if now - self._first >= SETTLE_S else 0.0
        else:
            self._counted += 1
            if now - self._since >= self._seconds:
                self._tell(now)

    def _tell(self, now: float) -> None:
        told = {
            "first_frame_s": self._first - self._began, "frames_per_s": self._counted / (now - self._since),
            **memory_mb("self"),
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


def flat_out() -> None:
    """From now on every frame is drawn, one right after the other."""
    from kivy.clock import Clock
    from kivy.core.window import Window

    def again(_dt: float) -> None:
        Window.canvas.ask_update()

    Clock.schedule_interval(again, 0)


def unlimited() -> None:
    """Takes Kivy's frame limit away; before the window is made."""
    from kivy.config import Config

    Config.set("graphics", "maxfps", "0")


def bare(size: tuple[int, int], began: float, seconds: float, *, still: bool) -> None:
    """A window with a label."""
    os.environ |= {"KIVY_NO_CONFIG": "1", "KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KCFG_KIVY_LOG_LEVEL": "warning"}
    os.environ["KIVY_HOME"] = tempfile.mkdtemp(prefix="nappage-bench-kivy-")
    from kivy.config import Config

    for section, key, value in (
        ("kivy", "log_level", "warning"), ("graphics", "width", str(size[0])), ("graphics", "height", str(size[1])),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):  # fmt: skip
        Config.set(section, key, value)
    if not still:
        unlimited()
    from kivy.app import App
    from kivy.core.window import Window
    from kivy.uix.label import Label

    class Bare(App):
        def build(self) -> Label:
            # Kivy holds bound methods weakly, so both are kept here.
            if still:
                self.still = Still(seconds, self.stop)
                Window.bind(on_flip=self.still.flipped)
                self.still.begin()
            else:
                self.frames = Frames(began, seconds, lambda: True, self.stop)
                Window.bind(on_flip=self.frames.flipped)
                flat_out()
            return Label(text="Nappage")

    Bare().run()


def kiosk(size: tuple[int, int], began: float, seconds: float, channel: Path, *, still: bool) -> None:
    """The kiosk; its first frame is the one that shows what control says."""
    from kiosk import app as kiosk_app

    with tempfile.TemporaryDirectory(prefix="nappage-bench-kivy-") as home:
        kiosk_app.prepare(Path(home), size)
        if still:
            quiet = Still(seconds, lambda: app.stop())  # noqa: PLW0108  the application comes after it
            app = kiosk_app.build(channel, on_flip_done=quiet.flipped)
            quiet.begin()
            app.run()
            return
        unlimited()

        def shows() -> bool:
            return app.snapshot is not None and app.snapshot.treat is not None

        frames = Frames(began, seconds, shows, lambda: app.stop())  # noqa: PLW0108  the application comes after it
        app = kiosk_app.build(channel, on_flip_done=frames.flipped)
        flat_out()
        app.run()


def main(words: list[str]) -> None:
    """`bare|kiosk flat-out|still WIDTH HEIGHT BEGAN SECONDS [CHANNEL]`; BEGAN: the monotonic time of asking for it."""
    kind, draws, width, height, began, seconds, *channel = words
    size, still = (int(width), int(height)), draws == "still"
    if kind == "bare":
        bare(size, float(began), float(seconds), still=still)
    else:
        kiosk(size, float(began), float(seconds), Path(channel[0]), still=still)


if __name__ == "__main__":
    main(sys.argv[1:])
