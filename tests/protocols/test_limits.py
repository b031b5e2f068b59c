"""A limit set that contradicts itself cannot be constructed, and rounding never gives more than asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import NappageError
from kiosk.protocols.errors import LimitsInvalid
from kiosk.protocols.limits import Counted, Limit, Origin, Range, Totals, Verdict, tightest_high, tightest_low
from kiosk.protocols.words import ORIGIN_WORDS, amount, bound

ORIGINS = st.sampled_from(list(Origin))


def span(low: Any, high: Any, default: Any, soft: tuple[Any, Any] | None = None, step: Any = 50) -> Range:
    soft_low, soft_high = (None, None) if soft is None else (Limit(soft[0], Origin.ZONE), Limit(soft[1], Origin.ZONE))
    return Range(
        unit="um",
        step=step,
        hard_low=Limit(low, Origin.DEVICE),
        hard_high=Limit(high, Origin.ZONE),
        default=default,
        soft_low=soft_low,
        soft_high=soft_high,
    )


@pytest.mark.requirement("LIM-2")
@given(st.lists(st.integers(0, 400), min_size=5, max_size=5))
def test_a_range_exists_exactly_when_its_five_numbers_climb(steps: list[int]) -> None:
    low, soft_low, default, soft_high, high = (50 * step for step in steps)
    if steps == sorted(steps):
        subject = span(low, high, default, (soft_low, soft_high))
        assert subject.hard_low.value <= subject.default <= subject.hard_high.value
    else:
        with pytest.raises(LimitsInvalid):
            span(low, high, default, (soft_low, soft_high))


@pytest.mark.requirement("LIM-2")
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 100.0, "100", True, None])
@pytest.mark.parametrize("place", ["low", "high", "default", "soft_low", "soft_high", "step"])
def test_a_range_with_anything_but_whole_numbers_cannot_be_constructed(bad: Any, place: str) -> None:
    values: dict[str, Any] = {"low": 50, "high": 500, "default": 200, "soft_low": 100, "soft_high": 300, "step": 50}
    values[place] = bad
    with pytest.raises(LimitsInvalid, match="whole number"):
        span(
            values["low"], values["high"], values["default"], (values["soft_low"], values["soft_high"]), values["step"]
        )


@pytest.mark.requirement("LIM-2")
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((500, 50, 200), "is below"),
        ((100, 500, 50), "default 50 um is below soft low 100 um"),
        ((100, 500, 550), "hard high 500 um is below|soft high 500 um is below default 550 um"),
        ((-50, 500, 100), "hard low -50 um is below zero"),
        ((-1, 500, 100, None, 1), "hard low -1 um is below zero"),
        ((60, 500, 100), "hard low 60 um is not on the step of 50 um"),
        ((50, 500, 110), "default 110 um is not on the step"),
    ],
)
def test_what_contradicts_is_named(arguments: tuple[Any, ...], why: str) -> None:
    with pytest.raises(LimitsInvalid, match=why):
        span(*arguments)


def test_a_step_is_at_least_one() -> None:
    with pytest.raises(LimitsInvalid, match="at least 1"):
        span(0, 0, 0, step=0)


def test_soft_limits_may_be_left_out_on_either_side() -> None:
    subject = Range(
        unit="um",
        step=50,
        hard_low=Limit(50, Origin.DEVICE),
        hard_high=Limit(500, Origin.ZONE),
        default=400,
        soft_high=Limit(450, Origin.ZONE),
    )
    assert subject.soft_low is None


@pytest.mark.requirement("LIM-4")
@given(st.lists(st.builds(Limit, st.integers(0, 5), ORIGINS), min_size=1, max_size=10))
def test_the_tightest_wins_and_of_equal_ones_the_nearer_to_the_patient(limits: list[Limit]) -> None:
    order = list(Origin)
    high, low = tightest_high(tuple(limits)), tightest_low(tuple(limits))
    assert high.value == min(limit.value for limit in limits)
    assert low.value == max(limit.value for limit in limits)
    for chosen in (high, low):
        tied = [order.index(limit.origin) for limit in limits if limit.value == chosen.value]
        assert order.index(chosen.origin) == max(tied)


@pytest.mark.requirement("LIM-2")
@pytest.mark.parametrize("bad", [-1, 1.0, float("nan"), True])
def test_a_count_that_would_widen_a_limit_cannot_be_constructed(bad: Any) -> None:
    with pytest.raises(LimitsInvalid):
        Counted(shots=bad, nl=0)
    with pytest.raises(LimitsInvalid):
        Totals(
            point_nl=0,
            zone=Counted(0, 0),
            session=Counted(0, 0),
            syringe_usable_nl=bad,
            product_nl=0,
            course_nl=0,
            course_sessions=1,
        )


def test_a_verdict_allows_only_without_refusals_and_crossings() -> None:
    assert Verdict((), ()).allowed
    assert not Verdict((object(),), ()).allowed  # type: ignore[arg-type]
    assert not Verdict((), (object(),)).allowed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (600, "um", "0.60 mm"),
        (20_000, "nL", "20 uL"),
        (80_500, "nL", "80.5 uL"),
        (999_000, "nL", "999 uL"),
        (1_000_000, "nL", "1 mL"),
        (1_021_500, "nL", "1.0215 mL"),
        (10_000_000, "nL", "10 mL"),
        (9000, "mHz", "9.0 shots/s"),
        (1, "shots", "1 shot"),
        (12, "shots", "12 shots"),
    ],
)
@pytest.mark.requirement("UI-2")
def test_a_number_is_never_written_without_its_unit(value: int, unit: str, words: str) -> None:
    assert amount(value, unit) == words


@pytest.mark.requirement("LIM-4")
def test_every_origin_has_words() -> None:
    assert set(ORIGIN_WORDS) == set(Origin)
    assert bound(Limit(1050, Origin.ZONE), "um") == "1.05 mm (zone limit)"


def test_every_error_of_the_room_has_a_number_of_its_own_and_says_what_to_do() -> None:
    from kiosk.protocols import errors

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, NappageError)]
    kinds.remove(NappageError)
    numbers = [kind.number for kind in kinds]
    assert len(numbers) == len(set(numbers))
    assert all(200 <= number <= 249 for number in numbers)
    assert all(kind.remedy.endswith(".") for kind in kinds)
