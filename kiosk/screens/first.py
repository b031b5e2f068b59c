"""The first start: the administrator's name and PIN (ACC-1)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.start import FirstStart


class FirstScreen(Page):
    """See `kiosk.view.start.FirstStart` for what it shows."""

    data = ObjectProperty(FirstStart(), rebind=True)
