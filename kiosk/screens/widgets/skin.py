"""The cut through the skin on the glass. Tissue and limit lines are drawn when they change; the needle alone moves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import cos, radians, sin
from typing import Any

from kivy.graphics import Color, InstructionGroup, Line, Mesh, Rectangle, SmoothLine
from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty

from kiosk.screens import theme
from kiosk.screens.widgets.drawing import WORD, Drawing, Word
from kiosk.screens.widgets.text import line_width
from kiosk.view.bodymap import spread
from kiosk.view.skin import Mark, Section

INKS = {"hard": "red", "soft": "amber", "set": "petrol_deep", "reach": "ink"}
SCALE_WIDTH, LABEL_WIDTH, ABOVE = 32, 94, 30
"""dp: the scale at the left, the words at the right at least, the air above the skin."""
TISSUE, DEEP = 36, 90
"""Least width of the tissue between both, and least height of the whole, dp."""
LEAD = 10
"""From the tissue to a word, dp."""
EPIDERMIS = 5
"""Drawn this thick, dp: no figure is known."""
PLATE = 7
"""Thickness of the skin plate, dp."""


class SkinSection(Drawing):
    """The picture of a `kiosk.view.skin.Section`."""

    model = ObjectProperty(Section(), rebind=True)
    least_width = NumericProperty(0)
    least_height = NumericProperty(0)
    """What its words need beside the tissue (`fair.Fair`), pixels."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._tissue, self._lines, self._needle = InstructionGroup(), InstructionGroup(), InstructionGroup()
        for group in (self._tissue, self._lines, self._needle):
            self._drawn.add(group)
        self._made: object = None
        self._shaft: Any = None

    def _draw(self, *_: object) -> None:
        model: Section = self.model
        wide = max((line_width(mark.text, strong=_strong(mark)) for mark in model.marks), default=0.0) + dp(LEAD)
        self.least_width, self.least_height = dp(SCALE_WIDTH + TISSUE) + max(wide, dp(LABEL_WIDTH)), dp(DEEP)
        self._words_width = max(dp(LABEL_WIDTH), min(wide, self.width - dp(SCALE_WIDTH + TISSUE)))
        if self.width < dp(SCALE_WIDTH + LABEL_WIDTH) or self.height < dp(ABOVE + 20):
            return
        still = (model.span_um, model.skin_um, model.thickest_um, model.marks, model.over, model.angle_deg,
                 tuple(self.size), tuple(self.pos))  # fmt: skip
        if still != self._made:
            self._made = still
            self._left, self._right = self.x + dp(SCALE_WIDTH), self.right - self._words_width
            self._surface = self.top - dp(ABOVE)
            self._each = (self._surface - self.y - dp(2)) / model.span_um
            self._make_tissue(model)
            self._make_lines(model)
            self._make_needle(model)
            self._write(self._texts(model))
        self._move_needle(model)

    def _level(self, um: int) -> float:
        return self._surface - um * self._each

    # -- tissue -------------------------------------------------------------------------------------------------------
    def _make_tissue(self, model: Section) -> None:
        self._tissue.clear()
        bottom = self._level(model.span_um)
        if not model.skin_um:
            self._band("tissue", self._surface, bottom)
            return
        self._band("subcutis", self._level(model.skin_um), bottom)
        self._lobules(self._level(max(model.skin_um, model.thickest_um)), bottom)
        if model.thickest_um:
            self._band("dermis", self._level(model.skin_um), self._level(model.thickest_um), 0.55)
        self._band("dermis", self._surface, self._level(model.skin_um))
        self._band("epidermis", self._surface, self._surface - dp(EPIDERMIS))
        self._wave(self._surface - dp(EPIDERMIS), "epidermis", dp(2.2))
        self._wave(self._level(model.skin_um), "epidermis", dp(0.8))

    def _band(self, colour: str, top: float, bottom: float, alpha: float = 1.0) -> None:
        self._tissue.add(Color(*theme.rgba(colour, alpha)))
        self._tissue.add(Rectangle(pos=(self._left, bottom), size=(self._right - self._left, max(0, top - bottom))))

    def _wave(self, level: float, colour: str, width: float) -> None:
        points: list[float] = []
        x = self._left
        while x < self._right:
            points += [x, level + dp(1.2) * sin((x - self._left) / dp(4.5))]
            x += dp(1.5)
        self._tissue.add(Color(*theme.rgba(colour)))
        self._tissue.add(Line(points=points, width=width))

    def _lobules(self, top: float, bottom: float) -> None:
        """Lobes of fat: one mesh of outlines, only to tell the layer from the others."""
        side, corners = dp(15), []
        rows = int((top - bottom - dp(3)) // side)
        for row in range(rows):
            start = self._left + (side / 2 if row % 2 else 0)
            for column in range(int((self._right - start) // side)):
                x, y = start + (column + 0.5) * side, top - dp(3) - (row + 0.5) * side
                ring = [(x + side * 0.42 * cos(a * 0.785), y + side * 0.42 * sin(a * 0.785)) for a in range(9)]
                for one, other in pairwise(ring):
                    corners += [*one, 0, 0, *other, 0, 0]
        if corners:
            self._tissue.add(Color(*theme.rgba("epidermis", 0.35)))
            self._tissue.add(Mesh(vertices=corners, indices=list(range(len(corners) // 4)), mode="lines"))

    # -- limits -------------------------------------------------------------------------------------------------------
    def _make_lines(self, model: Section) -> None:
        self._lines.clear()
        self._lines.add(Color(*theme.rgba("soft")))
        self._lines.add(Line(points=[self._left, self._surface, self._left, self.y + dp(2)], width=1))
        for um, _ in model.ticks:
            y = self._level(um)
            self._lines.add(Line(points=[self._left - dp(5), y, self._left, y], width=1))
        for mark, y, label in zip(model.marks, self._levels(model.marks), self._labels(model.marks), strict=True):
            self._lines.add(Color(*theme.rgba(self._ink(mark, model))))
            if mark.kind in ("soft", "reach"):
                self._dashes(y, dp(1.6 if mark.kind == "soft" else 1.2), dp(6 if mark.kind == "soft" else 2.5))
            else:
                thick = dp(2.2)
                place = (self._left, y - thick / 2)
                self._lines.add(Rectangle(pos=place, size=(self._right - self._left, thick)))
            self._lines.add(SmoothLine(points=[self._right, y, self._right + dp(8), label], width=dp(0.8)))

    def _dashes(self, y: float, thick: float, dash: float) -> None:
        x, corners, order = self._left, [], []
        while x + dash <= self._right:
            at = len(corners) // 4
            corners += [x, y - thick / 2, 0, 0, x + dash, y - thick / 2, 0, 0,
                        x + dash, y + thick / 2, 0, 0, x, y + thick / 2, 0, 0]  # fmt: skip
            order += [at, at + 1, at + 2, at, at + 2, at + 3]
            x += dash * 1.8
        self._lines.add(Mesh(vertices=corners, indices=order, mode="triangles"))

    def _ink(self, mark: Mark, model: Section) -> str:
        return "amber" if mark.kind == "set" and model.over else INKS[mark.kind]

    def _levels(self, marks: tuple[Mark, ...]) -> list[float]:
        return [self._level(mark.at_um) for mark in marks]

    def _labels(self, marks: tuple[Mark, ...]) -> list[float]:
        """Centres of the words, which may not lie on each other."""
        high = self.height - dp(WORD)
        wanted = [self.top - self._level(mark.at_um) - dp(WORD) / 2 for mark in marks]
        return [self.top - down - dp(WORD) / 2 for down in spread(wanted, dp(WORD), 0.0, high)]

    def _texts(self, model: Section) -> Iterator[Word]:
        foot, every = dp(WORD) / 2, 1 if model.step_um * self._each >= dp(WORD - 2) else 2
        for um, text in model.ticks[::every]:
            yield Word(self.x, self._level(um) - foot, dp(SCALE_WIDTH - 8), text, "right")
        yield Word(self.x, self._surface + foot, dp(SCALE_WIDTH), "mm")
        for mark, middle in zip(model.marks, self._labels(model.marks), strict=True):
            x, wide = self._right + dp(LEAD), self._words_width - dp(LEAD)
            yield Word(x, middle - foot, wide, mark.text, colour=self._ink(mark, model), strong=_strong(mark))

    # -- needle -------------------------------------------------------------------------------------------------------
    def _make_needle(self, model: Section) -> None:
        """Skin plate, hub and shaft; the shaft is drawn from the hub to where the tip is."""
        angle = radians(model.angle_deg)
        self._entry = (self._left + self._right) / 2 - dp(10) * cos(angle)
        out = (-cos(angle), sin(angle))
        self._needle.clear()
        self._needle.add(Color(*theme.rgba("body_line")))
        for side in (-1, 1):
            near, far = self._entry + side * dp(6), self._entry + side * dp(26)
            self._needle.add(Rectangle(pos=(min(near, far), self._surface), size=(dp(20), dp(PLATE))))
        start = (self._entry + out[0] * dp(19), self._surface + out[1] * dp(19))
        end = (self._entry + out[0] * dp(31), self._surface + out[1] * dp(31))
        self._needle.add(Line(points=[*start, *end], width=dp(4), cap="none"))
        self._shaft_colour = Color(*theme.rgba("ink"))
        self._shaft = SmoothLine(points=[*start, self._entry, self._surface], width=dp(1.5))
        self._needle.add(self._shaft_colour)
        self._needle.add(self._shaft)
        self._hub = start

    def _move_needle(self, model: Section) -> None:
        angle = radians(model.angle_deg)
        drawn_in = dp(PLATE) if model.home and not model.travel_um else 0.0
        x = self._entry + (model.travel_um * self._each - drawn_in) * cos(angle)
        y = self._surface - (model.travel_um * self._each - drawn_in) * sin(angle)
        points = [*self._hub, x, y]
        if list(self._shaft.points) != points:
            self._shaft.points = points
        self._shaft_colour.rgba = theme.rgba("armed" if model.travel_um or not model.home else "ink")


def _strong(mark: Mark) -> bool:
    """What binds or is set stands out from what is usual."""
    return mark.kind in ("hard", "set")
