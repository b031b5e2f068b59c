"""The cover when control does not answer: nothing on the glass may be believed."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Covered


class CoverPanel(Page):
    """See `kiosk.view.panels.Covered` for what it shows."""

    data = ObjectProperty(Covered(), rebind=True)
