"""The ring that a lesson draws around a control. It takes no touch and dims nothing."""

from __future__ import annotations

from kivy.properties import BooleanProperty
from kivy.uix.widget import Widget


class Ring(Widget):
    """A line around a place; its position and size are those of the control."""

    on = BooleanProperty(False)
