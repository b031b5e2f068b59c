"""The patient's code and the questions it raises (LIM-15)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import Patient


class PatientScreen(Page):
    """See `kiosk.view.steps.Patient` for what it shows."""

    data = ObjectProperty(Patient(), rebind=True)
