"""The body map on which zone and side are chosen; the same zones as a list are one touch away."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.bodymap import MapView


class MapPanel(Page):
    """See `kiosk.view.bodymap.MapView` for what it shows."""

    data = ObjectProperty(MapView(), rebind=True)
