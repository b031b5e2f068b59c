"""Age, consent and contraindications; a physician may decide otherwise, with a reason."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import Screening


class ScreeningScreen(Page):
    """See `kiosk.view.steps.Screening` for what it shows."""

    data = ObjectProperty(Screening(), rebind=True)
