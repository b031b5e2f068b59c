"""The paper of a report: page head and foot, headings, pairs, tables, boxes. Knows layout and nothing of treatments."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fpdf import FPDF
from fpdf.enums import Align

from kiosk.records.pdf_fonts import fit, use_fonts
from kiosk.records.pdf_plots import FAINT, GRID, INK, LIMIT, SET, Colour

MARGIN = 15.0
PALE: Colour = (242, 246, 248)
AMBER_PALE: Colour = (253, 238, 211)
AMBER: Colour = (138, 82, 0)
WATER: Colour = (243, 226, 227)


class Column(msgspec.Struct, frozen=True):
    """One column of a table: its title, its width in mm, and whether it holds numbers."""

    title: str
    width: float
    number: bool = False


class Sheet(FPDF):
    """An A4 document. `head` stands on every page, `foot` too; a simulated one says so on each (UI-4)."""

    def __init__(self, head: str, foot: str, *, simulated: bool) -> None:
        super().__init__(format="A4")
        self._head, self._foot, self._simulated = head, foot, simulated
        self.family = use_fonts(self)
        self.set_margins(MARGIN, 20, MARGIN)
        self.set_auto_page_break(auto=True, margin=22)
        self.alias_nb_pages()
        self.set_font(self.family, size=9)
        self.add_page()

    @property
    def width(self) -> float:
        """Between the margins, mm."""
        return self.epw

    def header(self) -> None:
        if self._simulated:
            self._watermark()
        self.set_xy(MARGIN, 8)
        self._type(7.5, FAINT)
        self.cell(text=fit(self._head, self.family), h=5)
        if self._simulated:
            self._type(8.5, (255, 255, 255), bold=True)
            self.set_fill_color(*LIMIT)
            self.set_xy(MARGIN + self.width - 74, 7)
            self.cell(w=74, h=6, text="SIMULATED - no injector, no patient", align="C", fill=True)
        self.set_draw_color(*SET)
        self.set_line_width(0.5)
        self.line(MARGIN, 15, MARGIN + self.width, 15)
        self.set_xy(MARGIN, 20)

    def footer(self) -> None:
        self.set_draw_color(*GRID)
        self.set_line_width(0.2)
        self.line(MARGIN, 279, MARGIN + self.width, 279)
        self._type(6.5, FAINT)
        self.set_xy(MARGIN, 280.5)
        self.multi_cell(w=self.width - 22, h=3, text=fit(self._foot, self.family), align="L")
        self.set_xy(MARGIN + self.width - 20, 280.5)
        self.cell(w=20, h=3, text=f"Page {self.page_no()} of {{nb}}", align="R")

    def _watermark(self) -> None:
        self._type(66, WATER, bold=True)
        with self.rotation(52, x=105, y=150):
            self.set_xy(20, 138)
            self.cell(w=170, h=24, text="SIMULATED", align="C")

    def _type(self, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        self.set_font(self.family, style="B" if bold else "", size=size)
        self.set_text_color(*colour)

    def need(self, height: float) -> None:
        """Go on to the next page unless `height` mm are left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def title_block(self, title: str, subtitle: str) -> None:
        self._type(19, INK, bold=True)
        self.cell(w=self.width, h=9, text=fit(title, self.family), new_x="LMARGIN", new_y="NEXT")
        self._type(9.5, FAINT)
        self.cell(w=self.width, h=6, text=fit(subtitle, self.family), new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def heading(self, text: str, room: float = 18) -> None:
        self.need(room)
        self.ln(2.5)
        self._type(10.5, SET, bold=True)
        self.cell(w=self.width, h=6, text=fit(text, self.family), new_x="LMARGIN", new_y="NEXT")
        self.ln(0.5)

    def cards(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Large figures side by side."""
        gap = 3.0
        wide = (self.width - gap * (len(pairs) - 1)) / len(pairs)
        y = self.get_y()
        for index, (label, value) in enumerate(pairs):
            x = MARGIN + index * (wide + gap)
            self.set_fill_color(*PALE)
            self.rect(x, y, wide, 14, style="F", round_corners=True, corner_radius=1.5)
            self._type(7, FAINT)
            self.set_xy(x + 2, y + 1.5)
            self.cell(w=wide - 4, h=4, text=fit(label, self.family))
            self._fitted(value, wide - 4, 11.5)
            self.set_xy(x + 2, y + 6)
            self.cell(w=wide - 4, h=6, text=fit(value, self.family))
        self.set_xy(MARGIN, y + 16)

    def _fitted(self, text: str, width: float, size: float) -> None:
        self._type(size, INK, bold=True)
        while self.get_string_width(fit(text, self.family)) > width and size > 6:
            size -= 0.5
            self._type(size, INK, bold=True)

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Label and value, one under the other; long values wrap."""
        for label, value in pairs:
            self.need(6)
            y = self.get_y()
            self._type(8, FAINT)
            self.cell(w=42, h=4.6, text=fit(label, self.family))
            self._type(8.5, INK)
            self.set_xy(MARGIN + 42, y)
            self.multi_cell(
                w=self.width - 42, h=4.6, text=fit(value or "not recorded", self.family), align="L",
                new_x="LMARGIN", new_y="NEXT",
            )  # fmt: skip

    def warning_box(self, lines: Sequence[str]) -> None:
        """What must not be overlooked, on amber."""
        height = 4.6 * len(lines) + 4
        self.need(height + 2)
        y = self.get_y() + 1
        self.set_fill_color(*AMBER_PALE)
        self.set_draw_color(*AMBER)
        self.set_line_width(0.3)
        self.rect(MARGIN, y, self.width, height, style="DF", round_corners=True, corner_radius=1.5)
        self._type(8.5, AMBER, bold=True)
        for index, line in enumerate(lines):
            self.set_xy(MARGIN + 3, y + 2 + 4.6 * index)
            self.cell(w=self.width - 6, h=4.6, text=fit(line, self.family))
        self.set_xy(MARGIN, y + height + 1)

    def grid(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        size: float = 8,
        marked: frozenset[int] = frozenset(),
        total: Sequence[str] | None = None,
    ) -> None:
        """A table whose head is repeated on every page; rows in `marked` stand on amber."""
        scale = self.width / sum(column.width for column in columns)
        high = size * 0.56
        self._table_head(columns, scale, size)
        for index, row in enumerate(rows):
            if self.will_page_break(high):
                self.add_page()
                self._table_head(columns, scale, size)
            self._table_row(columns, row, scale, size, AMBER_PALE if index in marked else None)
        if total is not None:
            self.set_draw_color(*INK)
            self.set_line_width(0.3)
            self.line(MARGIN, self.get_y(), MARGIN + self.width, self.get_y())
            self._table_row(columns, total, scale, size, None, bold=True)

    def _table_head(self, columns: Sequence[Column], scale: float, size: float) -> None:
        self._type(size - 1, FAINT, bold=True)
        self.set_fill_color(*PALE)
        for column in columns:
            align = Align.R if column.number else Align.L
            self.cell(w=column.width * scale, h=5, text=fit(column.title, self.family), align=align, fill=True)
        self.ln(5)

    def _table_row(
        self,
        columns: Sequence[Column],
        row: Sequence[str],
        scale: float,
        size: float,
        fill: Colour | None,
        *,
        bold: bool = False,
    ) -> None:
        self._type(size, INK, bold=bold)
        high = size * 0.56
        self.set_draw_color(*GRID)
        self.set_line_width(0.15)
        if fill is not None:
            self.set_fill_color(*fill)
        for column, text in zip(columns, row, strict=True):
            shown = self._cut(fit(text, self.family), column.width * scale - 1.5)
            align = Align.R if column.number else Align.L
            self.cell(w=column.width * scale, h=high, text=shown, align=align, border="B", fill=fill is not None)
        self.ln(high)

    def _cut(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "...") > width:
            text = text[:-1]
        return text + "..."

    def point(self, text: str) -> None:
        """One line of a list that a person takes home."""
        self.set_x(MARGIN)
        self.cell(w=7, h=8, text="-")
        self.multi_cell(w=self.width - 7, h=8, text=fit(text, self.family), align="L", new_x="LMARGIN", new_y="NEXT")

    def note(self, text: str) -> None:
        self._type(7.5, FAINT)
        self.multi_cell(w=self.width, h=3.8, text=fit(text, self.family), align="L", new_x="LMARGIN", new_y="NEXT")
