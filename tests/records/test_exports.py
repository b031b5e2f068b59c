"""One session as JSON, CSV and PDF: complete, marked when simulated, and saying what is uncertain (UI-4, LED-7)."""

from __future__ import annotations

import csv
import errno
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from kiosk.records import pdf_fonts
from kiosk.records.chain import Kind
from kiosk.records.cli import export
from kiosk.records.errors import ExportFailed, FormatUnknown, SessionUnknown
from kiosk.records.ledger import Ledger
from kiosk.records.pdf_plots import nice_step
from kiosk.records.rows import Row
from tests.records import sample

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(rows: Sequence[Row], kind: Kind = "simulated") -> Path:
        path = tmp_path / f"{kind}.db"
        ledger = Ledger.open(path, kind, clock_wall_ms=lambda: 1_790_000_000_000, boot_id="b")
        ledger.append(rows)
        ledger.close()
        return path

    return written


def text_of(pdf: Path) -> list[str]:
    """The text of each page."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    found = subprocess.run([tool, "-layout", str(pdf), "-"], capture_output=True, check=True, text=True).stdout
    return found.split("\f")[:-1]


def test_json_holds_every_row_and_says_its_version(write: Write, tmp_path: Path) -> None:
    rows = sample.treatment(40)
    found = json.loads(export(write(rows), 1, "json", tmp_path / "out").read_text())
    kept = [found["session"], found["closing"], *found["events"], *found["authorisations"], *found["resolutions"]]
    kept += found["shots"]
    assert sorted(row["row"] for row in kept) == list(range(1, len(rows) + 1))
    assert (found["format"], found["version"], found["simulated"]) == ("nappage session", 1, True)
    assert found["shots"][1]["dose_nl"] == 20_000
    assert found["given_nl"] == found["closing"]["given_nl"]
    assert len(bytes.fromhex(found["last_hash"])) == 32


@pytest.mark.requirement("LED-7", "UI-4")
def test_csv_keeps_requested_measured_and_certainty_apart(write: Write, tmp_path: Path) -> None:
    path = export(write(sample.treatment(100)), 1, "csv", tmp_path / "out")
    lines = list(csv.DictReader(path.read_text().splitlines()))
    assert len(lines) == 101
    partial = next(line for line in lines if line["outcome"] == "partial: contact lost")
    assert (partial["dose_nl"], partial["measured_dose_nl"], partial["certainty"]) == ("20000", "7300", "done")
    assert [line["number"] for line in lines if line["certainty"] == "unknown"] == ["73"]
    assert {line["simulated"] for line in lines} == {"True"}


@pytest.mark.requirement("UI-4")
def test_every_page_of_a_simulated_report_says_so(write: Write, tmp_path: Path) -> None:
    pages = text_of(export(write(sample.treatment(100)), 1, "pdf", tmp_path / "out"))
    assert len(pages) >= 3
    assert all("SIMULATED - no injector, no patient" in page for page in pages)


@pytest.mark.requirement("UI-4")
def test_a_real_one_does_not(write: Write, tmp_path: Path) -> None:
    path = export(write(sample.treatment(20), "real"), 1, "pdf", tmp_path / "out")
    assert path.name == "session-00001.pdf"
    assert not any("SIMULATED" in page for page in text_of(path))


def test_the_report_holds_what_a_record_must_hold(write: Write, tmp_path: Path) -> None:
    pages = text_of(export(write(sample.treatment(100)), 1, "pdf", tmp_path / "out"))
    told = " ".join(" ".join(pages).split())
    for words in (
        "Example hyaluronic acid 5 mg/mL, lot L-2291, expires 2027-08-31",
        "Consent yes",
        "Urticaria in the past. Physician: Last episode 12 years ago",
        "Ana Weber",
        "nappage",
        "Cheek left",
        "Planned",
        "Given",
        "Slight redness on both cheeks",
        "Aftercare given yes",
        "Review date 2026-12-06",
        "Shot 73 is uncertain and counted at its commanded 20.0 uL",
        "partial: contact lost",
        "it claims no effect",
        "Signed in the device with name and PIN",
        "crosses the soft limit 1.10 mm. Reason: thicker skin on this side",
    ):
        assert words in told, words


def test_a_session_that_was_only_opened_is_printed_too(write: Write, tmp_path: Path) -> None:
    (page,) = text_of(export(write([sample.session()]), 1, "pdf", tmp_path / "out"))
    assert "This session was not signed" in page
    assert "not recorded" in page


def test_shots_of_an_unknown_zone_and_without_limits_are_drawn(write: Write, tmp_path: Path) -> None:
    rows = [sample.session(), sample.shot(1, 16, zone=""), sample.shot(0, 0, zone="", side="", recovered=True)]
    pages = text_of(export(write(rows), 1, "pdf", tmp_path / "out"))
    assert "no zone known" in " ".join(pages)
    assert "that no record explains are counted in full" in " ".join(pages)


def test_many_flags_are_summed_up(write: Write, tmp_path: Path) -> None:
    rows = [sample.session(), *(sample.shot(number, 16, recovered=True) for number in range(1, 20))]
    told = " ".join(text_of(export(write(rows), 1, "pdf", tmp_path / "out")))
    assert "and 14 more, marked in the table of shots" in told


def test_an_unknown_format_or_session_is_a_numbered_error(write: Write, tmp_path: Path) -> None:
    path = write(sample.treatment(2))
    with pytest.raises(FormatUnknown, match="E413"):
        export(path, 1, "docx", tmp_path)
    with pytest.raises(SessionUnknown, match="E411"):
        export(path, 2, "pdf", tmp_path)


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_a_folder_that_is_none_is_a_numbered_error(write: Write, tmp_path: Path, form: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportFailed, match="E414"):
        export(write(sample.treatment(2)), 1, form, tmp_path / "file")


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_one_that_the_disk_does_not_hold_leaves_nothing_under_its_name(
    write: Write, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "out"
    path = write(sample.treatment(2))
    monkeypatch.setattr("kiosk.records.files.os.fsync", full)
    with pytest.raises(ExportFailed, match="No space left"):
        export(path, 1, form, out)
    assert list(out.iterdir()) == []


def test_without_its_fonts_a_report_uses_the_built_in_one(tmp_path: Path) -> None:
    assert pdf_fonts.use_fonts(FPDF(), tmp_path) == "helvetica"
    assert pdf_fonts.fit("naïve ≤ 5", "helvetica") == "naïve ? 5"
    assert pdf_fonts.fit("naïve ≤ 5", pdf_fonts.FAMILY) == "naïve ≤ 5"


@given(st.floats(1e-3, 1e6), st.integers(2, 10))
def test_an_axis_has_a_round_step_and_not_too_many_of_them(span: float, most: int) -> None:
    step = nice_step(span, most)
    assert span / step <= most * (1 + 1e-6)
    assert f"{step:e}"[0] in "125"
