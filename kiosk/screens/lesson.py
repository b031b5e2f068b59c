"""Panel of the lesson's end: what was done in the first session, from its record."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.lesson import Summary


class LessonPanel(Page):
    """Shown over the record; it ends the training."""

    data = ObjectProperty(Summary(), rebind=True)
