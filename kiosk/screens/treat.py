"""Treating: what is set, what is missing, and while armed what happens."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.treat import TreatView


class TreatScreen(Page):
    """See `kiosk.view.treat.TreatView` for what it shows."""

    data = ObjectProperty(TreatView(), rebind=True)
