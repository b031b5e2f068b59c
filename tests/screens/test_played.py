"""The whole treatment by touch at the two other sizes of the glass; at 800x480 it is played by real touches, in e2e."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.records import chain
from kiosk.records.connection import open_reader
from kiosk.records.session_record import read_session
from kiosk.rehearsal.demo import judge
from tests.screens.played import Room, play

pytestmark = [pytest.mark.screen, pytest.mark.timeout(300)]
PASSED = {
    "selftest", "signin", "home", "protocols", "patient", "screening", "product", "needle", "syringe", "preparation",
    "prime", "treat", "alarms", "alarm", "cleanup", "aftercare", "reactions", "end", "record",
}  # fmt: skip


@pytest.fixture(params=[(1280, 720), (720, 1280)], ids=("1280x720", "720x1280"))
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, request.param)
    yield room
    room.close()


def test_a_whole_treatment_is_played_by_touch_at_this_size_and_its_record_holds_what_was_played(room: Room) -> None:
    treatment, glass = play(room)
    assert {screen for screen, _ in glass.seen} >= PASSED
    assert tuple(room.stage.window.size) == tuple(room.stage.app.glass.size)  # type: ignore[union-attr]
    ledger = room.bench.folder / "ledger.db"
    db = open_reader(ledger)
    record = read_session(db, 1)
    db.close()
    judge(record, chain.verify(ledger), treatment)
    (pdf,) = room.bench.folder.glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
