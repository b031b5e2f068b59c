"""Everybody who is due; for practitioners."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.due import Due


class DueScreen(Page):
    """See `kiosk.view.due.Due` for what it shows."""

    data = ObjectProperty(Due(), rebind=True)
