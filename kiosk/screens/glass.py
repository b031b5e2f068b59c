"""The whole glass: header, message strip, rail and STOP around one screen, and at most one panel over it.

While a lesson runs it has a line of its own under the message strip, and a ring that takes no touch. STOP is the last
child, so nothing is ever drawn over it and no touch meets anything before it (STP-2).
"""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens import panel_class, screen_class
from kiosk.screens.page import Page
from kiosk.screens.reach import reached, ringed
from kiosk.screens.widgets.fair import Fair
from kiosk.screens.widgets.rows import PagedRows
from kiosk.screens.widgets.settle import settle
from kiosk.screens.widgets.touchable import StopButton, Touchable
from kiosk.view.frame import Frame
from kiosk.view.lesson import LessonStrip
from kiosk.view.picture import Picture


class Surround(Fair):
    """Header, body, strip and, while a lesson runs, its line; beside (portrait: under) the rail."""

    frame = ObjectProperty(Frame(), rebind=True)
    lesson = ObjectProperty(LessonStrip(), rebind=True)
    tall = BooleanProperty(False)
    below = NumericProperty(0)
    """Height of what a panel leaves uncovered at the bottom, pixels."""


class Glass(FloatLayout):
    """The root widget. `show` draws a picture; only what changed is written."""

    frame = ObjectProperty(Frame(), rebind=True)
    lesson = ObjectProperty(LessonStrip(), rebind=True)
    tall = BooleanProperty(False)
    covered = BooleanProperty(False)
    """True under the cover and in the dark, which hide the message strip as well."""
    whole = BooleanProperty(False)
    """True while a panel takes the whole glass, rail and strip included; STOP stays above it (STP-2)."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._pages: dict[str, Page] = {}
        self._panels: dict[str, Page] = {}
        self._screen = ""
        self._panel = ""
        self._lists: tuple[PagedRows, ...] = ()
        self.picture: Picture | None = None

    def on_size(self, *_: object) -> None:
        """Portrait puts the rail on top."""
        self.tall = self.height > self.width

    @property
    def stop(self) -> StopButton:
        """STOP."""
        return self.ids.stop

    @property
    def ground(self) -> str:
        """Name of the colour that the window is cleared to: the page's ground, the largest of all, costs nothing so."""
        return "armed_pale" if self.frame.armed else "paper"

    @property
    def panel(self) -> str:
        """Key of the panel over the screen, '' for none."""
        return self._panel

    def show(self, picture: Picture) -> bool:
        """Draws a picture; True when anything on the glass changed."""
        if picture == self.picture:
            return False
        self.frame = picture.frame
        self.lesson = picture.lesson
        self._turn_to(picture.screen, picture.page)
        self._cover_with(picture.panel, picture.over)
        self.picture = picture
        return True

    def _turn_to(self, screen: str, data: object) -> None:
        page = self._pages.get(screen)
        if page is None:
            page = self._pages[screen] = screen_class(screen)()
        page.data = data
        if screen != self._screen:
            self._screen = screen
            self._lists = tuple(widget for widget in page.walk(restrict=True) if isinstance(widget, PagedRows))
            body = self.ids.surround.ids.body
            body.clear_widgets()
            body.add_widget(page)
            settle(body if self.picture is not None else self)
            _appear(page)

    def _cover_with(self, panel: str, data: object) -> None:
        over = self.ids.over
        if panel:
            page = self._panels.get(panel)
            if page is None:
                page = self._panels[panel] = panel_class(panel)()
            page.data = data
        if panel != self._panel:
            before, self._panel = self._panel, panel
            self.covered, self.whole = panel in ("cover", "dark"), panel == "touch"
            over.clear_widgets()
            if panel:
                over.add_widget(self._panels[panel])
                settle(over)
                _appear(self._panels[panel])
            elif before:
                _appear(self.ids.surround)

    def point(self) -> None:
        """Draws the ring of a lesson around what it means, wherever that stands now; around nothing without one."""
        ring = self.ids.ring
        found = ringed(self.lesson.ring, reached(self)) if self.lesson.ring else None
        ring.on = found is not None and not self.covered
        if found is not None:
            ring.pos, ring.size = found.to_window(*found.pos), found.size

    def lists_at_end(self) -> frozenset[str]:
        """Names of the led lists of the screen that show their last page; none while a panel covers them."""
        if self._panel:
            return frozenset()
        return frozenset(rows.name for rows in self._lists if rows.led and rows.at_end)

    def on_touch_down(self, touch: Any) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """STOP first; then the panel, which takes every touch; then the screen."""
        if self.stop.on_touch_down(touch):
            return True
        if self._panel:
            self.ids.over.on_touch_down(touch)
            if not self.covered:
                self.ids.surround.ids.lesson.on_touch_down(touch)
            return True
        return bool(self.ids.rail.on_touch_down(touch) or self.ids.surround.on_touch_down(touch))


def _appear(root: Any) -> None:
    for widget in root.walk(restrict=True):
        if isinstance(widget, Touchable):
            widget.appear()
