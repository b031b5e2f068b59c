"""The bench's picture: how much of each series stays under a time, as an ECDF over a logarithmic axis.

Only this file draws. The curve is of what is above, the share that was slower, because the rare ones are what counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).parents[2] / "assets" / "fonts" / "NappageSans-Regular.otf"
SIZE, SCALE = (960, 560), 2
LEFT, RIGHT, TOP, BOTTOM = 118, 50, 70, 70
LEGEND = SIZE[0] - RIGHT - 270
FROM_MS, TO_MS = 0.01, 100.0
LEAST = 1e-5
INK, GRID, PAPER = (30, 34, 42), (222, 226, 232), (255, 255, 255)
COLOURS = ((200, 60, 50), (60, 110, 190), (30, 140, 90), (160, 90, 180))


def draw(path: Path, title: str, series: Mapping[str, Sequence[float]], goal_ms: float) -> None:
    """Write a PNG of the share of each series (ms) that took longer than the time on the axis."""
    width, height = (side * SCALE for side in SIZE)
    picture = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(picture)
    _frame(pen, title)
    goal = _x(goal_ms)
    pen.line(_scaled((goal, TOP), (goal, SIZE[1] - BOTTOM)), fill=INK, width=SCALE)
    _write(pen, (goal + 5, SIZE[1] - BOTTOM - 24), f"goal {goal_ms:.0f} ms")
    pen.rectangle(_scaled((LEGEND - 12, TOP + 6), (SIZE[0] - RIGHT - 8, TOP + 18 + 24 * len(series))), fill=PAPER)
    for at, (name, values) in enumerate((name, values) for name, values in series.items() if values):
        colour = COLOURS[at % len(COLOURS)]
        pen.line(_curve(values), fill=colour, width=3 * SCALE, joint="curve")
        x, y = LEGEND, TOP + 14 + at * 24
        pen.line(_scaled((x, y + 9), (x + 28, y + 9)), fill=colour, width=4 * SCALE)
        _write(pen, (x + 38, y), f"{name} (n {len(values)})")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(path)


def _frame(pen: ImageDraw.ImageDraw, title: str) -> None:
    _write(pen, (LEFT, 22), title, 22)
    for power in range(round(math.log10(FROM_MS)), round(math.log10(TO_MS)) + 1):
        x = _x(10.0**power)
        pen.line(_scaled((x, TOP), (x, SIZE[1] - BOTTOM)), fill=GRID, width=SCALE)
        _write(pen, (x, SIZE[1] - BOTTOM + 10), f"{10.0**power:g} ms", anchor="ma")
    for power in range(round(math.log10(LEAST)), 1):
        y = _y(10.0**power)
        pen.line(_scaled((LEFT, y), (SIZE[0] - RIGHT, y)), fill=GRID, width=SCALE)
        _write(
            pen, (LEFT - 10, y), "all" if power == 0 else f"1 of {10**-power:,}".replace(",", " "), anchor="rm", size=13
        )
    _write(pen, (SIZE[0] / 2, SIZE[1] - 30), "share that took longer, over time (both logarithmic)", anchor="ma")


def _curve(values: Sequence[float]) -> list[tuple[float, float]]:
    """Steps of the share that is over each value; it ends at the greatest, at one of n."""
    ordered, n = sorted(values), len(values)
    points = [(_x(FROM_MS), _y(1.0))]
    for index, value in enumerate(ordered):
        x = _x(value)
        points += [(x, points[-1][1]), (x, _y((n - index - 1) / n))] if index < n - 1 else [(x, points[-1][1])]
    return [(x * SCALE, y * SCALE) for x, y in points]


def _x(ms: float) -> float:
    share = math.log(min(TO_MS, max(FROM_MS, ms)) / FROM_MS) / math.log(TO_MS / FROM_MS)
    return LEFT + share * (SIZE[0] - LEFT - RIGHT)


def _y(share: float) -> float:
    return TOP + math.log(max(LEAST, share)) / math.log(LEAST) * (SIZE[1] - TOP - BOTTOM)


def _scaled(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int = 15, anchor: str = "la") -> None:
    font = ImageFont.truetype(str(FONT), size * SCALE)
    pen.text(_scaled(at)[0], text, fill=INK, font=font, anchor=anchor)
