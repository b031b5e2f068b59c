"""The typeface of printed reports: the kiosk's own, made fit for embedding, or PDF's built-in one.

The kiosk's fonts have cubic outlines, which fpdf2 embeds under a wrong type; viewers warn and some print nothing. So
the outlines are made quadratic first (a tenth of a second each). Without the fonts, Helvetica is used and signs
outside Latin-1 are replaced.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fpdf import FPDF

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
WEIGHTS = {"": "NappageSans-Regular.otf", "B": "NappageSans-SemiBold.otf"}
FAMILY = "nappage"
_LARGEST_ERROR = 1.0
"""How far a quadratic outline may lie from the cubic one, in units of the em (1 of 2048 or more)."""


def use_fonts(pdf: FPDF, folder: Path = FONTS) -> str:
    """Add the typeface to `pdf`; returns the family to set."""
    if not all((folder / name).is_file() for name in WEIGHTS.values()):
        return "helvetica"
    with tempfile.TemporaryDirectory(prefix="nappage-fonts-") as scratch:
        for style, name in WEIGHTS.items():
            made = Path(scratch) / Path(name).with_suffix(".ttf").name
            to_quadratic(folder / name, made)
            pdf.add_font(FAMILY, style, made)
    return FAMILY


def fit(text: str, family: str) -> str:
    """`text` as the family can show it."""
    return text if family == FAMILY else text.encode("latin-1", "replace").decode("latin-1")


def to_quadratic(source: Path, target: Path) -> None:
    """Write an OpenType font with cubic outlines as a TrueType font."""
    font: Any = TTFont(source)
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    outlines: dict[str, Any] = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, _LARGEST_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"] = newTable("loca")
    table: Any = newTable("glyf")
    table.glyphOrder, table.glyphs = order, outlines
    font["glyf"] = table
    for name in ("CFF ", "VORG"):
        if name in font:
            del font[name]
    maxp: Any = newTable("maxp")
    maxp.tableVersion = 0x00010000
    for field in (
        "maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours", "maxTwilightPoints", "maxStorage",
        "maxFunctionDefs", "maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions", "maxComponentElements",
        "maxComponentDepth",
    ):  # fmt: skip
        setattr(maxp, field, 0)
    maxp.maxZones, maxp.numGlyphs = 1, len(order)
    font["maxp"] = maxp
    font["post"].formatType = 2.0
    font["post"].extraNames, font["post"].mapping = [], {}
    font.sfntVersion = "\000\001\000\000"
    font.save(target)
