"""Depth against a gauge: a straight line through the readings, what is left over, backlash, and the correction.

Only this file knows what ACU-2 demands: 5 points or more, both directions, within 0.10 mm, backlash within 0.05 mm.
The needle always approaches downwards, so the line is fitted to the downward readings; the upward ones tell backlash.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal

import msgspec

from kiosk.calibration.errors import NotACorrection, TooFew
from kiosk.calibration.sample import student

POINTS = 5
ERROR_MOST_UM = 100.0
BACKLASH_MOST_UM = 50.0
ZERO_MOST_UM = 1000.0
"""The needle is parked 1 mm inside the nozzle: a zero beyond that is another nozzle (ours)."""
SCALE_MOST = 0.10


class Reading(msgspec.Struct, frozen=True):
    """What the gauge showed at a commanded depth, um, coming from above ("down") or from below ("up")."""

    depth_um: int
    gauge_um: float
    direction: Literal["down", "up"] = "down"


class DepthResult(msgspec.Struct, frozen=True):
    """What the readings say. Lengths in um."""

    points: int
    """Different depths that were read in both directions."""
    readings: int
    zero_um: float
    """Gauge reading that the line has at a commanded depth of 0."""
    slope: float
    """Gauge travel by commanded travel."""
    residuals_um: tuple[float, ...]
    """Downward reading minus line, in the order of the readings."""
    worst_um: float
    """Downward reading farthest from its commanded depth: gauge minus commanded."""
    backlash_um: float
    """Mean of upward minus downward reading at the same depth."""
    downward: int
    """Readings from above, which the line is fitted to."""
    scatter_um: float
    """Standard deviation of those about the line."""
    zero_half_um: float
    slope_half: float
    backlash_half_um: float
    """Half of the 95 % confidence interval of zero, slope and backlash."""

    @property
    def depth_passes(self) -> bool:
        return abs(self.worst_um) <= ERROR_MOST_UM

    @property
    def backlash_passes(self) -> bool:
        return abs(self.backlash_um) <= BACKLASH_MOST_UM

    @property
    def passes(self) -> bool:
        """Whether the depth meets ACU-2."""
        return self.depth_passes and self.backlash_passes


class DepthCorrection(msgspec.Struct, frozen=True):
    """Zero (um) and scale (ppm) of the calibration, now and as proposed."""

    zero_before_um: int
    scale_before_ppm: int
    zero_after_um: int
    scale_after_ppm: int


def judge(readings: Sequence[Reading]) -> DepthResult:
    """Figures and verdict of a gauge run (ACU-2).

    Raises:
        TooFew: fewer than 5 different depths were read in both directions.
    """
    down: dict[int, list[float]] = {}
    up: dict[int, list[float]] = {}
    for reading in readings:
        (down if reading.direction == "down" else up).setdefault(reading.depth_um, []).append(reading.gauge_um)
    both = sorted(set(down) & set(up))
    if len(both) < POINTS:
        raise TooFew(what="Depths in both directions", n=len(both), needed=POINTS)
    fallen = [reading for reading in readings if reading.direction == "down"]
    line = statistics.linear_regression(
        [float(reading.depth_um) for reading in fallen], [reading.gauge_um for reading in fallen]
    )
    left = tuple(reading.gauge_um - (line.intercept + line.slope * reading.depth_um) for reading in fallen)
    n, depths = len(fallen), [reading.depth_um for reading in fallen]
    middle = statistics.fmean(depths)
    wide = sum((depth - middle) ** 2 for depth in depths)
    scatter = math.sqrt(sum(um**2 for um in left) / (n - 2))
    slack = [statistics.fmean(up[depth]) - statistics.fmean(down[depth]) for depth in both]
    return DepthResult(
        points=len(both),
        readings=len(readings),
        zero_um=line.intercept,
        slope=line.slope,
        residuals_um=left,
        worst_um=max((reading.gauge_um - reading.depth_um for reading in fallen), key=abs),
        backlash_um=statistics.fmean(slack),
        downward=n,
        scatter_um=scatter,
        zero_half_um=student(n - 2) * scatter * math.sqrt(1 / n + middle**2 / wide),
        slope_half=student(n - 2) * scatter / math.sqrt(wide),
        backlash_half_um=student(len(slack) - 1) * statistics.stdev(slack) / math.sqrt(len(slack)),
    )


def correction(result: DepthResult, zero_um: int, scale_ppm: int) -> DepthCorrection:
    """The zero and scale that make the gauge show what is commanded.

    The controller drives to `zero + scale x depth`; the gauge read `a + b x depth`. It shows d when it is driven to
    where it was for (d - a) / b.

    Args:
        result: What the gauge said with the calibration in force.
        zero_um: Its zero, um.
        scale_ppm: Its scale, ppm.

    Raises:
        NotACorrection: zero or scale would move farther than a whole device allows.
    """
    if abs(result.slope - 1) > SCALE_MOST:
        change = f"{(result.slope - 1) * 100:+.1f} %"
        raise NotACorrection(what="the scale of depth", change=change, most=f"{SCALE_MOST * 100:.0f} %")
    scale = scale_ppm / result.slope
    zero = zero_um - scale_ppm / 1e6 * result.zero_um / result.slope
    if abs(zero) > ZERO_MOST_UM:
        raise NotACorrection(what="the zero of depth", change=f"{zero / 1000:+.2f} mm", most="1 mm")
    return DepthCorrection(zero_um, scale_ppm, round(zero), round(scale))
