"""The rows of one list in sizes of type that look alike: only this file knows which texts are made alike, and when.

A text is drawn smaller where its box is small (`text.Text`). In a list that would put two sizes side by side, as if one
row weighed more than the next; so all take the size of the smallest, each of the texts that a row has for itself. But
a list is read at arm's length: one long text makes the others smaller by so much only that nobody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from kivy.clock import Clock

from kiosk.screens.widgets.drawing import Drawing
from kiosk.screens.widgets.text import Text

LEAST_SHARE = 0.88
"""Of the largest size in a list: 15 beside 17 look alike, 12.5 do not and are hard to read."""


class Even:
    """Makes the texts of parts of one kind alike, and again whenever one of them would take another size."""

    def __init__(self, parts: Callable[[], Sequence[Any]]) -> None:
        """`parts` gives those of the list now; the same place in each holds the same text."""
        self._parts = parts
        self._heard: set[Text] = set()
        self.look = Clock.create_trigger(self._look, -1)

    def _look(self, *_: object) -> None:
        rows = [list(_texts(part)) for part in self._parts()]
        texts = {text for row in rows for text in row}
        for text in texts - self._heard:
            text.fbind("own_size", self.look)
            text.fbind("text", self.look)
        self._heard = texts
        for column in zip_longest(*rows):
            self._level([text for text in column if text is not None])

    def _level(self, texts: list[Text]) -> None:
        for role in {text.role for text in texts}:
            alike = [text for text in texts if text.role == role]
            sizes = [text.own_size for text in alike if text.text and text.own_size]
            for text in alike:
                text.even_size = max(min(sizes), LEAST_SHARE * max(sizes)) if sizes else 0


def _texts(part: Any) -> Iterator[Text]:
    """What a row says; the words on a drawing come and go with it, and each has its own place there."""
    if isinstance(part, Text):
        yield part
    if not isinstance(part, Drawing):
        for child in part.children:
            yield from _texts(child)
