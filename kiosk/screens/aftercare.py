"""The sheet that the patient takes home, and the code that holds it."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.ending import Aftercare


class AftercareScreen(Page):
    """See `kiosk.view.ending.Aftercare` for what it shows."""

    data = ObjectProperty(Aftercare(), rebind=True)
