"""What the weights propose, before and after; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.calibration import Proposing


class ProposalScreen(Page):
    """See `kiosk.view.calibration.Proposing` for what it shows."""

    data = ObjectProperty(Proposing(), rebind=True)
