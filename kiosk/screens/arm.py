"""The offer in words; holding the button arms exactly this (LIM-8, UI-6)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Offered


class ArmPanel(Page):
    """See `kiosk.view.panels.Offered` for what it shows."""

    data = ObjectProperty(Offered(), rebind=True)
