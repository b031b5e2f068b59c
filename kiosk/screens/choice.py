"""A short list to choose from: zone and side, mode, how to recover."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Choosing


class ChoicePanel(Page):
    """See `kiosk.view.panels.Choosing` for what it shows."""

    data = ObjectProperty(Choosing(), rebind=True)
