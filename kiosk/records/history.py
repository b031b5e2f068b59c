"""What the record shows to people: pages of sessions, one session, one patient.

Reads only. Amounts are what was counted: the greater of commanded and measured of every treatment shot, uncertain ones
in full (LIM-6); primes and bench shots go to nobody and count for nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from kiosk.channel.commands import Side
from kiosk.channel.snapshot import PatientPage, PlanLimits, SessionLine, SessionList, SessionPage, ShotLine, Zone
from kiosk.records import chain
from kiosk.records.connection import run
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.records.session_record import OUTCOMES, SessionRecord, Stamped, ZoneSum, read_session


def local(wall_ms: int) -> datetime:
    """Wall time of a row in the device's time zone."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone()


def day(wall_ms: int) -> str:
    """ISO date of a row in the device's time zone."""
    return local(wall_ms).date().isoformat()


_LINES = """
SELECT s.session, s.wall_ms, s.patient, s.protocol, s.user, count(t.row), coalesce(sum(max(t.dose_nl,
    t.measured_dose_nl)), 0), (SELECT c.row FROM closing c WHERE c.session = s.session),
    (SELECT json_extract(e.body, '$.protocol_title') FROM event e
     WHERE e.session = s.session AND e.kind = 'plan' ORDER BY e.row DESC LIMIT 1)
FROM session s LEFT JOIN shot t ON t.session = s.session AND t.kind = 'treatment'
WHERE s.session < ? GROUP BY s.session ORDER BY s.session DESC LIMIT ?
"""
_NEWEST = 1 << 62


def sessions(db: Database, before: int = 0, limit: int = 20) -> SessionList:
    """Sessions, newest first, with numbers below `before` (0: from the newest)."""
    simulated = chain.kind_of(db) == "simulated"
    found = run(db, _LINES, (before or _NEWEST, limit + 1)).fetchall()
    lines = tuple(
        SessionLine(
            number=number,
            opened=f"{local(wall_ms):%Y-%m-%d %H:%M}",
            patient=patient,
            protocol=title or protocol,
            practitioner=user,
            shots=shots,
            given_nl=given_nl,
            signed=signed is not None,
            simulated=simulated,
        )
        for number, wall_ms, patient, protocol, user, shots, given_nl, signed, title in found[:limit]
    )
    return SessionList(lines, more=len(found) > limit)


def session_page(db: Database, number: int) -> SessionPage:
    """One session as the record screen shows it.

    Raises:
        SessionUnknown: there is none of that number.
    """
    record = read_session(db, number)
    product, needle = record.last_fact(Fact.PRODUCT), record.last_fact(Fact.NEEDLE)
    syringe = record.last_fact(Fact.SYRINGE)
    return SessionPage(
        line=_line(record),
        product=str(product.get("product_title", "")),
        lot=str(product.get("lot", "")),
        expiry=str(product.get("expiry", "")),
        needle=str(needle.get("needle_title", "")),
        syringe=str(syringe.get("syringe_title", "")),
        zones=tuple(_zone(found) for found in record.zones() if found.done or found.planned),
        shots=tuple(_shot(shot) for shot in record.treatment),
        events=tuple((f"{local(event.wall_ms):%H:%M:%S}", event.value.sentence) for event in record.events),
        flags=tuple(record.flags()),
        reactions=reactions(record),
        next_date=str(record.last_fact(Fact.NEXT_DATE).get("date") or ""),
        review_date=record.closing.value.review_date if record.closing else "",
        sheet=bool(record.facts(Fact.AFTERCARE)),
        limits=tuple(_limits(found) for found in record.zones() if found.plan),
    )


def reactions(record: SessionRecord) -> tuple[tuple[str, str], ...]:
    """Day and text of every reaction that was noted, with the signature and later; where none was, nothing."""
    told = ((day(noted.wall_ms), told_reaction(noted.value)) for noted in record.facts(Fact.REACTION))
    return tuple((when, words) for when, words in told if words)


def told_reaction(event: EventRow) -> str:
    """What was noted, the list's words first; "" for nothing."""
    body: dict[str, Any] = event.body
    return "; ".join(filter(None, (*(body.get("reactions") or ()), body.get("note"))))


