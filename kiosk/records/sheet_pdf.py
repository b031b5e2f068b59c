"""The patient's sheet on paper: what to do after the treatment, dates, and the same text as a code. No patient code.

It is English as all that control writes is; the glass shows the sheet in its own language.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from kiosk.records.errors import SheetMissing
from kiosk.records.facts import Fact
from kiosk.records.files import whole
from kiosk.records.history import day
from kiosk.records.pdf_plots import INK
from kiosk.records.pdf_sheet import MARGIN, Sheet
from kiosk.records.session_record import SessionRecord
from kiosk.sheet import code, text

HEADING = "After your treatment"
CODE_MM = 62.0
NO_CODE = "The text is too long for a code; this sheet is the patient's."
FOOT = "Reference design, not a certified medical device. Nothing here promises an effect."


class PatientSheet(msgspec.Struct, frozen=True):
    """What the sheet says. Days are ISO dates, "" for none."""

    title: str
    day: str
    lines: tuple[str, ...]
    next_date: str
    review_date: str
    simulated: bool

    @property
    def dates(self) -> tuple[tuple[str, str], ...]:
        """The dates that were agreed, each with what it is for."""
        return (("Next session", self.next_date), ("Review", self.review_date))


def sheet_of(record: SessionRecord) -> PatientSheet:
    """The sheet that was given at the end of this session.

    Raises:
        SheetMissing: none was.
    """
    lines = record.last_fact(Fact.AFTERCARE).get("lines")
    if not lines:
        raise SheetMissing(session=record.session.value.session)
    closing = record.closing
    return PatientSheet(
        title=record.title,
        day=day(record.session.wall_ms),
        lines=tuple(lines),
        next_date=str(record.last_fact(Fact.NEXT_DATE).get("date") or ""),
        review_date=closing.value.review_date if closing else "",
        simulated=record.simulated,
    )


def name_of(session: int, *, simulated: bool) -> str:
    """The file's name."""
    return f"{'SIMULATED-' if simulated else ''}session-{session:05d}-aftercare.pdf"


def write_into(folder: Path, session: int, sheet: PatientSheet) -> Path:
    """Write the sheet into a folder, made when missing; returns its path.

    Raises:
        ExportFailed: the file could not be written.
    """
    path = folder / name_of(session, simulated=sheet.simulated)
    with whole(path) as beside:
        write_sheet(sheet, beside)
    return path


def write_sheet(sheet: PatientSheet, path: Path) -> None:
    """Write the sheet.

    Raises:
        OSError: the file could not be written.
    """
    paper = Sheet("For the patient", FOOT, simulated=sheet.simulated)
    paper.set_title(HEADING)
    paper.title_block(HEADING, f"{sheet.title}, {sheet.day}")
    paper.set_font(size=12)
    paper.set_text_color(*INK)
    for line in sheet.lines:
        paper.point(line)
    paper.ln(3)
    paper.pairs([date for date in sheet.dates if date[1]])
    _draw_code(paper, text(f"SIMULATED. {HEADING}" if sheet.simulated else HEADING, sheet.lines, sheet.dates))
    paper.output(str(path))


def _draw_code(paper: Sheet, words: str) -> None:
    made = code(words)
    paper.ln(4)
    if made is None:
        paper.note(NO_CODE)
        return
    paper.need(CODE_MM + 8)
    top, module = paper.get_y(), CODE_MM / made.size
    paper.set_fill_color(0, 0, 0)
    for at, dark in enumerate(made.modules):
        if dark:
            row, column = divmod(at, made.size)
            # a hair wider than its place, so that no white line shows between two modules
            paper.rect(MARGIN + column * module, top + row * module, module * 1.02, module * 1.02, style="F")
    paper.set_xy(MARGIN, top + CODE_MM + 1)
    paper.note("The code holds this very text. It needs no network, and no server knows of it.")
