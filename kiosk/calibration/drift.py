"""History: how each proved figure stood before and after every calibration, in the order of time.

Only this file knows which figure of a proof is followed, and what it may reach. The scale of depth is followed by what
it alone does at the deepest reading, so that ACU-2 limits it like every other depth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from kiosk.calibration.proof import Dose, Measurement, Proof

Key = Literal["zero", "scale", "smallest", "middle", "largest"]
PPM = 1_000_000


class Figure(msgspec.Struct, frozen=True):
    """One followed figure of one measurement: um for a depth, ppm of the dose for a dose."""

    key: Key
    dose_nl: int
    value: int
    allowed: int


class Step(msgspec.Struct, frozen=True):
    """One proof: what was found and what was left, figure by figure; `found` is `left` where nothing was corrected."""

    part: str
    made: str
    calibration: int
    found: tuple[Figure, ...]
    left: tuple[Figure, ...]


def followed(measured: Measurement) -> tuple[Figure, ...]:
    """The figures of a measurement that are followed from one calibration to the next."""
    if isinstance(measured, Dose):
        return tuple(Figure(run.level, run.dose_nl, run.error_ppm, run.allowed_ppm) for run in measured.runs)
    deepest = max(reading.depth_um for reading in measured.readings)
    zero = round(measured.line_zero_nm / 1_000)
    scale = round((measured.line_slope_ppm - PPM) * deepest / PPM)
    return (
        Figure("zero", 0, zero, measured.worst_allowed_um),
        Figure("scale", 0, scale, measured.worst_allowed_um),
    )


def steps(proofs: Iterable[Proof]) -> tuple[Step, ...]:
    """Every proof as a step of the history, in the order given."""
    return tuple(
        Step(
            proof.part,
            proof.made,
            proof.as_left.calibration,
            followed(proof.as_left if proof.as_found is None else proof.as_found),
            followed(proof.as_left),
        )
        for proof in proofs
    )
