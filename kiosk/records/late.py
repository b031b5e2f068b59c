"""A record that arrives after its shot was counted in full: a signature did not wait for it (LED-4).

It is not counted again. What it tells beyond what was counted for it counts too, where that was counted: in that
session, of that patient, so that each shot counts the greater of commanded and measured in the end (LIM-6).
"""

from __future__ import annotations

import msgspec

from drivers.registers import ShotRecord
from kiosk.records.ends import SURE
from kiosk.records.facts import Fact
from kiosk.records.rows import Certainty, EventRow, ShotRow


def kept(record: ShotRecord, mono_ms: int, session: int) -> EventRow:
    """The row that keeps it as it was read. `session` is the open one, 0 for none."""
    said = f"Motion {record.number} was found in the injector; it had been counted in full already"
    body = {name: int(value) for name, value in msgspec.structs.asdict(record).items()}
    return EventRow(Fact.LATE_RECORD.value, mono_ms, session, "", said, {**body})


def beyond(record: ShotRecord, counted: ShotRow, mono_ms: int) -> ShotRow | None:
    """What it tells beyond `counted`, one of the shots that were counted for its authorisation; None for nothing."""
    more = max(record.dose_nl, record.measured_dose_nl) - counted.counted_nl
    if more <= 0:
        return None
    return msgspec.structs.replace(
        counted,
        mono_ms=mono_ms,
        measured_depth_um=record.measured_depth_um,
        dose_nl=0,
        measured_dose_nl=more,
        peak_kpa=record.peak_kpa,
        duration_ms=record.duration_ms,
        outcome=record.outcome,
        certainty=Certainty.DONE if record.outcome in SURE else Certainty.UNKNOWN,
    )
