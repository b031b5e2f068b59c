"""Priming: the volume to push, then whether a drop was seen."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import PrimeView


class PrimeScreen(Page):
    """See `kiosk.view.steps.PrimeView` for what it shows."""

    data = ObjectProperty(PrimeView(), rebind=True)
