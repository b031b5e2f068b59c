"""The syringe by its picture, its fill, and what is new (LIM-12, LIM-14)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import Syringe


class SyringeScreen(Page):
    """See `kiosk.view.steps.Syringe` for what it shows."""

    data = ObjectProperty(Syringe(), rebind=True)
