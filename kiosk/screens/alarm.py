"""One alarm in full (ALM-4)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.alarms import AlarmPage


class AlarmScreen(Page):
    """See `kiosk.view.alarms.AlarmPage` for what it shows."""

    data = ObjectProperty(AlarmPage(), rebind=True)
