"""What control says when its record could not be closed as it should (LED-12: no failure of the storage is silent)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.control import LedgerDesk
from kiosk.records.connection import open_reader
from kiosk.records.ledger import Ledger


@pytest.mark.requirement("LED-12")
def test_side_files_that_had_to_stay_are_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ledger.db"
    subject = LedgerDesk(lambda: Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b"), lambda: None)
    subject.open()
    subject.deliver_to(lambda _told: None)
    reader = open_reader(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    subject.stop()
    reader.close()
    assert "control: E418" in capsys.readouterr().err
