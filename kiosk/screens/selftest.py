"""The start-up self-test: a checklist, its question, and what to repair (PST-1)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.start import SelfTest


class SelfTestScreen(Page):
    """See `kiosk.view.start.SelfTest` for what it shows."""

    data = ObjectProperty(SelfTest(), rebind=True)
