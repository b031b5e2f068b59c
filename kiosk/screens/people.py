"""Who has an account; for administrators."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.people import People


class PeopleScreen(Page):
    """See `kiosk.view.people.People` for what it shows."""

    data = ObjectProperty(People(), rebind=True)
