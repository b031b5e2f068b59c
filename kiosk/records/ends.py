"""How a motion ended, as its record tells it, and whether that says what was done."""

from __future__ import annotations

from drivers.registers import Outcome, ShotRecord

SURE = frozenset(Outcome) - {Outcome.INTERRUPTED}
"""Outcomes of a motion that was measured. After any other, a code that the register map does not name among them, it is
uncertain what was done: it counts as the greater of commanded and measured (LED-4)."""


def in_full_because(record: ShotRecord) -> str:
    """Why a motion that is not sure counts in full, for a person."""
    counted = f"{max(record.dose_nl, record.measured_dose_nl) / 1000:.1f} uL"
    if record.outcome == Outcome.INTERRUPTED:
        return f"Motion {record.number} was cut off by a reset: {counted} count in full"
    return f"Motion {record.number} ended in an unknown way (code {record.outcome}): {counted} count in full"