def _line(record: SessionRecord) -> SessionLine:
    session = record.session.value
    return SessionLine(
        number=session.session,
        opened=f"{local(record.session.wall_ms):%Y-%m-%d %H:%M}",
        patient=session.patient,
        protocol=record.title,
        practitioner=session.user,
        shots=len(record.treatment),
        given_nl=record.given_nl,
        signed=record.closing is not None,
        simulated=record.simulated,
    )


def _limits(found: ZoneSum) -> PlanLimits:
    plan = found.plan
    return PlanLimits(
        zone=found.zone,
        side=found.side,
        depth_low_um=int(plan.get("depth_low_um") or 0),
        depth_high_um=int(plan.get("depth_high_um") or 0),
        dose_low_nl=int(plan.get("dose_low_nl") or 0),
        dose_high_nl=int(plan.get("dose_high_nl") or 0),
    )


_SIDES: dict[str, Side] = {"left": "left", "right": "right"}


def _zone(found: ZoneSum) -> Zone:
    return Zone(
        key=found.zone,
        title=found.title,
        side=_SIDES.get(found.side, "whole"),
        planned=found.planned,
        done=found.done,
        given_nl=found.given_nl,
        technique=str(found.plan.get("technique", "")),
        spacing_mm=str(found.plan.get("spacing_mm", "")),
        angle_deg=int(found.plan.get("angle_deg") or 90),
    )


def _shot(stamped: Stamped[Any]) -> ShotLine:
    shot = stamped.value
    return ShotLine(
        number=shot.number,
        zone=shot.zone,
        side=shot.side,
        depth_um=shot.depth_um,
        measured_depth_um=shot.measured_depth_um,
        dose_nl=shot.dose_nl,
        measured_dose_nl=shot.measured_dose_nl,
        outcome=OUTCOMES.get(shot.outcome, f"outcome {shot.outcome}"),
        at=f"{local(stamped.wall_ms):%H:%M:%S}",
    )


_LAST = """
SELECT s.session, s.wall_ms, s.protocol,
    (SELECT t.zone FROM shot t WHERE t.session = s.session AND t.kind = 'treatment' ORDER BY t.row DESC LIMIT 1)
FROM session s WHERE s.patient = ? ORDER BY s.session DESC LIMIT 1
"""


def patient_page(db: Database, code: str) -> PatientPage:
    """What the ledger knows of a code (LIM-15)."""
    last = run(db, _LAST, (code,)).fetchone()
    if last is None:
        return PatientPage(code, known=False, similar=similar_codes(db, code))
    record = read_session(db, last[0])
    zones = record.zones()
    titles = {found.zone: found.title for found in zones}
    return PatientPage(
        code,
        known=True,
        last_date=day(last[1]),
        last_zone=titles.get(last[3] or "", last[3] or ""),
        last_product=str(record.last_fact(Fact.PRODUCT).get("product_title", "")),
        last_protocol=record.title,
        similar=similar_codes(db, code),
        last_zones=tuple(_zone(found) for found in zones if found.done),
    )


def patient_known(db: Database, code: str) -> bool:
    """Whether a session was ever opened for this code."""
    return run(db, "SELECT 1 FROM session WHERE patient = ? LIMIT 1", (code,)).fetchone() is not None


def similar_codes(db: Database, code: str) -> tuple[str, ...]:
    """Existing codes that are one typing slip away, the code itself excepted (LIM-15)."""
    codes: list[tuple[Any, ...]] = run(db, "SELECT DISTINCT patient FROM session ORDER BY patient").fetchall()
    for (known,) in codes:
        if not isinstance(known, str):
            raise ValueError(f"a session's patient is {known!r}")  # a damaged page: the columns are strict
    return tuple(known for (known,) in codes if known != code and one_slip(known, code))


def one_slip(a: str, b: str) -> bool:
    """Whether two codes differ by one character changed, added, left out or swapped with its neighbour, or by case."""
    a, b = a.casefold(), b.casefold()
    if a == b:
        return True
    if len(a) == len(b):
        differing = [index for index in range(len(a)) if a[index] != b[index]]
        if len(differing) == 1:
            return True
        if len(differing) != 2 or differing[1] != differing[0] + 1:
            return False
        first, second = differing
        return a[first] == b[second] and a[second] == b[first]
    shorter, longer = sorted((a, b), key=len)
    return len(longer) == len(shorter) + 1 and any(
        longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer))
    )
