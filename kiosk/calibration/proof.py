"""A measurement and a proof as data that is kept: every point, every figure with its n and its interval, whole numbers.

What is written here is hashed and stands in the ledger for good, so a field is never given another meaning: a changed
form is a new version in `certificate`. Volumes pL, weights ug, depths um, figures of the gauge nm, shares ppm.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from kiosk.calibration import depth as gauging
from kiosk.calibration import dose as weighing
from kiosk.calibration.depth import DepthResult
from kiosk.calibration.dose import Blank, DoseResult, DoseRun, Level
from kiosk.calibration.instrument import Instrument
from kiosk.calibration.uncertainty import Budget, Instruments, of_mean_dose, of_reading
from kiosk.calibration.water import WEIGHTS_KG_M3, Air

PPM = 1_000_000


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole numbers and texts only: no two programs may write the same figure differently."""


class Room(_Kept, frozen=True):
    """Where it was weighed, and what follows for the liquid: densities in g/m3, Z in ppm of 1 nL/ug."""

    temperature_cdeg: int
    pressure_pa: int
    humidity_percent: int
    water_g_m3: int
    air_g_m3: int
    weights_g_m3: int
    z_ppm: int


class Evaporation(_Kept, frozen=True):
    """The blank: what the vessel lost while nothing was delivered."""

    lost_ug: int
    ms: int


class Shot(_Kept, frozen=True):
    """One shot: what the balance gained, how long that took, and its volume; `apart` marks an outlier, which counts."""

    gained_ug: int
    ms: int
    volume_pl: int
    apart: bool


class Run(_Kept, frozen=True):
    """One dose, shot and weighed again and again, against ACU-1."""

    level: Level
    dose_nl: int
    n: int
    mean_pl: int
    half_pl: int
    """Half of the mean's 95 % confidence interval."""
    error_ppm: int
    allowed_ppm: int
    deviation_pl: int
    cv_ppm: int
    cv_most_ppm: int
    """Upper 95 % bound of the CV."""
    cv_allowed_ppm: int
    worst_pl: int
    low_pl: int
    high_pl: int
    """Between these lie 95 % of all shots with 95 % confidence."""
    passes: bool
    uncertainty: Budget
    """Of the mean."""
    shots: tuple[Shot, ...]


class Dose(_Kept, frozen=True, tag="dose"):
    """A barrel weighed out with the calibration that is named."""

    barrel_ml: int
    calibration: int
    crc: int
    pl_per_step: int
    smallest_dose_nl: int
    room: Room
    blank: Evaporation
    runs: tuple[Run, ...]

    @property
    def passes(self) -> bool:
        """Whether every dose meets ACU-1."""
        return all(run.passes for run in self.runs)


class GaugeReading(_Kept, frozen=True):
    """One depth under the gauge."""

    depth_um: int
    direction: Literal["down", "up"]
    gauge_um: int


class Depth(_Kept, frozen=True, tag="depth"):
    """The needle's depth under a gauge with the calibration that is named, against ACU-2."""

    calibration: int
    crc: int
    zero_um: int
    scale_ppm: int
    n: int
    points: int
    line_zero_nm: int
    line_zero_half_nm: int
    line_slope_ppm: int
    line_slope_half_ppm: int
    scatter_nm: int
    worst_um: int
    worst_allowed_um: int
    backlash_nm: int
    backlash_half_nm: int
    backlash_allowed_um: int
    passes: bool
    uncertainty: Budget
    """Of one reading."""
    readings: tuple[GaugeReading, ...]


Measurement = Dose | Depth


class Proof(_Kept, frozen=True):
    """A part that was measured and passed.

    Attributes:
        part: "depth", or the barrel's volume in mL.
        made, expires: ISO dates.
        technician: Who proved it.
        instruments: Those it leans on, with their own certificates.
        as_found: The first measurement since the last proof that led to a correction; None when none was written.
        as_left: What passed.
    """

    part: str
    made: str
    expires: str
    technician: str
    instruments: tuple[Instrument, ...]
    as_found: Measurement | None
    as_left: Measurement


