"""The needle on the handpiece, and whether it is new (LIM-14)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import Listed


class NeedleScreen(Page):
    """See `kiosk.view.steps.Listed` for what it shows."""

    data = ObjectProperty(Listed(), rebind=True)
