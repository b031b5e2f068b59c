"""What came after a disarming is judged by the record alone: the stroke that was under way, and nothing more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kiosk.records.connection import open_reader
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Row
from kiosk.records.session_record import read_session
from kiosk.rehearsal import audit
from kiosk.rehearsal.simulate import realtime_permitted
from tests.records import sample

ARMED = sample.event(Fact.ARMING, "Armed")
ENDED = sample.event("disarmed", "Disarmed: The stop button is pressed.")


def judged(folder: Path, *rows: Row) -> list[str]:
    """What the audit says of a session with these rows."""
    path = folder / "simulated.db"
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b")
    ledger.append([sample.session(), *rows])
    ledger.close()
    db = open_reader(path)
    try:
        return list(audit._of_disarmings(read_session(db, 1)))
    finally:
        db.close()


def shots(first: int, count: int, **changes: Any) -> list[Row]:
    return [sample.shot(number, 16, **changes) for number in range(first, first + count)]


@pytest.mark.requirement("STP-1")
@pytest.mark.parametrize(
    ("after", "recovered", "interval_ms", "said"),
    [
        (0, 0, 500, []),
        (1, 0, 500, []),  # the stroke under way
        (2, 0, 500, ["2 shots came after: Disarmed: The stop button is pressed"]),
        (0, 2, 500, []),  # the stroke under way, and one that began within the lease
        (0, 3, 500, ["3 shots came after: Disarmed: The stop button is pressed"]),
        (0, 3, 111, []),
        (1, 1, 500, []),
        (1, 2, 500, ["3 shots came after: Disarmed: The stop button is pressed"]),
    ],
)
def test_after_a_disarming_only_the_stroke_under_way_ends(
    tmp_path: Path, after: int, recovered: int, interval_ms: int, said: list[str]
) -> None:
    rows = [ARMED, sample.authorisation(16, interval_ms=interval_ms), *shots(1, 3), ENDED]
    rows += [*shots(4, after), *shots(10, recovered, recovered=True), ARMED, *shots(20, 5), ENDED]
    assert judged(tmp_path, *rows) == said


def test_a_session_without_a_shot_has_nothing_after_its_disarming(tmp_path: Path) -> None:
    assert judged(tmp_path, ARMED, ENDED) == []


def test_asking_for_real_time_priority_gives_none_to_the_one_who_asks() -> None:
    before = os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)
    realtime_permitted()
    assert (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)) == before