def dose_measured(
    barrel_ml: int,
    key: tuple[int, int],
    figures: tuple[int, int],
    results: Sequence[tuple[DoseRun, DoseResult]],
    blank: Blank,
    air: Air,
    instruments: Instruments,
) -> Dose:
    """A barrel as it is kept.

    Args:
        barrel_ml: Which one.
        key: Number and CRC-32 of the calibration that it was measured with.
        figures: That calibration's step, pL, and smallest dose, nL.
        results: Each run with what it found.
        blank: What evaporates.
        air: The room.
        instruments: Those that are named.
    """
    return Dose(
        barrel_ml=barrel_ml,
        calibration=key[0],
        crc=key[1],
        pl_per_step=figures[0],
        smallest_dose_nl=figures[1],
        room=Room(
            temperature_cdeg=round(air.temperature_c * 100),
            pressure_pa=round(air.pressure_hpa * 100),
            humidity_percent=round(air.humidity_percent),
            water_g_m3=round(air.water_kg_m3 * 1_000),
            air_g_m3=round(air.air_kg_m3 * 1_000),
            weights_g_m3=round(WEIGHTS_KG_M3 * 1_000),
            z_ppm=round(air.z_nl_ug * PPM),
        ),
        blank=Evaporation(round(blank.lost_ug), round(blank.seconds * 1_000)),
        runs=tuple(_run(run, result, blank, air, instruments) for run, result in results),
    )


def _run(run: DoseRun, result: DoseResult, blank: Blank, air: Air, instruments: Instruments) -> Run:
    found, seconds = result.sample, statistics.fmean(shot.seconds for shot in run.weighings)
    return Run(
        level=result.level,
        dose_nl=result.dose_nl,
        n=found.n,
        mean_pl=_milli(found.mean),
        half_pl=_milli(found.half_width),
        error_ppm=round(result.mean_error * PPM),
        allowed_ppm=round(result.allowed * PPM),
        deviation_pl=_milli(found.deviation),
        cv_ppm=round(min(result.cv, 1.0) * PPM),
        cv_most_ppm=round(min(result.cv_most, 1.0) * PPM),
        cv_allowed_ppm=round(weighing.CV_MOST * PPM),
        worst_pl=_milli(found.worst),
        low_pl=_milli(found.low),
        high_pl=_milli(found.high),
        passes=result.passes,
        uncertainty=of_mean_dose(result, blank, air, seconds, instruments),
        shots=tuple(
            Shot(round(shot.gained_ug), _milli(shot.seconds), _milli(nl), place in found.apart)
            for place, (shot, nl) in enumerate(zip(run.weighings, result.volumes_nl, strict=True))
        ),
    )


def depth_measured(
    key: tuple[int, int],
    figures: tuple[int, int],
    result: DepthResult,
    readings: Iterable[gauging.Reading],
    instruments: Instruments,
) -> Depth:
    """The needle's depth as it is kept.

    Args:
        key: Number and CRC-32 of the calibration that it was measured with.
        figures: That calibration's zero, um, and scale, ppm.
        result: What the readings found.
        readings: All of them, in their order.
        instruments: Those that are named.
    """
    return Depth(
        calibration=key[0],
        crc=key[1],
        zero_um=figures[0],
        scale_ppm=figures[1],
        n=result.readings,
        points=result.points,
        line_zero_nm=_milli(result.zero_um),
        line_zero_half_nm=_milli(result.zero_half_um),
        line_slope_ppm=round(result.slope * PPM),
        line_slope_half_ppm=round(result.slope_half * PPM),
        scatter_nm=_milli(result.scatter_um),
        worst_um=round(result.worst_um),
        worst_allowed_um=round(gauging.ERROR_MOST_UM),
        backlash_nm=_milli(result.backlash_um),
        backlash_half_nm=_milli(result.backlash_half_um),
        backlash_allowed_um=round(gauging.BACKLASH_MOST_UM),
        passes=result.passes,
        uncertainty=of_reading(result, instruments),
        readings=tuple(
            GaugeReading(reading.depth_um, reading.direction, round(reading.gauge_um)) for reading in readings
        ),
    )


def _milli(value: float) -> int:
    """A thousandth of the unit, as a whole number."""
    return round(value * 1_000)
