"""One barrel weighed out, shot by shot; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.calibration import Calibrating


class CalibratingScreen(Page):
    """See `kiosk.view.calibration.Calibrating` for what it shows."""

    data = ObjectProperty(Calibrating(), rebind=True)
