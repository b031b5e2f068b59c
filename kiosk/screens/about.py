"""Versions, and the one plain sentence about what this is."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.start import About


class AboutScreen(Page):
    """See `kiosk.view.start.About` for what it shows."""

    data = ObjectProperty(About(), rebind=True)
