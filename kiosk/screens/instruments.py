"""What measures when the device is calibrated, named or not; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.instruments import Instruments


class InstrumentsScreen(Page):
    """See `kiosk.view.instruments.Instruments` for what it shows."""

    data = ObjectProperty(Instruments(), rebind=True)
