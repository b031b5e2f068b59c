"""Whether a stroke was as it was set: control's own look at every record, after the controller's (LED-9).

Pure. Every record is looked at once, where it enters: in the cycle that brings it, or when injector and record are
compared after a lost link or a restart. What disagreed is a row in the unit of work of its shot, so that a restart
still says so, until somebody has looked and cleared the fault.
"""

from __future__ import annotations

from collections.abc import Iterable

from drivers.registers import Outcome, ShotRecord
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow

DEPTH_TOLERANCE_UM = 100
DOSE_TOLERANCE_NL, DOSE_TOLERANCE_PERCENT = 300, 5


def disagreement(record: ShotRecord) -> str:
    """Why commanded and measured do not agree, or "" (LED-9).

    The upper side counts for every outcome, the lower side for a completed one only. A motion that was cut off by a
    reset is recorded at its commanded figures, so that there is nothing to compare.
    """
    completed = record.outcome == Outcome.COMPLETED
    depth = record.measured_depth_um - record.depth_um
    if depth > DEPTH_TOLERANCE_UM or (completed and depth < -DEPTH_TOLERANCE_UM):
        return f"depth {record.measured_depth_um / 1000:.2f} mm measured, {record.depth_um / 1000:.2f} mm set"
    tolerance = max(DOSE_TOLERANCE_NL, record.dose_nl * DOSE_TOLERANCE_PERCENT // 100)
    dose = record.measured_dose_nl - record.dose_nl
    if dose > tolerance or (completed and dose < -tolerance):
        return f"dose {record.measured_dose_nl / 1000:.1f} uL measured, {record.dose_nl / 1000:.1f} uL set"
    return ""


def not_as_set(motion: int, why: str, mono_ms: int, session: int, user: str = "") -> EventRow:
    """The row of a motion that was not as set, for the unit of work of its shot. `motion` is its lifetime number."""
    body = {"motion": motion, "why": why}
    return EventRow(Fact.NOT_AS_SET.value, mono_ms, session, user, f"Motion {motion} was not as set: {why}", {**body})


def standing(why: str, events: Iterable[EventRow]) -> str:
    """What stands against the last shot once `events` are on disk too, "" for nothing; `why` stood before them."""
    for event in events:
        if event.kind == Fact.NOT_AS_SET:
            why = str(event.body["why"])
        elif event.kind == Fact.CLEARED:
            why = ""
    return why
