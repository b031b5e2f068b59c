"""How much the device has worked, as its record knows it: shots, volume, relay, hours, and each part since it was new.

Only this file knows which row wears which part. The relay closes once for every service motion, bench shot and retract,
and once for an arming, over all its slices (LED-1): it is counted from those rows, and no row is written for it. What
was taken back before the relay closed is left out. No service interval stands here: no source gives one.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from kiosk.channel.service import PartLine, PartName, Unit, WearPage
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.history import day
from kiosk.records.restore import last_serial
from kiosk.records.rows import AuthorisationKind as Kind
from kiosk.records.schema import TABLES

UNITS: dict[PartName, Unit] = {
    "needle carriage": "strokes",
    "return spring": "strokes",
    "tubing": "nL",
    "enable relay": "cycles",
}
OF_THE_DEVICE: frozenset[PartName] = frozenset({"enable relay"})
"""Parts that stay when another injector is connected."""
STROKES = tuple(kind.value for kind in (Kind.TREATMENT, Kind.BENCH, Kind.HOME, Kind.GAUGE))
"""Motions of the needle."""
SWITCHED = tuple(kind.value for kind in (Kind.BENCH, Kind.HOME, Kind.PRIME, Kind.SEEK, Kind.GAUGE))
"""Motions that close the relay for themselves."""
HOUR_MS = 3_600_000

_MOVED = """
SELECT kind, count(*), coalesce(sum(measured_dose_nl), 0) FROM shot
WHERE serial = ? AND row > ? AND number > 0 GROUP BY kind
"""
_WITHDRAWN = "a.id IN (SELECT r.id FROM resolution r WHERE r.reason LIKE 'withdrawn:%')"
_ARMINGS = (
    "SELECT count(*) FROM (SELECT DISTINCT a.session, a.arming FROM authorisation a "  # noqa: S608  our own words
    f"WHERE a.kind = ? AND a.row > ? AND NOT {_WITHDRAWN})"
)
_SWITCHINGS = (
    f"SELECT count(*) FROM authorisation a WHERE a.kind IN ({', '.join('?' * len(SWITCHED))}) "  # noqa: S608
    f"AND a.row > ? AND NOT {_WITHDRAWN}"
)
_RETRACTS = "SELECT count(*) FROM event WHERE kind = 'retract' AND sentence = 'A retract was asked' AND row > ?"
_REPLACED = """
SELECT row, wall_ms, user FROM event
WHERE kind = ? AND json_extract(body, '$.part') = ? AND json_extract(body, '$.serial') = ? ORDER BY row DESC LIMIT 1
"""


def wear(db: Database, serial: int = 0) -> WearPage:
    """Counts of one injector and of the device around it; `serial` 0 is the injector that the record belongs to."""
    serial = serial or last_serial(db)
    moved = _moved(db, serial, 0)
    starts, hours_ms = _running(db)
    return WearPage(
        treatment_shots=moved.get(Kind.TREATMENT.value, (0, 0))[0],
        bench_shots=moved.get(Kind.BENCH.value, (0, 0))[0],
        homings=moved.get(Kind.HOME.value, (0, 0))[0],
        primes=moved.get(Kind.PRIME.value, (0, 0))[0],
        delivered_nl=sum(nl for _, nl in moved.values()),
        relay_cycles=relay_cycles(db),
        hours=hours_ms // HOUR_MS,
        machine_starts=starts,
        parts=tuple(_part(db, serial, part) for part in UNITS),
    )


def relay_cycles(db: Database, after: int = 0) -> int:
    """How often the enable relay closed, from rows after this one."""
    return (
        _one(db, _SWITCHINGS, (*SWITCHED, after))
        + _one(db, _ARMINGS, (Kind.TREATMENT.value, after))
        + _one(db, _RETRACTS, (after,))
    )


def _part(db: Database, serial: int, part: PartName) -> PartLine:
    whose = 0 if part in OF_THE_DEVICE else serial
    found = run(db, _REPLACED, (Fact.PART_REPLACED.value, part, whose)).fetchone()
    row, wall_ms, by = found or (0, 0, "")
    unit = UNITS[part]
    if unit == "cycles":
        count = relay_cycles(db, row)
    else:
        moved = _moved(db, serial, row)
        strokes = sum(number for kind, (number, _) in moved.items() if kind in STROKES)
        count = strokes if unit == "strokes" else sum(nl for _, nl in moved.values())
    return PartLine(part, count, unit, day(wall_ms) if row else "", str(by))


def _moved(db: Database, serial: int, after: int) -> dict[str, tuple[int, int]]:
    """Motions and measured nL by kind, from rows after this one."""
    return {str(kind): (int(number), int(nl)) for kind, number, nl in run(db, _MOVED, (serial, after))}


def _running(db: Database) -> tuple[int, int]:
    """Starts of the machine that left a row, and the sum of each one's last row's time since its start, ms."""
    rows = " UNION ALL ".join(f"SELECT boot, mono_ms FROM {name}" for name in TABLES)  # noqa: S608  our own names
    latest = f"SELECT boot, max(mono_ms) AS last FROM ({rows}) GROUP BY boot"  # noqa: S608
    starts, last = run(db, f"SELECT count(*), coalesce(sum(last), 0) FROM ({latest})").fetchone()  # noqa: S608
    return int(starts), int(last)


def _one(db: Database, query: str, parameters: tuple[Any, ...]) -> int:
    return int(run(db, query, parameters).fetchone()[0])
