"""The injector's line and control's cycle, live."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.wire import Wire


class LinkScreen(Page):
    """See `kiosk.view.wire.Wire` for what it shows."""

    data = ObjectProperty(Wire(), rebind=True)
