"""The history of alarms."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.faults import Faults


class FaultsScreen(Page):
    """See `kiosk.view.faults.Faults` for what it shows."""

    data = ObjectProperty(Faults(), rebind=True)
