"""The dose on the glass: a ring of shots, the syringe on its side, the line's pressure; and the tile of the zone."""

from __future__ import annotations

from kivy.properties import ColorProperty, ObjectProperty

from kiosk.screens import theme
from kiosk.screens.widgets.fair import Fair
from kiosk.screens.widgets.touchable import Touchable
from kiosk.view.dosage import Barrel, Pressure, Ring
from kiosk.view.touch import Tile
from kiosk.view.treat import ZoneTile


class RingButton(Touchable):
    """The shots: what was armed for as a ring, and the tile on which their number is set."""

    tile = ObjectProperty(Tile(), rebind=True)
    ring = ObjectProperty(Ring(), rebind=True)

    def on_tile(self, *_: object) -> None:
        """The touch travels inside its tile."""
        self.model = self.tile.touch


class ZoneButton(Touchable):
    """The zone: its name beside the small map."""

    zone = ObjectProperty(ZoneTile(), rebind=True)

    def on_zone(self, *_: object) -> None:
        """The touch travels inside its tile."""
        self.model = self.zone.tile.touch


class SyringeGauge(Fair):
    """A syringe on its side: what stays in it, what can be given, what is gone."""

    model = ObjectProperty(Barrel(), rebind=True)
    tint = ColorProperty(theme.rgba("petrol"))

    def on_model(self, *_: object) -> None:
        """The tone colours what can be given."""
        self.tint = theme.rgba(theme.INKS[self.model.tone])


class PressureGauge(Fair):
    """The line's pressure on its way to the occlusion threshold."""

    model = ObjectProperty(Pressure(), rebind=True)
    tint = ColorProperty(theme.rgba("green"))

    def on_model(self, *_: object) -> None:
        """The tone colours the level."""
        self.tint = theme.rgba(theme.INKS[self.model.tone])
