"""How far a measured figure may lie from the truth: each contribution by name, what was left out, and their sum.

Only this file knows the budget (JCGM 100:2008, "GUM"). A figure comes from what was measured or from an instrument's
own certificate; where neither tells one, the contribution is named as left out and no figure is invented for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from kiosk.calibration.depth import DepthResult
from kiosk.calibration.dose import Blank, DoseResult
from kiosk.calibration.instrument import Instrument, Kind
from kiosk.calibration.sample import student
from kiosk.calibration.water import Air

Instruments = Mapping[Kind, Instrument]
EVEN = math.sqrt(12)
"""Anything within one step of a reading is as likely: a rectangular distribution (GUM 4.3.7)."""
TWO_READINGS = math.sqrt(2)
COVERAGE = 2
"""The factor with which an instrument's certificate states its uncertainty."""


class Contribution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One standard uncertainty (k = 1), in the unit of its budget."""

    name: str
    standard: int


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The uncertainty of one figure.

    Attributes:
        unit: Of all its figures.
        contributions: Each standard uncertainty that is included.
        left_out: What is not included, in words.
        combined: Root of the sum of squares.
        coverage_milli: Thousandths of the factor for 95 %: Student's t at the effective degrees of freedom.
        expanded: Combined times that factor.
    """

    unit: str
    contributions: tuple[Contribution, ...]
    left_out: tuple[str, ...]
    combined: int
    coverage_milli: int
    expanded: int


def of_mean_dose(result: DoseResult, blank: Blank, air: Air, seconds: float, instruments: Instruments) -> Budget:
    """The budget of one run's mean volume, pL.

    Args:
        result: The run; its scatter is the repeatability.
        blank: What evaporates.
        air: The room.
        seconds: Mean time between the two weights of a shot.
        instruments: Those that are named.
    """
    z, mean = air.z_nl_ug, result.sample.mean
    balance = instruments.get("balance")
    step_ug = None if balance is None else TWO_READINGS * balance.resolution / EVEN
    found: list[tuple[str, float | None]] = [
        ("repeatability of the shots", result.sample.deviation / math.sqrt(result.sample.n)),
        (
            "resolution of the balance, two readings a shot",
            None if step_ug is None else step_ug * z / math.sqrt(result.sample.n),
        ),
        ("certificate of the balance, in full for each gain", _own(balance, z)),
        (
            "evaporation, by the resolution of the blank's two weights",
            None if step_ug is None else step_ug / blank.seconds * seconds * z,
        ),
        (
            "temperature of the liquid, through its density",
            _own(instruments.get("thermometer"), air.change_of_z("temperature_c") / 1_000 * mean / z),
        ),
        (
            "air pressure, through buoyancy",
            _own(instruments.get("barometer"), air.change_of_z("pressure_hpa") / 100 * mean / z),
        ),
    ]
    return _budget(
        "pL", found, 1_000, result.sample.n - 1, ("humidity of the air", "purity of the liquid, taken as pure water")
    )


def of_reading(result: DepthResult, instruments: Instruments) -> Budget:
    """The budget of one depth under the gauge, nm."""
    gauge = instruments.get("gauge")
    found: list[tuple[str, float | None]] = [
        ("scatter of the readings about their line", result.scatter_um),
        (
            "resolution of the gauge, zero and reading",
            None if gauge is None else TWO_READINGS * gauge.resolution / EVEN / 1_000,
        ),
        ("certificate of the gauge, in full", _own(gauge, 1 / 1_000)),
    ]
    return _budget(
        "nm", found, 1_000, result.downward - 2, ("thermal expansion", "flatness of the skin plate and of the block")
    )


def _own(instrument: Instrument | None, change: float) -> float | None:
    """What an instrument's own uncertainty makes of the figure; None when its certificate's was not given."""
    if instrument is None or not instrument.uncertainty:
        return None
    return instrument.uncertainty / COVERAGE * abs(change)


def _budget(
    unit: str, found: list[tuple[str, float | None]], scale: int, freedom: int, never: tuple[str, ...]
) -> Budget:
    """Sum up; the first contribution is the one that was measured, with `freedom` degrees of freedom."""
    known = [(name, value) for name, value in found if value is not None]
    combined = math.sqrt(sum(value**2 for _, value in known))
    measured = known[0][1]
    effective = math.inf if measured == 0 else freedom * (combined / measured) ** 4
    factor = student(effective)
    return Budget(
        unit=unit,
        contributions=tuple(Contribution(name, round(value * scale)) for name, value in known),
        left_out=(*(f"{name}: not known" for name, value in found if value is None), *never),
        combined=round(combined * scale),
        coverage_milli=round(factor * 1_000),
        expanded=round(combined * factor * scale),
    )
