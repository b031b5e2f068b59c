"""What the clinic does before a session is signed."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.ending import CleanUp


class CleanupScreen(Page):
    """See `kiosk.view.ending.CleanUp` for what it shows."""

    data = ObjectProperty(CleanUp(), rebind=True)
