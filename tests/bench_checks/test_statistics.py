"""The bench says no more than its numbers allow."""

from __future__ import annotations

import random

import pytest

from tests.bench import statistics as subject


def test_a_quantile_is_never_smaller_than_the_truth() -> None:
    assert subject.quantile([4, 1, 3, 2], 0.5) == 2
    assert subject.quantile([4, 1, 3, 2], 0.51) == 3
    assert subject.quantile(range(1, 101), 0.99) == 99
    assert subject.quantile([7], 0.999) == 7


def test_no_values_have_no_quantile() -> None:
    with pytest.raises(ValueError, match="no values"):
        subject.quantile([], 0.5)


@pytest.mark.parametrize(("share", "enough"), [(0.5, 5), (0.99, 299), (0.999, 2995)])
def test_a_bound_is_given_only_when_n_is_large_enough(share: float, enough: int) -> None:
    assert subject.upper_bound(range(enough - 1), share) is None
    assert subject.upper_bound(range(enough), share) == enough - 1


def test_the_bound_covers_the_true_quantile_in_19_of_20_runs() -> None:
    draws = random.Random(7)

    covered = sum((subject.upper_bound([draws.random() for _ in range(400)], 0.9) or 0.0) >= 0.9 for _ in range(400))

    assert covered >= 400 * 0.93


def test_the_median_ratio_has_the_sign_tests_interval() -> None:
    found = subject.ratio([(value, 1.0) for value in range(1, 21)])

    assert (found.n, found.median, found.low, found.high) == (20, 10.5, 6, 15)


def test_five_pairs_are_too_few_for_an_interval() -> None:
    found = subject.ratio([(1.0, 2.0)] * 5)

    assert (found.median, found.low, found.high) == (0.5, None, None)
    assert subject.at_least(found, 0.1) == subject.OPEN


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.9, 1.0, subject.MET), (0.7, 0.9, subject.OPEN), (0.6, 0.7, subject.MISSED)],
)
def test_a_goal_is_met_or_missed_only_by_the_whole_interval(low: float, high: float, verdict: str) -> None:
    assert subject.at_least(subject.Ratio(9, 0.8, low, high), 0.8) == verdict
    assert subject.at_most(subject.Ratio(9, 1.25, 1 / high, 1 / low), 1 / 0.8) == verdict


@pytest.mark.requirement("WDG-6")
def test_no_late_cycle_in_30_000_meets_one_in_10_000_and_a_single_one_leaves_it_open() -> None:
    on_time = [0.001] * 30_000
    clean = subject.spread(on_time, 0.010)
    one_late = subject.spread([*on_time[1:], 0.011], 0.010)

    assert subject.within(clean.over_lower, clean.over_upper, 1e-4) == subject.MET
    assert subject.within(one_late.over_lower, one_late.over_upper, 1e-4) == subject.OPEN
    many = subject.spread([0.011] * 20 + on_time, 0.010)
    assert subject.within(many.over_lower, many.over_upper, 1e-4) == subject.MISSED


def test_one_slow_one_among_150_says_nothing_yet_about_one_in_1000() -> None:
    told = subject.spread([1.0] * 149 + [11.0], 10.0)

    assert told.p999 == 11.0
    assert subject.within(told.p999_lower, told.p999_upper, 10.0) == subject.OPEN
    assert subject.lower_bound([1.0] * 5 + [11.0] * 145, 0.5) == 11.0
