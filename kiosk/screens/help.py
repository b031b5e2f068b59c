"""Help for the screen beneath: what it is, and what to do next."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.help import Help


class HelpPanel(Page):
    """See `kiosk.view.help.Help` for what it shows."""

    data = ObjectProperty(Help(), rebind=True)
