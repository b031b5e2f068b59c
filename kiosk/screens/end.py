"""The end of a session: what was given, clean-up, aftercare, signature."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.ending import End


class EndScreen(Page):
    """See `kiosk.view.ending.End` for what it shows."""

    data = ObjectProperty(End(), rebind=True)
