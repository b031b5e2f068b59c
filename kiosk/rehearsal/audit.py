"""Whether a rehearsal's record is whole and kept every limit: the ledger against the injector, the plan and the script.

The one thing only this file knows is what makes a rehearsal fail. It reads the ledger as a stranger would, asks the
injector for its anchors over the wire and the bench for its counters, and believes neither the engine nor the player.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlite_utils import Database

from drivers.registers import AnchorPair, Outcome
from kiosk.alarms.conditions import A
from kiosk.records import chain
from kiosk.records.connection import open_reader, run, spoken
from kiosk.records.facts import Fact
from kiosk.records.rows import Certainty, EventRow, ShotRow
from kiosk.records.session_record import SessionRecord, Stamped, ZoneSum, read_session
from kiosk.rehearsal.scenario import Expect

DEPTH_TOLERANCE_UM = 100
DOSE_TOLERANCE_NL, DOSE_TOLERANCE_PERCENT = 300, 5
"""LED-9: how far a measured shot may lie above the commanded one."""
FLOW_TOLERANCE_NL, FLOW_TOLERANCE_PERCENT = 5000, 2
"""How far the model's own balance may lie from the injector's counter (ours: draw-back and rounding of steps)."""
ENVIRONMENT = frozenset({A.CYCLE_LATE, A.LEDGER_SLOW, A.KIOSK_LOST, A.BAD_FRAMES, A.LEASE_LAPSED})
"""Alarms that say something of this machine's load, not of the session; they fail no rehearsal. Real-time priority does
not rule them out: the kernel carries a terminal's bytes by a worker at ordinary priority (measured: up to 333 ms under
load), which makes frames late and the cycle that waits for them; disk and player have none either. What each of them
must lead to is judged all the same: the arming ended, and no stroke began after it."""
LEASE_MS = 150
"""WDG-1: after so long without a fresh lease the injector begins no stroke."""
ONSET = "onset"


class Device(msgspec.Struct, frozen=True):
    """What the injector and the physical model know, read from the bench after the session."""

    lifetime_shots: int
    lifetime_nl: int
    outflow_nl: float
    vented_nl: float
    stored_nl: float


class Found(msgspec.Struct, frozen=True):
    """What the audit found. `failures` are sentences; empty when everything is as it must be."""

    simulated: bool
    shots: int
    given_nl: int
    measured_nl: int
    zones: tuple[ZoneSum, ...]
    alarms: tuple[str, ...]
    alarm_numbers: tuple[int, ...]
    outcomes: tuple[tuple[str, int], ...]
    """How the authorisations of the treatment ended, and how many so."""
    verified: str
    failures: tuple[str, ...]


def audit(
    ledger: Path,
    session: int,
    expect: Expect,
    before: Device,
    after: Device,
    anchors: AnchorPair | None,
    *,
    realtime: bool,
) -> Found:
    """Check one session of a closed ledger.

    Args:
        ledger: Its file.
        session: The session's number.
        expect: What the scenario expects.
        before: The device before the session.
        after: The device after it.
        anchors: What the injector keeps of the record; None when they could not be read.
        realtime: Whether this machine permits real-time priority; control then has to have it.

    Raises:
        LedgerMissing, LedgerDamaged, SessionUnknown and others of the records room: it could not be read.
    """
    verdict = chain.verify(ledger, anchors)
    db = open_reader(ledger)
    try:
        with spoken(ledger):
            record = read_session(db, session)
            failures = [
                *_of_chain(verdict), *_of_counters(db, after), *_of_flow(before, after), *_of_limits(record),
                *_of_authorisations(record), *_of_disarmings(record), *_of_closing(record),
                *_of_script(record, expect, realtime=realtime),
            ]  # fmt: skip
    finally:
        db.close()
    shots = [shot.value for shot in record.treatment]
    return Found(
        simulated=record.simulated,
        shots=len(shots),
        given_nl=record.given_nl,
        measured_nl=sum(shot.measured_dose_nl for shot in shots),
        zones=tuple(record.zones()),
        alarms=tuple(event.value.sentence for event in _onsets(record)),
        alarm_numbers=tuple(int(event.value.body["number"] or 0) for event in _onsets(record)),  # type: ignore[arg-type]
        outcomes=tuple(Counter(str(row.value.certainty) for row in record.resolutions).items()),
        verified=verdict.sentence,
        failures=tuple(failures),
    )


# -- the record itself -----------------------------------------------------------------------------------------------
def _of_chain(verdict: chain.Verdict) -> Iterator[str]:
    if verdict.state not in ("good", "not anchored"):
        yield f"The record does not verify: {verdict.sentence}"
    if verdict.state == "not anchored" and verdict.anchored == 0:
        yield "The injector keeps no anchor of the record"
    yield from verdict.totals


def _of_counters(db: Database, after: Device) -> Iterator[str]:
    """Every motion that the injector counted has its row, once, and they add up (LED-4)."""
    numbers = [int(row[0]) for row in run(db, "SELECT number FROM shot WHERE number > 0 ORDER BY number")]
    twice = sorted(number for number, times in Counter(numbers).items() if times > 1)
    if twice:
        yield f"Motion {twice[0]} stands twice in the record"
    missing = sorted(set(range(1, after.lifetime_shots + 1)) - set(numbers))
    if missing:
        yield f"Motion {missing[0]} of {after.lifetime_shots} that the injector counted is not in the record"
    if numbers and max(numbers) > after.lifetime_shots:
        yield f"The record holds motion {max(numbers)}, the injector counted {after.lifetime_shots}"
    total = int(run(db, "SELECT coalesce(sum(measured_dose_nl), 0) FROM shot WHERE number > 0").fetchone()[0])
    if total != after.lifetime_nl:
        yield f"The record adds up to {_ul(total)}, the injector's counter to {_ul(after.lifetime_nl)}"


def _of_flow(before: Device, after: Device) -> Iterator[str]:
    """What the physical model let out against what the injector counted."""
    counted = after.lifetime_nl - before.lifetime_nl
    left = after.outflow_nl + after.vented_nl + after.stored_nl
    left -= before.outflow_nl + before.vented_nl + before.stored_nl
    if abs(left - counted) > max(FLOW_TOLERANCE_NL, counted * FLOW_TOLERANCE_PERCENT / 100):
        yield f"The model moved {left / 1000:.1f} uL, the injector counted {_ul(counted)}"


# -- limits ------------------------------------------------------------------------------------------------------------
def _of_limits(record: SessionRecord) -> Iterator[str]:
    """Each shot inside the hard limits that were in force for its zone and side (LIM-1)."""
    plans = {(str(p.value.body["zone"]), str(p.value.body["side"])): p.value.body for p in record.facts(Fact.PLAN)}
    for stamped in record.treatment:
        shot = stamped.value
        name = f"Shot {shot.number}"
        if shot.number == 0:
            continue  # counted in full without a record: it has no values of its own, and expectations count it
        plan = plans.get((shot.zone, shot.side))
        if plan is None:
            yield f"{name} went into {shot.zone or 'no zone'} {shot.side}, for which nothing was planned"
            continue
        for what, value, unit in (("depth", shot.depth_um, "um"), ("dose", shot.dose_nl, "nl")):
            low, high = int(plan[f"{what}_low_{unit}"] or 0), int(plan[f"{what}_high_{unit}"] or 0)  # type: ignore[arg-type]
            if not low <= value <= high:
                yield f"{name}: the {what} {value} {unit} crossed its limits, {low} to {high} {unit}"
        yield from _measured(name, shot)


def _measured(name: str, shot: ShotRow) -> Iterator[str]:
    if shot.measured_depth_um > shot.depth_um + DEPTH_TOLERANCE_UM:
        yield f"{name}: {shot.measured_depth_um} um deep, {shot.depth_um} um were authorised"
    most = shot.dose_nl + max(DOSE_TOLERANCE_NL, shot.dose_nl * DOSE_TOLERANCE_PERCENT // 100)
    if shot.measured_dose_nl > most:
        yield f"{name}: {shot.measured_dose_nl} nL given, {shot.dose_nl} nL were authorised"


def _of_authorisations(record: SessionRecord) -> Iterator[str]:
    """Each shot after its authorisation's row and within its number (LED-1); each authorisation resolved (LED-2)."""
    given = {row.value.id: row for row in record.authorisations}
    resolved = {row.value.id for row in record.resolutions}
    under = Counter(shot.value.authorisation for shot in record.treatment)
    for stamped in record.treatment:
        row = given.get(stamped.value.authorisation)
        if row is None:
            yield f"Shot {stamped.value.number} has no authorisation in the record"
        elif row.row >= stamped.row:
            yield f"Shot {stamped.value.number} stands before its authorisation"
    for id_, shots in under.items():
        if id_ in given and shots > given[id_].value.shots:
            yield f"Authorisation {id_} was for {given[id_].value.shots} shots, {shots} were given"
    for id_ in sorted(set(given) - resolved):
        yield f"What became of authorisation {id_} is not in the record"


