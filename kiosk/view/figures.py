"""How the figures of the body map are read: half of each stands in assets/bodymap/, as points on its curves.

A path is points "x y, x y"; the curve is smooth except at a point marked with "!". x grows from the middle to the
picture's right, y downwards. What is drawn once appears on both sides. A zone that reaches the middle is one whole
zone; any other is a pair, one on the left and one on the right of the patient.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from kiosk.channel.commands import Side

FOLDER = Path(__file__).resolve().parents[2] / "assets/bodymap"
STEPS = 6
"""Straight pieces between two points of a curve."""
GRID = 10
Point = tuple[float, float]
Points = tuple[Point, ...]
Shade = Literal["body", "shade", "ink"]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    half: bool = False
    """Ends in the middle: with its mirror picture it is one line."""
    single: bool = False
    """Not mirrored."""
    closed: bool = False
    fill: bool = False
    edge: bool = True
    tone: Shade = "body"
    weight: float = 1.0


class _Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    path: str
    half: bool = False


class _Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    seen: str
    order: int
    half_width: float
    height: float
    patients_right: Literal["left", "right"]
    line: tuple[_Line, ...]
    zone: tuple[_Zone, ...]
    least: float | None = None
    """So much of the height is always shown; None for all of it."""


class Stroke(msgspec.Struct, frozen=True):
    """One line or filled shape of a figure. `weight` is relative to the usual line, 0 for no line.

    A filled shape that is not closed is filled all the same and has no line from its end to its beginning.
    """

    points: Points
    closed: bool
    fill: Shade | None
    weight: float


class Region(msgspec.Struct, frozen=True):
    """Where a zone lies on a figure."""

    key: str
    side: Side
    points: Points


class Room(NamedTuple):
    """The largest upright square in an outline, widened as far as the outline allows."""

    x: float
    y: float
    half_width: float
    half_height: float


class Figure(msgspec.Struct, frozen=True):
    """One picture: x from -half_width to half_width, y from 0 at the top to height."""

    key: str
    title: str
    seen: str
    half_width: float
    height: float
    patients_right: Literal["left", "right"]
    strokes: tuple[Stroke, ...]
    regions: tuple[Region, ...]
    least: float


def cut(figure: Figure, bottom: float) -> Figure:
    """The figure down to a line: what is below is not drawn, as a portrait ends at its frame."""
    if bottom >= figure.height:
        return figure
    strokes: list[Stroke] = []
    for stroke in figure.strokes:
        if stroke.fill is not None and min(y for _, y in stroke.points) < bottom:
            strokes.append(Stroke(_above(stroke.points, bottom), False, stroke.fill, 0.0))
        if stroke.weight:
            line = (*stroke.points, stroke.points[0]) if stroke.closed else stroke.points
            strokes += [Stroke(run, False, None, stroke.weight) for run in _runs(line, bottom)]
    return msgspec.structs.replace(figure, height=bottom, strokes=tuple(strokes))


def _above(points: Points, bottom: float) -> Points:
    """An outline without what is below a line."""
    found: list[Point] = []
    for start, end in zip(points, (*points[1:], points[0]), strict=True):
        if start[1] <= bottom:
            found.append(start)
        if (start[1] <= bottom) != (end[1] <= bottom):
            found.append(_crossing(start, end, bottom))
    return tuple(found)


def _runs(points: Points, bottom: float) -> list[Points]:
    """The pieces of a line above another."""
    found: list[Points] = []
    run: list[Point] = []
    for start, end in itertools.pairwise(points):
        if start[1] <= bottom and not run:
            run = [start]
        if (start[1] <= bottom) != (end[1] <= bottom):
            run.append(_crossing(start, end, bottom))
        if end[1] <= bottom:
            run.append(end)
        elif run:
            found.append(tuple(run))
            run = []
    return [*found, tuple(run)] if run else found


def _crossing(start: Point, end: Point, level: float) -> Point:
    return start[0] + (end[0] - start[0]) * (level - start[1]) / (end[1] - start[1]), level


@cache
def _drawings() -> dict[str, _Drawing]:
    read = {path.stem: msgspec.toml.decode(path.read_bytes(), type=_Drawing) for path in FOLDER.glob("*.toml")}
    return dict(sorted(read.items(), key=lambda entry: (entry[1].order, entry[0])))


def figures() -> tuple[Figure, ...]:
    """All figures in their order. OSError or msgspec.DecodeError at once when one is missing or damaged."""
    return tuple(_figure(key) for key in _drawings())


def figure(key: str) -> Figure | None:
    """The figure of that name; its curves are drawn out when it is first asked for, and no other's."""
    return _figure(key) if key in _drawings() else None


@cache
def home_of(key: str, side: str) -> str:
    """The figure on which a zone and side is drawn, '' for none."""
    for name, drawing in _drawings().items():
        if any(zone.key == key and side in (("whole",) if zone.half else ("left", "right")) for zone in drawing.zone):
            return name
    return ""


