"""Plots of a certificate: every shot and every reading about what it was meant to be, with the limits drawn in.

Drawn as strokes, like the plots of a report (`pdf_plots`); here the middle of the scale is the value that was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from fpdf import FPDF

from kiosk.records.pdf_plots import DOUBT, FAINT, GRID, INK, LIMIT, SET, Frame, nice_step

LOOKS: dict[str, tuple[tuple[int, int, int], float]] = {"plain": (INK, 0.55), "apart": (DOUBT, 0.95)}


class Mark(msgspec.Struct, frozen=True):
    """One point: its place across (0 to 1), how far off it is, and whether it stands apart or was read from below."""

    across: float
    off: float
    look: Literal["plain", "apart", "below"] = "plain"


class Off(msgspec.Struct, frozen=True):
    """A plot of what is off: title with unit, the marks, what is allowed to either side, and words below.

    `mean` draws a line at the mean with the half of its interval, None for none. `ticks` are words at places across.
    """

    title: str
    marks: tuple[Mark, ...]
    allowed: float
    mean: tuple[float, float] | None = None
    ticks: tuple[tuple[float, str], ...] = ()


def draw_off(pdf: FPDF, frame: Frame, model: Off) -> None:
    """Draw one plot. Expects a font to be set; leaves size and colours changed."""
    reach = max(model.allowed * 1.25, *(abs(mark.off) * 1.1 for mark in model.marks))
    plot = Frame(frame.x + 10, frame.y + 6, frame.width - 10, frame.height - 11)

    def height(off: float) -> float:
        return plot.y + plot.height * (0.5 - off / (2 * reach))

    _scale(pdf, frame, plot, model, reach)
    pdf.set_draw_color(*LIMIT)
    pdf.set_line_width(0.25)
    pdf.set_dash_pattern(dash=1.2, gap=0.8)
    for limit in (-model.allowed, model.allowed):
        pdf.line(plot.x, height(limit), plot.x + plot.width, height(limit))
    pdf.set_dash_pattern()
    if model.mean is not None:
        middle, half = model.mean
        pdf.set_fill_color(*GRID)
        top, foot = height(middle + half), height(middle - half)
        pdf.rect(plot.x, top, plot.width, max(0.2, foot - top), style="F")
        pdf.set_draw_color(*SET)
        pdf.set_line_width(0.45)
        pdf.line(plot.x, height(middle), plot.x + plot.width, height(middle))
    for mark in model.marks:
        _mark(pdf, plot.x + plot.width * mark.across, height(mark.off), mark.look)


def _mark(pdf: FPDF, x: float, y: float, look: str) -> None:
    if look == "below":
        pdf.set_draw_color(*SET)
        pdf.set_line_width(0.3)
        pdf.line(x - 0.8, y - 0.8, x + 0.8, y + 0.8)
        pdf.line(x - 0.8, y + 0.8, x + 0.8, y - 0.8)
        return
    colour, radius = LOOKS[look]
    pdf.set_fill_color(*colour)
    pdf.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, style="F")


def _scale(pdf: FPDF, frame: Frame, plot: Frame, model: Off, reach: float) -> None:
    pdf.set_text_color(*INK)
    pdf.set_font(style="B", size=8)
    pdf.set_xy(frame.x, frame.y)
    pdf.cell(text=model.title)
    pdf.set_font(style="", size=6.5)
    pdf.set_text_color(*FAINT)
    pdf.set_draw_color(*GRID)
    pdf.set_line_width(0.2)
    step = nice_step(reach, 2)
    for part in range(-int(reach / step), int(reach / step) + 1):
        y = plot.y + plot.height * (0.5 - part * step / (2 * reach))
        pdf.line(plot.x, y, plot.x + plot.width, y)
        pdf.set_xy(frame.x, y - 1.5)
        pdf.cell(w=9, h=3, text=f"{part * step:+g}" if part else "0", align="R")
    for across, words in model.ticks:
        pdf.set_xy(plot.x + plot.width * across - 10, plot.y + plot.height + 1)
        pdf.cell(w=20, h=3, text=words, align="C")


def spread(values: Sequence[object]) -> list[float]:
    """Places across of so many points, evenly."""
    return [(at + 0.5) / len(values) for at in range(len(values))]
