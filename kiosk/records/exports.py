"""One session as a file: complete JSON, the shots as CSV, the signed report or the patient's sheet as PDF."""

from __future__ import annotations

import csv
from datetime import UTC
from pathlib import Path
from typing import Any, Literal, cast, get_args

import msgspec
from sqlite_utils import Database

from kiosk.records.errors import FormatUnknown
from kiosk.records.files import whole
from kiosk.records.history import local
from kiosk.records.report_pdf import write_pdf
from kiosk.records.session_record import OUTCOMES, SessionRecord, Stamped, read_session
from kiosk.records.sheet_pdf import sheet_of, write_into

Plain = dict[str, Any]
Format = Literal["json", "csv", "pdf", "aftercare"]
FORMATS: tuple[Format, ...] = get_args(Format)
EXPORT_VERSION = 1
"""Version of the JSON's form; a reader refuses one it does not know."""
SHOT_COLUMNS = (
    "row", "wall_time", "session", "simulated", "number", "authorisation", "kind", "zone", "side", "point", "depth_um",
    "measured_depth_um", "dose_nl", "measured_dose_nl", "counted_nl", "peak_kpa", "duration_ms", "outcome",
    "certainty", "recovered",
)  # fmt: skip


def export_session(db: Database, session: int, format: str, out: Path) -> Path:
    """Write one session into the folder `out` (made when missing); returns the file's path.

    Raises:
        FormatUnknown: `format` is none of json, csv, pdf and aftercare.
        SessionUnknown, SheetMissing: there is no such session, or no sheet was given in it.
        ExportFailed: the file could not be written.
    """
    if format not in FORMATS:
        raise FormatUnknown(format=format)
    record = read_session(db, session)
    if format == "aftercare":
        return write_into(out, session, sheet_of(record))
    path = out / f"{'SIMULATED-' if record.simulated else ''}session-{session:05d}.{format}"
    with whole(path) as beside:
        _WRITERS[format](record, beside)
    return path


def as_json(record: SessionRecord) -> Plain:
    """All rows of the session, as plain values; volumes nL, depths um, times UTC."""

    def rows(stamped: tuple[Stamped[Any], ...]) -> list[Plain]:
        return [
            {
                "row": entry.row,
                "wall_time": _utc(entry.wall_ms),
                **cast("Plain", msgspec.to_builtins(entry.value)),
            }
            for entry in stamped
        ]

    return {
        "format": "nappage session",
        "version": EXPORT_VERSION,
        "simulated": record.simulated,
        "session": rows((record.session,))[0],
        "closing": rows((record.closing,))[0] if record.closing else None,
        "protocol_title": record.title,
        "zones": [msgspec.to_builtins(zone) for zone in record.zones()],
        "given_nl": record.given_nl,
        "flags": record.flags(),
        "events": rows(record.events),
        "authorisations": rows(record.authorisations),
        "resolutions": rows(record.resolutions),
        "shots": rows(record.shots),
        "last_row": record.last_row,
        "last_hash": record.last_hash.hex(),
    }


def _utc(wall_ms: int) -> str:
    return local(wall_ms).astimezone(UTC).isoformat(timespec="milliseconds")


def _write_json(record: SessionRecord, path: Path) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(as_json(record)), indent=2) + b"\n")


def _write_csv(record: SessionRecord, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(SHOT_COLUMNS)
        for entry in record.shots:
            shot = entry.value
            known: dict[str, Any] = {
                **msgspec.structs.asdict(shot),
                "row": entry.row,
                "wall_time": _utc(entry.wall_ms),
                "simulated": record.simulated,
                "counted_nl": shot.counted_nl,
                "outcome": OUTCOMES.get(shot.outcome, str(shot.outcome)),
            }
            table.writerow([known[column] for column in SHOT_COLUMNS])


_WRITERS = {"json": _write_json, "csv": _write_csv, "pdf": write_pdf}
