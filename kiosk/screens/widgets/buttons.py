"""The shapes that things to touch come in; how they look is in widgets.kv, what they do in `touchable`."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.screens.widgets.touchable import Touchable
from kiosk.view.touch import Tile


class KeyButton(Touchable):
    """A centred word with an icon before it."""

    role = StringProperty("label")


class RowButton(Touchable):
    """A line of a list: icon, title over detail, a word at the right."""

    full_height = NumericProperty(0)
    """Height at which no text of it is drawn smaller, pixels."""
    roomy = BooleanProperty(False)
    """Whether it is so high."""


class RailButton(Touchable):
    """An icon over a word, on the dark rail."""


class FieldButton(Touchable):
    """A field of a form: its name over its value."""


class CardButton(Touchable):
    """A large card: icon, title, one sentence."""


class TileButton(Touchable):
    """A setting: title, large number, unit, and the limit that binds."""

    tile = ObjectProperty(Tile(), rebind=True)

    def on_tile(self, *_: object) -> None:
        """The touch travels inside its tile."""
        self.model = self.tile.touch
