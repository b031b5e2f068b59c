"""The choice of a treatment, and what its profile says."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.treatments import Protocols


class ProtocolsScreen(Page):
    """See `kiosk.view.treatments.Protocols` for what it shows."""

    data = ObjectProperty(Protocols(), rebind=True)
