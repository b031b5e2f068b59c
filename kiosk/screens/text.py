"""One line of text on our own keyboard, or a date on the number pad."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Texting


class TextPanel(Page):
    """See `kiosk.view.panels.Texting` for what it shows."""

    data = ObjectProperty(Texting(), rebind=True)
