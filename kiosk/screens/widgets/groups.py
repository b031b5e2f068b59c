"""Rows and grids of one kind of part, kept while their items change, so that a button under a finger stays itself."""

from __future__ import annotations

from typing import Any

from kivy.factory import Factory
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens.widgets.even import Even
from kiosk.screens.widgets.fair import Fair
from kiosk.view.steps import Stepper


class Group(Fair):
    """One part for each item, side by side, under each other or in a grid."""

    items = ObjectProperty(())
    kind = StringProperty("KeyButton")
    field = StringProperty("model")
    """The part's property that takes the item."""
    across = NumericProperty(0)
    """Columns; 0 for all in one row."""
    one_row = NumericProperty(0)
    """Width that all parts need side by side, pixels."""

    def __init__(self, **given: object) -> None:
        self._parts: list[Any] = []
        self._laid: tuple[int, int] = (-1, -1)
        self._even = Even(lambda: self._parts)
        super().__init__(**given)
        for name in ("items", "kind", "across"):
            self.fbind(name, self._fill)
        self._fill()

    def _fill(self, *_: object) -> None:
        parts, count = self._parts, len(self.items)
        del parts[count:]
        parts += [self._made() for _ in range(count - len(parts))]
        if self._laid != (count, int(self.across)):
            self._laid = count, int(self.across)
            self._lay_out()
        for part, item in zip(parts, self.items, strict=True):
            setattr(part, self.field, item)
        self._even.look()

    def _made(self) -> Any:
        part = Factory.get(self.kind)()
        if part.property("least_width", quiet=True) is not None:
            part.fbind("least_width", self._add_up)
        return part

    def _add_up(self, *_: object) -> None:
        needs = [getattr(part, "least_width", 0.0) for part in self._parts]
        self.one_row = sum(needs) + self.spacing * max(0, len(needs) - 1)

    def _lay_out(self) -> None:
        """One box for a row or a column, a box of rows for a grid."""
        for part in self._parts:
            if part.parent is not None:
                part.parent.remove_widget(part)
        self.clear_widgets()
        columns = int(self.across)
        self.orientation = "vertical" if columns else "horizontal"
        for first in range(0, len(self._parts), columns if columns > 1 else max(1, len(self._parts))):
            row = self._parts[first : first + columns] if columns > 1 else self._parts
            box = Fair(spacing=self.spacing) if columns > 1 else self
            for part in (*row, *(Widget() for _ in range(columns - len(row)))):
                box.add_widget(part)
            if box is not self:
                self.add_widget(box)


class StepsBar(Fair):
    """The steps of the set-up, the present one marked; in two rows in a language whose words are too long for one."""

    model = ObjectProperty(Stepper(), rebind=True)
    needed = NumericProperty(0)
    """Width that their names need side by side, pixels."""
    rows = NumericProperty(1)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        for name in ("needed", "width"):
            self.fbind(name, self._stand)

    def _stand(self, *_: object) -> None:
        self.rows = 2 if self.needed > self.width else 1


class StepsFoot(Fair):
    """The way out and the way on."""

    model = ObjectProperty(Stepper(), rebind=True)
