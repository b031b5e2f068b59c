"""Checks and times in the record: how each check ended last, and what a shell is told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.records import cli_checks
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Checked, EventRow
from tests.records.conftest import Wall
from tests.records.sample import event


def checked(check: str, outcome: str, detail: str = "") -> EventRow:
    return event(Fact.CHECKED, session=0, check=check, outcome=outcome, detail=detail)


def measured(time: str, n: int = 200, lost: int = 0) -> EventRow:
    figures = {"p50_us": 310, "p99_us": 900, "max_us": 12_000, "limit_us": 10_000, "over": 1, "powered": 3}
    body: dict[str, Any] = {"time": time, "n": n, "lost": lost, "bars": ["0.24 to 0.32 ms: 199"], **figures}
    return event(Fact.TIMES, session=0, **body)


def test_the_last_end_of_each_check_and_its_last_pass_are_found_again(
    subject: Ledger, wall: Wall, reopen: Callable[[], Ledger]
) -> None:
    first = wall.ms
    subject.append((checked("pedal", "passed"), checked("stop", "failed", "contact A alone is open")))
    wall.ms += 86_400_000
    subject.append((checked("pedal", "not seen", "nothing was seen"),))
    assert reopen().restore().checks == (
        Checked("stop", "failed", "contact A alone is open", "Ana Weber", first, 0),
        Checked("pedal", "not seen", "nothing was seen", "Ana Weber", wall.ms, first),
    )


def test_a_shell_lists_them_with_the_date_of_the_last_pass(subject: Ledger, path: Path) -> None:
    subject.append((checked("pedal", "passed"), checked("stop", "failed", "contact A alone is open")))
    subject.close()
    _, pedal, stop = cli_checks.checks(path).splitlines()
    assert pedal.split()[:2] == ["pedal", "passed"]
    assert pedal.count("2026-09-21") == 2
    assert "never" in stop
    assert stop.endswith("Ana Weber, contact A alone is open")


def test_a_shell_is_told_of_each_time_as_recorded_last_with_its_bound(subject: Ledger, path: Path) -> None:
    subject.append((measured("stop", n=5), measured("stop"), measured("pedal", lost=2)))
    subject.close()
    stop, pedal = cli_checks.times(path).split("\n\n")
    assert stop.splitlines()[1:] == [
        "  n = 200; p50 0.31 ms, p99 0.90 ms, most 12.00 ms",
        "  over 10 ms: 1 of 200; with 95 % confidence at most 2.35 %",
        "  0.24 to 0.32 ms: 199",
    ]
    assert pedal.startswith("Pedal edge to lease on the wire")
    assert "never came to their end: 2" in pedal


def test_an_empty_record_says_so(subject: Ledger, path: Path) -> None:
    subject.close()
    assert cli_checks.checks(path) == "No check of this device is recorded."
    assert cli_checks.times(path).startswith("No times are recorded")
