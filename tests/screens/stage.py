"""The step harness: the real application, embedded, one frame at a time, with a real channel server as its control."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from kiosk import app as kiosk_app
from kiosk.channel.commands import AnyCommand, Flip, Touched
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.channel.socket import ChannelServer, ClientId
from kiosk.view.local import Local

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
FRAMES = 200
"""Frames that a test waits for something at most."""


class Time:
    """Seconds that move only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """The application in a window of a given size, and a control that says what the test says."""

    def __init__(
        self, size: tuple[int, int] = (800, 480), outline: Path | None = None, kept: Path | None = None
    ) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="nappage-stage-")
        self.path = Path(self.folder.name)
        self.time = Time()
        self.flips = 0
        self.away = False
        if os.environ.get("KIVY_HOME") != str(kiosk_app.KIVY_HOME):
            kiosk_app.prepare(size)
        from kivy.base import EventLoop, runTouchApp
        from kivy.clock import Clock
        from kivy.core.window import Window

        self.window: Any = Window
        Clock._max_fps = 0  # frames are counted here, never waited for
        self.loop: Any = EventLoop
        if tuple(Window.size) != size:
            Window.size = size
        self.server = ChannelServer(self.path / "control.sock", clock=self.time)
        self.heard: list[AnyCommand] = []
        self.clients: list[ClientId] = []
        self.lights: list[int] = []
        self.paces: list[int] = []
        self.clicks: list[float] = []
        from kiosk.screens.application import Machine

        machine = Machine(True, self.lights.append, self.paces.append, lambda: self.clicks.append(self.time.now))
        self.app = kiosk_app.build(self.server.path, self.time, outline, self._flipped, kept, machine)
        self.app.load_config()
        root = self.app.build()
        self.app.root = root
        type(self.app)._running_app = self.app
        Window.add_widget(root)
        if EventLoop.status != "started":
            runTouchApp(embedded=True)
        self._fill_pixels(False)
        self.frames(2)

    def _fill_pixels(self, whole: bool) -> None:
        """Frames are drawn in full, or all their pixels but one are left out: most tests look at no picture.

        Software fills 400,000 pixels in 25 ms; layout, drawing instructions and flips are the same either way.
        """
        from kivy.graphics.opengl import GL_SCISSOR_TEST, glDisable, glEnable, glScissor

        if whole:
            glDisable(GL_SCISSOR_TEST)
        else:
            glEnable(GL_SCISSOR_TEST)
            glScissor(0, 0, 1, 1)

    def _flipped(self) -> None:
        self.flips += 1

    # -- time ---------------------------------------------------------------------------------------------------------
    def frames(self, count: int = 1) -> None:
        """Draws so many frames, a 60th of a second apart; control reads in between."""
        for _ in range(count):
            self.time.now += 1 / 60
            self.app.cycle(0)
            self.window.canvas.ask_update()
            self.loop.idle()
            self._listen()

    def until(self, true: Callable[[], Any], what: str = "") -> None:
        """Draws frames until something is true."""
        for _ in range(FRAMES):
            if true():
                return
            self.frames()
        raise AssertionError(f"not within {FRAMES} frames: {what}")

    def wait(self, seconds: float) -> None:
        """Time passes, with a few frames at its end; control's newest snapshot keeps young."""
        self.time.now += seconds
        if self.app.snapshot is not None:
            self.publish(self.app.snapshot)
        self.frames(2)

    def end_control(self) -> None:
        """Control dies."""
        self.server.close()
        self.away = True

    def start_control(self) -> None:
        """Control starts again at the same place."""
        self.server = ChannelServer(self.server.path, clock=self.time)
        self.away = False

    def _listen(self) -> None:
        if self.away:
            return
        for client, request in self.server.poll():
            self.clients.append(client)
            if not isinstance(request.command, Flip | Touched):
                self.heard.append(request.command)

    # -- control ------------------------------------------------------------------------------------------------------
    def publish(self, snapshot: Snapshot, catalogue: Catalogue | None = None) -> None:
        """Control shows a snapshot, stamped now."""
        number = snapshot.number if self.app.snapshot is None else self.app.snapshot.number + 1
        if catalogue is not None:
            self.server.send_catalogue(catalogue)
        self.server.publish(msgspec.structs.replace(snapshot, number=number, stamp=self.time.now))

    def scene(self, snapshot: Snapshot | None, local: Local, catalogue: Catalogue) -> None:
        """Shows one hand-made scene, whole and awake."""
        self.app.snapshot, self.app.local = None, Local(now=self.time.now, settings=local.settings)
        self.time.now += 10
        if snapshot is not None:
            local = msgspec.structs.replace(
                local, phase=snapshot.phase, session=snapshot.session.number if snapshot.session else 0,
                last_session=snapshot.last_session, touched=self.time.now, now=self.time.now, rested=self.time.now,
                cream_since=None if local.cream_since is None else self.time.now - local.now + local.cream_since,
                draft=msgspec.structs.replace(local.draft, since=self.time.now) if local.draft else None,
            )  # fmt: skip
            self.app.local = local  # what is drawn until all is there is this scene, and no page that nobody looks at
            self.publish(snapshot, catalogue)
            self.until(lambda: self.app.snapshot is not None, "snapshot")
        aged = local.age_ms > 500 and snapshot is not None
        self.app.local = local
        self.app.refresh()
        self.frames(3)
        self.time.now += 0.5 if not aged else 2
        if snapshot is not None and not aged:
            self.publish(snapshot)
        self.frames(2)
        self.heard.clear()

    # -- touches ------------------------------------------------------------------------------------------------------
    def touchables(self) -> list[Any]:
        """All widgets that a finger can reach now, STOP included."""
        from kiosk.screens.reach import reached

        assert self.app.glass is not None
        return reached(self.app.glass)

    def find(self, key: str) -> Any:
        """The touchable with this key."""
        for widget in self.touchables():
            if widget.model.key == key:
                return widget
        raise AssertionError(f"no {key!r} among {[w.model.key for w in self.touchables()]}")

    def down(self, widget: Any) -> Any:
        """A finger goes down in the middle of a widget."""
        from kivy.tests.common import UnitTestTouch

        x, y = widget.to_window(*widget.center)
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self.frames()
        return touch

    def tap(self, key: str) -> None:
        """Down, a frame, up, a frame."""
        touch = self.down(self.find(key))
        touch.touch_up()
        self.frames()

    def tap_dark(self) -> None:
        """A finger comes down and lifts in the middle of the screen, whatever is there."""
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(self.window.width / 2, self.window.height / 2)
        touch.touch_down()
        self.frames(2)
        touch.touch_up()
        self.frames()

    def hold(self, key: str, seconds: float) -> None:
        """Down, so long, up."""
        touch = self.down(self.find(key))
        for _ in range(round(seconds * 10)):
            self.time.now += 0.1
            if self.app.snapshot is not None:
                self.publish(self.app.snapshot)
            self.frames()
        touch.touch_up()
        self.frames()

    def picture(self, path: Path) -> None:
        """Saves what is on the glass; drawn apart, because off screen a display keeps the size of its first window."""
        from kivy.graphics import Color, InstructionGroup, Rectangle
        from PIL import Image

        self._fill_pixels(True)
        root: Any = self.app.root
        ground = InstructionGroup()  # a window is cleared to it before anything is drawn
        ground.add(Color(*self.window.clearcolor))
        ground.add(Rectangle(size=root.size))
        root.canvas.before.insert(0, ground)
        drawn: Any = root.export_as_image().texture
        root.canvas.before.remove(ground)
        Image.frombytes("RGBA", drawn.size, drawn.pixels).convert("RGB").save(path)
        self._fill_pixels(False)
        self.loop.idle()

    def close(self) -> None:
        """Ends the application; the window stays for the next test."""
        self.window.remove_widget(self.app.root)
        self.app.dispatch("on_stop")
        self.server.close()
        self.folder.cleanup()
        gc.unfreeze()  # an application keeps its first frame for good: here others come after it
