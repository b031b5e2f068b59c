"""A question that must be answered before a value counts (LIM-1, LIM-8)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Asked


class QuestionPanel(Page):
    """See `kiosk.view.panels.Asked` for what it shows."""

    data = ObjectProperty(Asked(), rebind=True)
