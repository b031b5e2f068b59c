"""One barrel weighed out, shot by shot; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.calibrating import Calibrating


class CalibratingScreen(Page):
    """See `kiosk.view.calibrating.Calibrating` for what it shows."""

    data = ObjectProperty(Calibrating(), rebind=True)
