"""The settings of this screen."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.preferences import Preferences


class SettingsScreen(Page):
    """See `kiosk.view.preferences.Preferences` for what it shows."""

    data = ObjectProperty(Preferences(), rebind=True)
