"""Things drawn rather than written: lamps, the scale of a value's limits, a syringe to its size."""

from __future__ import annotations

from kivy.properties import ColorProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.screens import theme
from kiosk.screens.widgets.fair import Fair
from kiosk.screens.widgets.touchable import Touchable
from kiosk.view.panels import Scale
from kiosk.view.steps import Barrel
from kiosk.view.touch import Lamp


class LampDot(Fair):
    """A lamp with its name: lit is a filled disc, dark is a ring, so that colour is not the only sign."""

    model = ObjectProperty(Lamp(), rebind=True)
    tint = ColorProperty(theme.rgba("green"))

    def on_model(self, *_: object) -> None:
        """The tone colours the lamp."""
        self.tint = theme.rgba(theme.INKS[self.model.tone])


class LimitScale(Widget):
    """A value between its limits: the usual range thick, the hard ends as stops."""

    model = ObjectProperty(Scale(), rebind=True)


class BarrelButton(Touchable):
    """A syringe drawn to its size, to choose the barrel by picture (LIM-12)."""

    barrel = ObjectProperty(Barrel(), rebind=True)
    bore = NumericProperty(0.5)
    """Width of the drawn barrel relative to the largest: volume goes with the cube."""
    broad = NumericProperty(0.5)
    """The same as it is drawn: less where the card is narrow."""

    def on_barrel(self, *_: object) -> None:
        """The touch travels inside the barrel."""
        self.model = self.barrel.touch
        self.bore = self.barrel.size ** (1 / 3)
