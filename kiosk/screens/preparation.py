"""Disinfection and anaesthetic before the first shot."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import Preparation


class PreparationScreen(Page):
    """See `kiosk.view.steps.Preparation` for what it shows."""

    data = ObjectProperty(Preparation(), rebind=True)
