"""What control says when its record could not be closed as it should (LED-12: no failure of the storage is silent)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.control import LedgerDesk
from kiosk.records.connection import open_reader
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Room, Unit, WriteFailed
from tests.records import sample
from tests.records.test_survival import file_size_limit


@pytest.mark.requirement("LED-12")
def test_side_files_that_had_to_stay_are_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ledger.db"
    subject = LedgerDesk(
        lambda: Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b"), lambda: None, lambda: 900
    )
    subject.open()
    subject.deliver_to(lambda _told: None)
    reader = open_reader(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    subject.stop()
    reader.close()
    assert "control: E418" in capsys.readouterr().err


@pytest.mark.requirement("LED-12")
def test_a_row_that_fails_when_no_screen_is_left_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Found by failing every call in turn: the last commit of a control that was ending failed in silence."""
    path = tmp_path / "ledger.db"
    subject = LedgerDesk(
        lambda: Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b"), lambda: None, lambda: 900
    )
    subject.open()
    heard: list[object] = []
    subject.deliver_to(heard.append)
    with file_size_limit(0):
        subject.submit(Unit(1, (sample.event("x"),)))
        subject.submit(Unit(2, (sample.event("y"),)))
        subject.stop()
    assert [type(told) for told in heard] == [Room, WriteFailed, WriteFailed]
    assert capsys.readouterr().err.count("control: E405") == 2, "the first row that failed, and the closing"
