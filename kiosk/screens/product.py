"""The product with lot and expiry, typed from the pack."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.steps import Listed


class ProductScreen(Page):
    """See `kiosk.view.steps.Listed` for what it shows."""

    data = ObjectProperty(Listed(), rebind=True)
