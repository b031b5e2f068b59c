"""Rounded grounds, in triangles that no pixel pays for twice.

Kivy's rounded rectangle is a fan of long splinters from its middle; a renderer that works tile by tile touches most of
them in every tile. Here the corners alone are fans, the rest are three rectangles, and an edge is a rim around its
ground, not a second ground under it. What is seen is the same to the pixel.
"""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin

from kivy.factory import Factory
from kivy.graphics import Mesh

STEPS = 10
"""Straight pieces of a corner, as Kivy's rounded rectangle has."""
QUARTER = tuple((cos(pi / 2 * step / STEPS), sin(pi / 2 * step / STEPS)) for step in range(STEPS + 1))
CORNERS = ((1, 1), (-1, 1), (-1, -1), (1, -1))
"""Where the corners stand, against the clock from the upper right one."""
Box = tuple[float, float, float, float, float]
"""Left, bottom, width, height, radius of the corners; pixels."""


def _rounding(box: Box) -> tuple[float, float]:
    """Half width and half height of the ellipse in each corner."""
    _, _, width, height, radius = box
    return min(radius, width / 2), min(radius, height / 2)


def _outline(box: Box) -> list[tuple[float, float]]:
    """The points of the outline, a corner after the other."""
    left, bottom, width, height, _ = box
    across, up = _rounding(box)
    found: list[tuple[float, float]] = []
    for number, (east, north) in enumerate(CORNERS):
        x = left + (width - across if east > 0 else across)
        y = bottom + (height - up if north > 0 else up)
        for first, second in QUARTER if number % 2 == 0 else QUARTER[::-1]:
            found.append((x + east * across * first, y + north * up * second))
    return found


def _ground() -> list[int]:
    """Triangles of a ground: a fan in each corner, whose middles are the last four points, and three rectangles."""
    side, middle = STEPS + 1, 4 * (STEPS + 1)
    order: list[int] = []
    for corner in range(4):
        for one, other in pairwise(range(corner * side, (corner + 1) * side)):
            order += [middle + corner, one, other]
    ends = [(corner * side, corner * side + STEPS) for corner in range(4)]
    (east, north), (north_west, west), (west_south, south), (south_east, east_south) = ends
    for a, b, c, d in (
        (east, west, west_south, east_south),
        (north, north_west, middle + 1, middle),
        (south, south_east, middle + 3, middle + 2),
    ):
        order += [a, b, c, a, c, d]
    return order


def _rim() -> list[int]:
    """Triangles between two outlines, the outer one first."""
    count = 4 * (STEPS + 1)
    order: list[int] = []
    for one in range(count):
        other = (one + 1) % count
        order += [one, other, count + other, one, count + other, count + one]
    return order


GROUND, RIM = _ground(), _rim()


def _flat(points: list[tuple[float, float]]) -> list[float]:
    return [number for x, y in points for number in (x, y, 0.0, 0.0)]


class Ground(Mesh):
    """A rectangle with round corners: `box`."""

    def __init__(self, **given: object) -> None:
        super().__init__(mode="triangles", **given)

    @property
    def box(self) -> Box:
        """Where it lies."""
        return self._box

    @box.setter
    def box(self, box: Box) -> None:
        self._box = box
        left, bottom, width, height, _ = box
        across, up = _rounding(box)
        middles = [
            (left + (width - across if east > 0 else across), bottom + (height - up if north > 0 else up))
            for east, north in CORNERS
        ]
        drawn = width > 0 and height > 0
        self.vertices = _flat([*_outline(box), *middles]) if drawn else []
        self.indices = GROUND if drawn else []


class Rim(Mesh):
    """The edge of such a ground: `box` is its outer outline, `thick` how far it reaches in, pixels."""

    def __init__(self, **given: object) -> None:
        self._box: Box = (0.0, 0.0, 0.0, 0.0, 0.0)
        self._thick = 0.0
        super().__init__(mode="triangles", **given)

    @property
    def box(self) -> Box:
        """Where it lies."""
        return self._box

    @box.setter
    def box(self, box: Box) -> None:
        self._box = box
        self._make()

    @property
    def thick(self) -> float:
        """How thick it is, pixels."""
        return self._thick

    @thick.setter
    def thick(self, thick: float) -> None:
        self._thick = thick
        self._make()

    def _make(self) -> None:
        left, bottom, width, height, radius = self._box
        thick = self._thick
        drawn = width > 2 * thick and height > 2 * thick and thick > 0
        inner = (left + thick, bottom + thick, width - 2 * thick, height - 2 * thick, radius - thick)
        self.vertices = _flat([*_outline(self._box), *_outline(inner)]) if drawn else []
        self.indices = RIM if drawn else []


Factory.register("Ground", cls=Ground)
Factory.register("Rim", cls=Rim)
