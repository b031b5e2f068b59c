"""What support needs to see of a device, in one zip file, without a patient code (see `scrub`).

Versions, self-test, link, standing alarms and whatever else control knows by itself come in as `live`; the rest is read
here: the device's profiles, the history of alarms, wear, the newest rows of every table, and logs that lie beside the
record. Left out are patient codes, notes, reactions, reasons, lots, PINs, and the hashes of rows, over which a code
could be guessed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from kiosk.records.chain import kind_of
from kiosk.records.connection import run
from kiosk.records.errors import FileUnreadable
from kiosk.records.faults import faults
from kiosk.records.files import text_of, whole
from kiosk.records.restore import accounts
from kiosk.records.schema import TABLES, Table
from kiosk.records.scrub import LEFT_OUT, Scrubber
from kiosk.records.wear import wear

Plain = dict[str, Any]
ROWS_MOST = 50_000
"""Rows of one table, the newest: a year of a busy practice."""
FAULTS_MOST = 1_000
LOG_MOST = 1_000_000
"""Bytes of one log, its end."""
PEOPLE = frozenset({"user", "by", "name"})
"""Columns that name whoever has an account."""
DROPPED = frozenset({"pin", "reactions", "review_date"})
"""Columns that are not copied."""
README = """This file was made by Nappage for whoever helps with the device{simulated}.

{made}

live.json       versions, self-test, link, cycle and alarms as control saw them{absent}
faults.json     when each alarm stood, for how long, with which values
wear.json       what the device has done, and each part since it was replaced
profiles/       the device as it was configured
rows/           the newest {rows} rows of each table of the record
logs/           logs that lay beside the record; on a Raspberry Pi they are in the system's journal instead:
                journalctl -u nappage-control -u nappage-kiosk

Not in it: patient codes ("[patient 3]" is always the same patient), names of people ("[person 2, technician]"), PINs,
notes, reactions, reasons, lots and whatever else a person typed; those fields say "(left out)".
"""


def write(db: Database, path: Path, *, live: str, profiles: Path, logs: Path, now: datetime) -> Path:
    """Write the bundle to `path`; returns it.

    Args:
        db: The record, to read.
        path: The zip file; written whole or not at all.
        live: What control knows by itself, as JSON; "" when control does not run.
        profiles: Folder of the profiles in use.
        logs: Folder in which logs may lie (`*.log`).
        now: Local time.

    Raises:
        ExportFailed: it could not be written.
    """
    patients = [str(code) for (code,) in run(db, "SELECT patient FROM session GROUP BY patient ORDER BY min(row)")]
    scrubber = Scrubber(patients, {row.name: row.role for row in accounts(db)})
    with whole(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in _files(db, scrubber, live, profiles, logs, now):
            file.writestr(name, text)
    return path


def file_name(simulated: bool, now: datetime) -> str:
    """The name that a bundle gets."""
    return f"{'SIMULATED-' if simulated else ''}support-{now:%Y%m%d-%H%M%S}.zip"


def _files(
    db: Database, scrubber: Scrubber, live: str, profiles: Path, logs: Path, now: datetime
) -> Generator[tuple[str, str], None, None]:
    yield (
        "README.txt",
        README.format(
            simulated=", a simulated one" if kind_of(db) == "simulated" else "",
            made=f"{now:%Y-%m-%d %H:%M}",
            absent="" if live else "; absent: it was made without control",
            rows=ROWS_MOST,
        ),
    )
    if live:
        yield "live.json", _json(scrubber.value(msgspec.json.decode(live)))
    yield "faults.json", _json(_history(db, scrubber))
    yield "wear.json", _json(_worn(db, scrubber))
    for path in sorted((profiles / "devices").glob("*.toml")):
        yield f"profiles/devices/{scrubber.text(path.name)}", scrubber.text(_profile(path))
    for name, table in TABLES.items():
        yield f"rows/{name}.jsonl", "".join(_rows(db, table, scrubber))
    for path in sorted((*logs.glob("*.log"), *logs.glob("logs/*.log"))):
        tail = path.read_bytes()[-LOG_MOST:].decode("utf-8", "replace")
        yield f"logs/{scrubber.text(path.name)}", scrubber.text(tail)


def _profile(path: Path) -> str:
    """Its text, or why there is none: one that cannot be read may be just what support is asked about."""
    try:
        return text_of(path)
    except FileUnreadable as error:
        return f"({error})\n"


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _history(db: Database, scrubber: Scrubber) -> Plain:
    found = faults(db, limit=FAULTS_MOST)
    lines = [
        {**line, "acknowledged_by": scrubber.person(line["acknowledged_by"]), "detail": scrubber.text(line["detail"])}
        for line in (msgspec.to_builtins(line) for line in found.lines)
    ]
    return {"lines": lines, "more": found.more, "counts": msgspec.to_builtins(found.counts)}


def _worn(db: Database, scrubber: Scrubber) -> Plain:
    found: Plain = msgspec.to_builtins(wear(db))
    found["parts"] = [{**part, "by": scrubber.person(part["by"])} for part in found["parts"]]
    return {key: value for key, value in found.items() if key not in ("type", "counters")}


def _rows(db: Database, table: Table, scrubber: Scrubber) -> Generator[str, None, None]:
    columns = ("row", "wall_ms", "boot", *table.columns)
    query = f"SELECT {', '.join(columns)} FROM {table.name} ORDER BY row DESC LIMIT ?"  # noqa: S608  our own names
    for stored in run(db, query, (ROWS_MOST,)):
        line: Plain = dict(zip(columns, stored, strict=True))
        yield msgspec.json.encode(_row(table.name, line, scrubber)).decode() + "\n"


def _row(table: str, line: Plain, scrubber: Scrubber) -> Plain:
    """One row: who by ordinal, what was typed left out, and every other text scrubbed."""
    said: Plain = {}
    for column, value in line.items():
        if column in DROPPED:
            said[column] = LEFT_OUT
        elif column in PEOPLE:
            said[column] = scrubber.person(str(value))
        elif column == "patient":
            said[column] = scrubber.patient(str(value))
        elif table == "event" and column == "sentence":
            said[column] = scrubber.sentence(str(line["kind"]), str(value))
        elif table == "event" and column == "body":
            said[column] = scrubber.body(msgspec.json.decode(str(value), type=dict[str, Any]))
        else:
            said[column] = scrubber.value(value)
    return said
