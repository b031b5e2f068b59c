"""How a ledger of an older schema becomes one of the present: one function for each version, never edited afterwards.

Hashes of old rows must stay true, so a migration only adds tables, columns and indexes. `columns_of` tells which
columns a row had when it was written, and `version_from` in the database tells from which row on each version wrote.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from kiosk.records.connection import run

Columns = dict[str, tuple[str, ...]]
"""Column definitions by table, in the order in which they are hashed."""
CERTAINTIES = "'done', 'certainly not done', 'unknown'"


class Migration:
    """One step: `added` are the hashed columns it adds by table; `apply` changes the database."""

    def __init__(self, version: int, added: Columns, apply: Callable[[Database, Columns], None]) -> None:
        self.version = version
        self.added = added
        self.apply = apply


COLUMNS_1: Columns = {
    "session": (
        "session INTEGER NOT NULL UNIQUE", "mono_ms INTEGER NOT NULL", "user TEXT NOT NULL", "patient TEXT NOT NULL",
        "protocol TEXT NOT NULL", "protocol_sha256 TEXT NOT NULL", "versions TEXT NOT NULL",
    ),
    "authorisation": (
        "id INTEGER NOT NULL UNIQUE", "mono_ms INTEGER NOT NULL", "kind TEXT NOT NULL", "session INTEGER NOT NULL",
        "serial INTEGER NOT NULL", "boot_count INTEGER NOT NULL", "calibration_id INTEGER NOT NULL",
        "zone TEXT NOT NULL", "side TEXT NOT NULL", "depth_um INTEGER NOT NULL", "dose_nl INTEGER NOT NULL",
        "shots INTEGER NOT NULL", "interval_ms INTEGER NOT NULL", "mode INTEGER NOT NULL", "valid_ms INTEGER NOT NULL",
        "arming INTEGER NOT NULL",
    ),
    "resolution": (
        "id INTEGER NOT NULL UNIQUE REFERENCES authorisation(id)", "mono_ms INTEGER NOT NULL",
        f"certainty TEXT NOT NULL CHECK (certainty IN ({CERTAINTIES}))", "shots INTEGER NOT NULL",
        "reason TEXT NOT NULL",
    ),
    "shot": (
        "session INTEGER NOT NULL", "mono_ms INTEGER NOT NULL", "serial INTEGER NOT NULL",
        "boot_count INTEGER NOT NULL", "number INTEGER NOT NULL", "authorisation INTEGER NOT NULL",
        "kind TEXT NOT NULL", "zone TEXT NOT NULL", "side TEXT NOT NULL", "point INTEGER NOT NULL",
        "depth_um INTEGER NOT NULL", "measured_depth_um INTEGER NOT NULL", "dose_nl INTEGER NOT NULL",
        "measured_dose_nl INTEGER NOT NULL", "peak_kpa INTEGER NOT NULL", "duration_ms INTEGER NOT NULL",
        "outcome INTEGER NOT NULL", f"certainty TEXT NOT NULL CHECK (certainty IN ({CERTAINTIES}))",
        "recovered INTEGER NOT NULL CHECK (recovered IN (0, 1))",
    ),
    "event": (
        "kind TEXT NOT NULL", "mono_ms INTEGER NOT NULL", "session INTEGER NOT NULL", "user TEXT NOT NULL",
        "sentence TEXT NOT NULL", "body TEXT NOT NULL",
    ),
    "closing": (
        "session INTEGER NOT NULL UNIQUE REFERENCES session(session)", "mono_ms INTEGER NOT NULL",
        "user TEXT NOT NULL", "reactions TEXT NOT NULL", "aftercare_given INTEGER NOT NULL",
        "cleaned_up INTEGER NOT NULL", "review_date TEXT NOT NULL", "shots INTEGER NOT NULL",
        "given_nl INTEGER NOT NULL",
    ),
    "calibration": (
        "id INTEGER NOT NULL", "mono_ms INTEGER NOT NULL", "user TEXT NOT NULL", "serial INTEGER NOT NULL",
        "crc INTEGER NOT NULL", "made TEXT NOT NULL", "expires TEXT NOT NULL", "sha256 TEXT NOT NULL",
    ),
    "account": (
        "name TEXT NOT NULL", "mono_ms INTEGER NOT NULL", "by TEXT NOT NULL", "role TEXT NOT NULL",
        "pin TEXT NOT NULL", "failures INTEGER NOT NULL", "wait_until_ms INTEGER NOT NULL",
        "disabled INTEGER NOT NULL", "reason TEXT NOT NULL",
    ),
}  # fmt: skip

INDEXES_1 = (
    # A lifetime number under one authorisation is one motion: it can never be recorded twice (LED-10).
    "CREATE UNIQUE INDEX shot_once ON shot (serial, number, authorisation) WHERE number > 0",
    "CREATE INDEX shot_of_session ON shot (session)",
    "CREATE INDEX shot_of_authorisation ON shot (authorisation)",
    "CREATE INDEX event_of_session ON event (session)",
    "CREATE INDEX event_by_kind ON event (kind)",
    "CREATE INDEX session_of_patient ON session (patient)",
    "CREATE INDEX account_by_name ON account (name)",
)


def to_version_1(db: Database, columns: Columns) -> None:
    """The first schema: one strict table for each kind of row, chained by hash, append-only by trigger (LED-11).

    `ledger` holds the one line that says whether the treatments are real; `version_from` holds from which row on
    each schema version wrote. Neither is chained: the kind is part of the chain's first hash, and a false version
    makes hashes fail.
    """
    run(db, "CREATE TABLE ledger (kind TEXT NOT NULL CHECK (kind IN ('real', 'simulated'))) STRICT")
    run(db, "CREATE TABLE version_from (version INTEGER PRIMARY KEY, first_row INTEGER NOT NULL) STRICT")
    for table, definitions in columns.items():
        body = ", ".join(definitions)
        run(
            db,
            f"CREATE TABLE {table} (row INTEGER PRIMARY KEY, wall_ms INTEGER NOT NULL, boot TEXT NOT NULL, {body}, "
            "hash BLOB NOT NULL) STRICT",
        )
    for statement in INDEXES_1:
        run(db, statement)
    for table in ("ledger", "version_from", *columns):
        for act in ("UPDATE", "DELETE"):
            run(
                db,
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'a row of the ledger is never changed or removed'); END",
            )


MIGRATIONS: tuple[Migration, ...] = (Migration(1, COLUMNS_1, to_version_1),)


def columns_of(table: str, version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> tuple[str, ...]:
    """Names of the hashed columns that `table` had in `version`, in their order; empty when it did not exist."""
    return tuple(
        definition.split()[0]
        for migration in migrations
        if migration.version <= version
        for definition in migration.added.get(table, ())
    )


def kinds_of(table: str, version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> tuple[type, ...]:
    """What those columns hold, in the same order: whole numbers or text."""
    return tuple(
        int if definition.split()[1] == "INTEGER" else str
        for migration in migrations
        if migration.version <= version
        for definition in migration.added.get(table, ())
    )


def tables_of(version: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> tuple[str, ...]:
    """Names of the tables of rows in `version`."""
    names = {table: None for m in migrations if m.version <= version for table in m.added}
    return tuple(names)


def migrate(db: Database, last_row: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> int:
    """Bring the database to the newest version, in one transaction; returns the version it had before.

    Args:
        db: An open connection outside a transaction.
        last_row: Number of the last row written; rows after it belong to the new version.
        migrations: All of them, oldest first.
    """
    found = int(run(db, "PRAGMA user_version").fetchone()[0])
    due = [migration for migration in migrations if migration.version > found]
    if not due:
        return found
    with db.atomic():
        for migration in due:
            migration.apply(db, migration.added)
            run(db, "INSERT INTO version_from VALUES (?, ?)", (migration.version, last_row + 1))
        run(db, f"PRAGMA user_version = {due[-1].version:d}")
    return found
