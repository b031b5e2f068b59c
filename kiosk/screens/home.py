"""Home: start a session, look back, and the state of the device."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.start import Home


class HomeScreen(Page):
    """See `kiosk.view.start.Home` for what it shows."""

    data = ObjectProperty(Home(), rebind=True)
