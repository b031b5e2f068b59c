"""What a restart reads out of the ledger: where it ends, what is unresolved, and the session that was open (LED-6)."""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast

from sqlite_utils import Database

from drivers.registers import U32_MAX
from kiosk.records import chain
from kiosk.records.approvals import last_approvals
from kiosk.records.as_set import standing
from kiosk.records.checks import last_checks
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.ids import LAST_DRAWN
from kiosk.records.known import STILL
from kiosk.records.presets import presets
from kiosk.records.rows import (
    AccountRow,
    AuthorisationKind,
    AuthorisationRow,
    CalibrationRow,
    EventRow,
    Restored,
    Row,
    SessionRow,
    ShotRow,
)
from kiosk.records.schema import TABLE_FOR

R = TypeVar("R", bound=Row)
_AGREED = (Fact.PAIRED.value, Fact.RECONCILED.value)
_WITH_ID = (*_AGREED, Fact.RESERVED.value)
_KINDS = json.dumps([kind.value for kind in AuthorisationKind])
_STILL = tuple(kind.value for kind in STILL)
"""Kinds of authorisation that move nothing."""
LAST_CHANGES = """
SELECT json_extract(body, '$.number') AS number, json_extract(body, '$.what') AS what, max(row) FROM event
    WHERE kind = ? AND what IN ('onset', 'end') GROUP BY number
"""
"""Of each alarm the last time that it began or ended; beside `max` SQLite gives the values of that very row."""
IN_FULL = """
WHERE row IN (SELECT min(row) FROM shot WHERE serial = ? AND number = 0 AND authorisation > 0
    AND kind IN (SELECT value FROM json_each(?)) GROUP BY authorisation)
"""
"""The first shot of each authorisation that was counted in full; one of a kind that there is not was damaged, and what
its record tells counts once more rather than never."""
LAST_INSTRUMENTS = "WHERE row IN (SELECT max(row) FROM event WHERE kind = ? GROUP BY json_extract(body, '$.kind'))"


def fetch(db: Database, row_type: type[R], where: str = "", parameters: tuple[Any, ...] = ()) -> tuple[R, ...]:
    """Rows of one kind, `where` being what follows the table's name."""
    table = TABLE_FOR[row_type]
    found = run(db, f"{table.select} {where}", parameters)
    return tuple(cast("R", table.row(line)) for line in found)


def accounts(db: Database) -> tuple[AccountRow, ...]:
    """The last row of each name, by name."""
    last = "WHERE row IN (SELECT max(row) FROM account GROUP BY name) ORDER BY name"
    return fetch(db, AccountRow, last)


def _single(db: Database, query: str, parameters: tuple[Any, ...] = ()) -> int:
    found = run(db, query, parameters).fetchone()
    return int(found[0]) if found and found[0] is not None else 0


def _agreement(db: Database, serial: int) -> tuple[int, EventRow | None]:
    """Row and event of the last time that ledger and this controller agreed; (0, None) when never.

    One whose counters are no counters was damaged; the one before it and the shots since tell the same.
    """
    query = "SELECT row, json_extract(body, '$.serial') FROM event WHERE kind IN (?, ?) ORDER BY row DESC"
    for row, found in run(db, query, _AGREED):
        if found == serial:
            event = fetch(db, EventRow, "WHERE row = ?", (row,))[0]
            if all(number_in(event, key, -1) >= 0 for key in ("cursor", "lifetime_nl")):
                return int(row), event
    return 0, None


def number_in(event: EventRow | None, key: str, default: int) -> int:
    """An integer of an event's body."""
    value = event.body.get(key) if event else None
    return value if type(value) is int else default


def last_serial(db: Database) -> int:
    """Serial number of the controller this ledger belongs to: the last paired or authorised one, 0 when none.

    A `void` is sent to whatever is connected, also to a stranger, and a message moves nothing: neither binds.
    """
    authorised = run(
        db, "SELECT row, serial FROM authorisation WHERE kind NOT IN (?, ?) ORDER BY row DESC LIMIT 1", _STILL
    ).fetchone()
    paired = run(
        db,
        "SELECT row, json_extract(body, '$.serial') FROM event WHERE kind IN (?, ?)"
        " AND json_extract(body, '$.serial') BETWEEN 0 AND ? ORDER BY row DESC LIMIT 1",  # else the row was damaged
        (*_AGREED, U32_MAX),
    ).fetchone()
    latest = max((tuple(line) for line in (authorised, paired) if line), default=(0, 0))
    return int(latest[1])


