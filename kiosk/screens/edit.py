"""One value with its limits and their origin: steppers, number pad, hold to confirm (LIM-4, LIM-8)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.panels import Editing


class EditPanel(Page):
    """See `kiosk.view.panels.Editing` for what it shows."""

    data = ObjectProperty(Editing(), rebind=True)
