"""How often each time was measured, on a canvas of our own: equal bars, marks in ms below them, the limit as a line."""

from __future__ import annotations

from collections.abc import Iterator

from kivy.metrics import dp
from kivy.properties import ObjectProperty

from kiosk.screens.widgets.drawing import WORD, Drawing, Word
from kiosk.view.timing import Histogram

SIDE, GAP = 8, 1
"""dp: room at both ends for the outer marks, half of what lies between two bars."""
SMALLEST = 3
"""dp: a bar that holds anything is to be seen."""


class TimeHistogram(Drawing):
    """The picture of a `kiosk.view.timing.Histogram`."""

    model = ObjectProperty(Histogram(), rebind=True)

    def _draw(self, *_: object) -> None:
        model: Histogram = self.model
        self._drawn.clear()
        if self.width < dp(120) or self.height < dp(60) or not model.bars:
            self._write([])
            return
        self._left, self._foot = self.x + dp(SIDE), self.y + dp(WORD)
        self._wide, self._high = self.width - 2 * dp(SIDE), self.top - dp(WORD + 2) - self._foot
        self._box("paper", self._left, self._foot, self._wide, self._high)
        for place, _text in model.ticks:
            self._box("line", self._left + place * self._wide, self._foot, 1, self._high)
        for at, height in enumerate(model.bars):
            if height:
                self._bar(at, height, model)
        self._box("red", self._left + model.limit * self._wide - dp(1), self._foot, dp(2), self._high + dp(4))
        self._write(self._texts(model))

    def _bar(self, at: int, height: float, model: Histogram) -> None:
        wide = self._wide / len(model.bars)
        colour = "red" if at >= model.over else "petrol"
        tall = max(dp(SMALLEST), height * self._high)
        self._box(colour, self._left + at * wide + dp(GAP), self._foot, max(1, wide - 2 * dp(GAP)), tall)

    def _texts(self, model: Histogram) -> Iterator[Word]:
        half, last = dp(28), len(model.ticks) - 1
        for at, (place, text) in enumerate(model.ticks):
            middle = self._left + place * self._wide
            ends = "left" if at == 0 else "right" if at == last else "center"
            x = self.x if at == 0 else self.right - 2 * half if at == last else middle - half
            yield Word(x, self.y, 2 * half, f"{text} {model.unit}", ends)
        line = self._left + model.limit * self._wide
        wide, before = dp(110), model.limit > 0.5
        x = line - wide - dp(4) if before else line + dp(4)
        yield Word(x, self.top - dp(WORD), wide, model.limit_words, "right" if before else "left", "red")
        yield Word(self._left, self.top - dp(WORD), dp(90), model.most)
