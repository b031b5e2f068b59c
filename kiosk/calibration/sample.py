"""What a handful of repeated measurements says: mean, spread, worst value, each with n and its 95 % confidence.

Only this file holds statistics. Nothing measured is ever dropped: a value that stands apart is pointed out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

from kiosk.calibration.errors import TooFew

APART = 3.5
"""Modified z-score from which a value stands apart (Iglewicz and Hoaglin, 1993)."""
_Z95 = 1.959964
_Z_ONE_SIDED = 1.644854
_T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t, two-sided 95 %, for 1 to 30 degrees of freedom; more than 30 take that of 30, which is the wider one."""


class Sample(msgspec.Struct, frozen=True):
    """Figures of one run, in the unit of its values."""

    n: int
    mean: float
    half_width: float
    """Half of the mean's 95 % confidence interval."""
    deviation: float
    """Standard deviation."""
    deviation_most: float
    """Its one-sided upper 95 % bound."""
    worst: float
    """The value farthest from the reference."""
    low: float
    high: float
    """Between these lie 95 % of all shots with 95 % confidence (Howe 1969), when they scatter normally."""
    apart: tuple[int, ...]
    """Places of values that stand apart, from 0. They are counted like every other."""


def sample(values: Sequence[float], reference: float, *, at_least: int = 3, what: str = "Values") -> Sample:
    """Figures of `values` against the reference value that each was meant to have.

    Raises:
        TooFew: fewer than `at_least` (3 or more) were measured.
    """
    n = len(values)
    if n < max(3, at_least):
        raise TooFew(what=what, n=n, needed=max(3, at_least))
    mean, deviation = statistics.fmean(values), statistics.stdev(values)
    reach = _howe(n) * deviation
    return Sample(
        n=n,
        mean=mean,
        half_width=student(n - 1) * deviation / math.sqrt(n),
        deviation=deviation,
        deviation_most=deviation * math.sqrt((n - 1) / chi_square(n - 1, -_Z_ONE_SIDED)),
        worst=max(values, key=lambda value: abs(value - reference)),
        low=mean - reach,
        high=mean + reach,
        apart=_apart(values),
    )


def student(freedom: float) -> float:
    """Student's t, two-sided 95 %, at so many degrees of freedom (1 or more), rounded down to whole ones."""
    return _T95[int(min(freedom, len(_T95))) - 1]


def chi_square(freedom: int, z: float) -> float:
    """Quantile of chi-square at the normal quantile `z` (Wilson and Hilferty 1931; within 1 % from 5 degrees on)."""
    part = 2 / (9 * freedom)
    return freedom * max(0.0, 1 - part + z * math.sqrt(part)) ** 3


def _howe(n: int) -> float:
    """Factor of the two-sided 95 %/95 % tolerance interval (Howe 1969)."""
    return math.sqrt((n - 1) * (1 + 1 / n) * _Z95**2 / chi_square(n - 1, -_Z_ONE_SIDED))


def _apart(values: Sequence[float]) -> tuple[int, ...]:
    middle = statistics.median(values)
    spread = statistics.median(abs(value - middle) for value in values)
    if spread == 0.0:
        return tuple(place for place, value in enumerate(values) if value != middle)
    return tuple(place for place, value in enumerate(values) if 0.6745 * abs(value - middle) / spread > APART)