def _of_disarmings(record: SessionRecord) -> Iterator[str]:
    """After a disarming the stroke under way ends, and none begins (STP-1); without a link the lease sees to it.

    A stroke and the record of the one before it are further apart than a cycle, so at most one shot is recorded after
    the arming's end; of those recovered after a lost link also what began within the lease.
    """
    armed = [event.row for event in record.facts(Fact.ARMING)]
    intervals = {row.value.id: row.value.interval_ms for row in record.authorisations}
    for end in (event for event in record.events if event.value.kind == "disarmed"):
        until = min(
            (row for row in armed if row > end.row), default=record.treatment[-1].row + 1 if record.treatment else 0
        )
        late = [shot.value for shot in record.treatment if end.row < shot.row < until]
        found = [shot for shot in late if shot.recovered]
        allowed = 1 + max((-(-LEASE_MS // intervals[shot.authorisation]) for shot in found), default=0)
        if len(late) - len(found) > 1 or len(late) > allowed:
            yield f"{len(late)} shots came after: {end.value.sentence.rstrip('.')}"


def _of_closing(record: SessionRecord) -> Iterator[str]:
    closing = record.closing
    if closing is None:
        yield "The session was not signed"
    elif (closing.value.shots, closing.value.given_nl) != (len(record.treatment), record.given_nl):
        yield (
            f"Signed for {closing.value.shots} shots and {_ul(closing.value.given_nl)}, "
            f"recorded are {len(record.treatment)} and {_ul(record.given_nl)}"
        )


# -- the script --------------------------------------------------------------------------------------------------------
def _of_script(record: SessionRecord, expect: Expect, *, realtime: bool) -> Iterator[str]:
    shots = [stamped.value for stamped in record.treatment]
    partial = sum(shot.outcome != Outcome.COMPLETED for shot in shots)
    uncertain = sum(shot.certainty is not Certainty.DONE for shot in shots)
    yield from _between("shots", len(shots), expect.shots, expect.shots_at_most)
    yield from _between("partial shots", partial, expect.partial, expect.partial_at_most)
    yield from _between("uncertain shots", uncertain, expect.uncertain, 0)
    syringes = len(record.facts(Fact.SYRINGE))
    yield from _between("syringes", syringes, expect.syringes, 0)
    places = Counter(f"{shot.zone} {shot.side}" for shot in shots)
    for place, count in expect.zones.items():
        yield from _between(f"shots in {place}", places[place], count, 0)
    sounded = {int(event.value.body["number"] or 0) for event in _onsets(record)}  # type: ignore[arg-type]
    for number in sorted(set(expect.alarms) - sounded):
        yield f"Alarm E{number} was expected and did not come"
    tolerated = ENVIRONMENT if realtime else ENVIRONMENT | {A.NOT_REALTIME}
    for number in sorted(sounded - set(expect.alarms) - set(expect.may_alarm) - tolerated):
        yield f"Alarm E{number} came and was not expected"
    ends = {row.value.certainty for row in record.resolutions}
    if Certainty.NOT_DONE in ends and not expect.withdrawn:
        yield "An authorisation ended certainly not done, which was not expected"


def _between(what: str, found: int, least: int, most: int) -> Iterator[str]:
    most = max(least, most)
    if not least <= found <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        yield f"Expected {wanted} {what}, recorded are {found}"


def _onsets(record: SessionRecord) -> list[Stamped[EventRow]]:
    return [event for event in record.facts(Fact.ALARM) if event.value.body.get("what") == ONSET]


def _ul(nl: int) -> str:
    return f"{nl / 1000:.1f} uL"
