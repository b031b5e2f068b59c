"""Depth or dose of every shot on a canvas of our own: one line for what was asked, one mark for each shot, limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kivy.graphics import Color, Line, Mesh, SmoothLine
from kivy.metrics import dp
from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens import theme
from kiosk.screens.widgets.body import BodyPicture
from kiosk.screens.widgets.drawing import Drawing, Word
from kiosk.screens.widgets.text import line_width
from kiosk.view.after import Curve
from kiosk.view.language import say

SCALE_WIDTH, ROW, DOT = 40, 16, 4.0
"""dp: the scale at the left, from one line of words to the next, a shot's mark."""
MOST = 5_000
"""Shots in one drawing instruction, which holds 65,535 corners at most."""


class ShotPlot(Drawing):
    """The picture of a `kiosk.view.after.Curve`."""

    model = ObjectProperty(Curve(), rebind=True)

    def _draw(self, *_: object) -> None:
        model: Curve = self.model
        self._drawn.clear()
        if self.width < dp(80) or self.height < dp(60):
            return
        self._left, self._foot = self.x + dp(SCALE_WIDTH), self.y + dp(ROW)
        title = max(dp(98), line_width(model.title, strong=True) + dp(4))
        self._title = title if title + line_width(model.words) <= self.width - dp(4) else 0.0
        heads = 1 if self._title else 2
        self._wide, self._high = self.right - dp(6) - self._left, self.top - dp(ROW * heads + 6) - self._foot
        self._frame(model)
        if model.measured:
            self._limits(model)
            self._shots(model)
        self._write(self._texts(model))

    def _at(self, across: float, up: float) -> tuple[float, float]:
        return self._left + across * self._wide, self._foot + up * self._high

    def _frame(self, model: Curve) -> None:
        self._box("paper", self._left, self._foot, self._wide, self._high)
        self._drawn.add(Color(*theme.rgba("line")))
        for up, _ in model.ticks:
            self._drawn.add(Line(points=[*self._at(0, up), *self._at(1, up)], width=1))
        for across in model.changes:
            self._drawn.add(Line(points=[*self._at(across, 0), *self._at(across, 1)], width=1))

    def _limits(self, model: Curve) -> None:
        for piece in model.bounds:
            for level in (piece.low, piece.high):
                if level >= 0:
                    x, y = self._at(piece.start, level)
                    self._box("red", x, y - dp(1), (piece.end - piece.start) * self._wide, dp(2))

    def _shots(self, model: Curve) -> None:
        count = len(model.measured)
        middles = model.places or [(at + 0.5) / count for at in range(count)]
        self._drawn.add(Color(*theme.rgba("petrol")))
        for first in range(0, count - 1, MOST):
            some = list(zip(middles, model.asked, strict=True))[first : first + MOST + 1]
            points = [n for across, up in some for n in self._at(across, up)]
            self._drawn.add(SmoothLine(points=points, width=dp(1.1)))
        odd = frozenset(model.odd)
        if model.places:  # few, and each was left somewhere: the line alone does not show where
            self._marks(list(zip(middles, model.asked, strict=True)), "petrol", DOT * 1.7)
        self._marks([(middles[at], model.measured[at]) for at in range(count) if at not in odd], "ink", DOT)
        self._marks([(middles[at], model.measured[at]) for at in model.odd], "armed", DOT * 2)

    def _marks(self, places: list[tuple[float, float]], colour: str, side: float) -> None:
        """All marks of a kind as one mesh, or as few as may be."""
        for first in range(0, len(places), MOST):
            self._mesh(places[first : first + MOST], colour, side)

    def _mesh(self, places: list[tuple[float, float]], colour: str, side: float) -> None:
        half, corners, order = dp(side) / 2, [], []
        for across, up in places:
            x, y = self._at(across, up)
            at = len(corners) // 4
            corners += [x - half, y, 0, 0, x, y - half, 0, 0, x + half, y, 0, 0, x, y + half, 0, 0]
            order += [at, at + 1, at + 2, at, at + 2, at + 3]
        self._drawn.add(Color(*theme.rgba(colour)))
        self._drawn.add(Mesh(vertices=corners, indices=order, mode="triangles"))

    def _texts(self, model: Curve) -> Iterator[Word]:
        for up, text in model.ticks:
            yield Word(self.x, self._at(0, up)[1] - dp(ROW) / 2, dp(SCALE_WIDTH - 5), text, "right")
        top = self.top - dp(ROW + 2)
        yield Word(self.x, top, (self._title or self.width) - dp(2), model.title, colour="ink", strong=True)
        if self._title:
            yield Word(self.x + self._title, top, self.width - self._title - dp(4), model.words, "right")
        else:  # under each other where they are too long for one line
            yield Word(self.x, top - dp(ROW), self.width, model.words)
        if model.last or model.first:
            half, first = self._wide / 2, model.first or say("shot {number}", number=1)
            yield Word(self._left, self.y - dp(1), half, first)
            yield Word(self._left + half, self.y - dp(1), half, model.last, "right")


class BodyRow(BoxLayout):
    """Figures side by side."""

    plates = ObjectProperty(())

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.fbind("plates", self._fill)

    def _fill(self, *_: object) -> None:
        while len(self.children) > len(self.plates):
            self.remove_widget(self.children[0])
        while len(self.children) < len(self.plates):
            self.add_widget(BodyPicture(fine=False))
        for picture, plate in zip(reversed(self.children), self.plates, strict=True):
            picture.plate = plate
