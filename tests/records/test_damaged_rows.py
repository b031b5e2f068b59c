"""A ledger whose rows hold what no row can is named as damaged by everything that opens it; none of it is a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.records import cli
from kiosk.records.errors import LedgerDamaged
from kiosk.records.ledger import Ledger
from tests.records.sample import account, treatment


def opened(path: Path, act: Callable[[Ledger], object]) -> object:
    """As control does it; whatever it finds, the file is closed again."""
    with closing(Ledger.open(path, "simulated", clock_wall_ms=lambda: 0, boot_id="b")) as ledger:
        return act(ledger)


OPENERS: dict[str, Callable[[Path], object]] = {
    "verify": cli.verify_ledger,
    "sessions": cli.list_sessions,
    "report": cli.report_totals,
    "export": lambda path: cli.export(path, 1, "json", path.parent / "out"),
    "control": lambda path: opened(path, lambda ledger: ledger.restore()),
    "codes": lambda path: opened(path, lambda ledger: ledger.patient("P")),
}
LOOSE = "UPDATE sqlite_master SET sql = replace(replace(sql, ') STRICT', ')'), 'NOT NULL', '')"


@pytest.fixture
def damaged(path: Path, reopen: Callable[[], Ledger]) -> Callable[[str], Path]:
    """A whole ledger after one statement of somebody with a database program."""
    ledger = reopen()
    ledger.append([account(), *treatment(20)])
    ledger.close()

    def after(statement: str) -> Path:
        db = sqlite3.connect(path, isolation_level=None)
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("PRAGMA writable_schema = ON")
        db.execute(LOOSE)
        db.execute("PRAGMA writable_schema = RESET")
        db.execute(statement)
        db.close()
        return path

    return after


@pytest.mark.requirement("LED-11", "LIM-9")
@pytest.mark.parametrize(
    ("statement", "opener", "why"),
    [
        ("DELETE FROM ledger", "verify", "does not say whether its treatments are real"),
        ("DELETE FROM ledger", "sessions", "does not say"),
        ("DELETE FROM ledger", "control", "does not say"),
        ("UPDATE session SET patient = x'07'", "codes", "patient is b'"),
        ("DELETE FROM ledger", "report", "does not say"),
        ("UPDATE session SET wall_ms = 'x'", "sessions", "damaged"),
        ("UPDATE session SET wall_ms = 1 << 62", "sessions", "out of range"),
        ("UPDATE shot SET kind = 'x'", "export", "a row of 'shot' holds 'x' as 'kind'"),
        ("UPDATE event SET body = '[1]'", "export", r"a row of 'event' holds '\[1\]' as 'body'"),
        ("UPDATE event SET body = '{', kind = 'product'", "report", "damaged"),
        ("""UPDATE event SET body = replace(body, '"shots"', '"shouts"')""", "export", "a row's body lacks 'shots'"),
        ("UPDATE shot SET dose_nl = 'much'", "export", "holds 'much' as 'dose_nl'"),
        ("UPDATE account SET failures = 0.5", "control", "holds '0.5' as 'failures'"),
        ("UPDATE account SET name = NULL", "control", "holds 'None' as 'name'"),
        ("UPDATE version_from SET first_row = 'x'", "control", "damaged"),
        (r"UPDATE session SET patient = CAST(x'FF' AS TEXT)", "sessions", "UTF-8"),
    ],
)
def test_what_no_row_can_hold_is_damage(damaged: Callable[[str], Path], statement: str, opener: str, why: str) -> None:
    path = damaged(statement)
    with pytest.raises(LedgerDamaged, match=why) as caught:
        OPENERS[opener](path)
    assert str(path) in str(caught.value)


@pytest.mark.requirement("LED-11")
def test_the_writers_lock_is_free_after_a_ledger_that_could_not_be_opened(damaged: Callable[[str], Path]) -> None:
    path = damaged("DELETE FROM ledger")
    for _ in range(2):
        with pytest.raises(LedgerDamaged):
            OPENERS["control"](path)


@pytest.mark.requirement("LED-11")
@pytest.mark.parametrize("value", ["'x'", "1 << 53", "1 << 31", "-1", "NULL", "0.5"])
def test_a_hash_that_is_none_is_a_changed_row_and_never_so_many_bytes(
    damaged: Callable[[str], Path], value: str
) -> None:
    """A number in place of a hash was taken for how many bytes to make: gigabytes, or no memory at all."""
    text, code = cli.verify_ledger(damaged(f"UPDATE session SET hash = {value}"))
    assert code == cli.CHANGED
    assert "Row 2 was changed" in text
