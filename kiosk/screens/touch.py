"""The touch test: targets at every edge and corner of the whole glass; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.touching import Touching


class TouchPanel(Page):
    """See `kiosk.view.touching.Touching` for what it shows."""

    data = ObjectProperty(Touching(), rebind=True)
