"""The calibration in force, and the way to measure it again; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.calibration import InForce


class CalibrationScreen(Page):
    """See `kiosk.view.calibration.InForce` for what it shows."""

    data = ObjectProperty(InForce(), rebind=True)
