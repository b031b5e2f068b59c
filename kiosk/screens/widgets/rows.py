"""Lists that turn pages instead of scrolling: a page is what fits, and a touch never moves it by accident."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.relativelayout import RelativeLayout

from kiosk.screens import theme
from kiosk.screens.widgets.even import Even
from kiosk.screens.widgets.fair import Fair
from kiosk.view.language import say
from kiosk.view.touch import Line, Touch

APART = 20
"""dp: between two columns of lines, which have no edges of their own."""


class ReadRow(RelativeLayout):
    """Something to read."""

    model = ObjectProperty(Line(), rebind=True)
    least_width = NumericProperty(0)
    least_height = NumericProperty(0)
    """What its texts need (`fair.Fair`), pixels."""
    full_height = NumericProperty(0)
    """Height at which no text of it is drawn smaller, pixels."""
    roomy = BooleanProperty(False)
    """Whether it is so high."""


class LineRow(ReadRow):
    """A line to read."""

    role = StringProperty("body")
    """Type of its title."""
    tint = ColorProperty(theme.rgba("ink"))


class FactRow(ReadRow):
    """A sentence to read at arm's length, with what it is about in small letters before it."""


class EmptyPage(Fair):
    """What a page says while it has nothing to show: that, and what will stand there."""

    title = StringProperty("")
    hint = StringProperty("")


class TableRow(Fair):
    """A row of a table, one text for each column."""

    model = ObjectProperty((), rebind=True)
    weights = ObjectProperty((0.55, 1.2, 1.25, 1.25, 1.2))
    """Relative widths of the columns."""

    def on_model(self, *_: object) -> None:
        """Cells are made once and then written over."""
        while len(self.children) < len(self.model):
            self.add_widget(Factory.TableCell())
        for cell, text, weight in zip(reversed(self.children), self.model, self.weights, strict=False):
            cell.text = text
            cell.size_hint_x = weight


class Rows(GridLayout):
    """The rows of one page; one of them at least has to have its place."""

    least_height = NumericProperty(0)


