"""One session's record: totals, every shot, what is uncertain, export."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.records import Record


class RecordScreen(Page):
    """See `kiosk.view.records.Record` for what it shows."""

    data = ObjectProperty(Record(), rebind=True)
