"""A new account: name, role, then its PIN."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.people import NewAccount


class AccountScreen(Page):
    """See `kiosk.view.people.NewAccount` for what it shows."""

    data = ObjectProperty(NewAccount(), rebind=True)
