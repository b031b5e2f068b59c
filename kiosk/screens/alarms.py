"""Every alarm in full: what happened, whether the patient is safe, what to do (ALM-4)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.alarms import Alarms


class AlarmsScreen(Page):
    """See `kiosk.view.alarms.Alarms` for what it shows."""

    data = ObjectProperty(Alarms(), rebind=True)