class PagedRows(Fair):
    """Rows of one kind, as many as fit, with a pager under them when there are more."""

    items = ObjectProperty(())
    kind = StringProperty("RowButton")
    name = StringProperty("list")
    """Prefix of the pager's keys, unique on a screen."""
    row_height = NumericProperty(theme.TARGET + 4)
    """dp"""
    columns = NumericProperty(1)
    """Columns where the list is wide enough, else fewer."""
    narrowest = NumericProperty(200)
    """Least width of a column, dp."""
    led = BooleanProperty(False)
    """True where the screen's own buttons turn the pages: there is no pager then, and `page` comes from the view."""
    page = NumericProperty(0)
    pages = NumericProperty(1)

    def __init__(self, **given: Any) -> None:
        super().__init__(orientation="vertical", spacing=dp(theme.GAP), **given)
        self._grid = Rows(spacing=dp(theme.GAP), size_hint_y=1)
        self._pager = Fair(size_hint_y=None, height=0, spacing=dp(theme.GAP), opacity=0)
        self._back, self._on = Factory.KeyButton(size_hint_x=None), Factory.KeyButton(size_hint_x=None)
        self._words: Label = Factory.Text(role="small", halign="center", color=theme.rgba("soft"))
        for part in (self._back, self._words, self._on):
            self._pager.add_widget(part)
        self._back.bind(on_fire=lambda *_: self._turn(-1))
        self._on.bind(on_fire=lambda *_: self._turn(1))
        self.add_widget(self._grid)
        self.add_widget(self._pager)
        self._laid: tuple[object, ...] = ()
        self._room_for: object = None
        self._row, self._full, self._fewer = 0.0, 0.0, 0
        again = self._again = Clock.create_trigger(self._lay, -1)
        self._look = Clock.create_trigger(self._make_room, 0)
        self._even = Even(lambda: self._grid.children)
        for name in ("items", "size", "page", "kind", "columns", "narrowest", "row_height", "led"):
            self.fbind(name, again)
        again()

    @property
    def at_end(self) -> bool:
        """True while the last page is laid out in a window, with room for all its texts."""
        at_rest = self._laid == self._given() and not self._look.is_triggered
        return at_rest and self.get_root_window() is not None and self.page >= self.pages - 1

    def _turn(self, by: int) -> None:
        self.page = max(0, min(self.pages - 1, self.page + by))

    def _given(self) -> tuple[object, ...]:
        """All that a layout is made from."""
        return (self.items, *self.size, self.page, self.kind, self.columns, self.narrowest, self.row_height, self.led)

    def _lay(self, *_: object) -> None:
        if (self.items, self.width) != self._room_for:
            self._room_for, self._row, self._fewer = (self.items, self.width), 0.0, 0
            self._look()
        gap, row = dp(theme.GAP), max(dp(self.row_height), self._row)
        columns = max(1, min(int(self.columns), int(self.width // dp(self.narrowest)) or 1) - self._fewer)
        whole = max(1, int((self.height + gap) // (row + gap))) * columns
        paged = len(self.items) > whole
        pager = 0 if self.led else dp(theme.TARGET)
        fits = max(1, int((self.height - pager) // (row + gap))) * columns if paged else whole
        self.pages = max(1, -(-len(self.items) // fits))
        self.page = min(int(self.page), self.pages - 1)
        self._laid = self._given()
        shown = self.items[self.page * fits : (self.page + 1) * fits]
        self._grid.cols = max(1, min(columns, len(shown)))
        self._grid.spacing = [dp(APART) if self.kind == "LineRow" else gap, gap]
        self._show_pager(paged and not self.led, pager)
        lines = max(1, -(-(fits if paged else len(self.items)) // columns))
        spare = (self.height - self._pager.height - self.spacing + gap) / lines - gap
        self._fill(shown, max(row, min(self._full, spare)))

    def _fill(self, shown: tuple[Any, ...], row: float) -> None:
        grid = self._grid
        have = list(reversed(grid.children))
        for extra in have[len(shown) :]:
            grid.remove_widget(extra)
        for _ in range(len(shown) - len(have)):
            grid.add_widget(self._made())
        for widget, item in zip(reversed(grid.children), shown, strict=True):
            widget.height = row
            widget.model = item
        grid.least_height = row if shown else 0
        spare = self.height - self._pager.height
        used = -(-len(shown) // max(1, grid.cols)) * (row + dp(theme.GAP))
        grid.padding = [0, 0, 0, max(0, spare - used)]
        self._even.look()

    def _made(self) -> Any:
        row = Factory.get(self.kind)(size_hint_y=None)
        for name in ("least_width", "least_height", "full_height"):
            if row.property(name, quiet=True) is not None:
                row.fbind(name, self._look)
        return row

    def _make_room(self, *_: object) -> None:
        """A row whose texts do not fit makes columns fewer, or all rows higher, until other items come.

        Room that the page has to spare makes them so high that no text is drawn smaller than those beside it.
        It is looked at when the layout has come to rest: on its way there a text is narrow for a moment.
        """
        rows = self._grid.children
        if self._grid.cols > 1 and any(getattr(row, "least_width", 0) > row.width + 0.5 for row in rows):
            self._fewer += 1
            self._again()
            return
        needed = max((getattr(row, "least_height", 0.0) for row in rows), default=0.0)
        full = max((getattr(row, "full_height", 0.0) for row in rows), default=0.0)
        if needed > max(dp(self.row_height), self._row) + 0.5 or abs(full - self._full) > 0.5:
            self._row, self._full = max(self._row, needed), full
            self._again()

    def _show_pager(self, paged: bool, height: float) -> None:
        self.spacing = dp(theme.GAP) if paged else 0
        self._pager.height, self._pager.opacity = (height, 1) if paged else (0, 0)
        self._words.text = say("{page} of {pages}", page=int(self.page) + 1, pages=int(self.pages)) if paged else ""
        for side, key, icon, possible, why in (
            (self._back, "earlier", "chevron-left", self.page > 0, say("This is the first page.")),
            (self._on, "later", "chevron-right", self.page < self.pages - 1, say("This is the last page.")),
        ):
            side.width = max(dp(theme.TARGET), min(dp(theme.TARGET * 1.6), (self.width - dp(66)) / 2))
            side.model = (
                Touch(f"{self.name}:{key}", "", icon=icon, enabled=bool(possible), why=why) if paged else Touch()
            )
