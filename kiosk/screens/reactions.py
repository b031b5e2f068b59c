"""What was seen after a treatment."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.noting import Reactions


class ReactionsScreen(Page):
    """See `kiosk.view.noting.Reactions` for what it shows."""

    data = ObjectProperty(Reactions(), rebind=True)
