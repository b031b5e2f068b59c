"""The sleeping screen: dark but for the time and STOP; on a screen with a backlight the light is off as well."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Dark


class DarkPanel(Page):
    """See `kiosk.view.panels.Dark` for what it shows."""

    data = ObjectProperty(Dark(), rebind=True)
