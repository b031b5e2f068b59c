"""The patient's sheet: its code holds exactly its text, its paper says the same, neither names the patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk import sheet
from kiosk.protocols.library import SHIPPED, load
from kiosk.records import sheet_pdf
from kiosk.records.connection import open_reader
from kiosk.records.errors import ExportFailed, SheetMissing
from kiosk.records.exports import export_session
from kiosk.records.facts import Fact
from kiosk.records.history import session_page
from kiosk.records.ledger import Ledger
from kiosk.records.sheet_pdf import HEADING, PatientSheet, write_into, write_sheet
from tests.records import sample

LINES = ("Keep the area disinfected", "Redness and swelling for up to 2 days are known")
SHEET = PatientSheet("Mesolift", "2026-11-22", LINES, "2026-12-06", "", True)


def test_the_text_is_what_a_person_reads() -> None:
    told = sheet.text(HEADING, LINES, SHEET.dates)
    assert told == f"After your treatment\n- {LINES[0]}\n- {LINES[1]}\nNext session: 2026-12-06"


def test_a_code_is_square_has_its_quiet_zone_and_holds_what_it_may() -> None:
    made = sheet.code("Keep the area disinfected")
    assert made is not None
    assert len(made.modules) == made.size**2
    border = made.modules[: made.size * sheet.QUIET]
    assert set(border) == {0}
    assert set(made.modules) == {0, 1}


@pytest.mark.parametrize(("words", "holds"), [("x" * 858, True), ("x" * 859, False), ("é" * 430, False)])
def test_more_than_a_code_holds_legibly_makes_none(words: str, holds: bool) -> None:
    made = sheet.code(words)
    assert (made is not None) is holds
    if made is not None:
        assert made.size == 4 * sheet.LARGEST_VERSION + 17 + 2 * sheet.QUIET


def test_the_library_says_too_much_and_a_larger_version_is_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "BYTES_MAX", 100_000)
    assert sheet.code("y" * 859) is None
    assert sheet.code("y" * 50_000) is None


@pytest.mark.parametrize("key", sorted(load(SHIPPED).protocols))
def test_every_shipped_aftercare_fits_into_a_code(key: str) -> None:
    lines = tuple(item.text for item in load(SHIPPED).protocols[key].aftercare)
    assert not any(line.startswith("Clinic") for line in lines), "what the clinic does is not the patient's"
    assert (
        sheet.code(sheet.text(HEADING, lines, (("Next session", "2026-12-06"), ("Review", "2026-12-01")))) is not None
    )


class Heard:
    """What was put on the paper."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        for name in ("cell", "multi_cell"):
            real = getattr(sheet_pdf.Sheet, name)

            def said(paper: Any, *given: Any, _real: Any = real, **named: Any) -> Any:
                self.texts.append(str(named.get("text", "")))
                return _real(paper, *given, **named)

            monkeypatch.setattr(sheet_pdf.Sheet, name, said)


@pytest.mark.requirement("UI-4")
def test_the_paper_says_the_lines_and_dates_and_that_it_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(monkeypatch)
    write_sheet(SHEET, tmp_path / "sheet.pdf")
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    whole = "\n".join(heard.texts)
    for words in (HEADING, *LINES, "Next session", "2026-12-06", "SIMULATED"):
        assert words in whole
    assert "Review" not in whole


def test_a_text_too_long_for_a_code_is_printed_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(monkeypatch)
    long = PatientSheet("Mesolift", "2026-11-22", tuple(f"{at} {'word ' * 30}" for at in range(10)), "", "", False)
    write_sheet(long, tmp_path / "sheet.pdf")
    assert sheet_pdf.NO_CODE in heard.texts


def test_a_folder_that_cannot_be_made_is_a_numbered_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportFailed):
        write_into(tmp_path / "file", 1, SHEET)


def test_the_sheet_of_a_session_is_written_again_from_the_record(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "sheet.db", "simulated", clock_wall_ms=lambda: 1_795_000_000_000, boot_id="boot")
    ledger.append(
        [
            sample.session(), sample.event(Fact.AFTERCARE, lines=list(LINES)),
            sample.event(Fact.REACTION, reactions=[], note=""), sample.event(Fact.NEXT_DATE, date="2026-12-06"),
            sample.closing(), sample.event(Fact.REACTION, reactions=["Pain", "Bruising"], note="since Monday"),
            sample.session(2),
        ]
    )  # fmt: skip
    ledger.close()
    db = open_reader(tmp_path / "sheet.db")
    try:
        written = export_session(db, 1, "aftercare", tmp_path / "out")
        assert written.name == "SIMULATED-session-00001-aftercare.pdf"
        with pytest.raises(SheetMissing):
            export_session(db, 2, "aftercare", tmp_path / "out")
        page = session_page(db, 1)
        assert (page.next_date, page.review_date, page.sheet) == ("2026-12-06", "2026-12-06", True)
        assert [told for _, told in page.reactions] == ["Pain; Bruising; since Monday"]
        assert session_page(db, 2).sheet is False
        assert export_session(db, 1, "pdf", tmp_path / "out").stat().st_size > 1000
    finally:
        db.close()
