"""What may be said of n measurements: percentiles, their exact upper bounds, and ratios of pairs with an interval.

Everything is free of assumptions about the distribution: order statistics and binomial bounds only. A bound that n
measurements cannot give is None, never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec

from kiosk.system.scheduling import upper_95

CONFIDENCE = 0.95


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no quantile")
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * share)) - 1]


def upper_bound(values: Sequence[float], share: float) -> float | None:
    """One-sided upper 95 % bound of that quantile: an order statistic; None when n is too small to give one."""
    n = len(values)
    # P(k-th smallest value > quantile) = P(fewer than k values at or under it) = P(Binomial(n, share) <= k - 1)
    total = 0.0
    for k in range(n + 1):
        if k >= 1 and total >= CONFIDENCE:
            return sorted(values)[k - 1]
        total += math.exp(_log_binomial(k, n, share))
    return None


def lower_bound(values: Sequence[float], share: float) -> float | None:
    """One-sided lower 95 % bound of that quantile; None when n is too small to give one."""
    found = upper_bound([-value for value in values], 1 - share)
    return None if found is None else -found


def _log_binomial(k: int, n: int, p: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(p) + (n - k) * math.log1p(-p)


class Spread(msgspec.Struct, frozen=True):
    """Percentiles of one series in its own unit, with upper 95 % bounds where n allows them."""

    n: int
    p50: float
    p99: float
    p99_upper: float | None
    p99_lower: float | None
    p999: float
    p999_upper: float | None
    p999_lower: float | None
    most: float
    limit: float
    over: int
    """How many were over the limit."""
    over_upper: float
    """Upper 95 % bound of the share over the limit."""
    over_lower: float


def spread(values: Sequence[float], limit: float) -> Spread:
    """Percentiles of `values`, and how many of them exceed `limit`."""
    over = sum(value > limit for value in values)
    return Spread(
        n=len(values), p50=quantile(values, 0.5), p99=quantile(values, 0.99), p99_upper=upper_bound(values, 0.99),
        p99_lower=lower_bound(values, 0.99),
        p999=quantile(values, 0.999), p999_upper=upper_bound(values, 0.999),
        p999_lower=lower_bound(values, 0.999), most=max(values), limit=limit, over=over,
        over_upper=upper_95(over, len(values)),
        over_lower=1 - upper_95(len(values) - over, len(values)) if over else 0.0,
    )  # fmt: skip


class Ratio(msgspec.Struct, frozen=True):
    """The median of the ratios of pairs, with an exact 95 % interval of that median; None where n is under 6."""

    n: int
    median: float
    low: float | None
    high: float | None


def ratio(pairs: Sequence[tuple[float, float]]) -> Ratio:
    """Ours by theirs for each pair, measured one right after or beside the other.

    Raises:
        ValueError: there are no pairs.
    """
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    n = len(ratios)
    if not n:
        raise ValueError("no pairs, no ratio")
    middle = (ratios[(n - 1) // 2] + ratios[n // 2]) / 2
    # The sign test's interval: the k-th from both ends, k the greatest with 2 P(Binomial(n, 1/2) < k) <= 5 %.
    k, below = 0, 0.0
    while True:
        below += math.comb(n, k) / 2**n
        if 2 * below > 1 - CONFIDENCE:
            break
        k += 1
    return Ratio(n, middle, ratios[k - 1], ratios[n - k]) if k else Ratio(n, middle, None, None)


MET, MISSED, OPEN = "met", "missed", "open"
"""A goal is met or missed when the interval lies on one side of it, else this run leaves it open."""


def within(lower: float | None, upper: float | None, goal: float) -> str:
    """Whether a figure stays at or under its goal, by the bounds of it that n gives."""
    if lower is not None and lower > goal:
        return MISSED
    return MET if upper is not None and upper <= goal else OPEN


def at_least(found: Ratio, goal: float) -> str:
    """Whether a ratio reaches its goal."""
    return _by_interval(found, lambda value: value >= goal)


def at_most(found: Ratio, goal: float) -> str:
    """Whether a ratio stays at or under its goal."""
    return _by_interval(found, lambda value: value <= goal)


def _by_interval(found: Ratio, good: Callable[[float], bool]) -> str:
    if found.low is None or found.high is None:
        return OPEN
    if good(found.low) and good(found.high):
        return MET
    return OPEN if good(found.low) or good(found.high) else MISSED
