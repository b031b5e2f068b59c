"""The lock screen; STOP stays where it is (ACC-3)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import PinAsked


class LockPanel(Page):
    """See `kiosk.view.panels.PinAsked` for what it shows."""

    data = ObjectProperty(PinAsked(), rebind=True)
