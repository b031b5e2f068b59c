"""One instrument: what is printed on it and on its own certificate."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.instruments import Naming


class InstrumentScreen(Page):
    """See `kiosk.view.instruments.Naming` for what it shows."""

    data = ObjectProperty(Naming(), rebind=True)