def blocked(db: Database) -> tuple[tuple[int, str], ...]:
    """Controllers that contradicted the record and were not paired since, each with its sentence (LED-5)."""
    standing: dict[int, str] = {}
    for event in fetch(db, EventRow, "WHERE kind IN (?, ?) ORDER BY row", (Fact.BLOCKED.value, Fact.PAIRED.value)):
        serial = number_in(event, "serial", 0)
        if event.kind == Fact.BLOCKED:
            standing[serial] = event.sentence
        else:
            standing.pop(serial, None)
    return tuple(standing.items())


def counters(db: Database, serial: int) -> tuple[int, int]:
    """Cursor (lowest lifetime number not yet recorded) and lifetime nL of one controller, as the ledger knows them."""
    since, event = _agreement(db, serial)
    cursor, nl = number_in(event, "cursor", 1), number_in(event, "lifetime_nl", 0)
    # Numbers begin anew only with a pairing. A motion that is recorded is never read again, whatever an agreement says:
    # the same record twice is a row that is refused, and with it the whole record (LED-12).
    paired = "SELECT max(row) FROM event WHERE kind = ? AND json_extract(body, '$.serial') = ?"
    begun = _single(db, paired, (Fact.PAIRED.value, serial))
    last = "SELECT number FROM shot WHERE serial = ? AND number > 0 AND row > ? ORDER BY number DESC LIMIT 1"
    highest = _single(db, last, (serial, begun))
    # Amounts counted in full without a record are our caution, not the controller's counter. What no register can hold
    # stands in a damaged row, which the check of the record names; the sum must not end the start with it.
    measured = "SELECT sum(max(0, min(measured_dose_nl, ?))) FROM shot WHERE serial = ? AND row > ? AND number > 0"
    return max(cursor, highest + 1), nl + _single(db, measured, (U32_MAX, serial, since))


def unseen(db: Database) -> tuple[tuple[int, str], ...]:
    """What comparisons found and no practitioner has acknowledged since, oldest first (LED-4)."""
    standing: list[tuple[int, str]] = []
    for event in fetch(db, EventRow, "WHERE kind IN (?, ?) ORDER BY row", (Fact.RECOVERED.value, Fact.SEEN.value)):
        alarm = number_in(event, "alarm", 0)
        if event.kind == Fact.RECOVERED:
            standing.append((alarm, event.sentence))
        else:
            standing = [entry for entry in standing if entry[0] != alarm]
    return tuple(standing)


def alarms(db: Database) -> tuple[int, ...]:
    """Numbers of the alarms that began and have not ended since, as the record tells it (ALM-5)."""
    return tuple(int(number) for number, what, _ in run(db, LAST_CHANGES, (Fact.ALARM.value,)) if what == "onset")


def mismatch(db: Database) -> str:
    """What stands against the last shot that was not as set, "" for nothing (LED-9)."""
    last = "WHERE kind IN (?, ?) ORDER BY row DESC LIMIT 1"
    return standing("", fetch(db, EventRow, last, (Fact.NOT_AS_SET.value, Fact.CLEARED.value)))


def clock_set(db: Database, boot: str) -> tuple[int, int] | None:
    """Wall time and CLOCK_MONOTONIC, ms, of the last time that a person set the clock in this boot (LED-8)."""
    found = fetch(db, EventRow, "WHERE kind = ? AND boot = ? ORDER BY row DESC LIMIT 1", (Fact.CLOCK_SET.value, boot))
    return (number_in(found[0], "wall_ms", 0), found[0].mono_ms) if found else None


def clock_confirmed(db: Database, boot: str) -> bool:
    """Whether a technician confirmed date and time in this boot (LED-8)."""
    query = "SELECT count(*) FROM event WHERE kind = ? AND boot = ?"
    return _single(db, query, (Fact.CLOCK_CONFIRMED.value, boot)) > 0


