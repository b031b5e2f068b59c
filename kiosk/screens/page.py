"""The base of all screens and panels: one property `data`, frozen view data, from which its kv file draws."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.screens.widgets.fair import Fair


class Page(Fair):
    """A screen or panel. Each class sets `data` to an empty value of its view struct; kv reads only from it."""

    data = ObjectProperty(None, rebind=True)
    tall = BooleanProperty(False)
    """True in portrait, where things stand under each other."""

    def on_size(self, *_: object) -> None:
        """Portrait is what is taller than wide."""
        self.tall = self.height > self.width
