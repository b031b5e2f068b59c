"""The pages of service; for technicians and administrators."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.service import Service


class ServiceScreen(Page):
    """See `kiosk.view.service.Service` for what it shows."""

    data = ObjectProperty(Service(), rebind=True)
