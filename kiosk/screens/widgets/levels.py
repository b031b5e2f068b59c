"""One input or output on one line of even type, so that a whole page of them reads as a table."""

from __future__ import annotations

from kivy.properties import ColorProperty, ObjectProperty

from kiosk.screens import theme
from kiosk.screens.widgets.fair import Fair
from kiosk.view.touch import Line


class LevelRow(Fair):
    """A `kiosk.view.touch.Line`: icon, title, and its level or figure at the right."""

    model = ObjectProperty(Line(), rebind=True)
    tint = ColorProperty(theme.rgba("ink"))

    def on_model(self, *_: object) -> None:
        """The tone colours the icon."""
        self.tint = theme.rgba(theme.INKS[self.model.tone])
