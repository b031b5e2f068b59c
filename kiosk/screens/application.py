"""The Kivy application: drains the channel, draws the newest picture, reports each completed flip, sends touches."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.metrics import Metrics

from drivers.errors import NappageError
from kiosk.channel.client import ChannelClient, Drained
from kiosk.channel.commands import AnyCommand, Flip, Touched
from kiosk.channel.errors import ChannelStalled, NoControl
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.screens import keeping, load, theme
from kiosk.screens.glass import Glass
from kiosk.screens.outline import Outline
from kiosk.screens.scanner import Scanner
from kiosk.view import language
from kiosk.view.actions import Action, Scanned
from kiosk.view.doubled import OneFinger
from kiosk.view.errors import SettingsNotKept, SettingsUnreadable
from kiosk.view.local import STALE_MS, Local
from kiosk.view.observe import clicks, hear, see, tick
from kiosk.view.pace import frames, glance, redraw_s
from kiosk.view.picture import BEFORE, EMPTY, draw
from kiosk.view.sleep import rest, touched
from kiosk.view.touching import twice
from kiosk.view.update import World, act, replace, sentence

DRAIN_S = 1 / 40
LOOK_S = 0.1
"""Time alone is looked at so often while nothing comes: nothing that it changes on the glass is finer than a second."""
AGAIN_S = 0.1
"""The next frame while the outline waits for buttons to take touches."""
DARK = 0
"""Percent of the backlight while the screen sleeps."""
TOUCHED_S = 5.0
"""A touch is told to control at most so often; it keeps the screen from locking (ACC-3)."""


def pace_clock(frames: int) -> None:
    """Lets Kivy draw at most so many frames a second. Its settings count only before its clock exists."""
    Clock._max_fps = frames  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


class Machine(NamedTuple):
    """What the machine under the kiosk has to give.

    `finish` waits for the drawing of each flip to end; offscreen needs it, or memory grows without bound. `light` sets
    the backlight in percent, None where there is none. `pace` sets how many frames a second are drawn at most. `click`
    plays the click of a shot, None without a sound card.
    """

    finish: bool = False
    light: Callable[[int], None] | None = None
    pace: Callable[[int], None] = pace_clock
    click: Callable[[], None] | None = None


class KioskApp(App):
    """The kiosk.

    Args:
        client: the channel to control.
        clock: monotonic seconds; also the time of holds and of LIM-10.
        outline: file for the outline of the screen, None for none.
        on_flip_done: called after each completed flip (WDG-3).
        kept: file in which the settings of this screen are kept, None to keep none.
        machine: light, frames and sound.
    """

    def __init__(
        self,
        client: ChannelClient,
        clock: Callable[[], float],
        outline: Path | None = None,
        on_flip_done: Callable[[], None] | None = None,
        kept: Path | None = None,
        machine: Machine | None = None,
    ) -> None:
        super().__init__()
        machine = machine or Machine()
        self.client = client
        self.clock = clock
        self.local = Local(now=clock(), rested=clock(), has_light=machine.light is not None)
        self._kept = kept
        self._click = machine.click
        self._read_settings()
        self.snapshot: Snapshot | None = None
        self.catalogue: Catalogue = EMPTY
        self.glass: Glass | None = None
        self._outline = Outline(outline) if outline else None
        self._again = Clock.create_trigger(lambda _dt: Window.canvas.ask_update(), AGAIN_S)
        self._on_flip_done = on_flip_done
        self._finish = machine.finish
        self._shown = 0
        self._redrawn = float("-inf")
        self._told = self._looked = float("-inf")
        self._silent = True
        self._known: Local | None = None
        self._finger = OneFinger()
        self._scanner = Scanner(clock, lambda code: self.act(Scanned(code)))
        self._light = machine.light
        self._lit = -1
        self._dress = self._wanted()
        self._pace = machine.pace
        self._frames = 0
        self._drawn: object = None

    def build(self) -> Glass:
        """The root widget; kv files are read once in a process."""
        Metrics.density = min(Window.width, Window.height) / theme.SHORT_SIDE
        Metrics.fontscale = 1.0
        load()
        self.glass = self._new_glass()
        self.cycle(0)  # control may have spoken already: the first picture is the right one then
        Window.bind(on_flip=self._flipped, on_touch_down=self._touched)
        self._scanner.listen(Window)
        Clock.schedule_interval(self.cycle, DRAIN_S)
        return self.glass

    def _wanted(self) -> tuple[str, str]:
        return self.local.settings.theme, self.local.settings.language

    def _new_glass(self) -> Glass:
        """A root widget in the theme and the language that are set."""
        self._dress = self._wanted()
        theme.use(self.local.settings.theme)
        language.speak(self.local.settings.language)
        return Glass(size=Window.size)

    def on_stop(self) -> None:
        """Leaves nothing behind: a second application in the process starts clean."""
        Clock.unschedule(self.cycle)
        Window.unbind(on_flip=self._flipped, on_touch_down=self._touched)
        self._scanner.leave(Window)
        if self._light is not None and self.local.asleep:
            self._light(self.local.settings.brightness)
        self.client.close()

    # -- news -----------------------------------------------------------------------------------------------------
    def cycle(self, _dt: float) -> None:
        """Takes what has come from control, lets time pass, draws what changed."""
        self._scanner.wait()
        came = self.client.drain()
        if self._looks(came):
            self._look(came)
            self._known = self.local
        self._keep_drawing()

    def _looks(self, came: Drained) -> bool:
        """Whether there is anything to see: news, a touch, a silence that is too long now, a tenth of a second more."""
        now, silent = self.clock(), self.client.age_s * 1000 > STALE_MS
        nothing = came.snapshot is None and came.catalogue is None and not came.replies and self.local is self._known
        if nothing and silent == self._silent and now - self._looked < LOOK_S:
            return False
        self._silent, self._looked = silent, now
        return True

    def _look(self, came: Drained) -> None:
        age_ms = int(min(1e6, self.client.age_s * 1000))
        self.local = tick(self.local, self.clock(), age_ms, self.client.reason)
        if came.catalogue is not None:
            self.catalogue = came.catalogue
        kept = self.local.settings
        for reply in came.replies:
            self.local = hear(self.local, reply)
        if self.local.settings != kept:
            self._keep_settings()  # a backup that was restored held others
        if came.snapshot is not None:
            if self._click is not None and clicks(self.local, self.snapshot, came.snapshot):
                self._click()
            self.snapshot = came.snapshot
            outcome = see(self.local, came.snapshot)
            self.local = outcome.local
            self._send(outcome.commands)
        self.local = rest(self.local, self.snapshot)
        if self._dress != self._wanted():
            self._dress_anew()
        self.refresh()

    def _dress_anew(self) -> None:
        """Another theme or language: everything on the glass is made again, deaf for its first 400 ms as ever."""
        Window.remove_widget(self.glass)
        self.root = self.glass = self._new_glass()
        Window.add_widget(self.glass)

    def refresh(self) -> None:
        """Draws the present picture; widgets change only where it differs. Light and pace follow it."""
        assert self.glass is not None
        self._set_light()
        self._set_pace()
        seen = (*glance(self.snapshot, self.local), self.catalogue, self.glass)
        if seen != self._drawn:
            self._drawn = seen
            self.glass.show(draw(self.snapshot, self.local, self.catalogue))
            Window.clearcolor = theme.rgba(self.glass.ground)
        self.glass.point()
        self._shown = self.snapshot.number if self.snapshot else 0

    def _set_light(self) -> None:
        percent = DARK if self.local.asleep else self.local.settings.brightness
        if self._light is None or percent == self._lit:
            return
        self._lit = percent
        try:
            self._light(percent)
        except NappageError as fault:
            self._light = None  # said once; the screen then stays as bright as it is
            self.local = self.local.saying(sentence(fault))

    def _set_pace(self) -> None:
        wanted = frames(self.snapshot, self.local)
        if wanted != self._frames:
            self._frames = wanted
            self._pace(wanted)

    def _keep_drawing(self) -> None:
        """A frame in time; at once for a list that has come to its end since the last one, which alone counts."""
        if self.clock() - self._redrawn >= redraw_s(self.snapshot) or not self._at_end() <= self.local.ends:
            self._redrawn = self.clock()
            self.ask_redraw()

    def ask_redraw(self) -> None:
        """Asks for one more frame."""
        Window.canvas.ask_update()

    # -- touches --------------------------------------------------------------------------------------------------
    def act(self, action: Action) -> None:
        """One touch has meant this."""
        world = World(self.snapshot or BEFORE, self.catalogue)
        self.local = tick(self.local, self.clock(), self.local.age_ms, self.local.reason)
        before = self.local.settings
        outcome = act(self.local, action, world)
        self.local = outcome.local
        if self.local.settings != before:
            self._keep_settings()
        self._send(outcome.commands)
        self.refresh()

    def _read_settings(self) -> None:
        if self._kept is not None:
            try:
                self.local = replace(self.local, settings=keeping.read(self._kept))
            except SettingsUnreadable as fault:
                self.local = self.local.saying(sentence(fault))

    def _keep_settings(self) -> None:
        if self._kept is not None:
            try:
                keeping.keep(self._kept, self.local.settings)
            except SettingsNotKept as fault:
                self.local = self.local.saying(sentence(fault))

    def _send(self, commands: tuple[AnyCommand, ...]) -> None:
        for command in commands:
            try:
                self.client.send(command)
            except (NoControl, ChannelStalled) as fault:
                self.local = self.local.saying(sentence(fault))

    def _touched(self, _window: Any, touch: Any) -> bool:
        """Tells control that a person is here. True swallows what is no touch, and the second report of one touch."""
        if touch.sx < 0 or touch.sy < 0:  # mtdev reports such after a restart (PLATFORM)
            return True
        fault = self._finger.begins(str(touch.device), touch.sx, touch.sy, self.clock())
        if fault is not None:
            self.local = twice(self.local).saying(sentence(fault))
            return True
        if self.client.connected and self.clock() - self._told >= TOUCHED_S:
            self._told = self.clock()
            self._send((Touched(),))
        slept = self.local.asleep
        self.local = touched(self.local, self.clock())
        # The touch that wakes does nothing else, STOP excepted (UI-3); Glass hands STOP its touches in the dark too.
        return slept and not self._on_stop(touch)

    def _on_stop(self, touch: Any) -> bool:
        return self.glass is not None and bool(self.glass.stop.collide_point(*touch.pos))

    def _at_end(self) -> frozenset[str]:
        return self.glass.lists_at_end() if self.glass is not None else frozenset[str]()

    def _note_ends(self) -> None:
        """Remembers which lists have shown their last page: it is on the glass now."""
        seen = self._at_end()
        if not seen <= self.local.ends:
            self.local = replace(self.local, ends=self.local.ends | seen)

    # -- frames ---------------------------------------------------------------------------------------------------
    def _flipped(self, *_: Any) -> None:
        """A frame is on the glass; returns None, or Kivy would stop drawing."""
        if not gc.isenabled():
            gc.freeze()  # what the first frame was made of stays, and is never looked through again
            gc.enable()
        if self._finish:
            glFinish()
        self._redrawn = self.clock()
        self._note_ends()
        if self.client.connected and self._shown:
            self._send((Flip(self._shown),))
        if self._outline is not None and self.glass is not None and self._outline.write(self.glass):
            self._again()
        if self._on_flip_done is not None:
            self._on_flip_done()
