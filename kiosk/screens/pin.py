"""The PIN that signs a session."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import PinAsked


class PinPanel(Page):
    """See `kiosk.view.panels.PinAsked` for what it shows."""

    data = ObjectProperty(PinAsked(), rebind=True)
