"""Every input and output as it is now; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.checking import Inputs


class InputsScreen(Page):
    """See `kiosk.view.checking.Inputs` for what it shows."""

    data = ObjectProperty(Inputs(), rebind=True)
