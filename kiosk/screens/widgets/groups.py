"""Rows and grids of one kind of part, kept while their items change, so that a button under a finger stays itself."""

from __future__ import annotations

from kivy.factory import Factory
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout

from kiosk.view.steps import Stepper


class Group(GridLayout):
    """One part for each item, side by side or in a grid."""

    items = ObjectProperty(())
    kind = StringProperty("KeyButton")
    field = StringProperty("model")
    """The part's property that takes the item."""
    across = NumericProperty(0)
    """Columns; 0 for all in one row."""

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        for name in ("items", "kind", "across"):
            self.fbind(name, self._fill)
        self._fill()

    def _fill(self, *_: object) -> None:
        self.cols = int(self.across) or max(1, len(self.items))
        for extra in list(reversed(self.children))[len(self.items) :]:
            self.remove_widget(extra)
        for _more in range(len(self.items) - len(self.children)):
            self.add_widget(Factory.get(self.kind)())
        for part, item in zip(reversed(self.children), self.items, strict=True):
            setattr(part, self.field, item)


class StepsBar(BoxLayout):
    """The steps of the set-up, the present one marked."""

    model = ObjectProperty(Stepper(), rebind=True)


class StepsFoot(BoxLayout):
    """The way out and the way on."""

    model = ObjectProperty(Stepper(), rebind=True)
