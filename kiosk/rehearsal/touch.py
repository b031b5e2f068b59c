"""A finger on the real glass: reads the kiosk's outline, moves and presses with xdotool, and waits for what is drawn.

The outline is replaced as a whole after a frame that changed it; the kernel tells of that (inotify). So what is waited
for here has been drawn. A touch never waits in this process: xdotool holds the button down for as long as it is told.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from PIL import Image, ImageGrab

from kiosk.rehearsal.errors import NoTouch, ScreenStuck

PATIENCE_S = 60.0
SETTLE_S = 0.7
"""A picture that stayed as it is for so long is still; the outline runs a slow frame ahead of what is drawn."""
STILL_S = 5.0
TAP_S = 0.08
"""How long a finger stays down for a tap."""
HOLD_MARGIN_S = 0.4
"""Held longer than asked by so much: a drawn frame must see it."""
_MOVED_TO, _CLOSE_WRITE = 0x80, 0x08


class Widget(msgspec.Struct, frozen=True):
    """One thing that can be touched, in window pixels from the top left corner."""

    key: str
    label: str
    x: int
    y: int
    w: int
    h: int
    enabled: bool
    hold_ms: int = 0
    trail: str = ""
    """What stands at the end of a row."""

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.w // 2, self.y + self.h // 2


class Outline(msgspec.Struct, frozen=True):
    """What the screen shows, as the kiosk says it."""

    screen: str
    panel: str
    message: str
    widgets: tuple[Widget, ...]

    def find(self, key: str) -> Widget | None:
        """The widget of that key, None when it is not there."""
        return next((widget for widget in self.widgets if widget.key == key), None)

    def offers(self, key: str) -> bool:
        """Whether it is there and takes a touch now."""
        widget = self.find(key)
        return widget is not None and widget.enabled


class Glass:
    """The screen of a kiosk that writes its outline to `outline`; pictures go into `pictures`. A context.

    Raises:
        NoTouch: E872, xdotool is missing or has no display.
    """

    def __init__(self, outline: Path, pictures: Path) -> None:
        self._outline = outline
        self._pictures = pictures
        self._pictures.mkdir(parents=True, exist_ok=True)
        self._taken = 0
        self.step = "the start"
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        folder = os.fsencode(outline.parent)
        if self._watch < 0 or libc.inotify_add_watch(self._watch, folder, _MOVED_TO | _CLOSE_WRITE) < 0:
            raise NoTouch(why=f"{outline.parent} cannot be watched ({os.strerror(ctypes.get_errno())})")
        self.until(lambda seen: bool(seen.widgets), "the first screen")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._watch)

    # -- looking -----------------------------------------------------------------------------------------------------
    def look(self) -> Outline:
        """The newest outline; an empty one before the first frame."""
        try:
            return msgspec.json.decode(self._outline.read_bytes(), type=Outline)
        except FileNotFoundError:
            return Outline("", "", "", ())

    def until(
        self, condition: Callable[[Outline], bool], what: str, seconds: float = PATIENCE_S, every_s: float = 1.0
    ) -> Outline:
        """Look until a drawn screen meets `condition`; gives it.

        Args:
            condition: May look elsewhere too (the bench's console); it is asked again every `every_s`.
            what: In words, for the error.
            seconds: How long.
            every_s: How often at least.

        Raises:
            ScreenStuck: E870, with a picture of what is there instead.
        """
        by = time.monotonic() + seconds
        seen = self.look()
        while not condition(seen):
            left = by - time.monotonic()
            if left <= 0:
                picture = self.picture("stuck")
                raise ScreenStuck(step=self.step, seconds=seconds, what=what, picture=picture)
            self._await_frame(min(left, every_s))
            seen = self.look()
        return seen

    def _await_frame(self, seconds: float) -> bool:
        """Wait for a change of the outline, at most so long; whether one came."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._watch, selectors.EVENT_READ)
            if not selector.select(seconds):
                return False
            os.read(self._watch, 65536)
            return True

    def settled(self) -> Outline:
        """The outline once it has not changed for `SETTLE_S`: nothing moves under a finger or in a picture."""
        by = time.monotonic() + PATIENCE_S
        seen = self.look()
        while time.monotonic() < by:
            self._await_frame(SETTLE_S)
            now = self.look()
            if now == seen:
                return now
            seen = now
        return seen

    def picture(self, name: str, *, still: bool = False) -> Path:
        """The whole X root as the next numbered picture; with `still` once it stays as it is (at most `STILL_S`)."""
        self._taken += 1
        path = self._pictures / f"{self._taken:02d}-{name}.png"
        image = self._grab()
        by = time.monotonic() + STILL_S
        while still and time.monotonic() < by:
            changed = self._await_frame(SETTLE_S)
            before, image = image, self._grab()
            # A change that came at once says nothing of the frame after it: only a whole quiet time does.
            still = changed or image.tobytes() != before.tobytes()
        image.save(path)
        return path

    def _grab(self) -> Image.Image:
        try:
            return ImageGrab.grab(xdisplay=os.environ.get("DISPLAY", ""))
        except OSError as fault:
            raise NoTouch(why=f"the display cannot be read ({fault})") from fault

    # -- touching ----------------------------------------------------------------------------------------------------
    def tap(self, key: str) -> None:
        """Touch a widget as soon as it takes a touch; held as long as it asks for."""
        widget = self._ready(key)
        self._press(widget, TAP_S if not widget.hold_ms else widget.hold_ms / 1000 + HOLD_MARGIN_S)

    def tap_to(self, key: str, condition: Callable[[Outline], bool], what: str) -> Outline:
        """Touch, and see the change that the touch is for."""
        self.tap(key)
        return self.until(condition, what)

    def tap_if_there(self, key: str) -> bool:
        """Touch what the next frame may take away, once it takes touches; whether it was still there."""
        seen = self.until(lambda seen: seen.offers(key) or seen.find(key) is None, f"what becomes of '{key}'")
        widget = seen.find(key)
        if widget is not None:
            self._press(widget, TAP_S)
        return widget is not None

    def type(self, text: str) -> None:
        """Our own keyboard or number pad, key by key."""
        for letter in text:
            self.tap("key:space" if letter == " " else f"key:{letter}")

    def _ready(self, key: str) -> Widget:
        widget = self.until(lambda seen: seen.offers(key), f"'{key}' to take a touch").find(key)
        assert widget is not None, "it was awaited"
        return widget

    def _press(self, widget: Widget, seconds: float) -> None:
        x, y = widget.middle
        words = ("xdotool", "mousemove", str(x), str(y), "mousedown", "1", "sleep", f"{seconds:.2f}", "mouseup", "1")
        try:
            done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=seconds + PATIENCE_S)
        except OSError as fault:
            raise NoTouch(why=f"xdotool: {fault.strerror}") from fault
        except subprocess.TimeoutExpired as fault:
            raise NoTouch(why="xdotool did not return") from fault
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()
            raise NoTouch(why=(last[-1] if last else f"xdotool ended with {done.returncode}").rstrip("."))
