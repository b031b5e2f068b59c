"""How depth and doses drifted from proof to proof; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.certificates import Drift


class DriftScreen(Page):
    """See `kiosk.view.certificates.Drift` for what it shows."""

    data = ObjectProperty(Drift(), rebind=True)
