"""Plots of every shot in a report, drawn as lines: what was set, what was measured, and the limits in force.

A plot that would need a picture library is a plot that cannot be printed in ten years; this one is a few hundred
strokes of PDF.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
from fpdf import FPDF

Colour = tuple[int, int, int]
INK: Colour = (16, 34, 46)
FAINT: Colour = (74, 93, 105)
GRID: Colour = (217, 224, 229)
SET: Colour = (10, 101, 119)
LIMIT: Colour = (189, 22, 32)
DOUBT: Colour = (200, 110, 0)


class Point(msgspec.Struct, frozen=True):
    """One shot: set and measured in the plot's unit, the hard limits it had (None: none recorded)."""

    set: float
    measured: float
    low: float | None
    high: float | None
    doubtful: bool
    zone: str


_Place = Callable[[float, float], tuple[float, float]]
"""Index of a shot and a value to a place on the page."""


class Frame(msgspec.Struct, frozen=True):
    """Where a plot stands on the page, mm."""

    x: float
    y: float
    width: float
    height: float


def nice_step(span: float, most: int = 5) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides `span` into at most `most` parts."""
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))


def draw(pdf: FPDF, frame: Frame, title: str, unit: str, points: Sequence[Point]) -> None:
    """Draw one plot. Expects a font to be set; leaves size and colours changed."""
    known = [value for p in points for value in (p.set, p.measured, p.high) if value is not None]
    step = nice_step(max(*known, 1e-6) * 1.08)
    top = step * math.ceil(max(*known, 1e-6) * 1.02 / step)
    plot = Frame(frame.x + 9, frame.y + 6, frame.width - 9, frame.height - 11)

    def at(index: float, value: float) -> tuple[float, float]:
        return (
            plot.x + plot.width * (index + 0.5) / len(points),
            plot.y + plot.height * (1 - min(max(value, 0.0), top) / top),
        )

    _axes(pdf, frame, plot, f"{title}, {unit}", top, step, len(points))
    _zones(pdf, plot, points)
    pdf.set_line_width(0.25)
    for begin, end in _runs(points):
        _limit(pdf, at(begin - 0.5, 0)[0], at(end - 0.5, 0)[0], [points[begin].low, points[begin].high], at)
    pdf.set_draw_color(*SET)
    pdf.set_line_width(0.55)
    for index, point in enumerate(points):
        (x, y), half = at(index, point.set), plot.width / len(points) / 2
        pdf.line(x - half, y, x + half, y)
    radius = min(0.7, max(0.28, plot.width / len(points) / 3))
    for index, point in enumerate(points):
        x, y = at(index, point.measured)
        pdf.set_fill_color(*(DOUBT if point.doubtful else INK))
        size = radius * (1.6 if point.doubtful else 1.0)
        pdf.ellipse(x - size, y - size, 2 * size, 2 * size, style="F")


def _runs(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Stretches [begin, end) of shots with the same limits in the same zone."""
    edges = [0] + [
        index
        for index in range(1, len(points))
        if (points[index].zone, points[index].low, points[index].high)
        != (points[index - 1].zone, points[index - 1].low, points[index - 1].high)
    ]
    return list(zip(edges, [*edges[1:], len(points)], strict=True))


def _limit(pdf: FPDF, left: float, right: float, limits: list[float | None], at: _Place) -> None:
    pdf.set_draw_color(*LIMIT)
    pdf.set_dash_pattern(dash=1.2, gap=0.8)
    for limit in limits:
        if limit is not None:
            y = at(0, limit)[1]
            pdf.line(left, y, right, y)
    pdf.set_dash_pattern()


def _axes(pdf: FPDF, frame: Frame, plot: Frame, title: str, top: float, step: float, count: int) -> None:
    pdf.set_text_color(*INK)
    pdf.set_font(style="B", size=8)
    pdf.set_xy(frame.x, frame.y)
    pdf.cell(text=title)
    pdf.set_font(style="", size=6.5)
    pdf.set_text_color(*FAINT)
    pdf.set_draw_color(*GRID)
    pdf.set_line_width(0.2)
    for part in range(round(top / step) + 1):
        y = plot.y + plot.height * (1 - part * step / top)
        pdf.line(plot.x, y, plot.x + plot.width, y)
        pdf.set_xy(frame.x, y - 1.5)
        pdf.cell(w=8, h=3, text=f"{part * step:g}", align="R")
    every = max(1, round(nice_step(count, 10)))
    for number in range(every, count + 1, every):
        x = plot.x + plot.width * (number - 0.5) / count
        pdf.line(x, plot.y + plot.height, x, plot.y + plot.height + 0.8)
        pdf.set_xy(x - 6, plot.y + plot.height + 1)
        pdf.cell(w=12, h=3, text=str(number), align="C")


def _zones(pdf: FPDF, plot: Frame, points: Sequence[Point]) -> None:
    """A thin line where the zone changes, and the zone's name above where there is room for it."""
    edges = [0] + [i for i in range(1, len(points)) if points[i].zone != points[i - 1].zone] + [len(points)]
    pdf.set_font(style="", size=6)
    for begin, end in pairwise(edges):
        left = plot.x + plot.width * begin / len(points)
        width = plot.width * (end - begin) / len(points)
        if begin:
            pdf.set_draw_color(*FAINT)
            pdf.set_line_width(0.15)
            pdf.line(left, plot.y - 2, left, plot.y + plot.height)
        if pdf.get_string_width(points[begin].zone) + 2 < width:
            pdf.set_text_color(*FAINT)
            pdf.set_xy(left, plot.y - 2.6)
            pdf.cell(w=width, h=2.4, text=points[begin].zone, align="C")
