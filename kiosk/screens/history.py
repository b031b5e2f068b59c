"""Earlier sessions, the newest first."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.records import History


class HistoryScreen(Page):
    """See `kiosk.view.records.History` for what it shows."""

    data = ObjectProperty(History(), rebind=True)
