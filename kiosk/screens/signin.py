"""Sign-in: who, then the PIN on our own pad (ACC-1, ACC-2)."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.start import SignIn


class SignInScreen(Page):
    """See `kiosk.view.start.SignIn` for what it shows."""

    data = ObjectProperty(SignIn(), rebind=True)