def path_opened(db: Database) -> int:
    """Wall time (UTC ms) at which the present fluid path was opened, 0 when none is (LIM-14)."""
    ended = max(
        _single(db, "SELECT max(row) FROM event WHERE kind = ?", (Fact.PATH_DISCARDED.value,)),
        _single(db, "SELECT max(row) FROM closing"),
    )
    first = run(
        db, "SELECT wall_ms FROM event WHERE kind = ? AND row > ? ORDER BY row LIMIT 1", (Fact.PATH_OPENED.value, ended)
    ).fetchone()
    return int(first[0]) if first else 0


def _greatest_id(db: Database) -> int:
    """The greatest id that was drawn, for something or in reserve, or taken over from an injector with a pairing.

    A greater one than is ever drawn stands in a damaged row: it is not gone on from, for it leads out of the registers.
    """
    drawn = _single(db, "SELECT max(id) FROM authorisation WHERE id <= ?", (LAST_DRAWN,))
    events = fetch(db, EventRow, "WHERE kind IN (?, ?, ?)", _WITH_ID)
    named = (number_in(event, "max_id", 0) for event in events)
    return max(drawn, *(number for number in named if number <= LAST_DRAWN), 0)


def restore(db: Database, verified: str, boot: str) -> Restored:
    """All that a restart needs; `verified` is the outcome of the check at opening, `boot` names this boot."""
    last_row, last_hash, last_wall_ms = chain.head(db)
    serial = last_serial(db)
    cursor, lifetime_nl = counters(db, serial)
    unresolved = fetch(db, AuthorisationRow, "WHERE id NOT IN (SELECT id FROM resolution) ORDER BY id")
    open_sessions = fetch(
        db, SessionRow, "WHERE session NOT IN (SELECT session FROM closing) ORDER BY session DESC LIMIT 1"
    )
    open_session = open_sessions[0] if open_sessions else None
    number = open_session.session if open_session else -1
    calibrations = fetch(db, CalibrationRow, "WHERE serial = ? ORDER BY row DESC LIMIT 1", (serial,))
    recorded = tuple(
        (row.id, _single(db, "SELECT count(*) FROM shot WHERE authorisation = ?", (row.id,))) for row in unresolved
    )
    kept, following = presets(db)
    return Restored(
        last_row=last_row,
        last_hash=last_hash,
        next_session=_single(db, "SELECT max(session) FROM session") + 1,
        max_id=_greatest_id(db),
        serial=serial,
        accounts=accounts(db),
        cursor=cursor,
        lifetime_nl=lifetime_nl,
        unresolved=unresolved,
        open_session=open_session,
        events=fetch(db, EventRow, "WHERE session = ? ORDER BY row", (number,)),
        shots=fetch(db, ShotRow, "WHERE session = ? ORDER BY row", (number,)),
        armings=_single(db, "SELECT max(arming) FROM authorisation WHERE session = ?", (number,)),
        calibration=calibrations[0] if calibrations else None,
        last_wall_ms=last_wall_ms,
        verified=verified,
        path_opened_ms=path_opened(db),
        approvals=tuple((key, last.sha256) for key, last in last_approvals(db).items()),
        presets=kept,
        next_preset=following,
        recorded=recorded,
        blocked=blocked(db),
        unseen=unseen(db),
        alarms=alarms(db),
        mismatch=mismatch(db),
        clock_set=clock_set(db, boot),
        clock_confirmed=clock_confirmed(db, boot),
        counted_in_full=fetch(db, ShotRow, IN_FULL, (serial, _KINDS)),
        certificates=fetch(db, CalibrationRow, "WHERE row IN (SELECT max(row) FROM calibration GROUP BY serial)"),
        checks=last_checks(db),
        calibrations=fetch(db, EventRow, "WHERE kind = ? ORDER BY row", (Fact.CALIBRATION.value,)),
        instruments=fetch(db, EventRow, LAST_INSTRUMENTS, (Fact.INSTRUMENT.value,)),
    )
