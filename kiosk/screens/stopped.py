"""The stop: its state in a sentence, and the acknowledgement that leaves it (STP-1, STP-3)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Stopped


class StopPanel(Page):
    """See `kiosk.view.panels.Stopped` for what it shows."""

    data = ObjectProperty(Stopped(), rebind=True)
