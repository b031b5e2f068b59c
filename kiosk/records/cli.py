"""What the shell commands about the record do: plain functions that return text, for `kiosk/cli.py` to print.

Each opens the ledger read-only, so each may run beside a treatment. Errors are raised, numbered; none prints.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from drivers.registers import AnchorPair
from kiosk.channel.snapshot import SessionLine
from kiosk.records import chain, history, report
from kiosk.records.connection import open_reader, spoken
from kiosk.records.errors import AnchorsOfAnother
from kiosk.records.exports import export_session
from kiosk.records.restore import last_serial

CHANGED, DISAGREES = 2, 3
"""Exit codes of `verify`: rows lost or changed; sums that do not agree. 0 is good."""


@contextmanager
def reading(path: Path) -> Generator[Database, None, None]:
    """The ledger, read-only, with SQLite's errors in our words."""
    db = open_reader(path)
    try:
        with spoken(path):
            yield db
    finally:
        db.close()


def verify_ledger(path: Path, anchors: AnchorPair | None = None, serial: int = 0) -> tuple[str, int]:
    """Check the whole ledger (LED-11): a text, and an exit code (0 good, 2 lost or changed, 3 sums disagree).

    Args:
        path: The ledger.
        anchors: What the injector with this `serial` number keeps; None when it was not asked.
        serial: Its serial number.

    Raises:
        AnchorsOfAnother: the ledger belongs to another injector.
        LedgerDamaged: the file itself is damaged.
        LedgerMissing, LedgerForbidden, NotALedger, ReaderTooEarly: it could not be read.
    """
    if anchors is not None:
        with reading(path) as db:
            ours = last_serial(db)
        if ours not in (0, serial):
            raise AnchorsOfAnother(theirs=serial, ours=ours)
    verdict = chain.verify(path, anchors)
    lines = [f"{verdict.sentence}.", *(f"{sentence}." for sentence in verdict.totals)]
    if verdict.blocks:
        lines.append("Nothing is armed until an administrator gives a reason; keep a copy of this file.")
        return "\n".join(lines), CHANGED
    lines.append(f"Row {verdict.row}, SHA-256 {verdict.last_hash.hex()}")
    return "\n".join(lines), DISAGREES if verdict.totals else 0


def list_sessions(path: Path, before: int = 0, limit: int = 20) -> str:
    """Sessions, newest first, as a table."""
    with reading(path) as db:
        found = history.sessions(db, before, limit)
    if not found.lines:
        return f"No session below {before} is recorded." if before else "No session is recorded."
    head = f"{'no.':>5}  {'opened':16}  {'patient':12}  {'shots':>5}  {'given':>10}  protocol, practitioner"
    more = [f"More: --before {found.lines[-1].number}"] if found.more else []
    return "\n".join([head, *map(_line, found.lines), *more])


def _line(line: SessionLine) -> str:
    marks = "".join([" SIMULATED" if line.simulated else "", "" if line.signed else " not signed"])
    given = f"{line.given_nl / 1_000_000:.3f} mL"
    said = f"{line.protocol}, {line.practitioner}{marks}"
    return f"{line.number:5}  {line.opened:16}  {line.patient:12}  {line.shots:5}  {given:>10}  {said}"


def export(path: Path, session: int, format: str, out: Path) -> Path:
    """Write one session as json, csv or pdf into the folder `out`; returns the file's path."""
    with reading(path) as db:
        return export_session(db, session, format, out)


def report_totals(
    path: Path,
    form: Literal["text", "csv"] = "text",
    since: date | None = None,
    until: date | None = None,
) -> str:
    """Totals by day, practitioner, protocol, product and lot."""
    with reading(path) as db:
        found = report.totals(db, since, until)
        return report.as_csv(db, found) if form == "csv" else report.as_text(db, found)
