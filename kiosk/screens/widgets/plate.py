"""Rounded grounds, in triangles that no pixel pays for twice.

Kivy's rounded rectangle is a fan of long splinters from its middle; a renderer that works tile by tile touches most of
them in every tile. Here the corners alone are fans, the rest are three rectangles, and an edge is four corners and four
narrow sides under its ground, not a second ground. What is seen is the same to the pixel.
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


def _points(box: Box) -> list[tuple[float, float]]:
    """The points of the outline, a corner after the other, and after them the middles of the corners."""
    left, bottom, width, height, radius = box
    across, up = min(radius, width / 2), min(radius, height / 2)
    found: list[tuple[float, float]] = []
    middles: list[tuple[float, float]] = []
    for number, (east, north) in enumerate(CORNERS):
        x = left + (width - across if east > 0 else across)
        y = bottom + (height - up if north > 0 else up)
        for first, second in QUARTER if number % 2 == 0 else QUARTER[::-1]:
            found.append((x + east * across * first, y + north * up * second))
        middles.append((x, y))
    return [*found, *middles]


def _fans() -> list[int]:
    """Triangles of the corners."""
    order: list[int] = []
    for corner in range(4):
        for one, other in pairwise(range(corner * SIDE, (corner + 1) * SIDE)):
            order += [MIDDLE + corner, one, other]
    return order


def _quads(*quads: tuple[int, int, int, int]) -> list[int]:
    return [point for a, b, c, d in quads for point in (a, b, c, a, c, d)]


SIDE = STEPS + 1
"""Points of a corner."""
MIDDLE = 4 * SIDE
"""The first of the middles."""
EAST, NORTH, NORTH_WEST, WEST, WEST_SOUTH, SOUTH, SOUTH_EAST, EAST_SOUTH = (
    corner * SIDE + end for corner in range(4) for end in (0, STEPS)
)
"""Where the straight sides begin and end, against the clock."""
GROUND = _fans() + _quads(
    (EAST, WEST, WEST_SOUTH, EAST_SOUTH), (NORTH, NORTH_WEST, MIDDLE + 1, MIDDLE),
    (SOUTH, SOUTH_EAST, MIDDLE + 3, MIDDLE + 2),
)  # fmt: skip
SIDES = MIDDLE + 4
"""The first of the points at the inner side of a rim: of the upper, left, lower and right side, two each."""
RIM = _fans() + _quads(
    (NORTH, NORTH_WEST, SIDES, SIDES + 1), (WEST, WEST_SOUTH, SIDES + 2, SIDES + 3),
    (SOUTH, SOUTH_EAST, SIDES + 4, SIDES + 5), (EAST_SOUTH, EAST, SIDES + 6, SIDES + 7),
)  # fmt: skip


def _flat(points: list[tuple[float, float]]) -> list[float]:
    return [number for x, y in points for number in (x, y, 0.0, 0.0)]


class Ground(Mesh):
    """A rectangle with round corners: `box`."""

    def __init__(self, **given: object) -> None:
        self._box: Box = (0.0, 0.0, 0.0, 0.0, 0.0)
        super().__init__(mode="triangles", **given)

    @property
    def box(self) -> Box:
        """Where it lies."""
        return self._box

    @box.setter
    def box(self, box: Box) -> None:
        self._box = box
        self._make()

    def _make(self) -> None:
        drawn = min(self._box[2:4]) > 0
        self.vertices = _flat(_points(self._box)) if drawn else []
        self.indices = GROUND if drawn else []


class Rim(Ground):
    """The edge of a ground that lies in it: `box` is the outer outline, `thick` how far it reaches in, pixels."""

    def __init__(self, **given: object) -> None:
        self._thick = 0.0
        super().__init__(**given)

    @property
    def thick(self) -> float:
        """How thick it is, pixels."""
        return self._thick

    @thick.setter
    def thick(self, thick: float) -> None:
        self._thick = thick
        self._make()

    def _make(self) -> None:
        points, thick = _points(self._box), self._thick
        drawn = min(self._box[2:4]) > 2 * thick > 0
        inner: list[tuple[float, float]] = []
        for start, end, east, north in (
            (NORTH_WEST, NORTH, 0, -1), (WEST_SOUTH, WEST, 1, 0), (SOUTH_EAST, SOUTH, 0, 1), (EAST, EAST_SOUTH, -1, 0),
        ):  # fmt: skip
            inner += [(x + east * thick, y + north * thick) for x, y in (points[start], points[end])]
        self.vertices = _flat([*points, *inner]) if drawn else []
        self.indices = RIM if drawn else []


Factory.register("Ground", cls=Ground)
Factory.register("Rim", cls=Rim)