@cache
def _figure(key: str) -> Figure:
    drawing = _drawings()[key]
    strokes: list[Stroke] = []
    for line in drawing.line:
        fill = line.tone if line.fill else None
        weight = line.weight if line.edge else 0.0
        points = curve(line.path, closed=line.closed)
        if line.half:
            strokes.append(Stroke(_joined(points), line.closed, fill, weight))
        else:
            strokes.append(Stroke(points, line.closed, fill, weight))
            if not line.single:
                strokes.append(Stroke(mirrored(points), line.closed, fill, weight))
    regions = tuple(region for zone in drawing.zone for region in _regions(zone, drawing.patients_right))
    return Figure(key, drawing.title, drawing.seen, drawing.half_width, drawing.height, drawing.patients_right,
                  tuple(strokes), regions, drawing.height if drawing.least is None else drawing.least)  # fmt: skip


def _regions(zone: _Zone, patients_right: Literal["left", "right"]) -> tuple[Region, ...]:
    points = curve(zone.path, closed=not zone.half)
    if zone.half:
        return (Region(zone.key, "whole", _joined(points)),)
    here: Side = "right" if patients_right == "right" else "left"
    there: Side = "left" if here == "right" else "right"
    return Region(zone.key, here, points), Region(zone.key, there, mirrored(points))


def mirrored(points: Points) -> Points:
    """The same on the other side of the middle."""
    return tuple((-x, y) for x, y in points)


def _joined(points: Points) -> Points:
    """A half and its mirror picture as one line, from the middle round and back."""
    back = tuple(reversed(mirrored(points)))
    return points + (back[1:] if points[-1][0] == 0 else back)


def curve(path: str, *, closed: bool = False) -> Points:
    """The points of a path with a Catmull-Rom curve between them; straight where both ends are marked as corners."""
    marks = [word.strip() for word in path.split(",")]
    corner = [word.endswith("!") for word in marks]
    stops: list[Point] = []
    for word in marks:
        x, y = word.rstrip("!").split()
        stops.append((float(x), float(y)))
    count = len(stops)
    found: list[Point] = []
    for at in range(count if closed else count - 1):
        after = (at + 1) % count
        start, end = stops[at], stops[after]
        first = not closed and at == 0
        last = not closed and at == count - 2
        before = start if corner[at] or first else stops[at - 1]
        beyond = end if corner[after] or last else stops[(at + 2) % count]
        steps = 1 if corner[at] and corner[after] else STEPS
        found += [_between(before, start, end, beyond, step / steps) for step in range(steps)]
    if not closed:
        found.append(stops[-1])
    return tuple(found)


def _between(before: Point, start: Point, end: Point, beyond: Point, at: float) -> Point:
    def one(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * at + (2 * a - 5 * b + 4 * c - d) * at**2 + (3 * b - a - 3 * c + d) * at**3)

    return one(before[0], start[0], end[0], beyond[0]), one(before[1], start[1], end[1], beyond[1])


def inside(points: Points, x: float, y: float) -> bool:
    """Whether a place lies within an outline."""
    within = False
    last_x, last_y = points[-1]
    for next_x, next_y in points:
        if (next_y > y) != (last_y > y) and x < (last_x - next_x) * (y - next_y) / (last_y - next_y) + next_x:
            within = not within
        last_x, last_y = next_x, next_y
    return within


def away(points: Points, x: float, y: float) -> float:
    """Distance of a place from the line of an outline."""
    nearest = math.inf
    for (x1, y1), (x2, y2) in zip(points, (*points[1:], points[0]), strict=True):
        long = (x2 - x1) ** 2 + (y2 - y1) ** 2
        along = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / long)) if long else 0.0
        nearest = min(nearest, math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)))
    return nearest


@cache
def room(points: Points) -> Room:
    """The room for a word or a finger in an outline, found on a grid of a tenth of its size."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    best = Room((left + right) / 2, (top + bottom) / 2, 0.0, 0.0)
    for row in range(1, GRID):
        for column in range(1, GRID):
            x, y = left + (right - left) * column / GRID, top + (bottom - top) * row / GRID
            half = best.half_height + 1.0
            while _holds(points, x - half, x + half, y, half):
                best = Room(x, y, half, half)
                half += 1.0
    return _widened(points, best) if best.half_height else best


def _widened(points: Points, square: Room) -> Room:
    left, right = square.x - square.half_width, square.x + square.half_width
    while _holds(points, left - 1.0, right, square.y, square.half_height):
        left -= 1.0
    while _holds(points, left, right + 1.0, square.y, square.half_height):
        right += 1.0
    return Room((left + right) / 2, square.y, (right - left) / 2, square.half_height)


def _holds(points: Points, left: float, right: float, y: float, high: float) -> bool:
    return all(inside(points, x, y + dy * high) for x in (left, (left + right) / 2, right) for dy in (-1, 0, 1))
