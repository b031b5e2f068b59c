"""An old ledger opens, is brought up to date, and its hashes stay true (LED-11)."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from kiosk.records import chain
from kiosk.records.chain import genesis, verify, walk
from kiosk.records.connection import open_writer, run
from kiosk.records.ledger import Ledger, keep_copy
from kiosk.records.migrations import MIGRATIONS, Columns, Migration, columns_of, migrate, tables_of
from kiosk.records.schema import TABLE_OF, VERSION
from tests.records.conftest import Wall

FIXTURE = Path(__file__).parent / "fixtures" / "version-1.db"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(FIXTURE, tmp_path / "old.db"))


def to_version_2(db: Database, columns: Columns) -> None:
    """A change such as may come: one more column of a shot, and a table."""
    for definition in columns["shot"]:
        run(db, f"ALTER TABLE shot ADD COLUMN {definition}")
    body = ", ".join(columns["photo"])
    run(db, f"CREATE TABLE photo (row INTEGER PRIMARY KEY, wall_ms INTEGER, boot TEXT, {body}, hash BLOB) STRICT")


NEXT = Migration(2, {"shot": ("angle_deg INTEGER NOT NULL DEFAULT 90",), "photo": ("sha256 TEXT",)}, to_version_2)
BOTH = (*MIGRATIONS, NEXT)


def test_versions_count_from_one_without_gaps_and_each_says_what_it_does() -> None:
    assert [migration.version for migration in MIGRATIONS] == list(range(1, VERSION + 1))
    assert all(migration.apply.__doc__ for migration in MIGRATIONS)


def test_every_column_of_the_newest_version_is_a_field_of_its_row_in_the_same_order() -> None:
    for row_type, table in TABLE_OF.items():
        assert columns_of(table, VERSION) == tuple(field.name for field in msgspec.structs.fields(row_type))
    assert set(tables_of(VERSION)) == set(TABLE_OF.values())


@pytest.mark.requirement("LED-11")
def test_a_ledger_of_version_1_still_opens_restores_and_verifies(old: Path, wall: Wall) -> None:
    ledger = Ledger.open(old, "simulated", clock_wall_ms=wall, boot_id="b")
    found = ledger.restore()
    ledger.close()
    assert (found.verified, found.next_session, found.cursor, len(found.accounts)) == ("good", 2, 22, 1)
    assert verify(old).state == "not anchored"


@pytest.mark.requirement("LED-11")
def test_hashes_stay_true_when_a_later_version_adds_a_column_and_a_table(old: Path) -> None:
    db = open_writer(old, lambda _: None)
    last, digest, _ = chain.head(db)
    assert migrate(db, last, BOTH) == 1
    values = (
        1,
        2,
        4711,
        3,
        500,
        16,
        "treatment",
        "cheek",
        "left",
        1,
        1000,
        1000,
        20000,
        20000,
        9,
        99,
        0,
        "done",
        0,
        45,
    )
    row = (last + 1, 5, "b", *values, chain.link(digest, "shot", last + 1, 5, "b", values))
    names = ", ".join(("row", "wall_ms", "boot", *columns_of("shot", 2, BOTH), "hash"))
    run(db, f"INSERT INTO shot ({names}) VALUES ({', '.join('?' * len(row))})", row)
    verdict, _ = walk(db, 0, genesis("simulated"), migrations=BOTH)
    assert (verdict.state, verdict.row) == ("good", last + 1)
    db.conn.execute("DROP TRIGGER version_from_no_update")
    db.conn.execute("UPDATE version_from SET first_row = 1 WHERE version = 2")
    assert walk(db, 0, genesis("simulated"), migrations=BOTH)[0].state == "changed"
    db.close()


def test_a_migration_is_whole_or_not_at_all(old: Path) -> None:
    def fails(db: Database, columns: Columns) -> None:
        """Begins and fails."""
        run(db, "CREATE TABLE half (x)")
        run(db, "CREATE TABLE shot (x)")

    db = open_writer(old, lambda _: None)
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, chain.head(db)[0], (*MIGRATIONS, Migration(2, {}, fails)))
    assert run(db, "PRAGMA user_version").fetchone()[0] == 1
    assert "half" not in db.table_names()
    db.close()


def test_nothing_is_due_on_the_newest_version(old: Path) -> None:
    db = open_writer(old, lambda _: None)
    assert migrate(db, 0) == VERSION
    assert run(db, "SELECT count(*) FROM version_from").fetchone()[0] == VERSION
    db.close()


def test_a_copy_is_kept_of_what_was_before(old: Path) -> None:
    db = open_writer(old, lambda _: None)
    copy = keep_copy(db, old, 1)
    db.close()
    assert copy.name == "old.db.version-1"
    assert verify(copy).row == verify(old).row
    assert copy.stat().st_mode & 0o777 == 0o640


def test_an_older_ledger_is_copied_before_it_is_brought_up_to_date(
    old: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.records.ledger.VERSION", VERSION + 1)
    Ledger.open(old, "simulated", clock_wall_ms=wall, boot_id="b").close()
    assert verify(old.with_name(f"old.db.version-{VERSION}")).row == verify(old).row
