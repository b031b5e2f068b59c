"""A picture on a canvas of our own: when it is drawn again, and how the words on it are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.metrics import dp
from kivy.properties import ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.screens import theme

WORD = 17
"""Height of a word, dp."""


class Word(NamedTuple):
    """A word on a picture: where it stands and how wide it may be, in pixels, and how it looks."""

    x: float
    y: float
    """Its foot."""
    width: float
    text: str
    align: str = "left"
    colour: str = "soft"
    strong: bool = False


class Drawing(FloatLayout):
    """Draws its model before the next frame when that or its own place has changed. What it draws, a subclass says."""

    model = ObjectProperty(None, rebind=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._drawn = InstructionGroup()
        canvas: Any = self.canvas
        canvas.add(self._drawn)
        self._words: list[Any] = []
        self._again = Clock.create_trigger(self._draw, -1)
        for name in ("model", "size", "pos"):
            self.fbind(name, self._again)
        self._again()

    def _draw(self, *_: object) -> None:
        """Fills `_drawn` and writes the words."""

    def _box(self, colour: str, x: float, y: float, width: float, height: float) -> None:
        self._drawn.add(Color(*theme.rgba(colour)))
        self._drawn.add(Rectangle(pos=(x, y), size=(width, height)))

    def _write(self, wanted: Iterable[Word]) -> None:
        """Shows these words and no others; a label once made is used again."""
        words = list(wanted)
        while len(self._words) < len(words):
            self._words.append(Factory.Text(role="small", single=True, size_hint=(None, None)))
            self.add_widget(self._words[-1])
        for label in self._words[len(words) :]:
            label.text = ""
        for label, word in zip(self._words, words, strict=False):
            label.pos, label.size = (word.x, word.y), (word.width, dp(WORD))
            label.text, label.halign = word.text, word.align
            label.color, label.strong = theme.rgba(word.colour), word.strong
