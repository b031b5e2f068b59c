"""The guided checks, or the one that runs; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.checking import Checks


class ChecksScreen(Page):
    """See `kiosk.view.checking.Checks` for what it shows."""

    data = ObjectProperty(Checks(), rebind=True)
