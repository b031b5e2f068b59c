"""What the device has done, and which part is new."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.wear import Wear


class WearScreen(Page):
    """See `kiosk.view.wear.Wear` for what it shows."""

    data = ObjectProperty(Wear(), rebind=True)
