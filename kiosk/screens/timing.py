"""The times measured on this device, with their histogram; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.timing import Timing


class TimingScreen(Page):
    """See `kiosk.view.timing.Timing` for what it shows."""

    data = ObjectProperty(Timing(), rebind=True)
