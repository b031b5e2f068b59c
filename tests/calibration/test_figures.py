"""The figures of a calibration: volumes from weights, spread with its confidence, verdicts, and corrections."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.calibration import depth, dose
from kiosk.calibration.errors import NotACorrection, OutOfTable, TooFew
from kiosk.calibration.sample import chi_square, sample
from kiosk.calibration.water import Air

STILL = dose.Blank()
ROOM = Air()
WEIGHT = 1 / ROOM.z_nl_ug


def run(level: dose.Level, nl: int, *, mean: float = 1.0, spread: float = 0.0, n: int | None = None) -> dose.DoseRun:
    """Shots whose volumes lie evenly around `mean` times the dose, `spread` to either side."""
    count = dose.SHOTS[level] if n is None else n
    shares = [mean + spread * (2 * place / (count - 1) - 1) for place in range(count)]
    return dose.DoseRun(level, nl, tuple(dose.Weighing(nl * share * WEIGHT, 5.0) for share in shares))


# -- water and air


@pytest.mark.parametrize(
    ("celsius", "kg_m3"), [(15.0, 999.103), (20.0, 998.207), (21.5, 997.886), (25.0, 997.047), (30.0, 995.649)]
)
def test_water_is_as_dense_as_the_tables_say(celsius: float, kg_m3: float) -> None:
    assert Air(celsius).water_kg_m3 == pytest.approx(kg_m3, abs=0.002)


@pytest.mark.parametrize(
    ("celsius", "hpa", "z"),
    [(20.0, 1013.0, 1.0029), (15.0, 1013.0, 1.0020), (25.0, 1013.0, 1.0040), (20.0, 800.0, 1.0026)],
)
def test_a_milligram_of_water_is_as_many_microlitres_as_the_standard_says(celsius: float, hpa: float, z: float) -> None:
    assert Air(celsius, hpa).z_nl_ug == pytest.approx(z, abs=0.00005)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"temperature_c": 14.9}, "temperature of 14.9 degrees"),
        ({"temperature_c": float("nan")}, "temperature"),
        ({"pressure_hpa": 101.3}, "pressure of 101.3 hPa is outside 600.0 to 1100.0 hPa"),
        ({"humidity_percent": 0.5}, "humidity"),
    ],
)
def test_a_room_that_nobody_weighs_in_is_refused(figures: dict[str, float], words: str) -> None:
    with pytest.raises(OutOfTable, match=words):
        Air(**figures)


# -- spread


def test_the_figures_are_those_of_a_worked_example() -> None:
    found = sample([9.8, 10.1, 10.0, 10.4, 9.7], 10.0)
    assert (found.n, found.mean) == (5, pytest.approx(10.0))
    assert found.deviation == pytest.approx(0.27386, abs=1e-5)
    assert found.half_width == pytest.approx(2.776 * 0.27386 / 5**0.5, abs=1e-4)
    assert found.worst == 10.4
    assert found.apart == ()


@pytest.mark.parametrize(
    ("freedom", "z", "quantile"),
    [(10, -1.644854, 3.940), (24, -1.644854, 13.848), (24, 1.644854, 36.415), (11, -1.644854, 4.575)],
)
def test_chi_square_is_that_of_the_tables(freedom: int, z: float, quantile: float) -> None:
    assert chi_square(freedom, z) == pytest.approx(quantile, rel=0.01)


def test_the_intervals_hold_what_they_promise() -> None:
    chance = random.Random(7)
    held = {"mean": 0, "deviation": 0, "shots": 0}
    for _ in range(1000):
        found = sample([chance.gauss(100.0, 5.0) for _ in range(25)], 100.0)
        held["mean"] += abs(found.mean - 100.0) <= found.half_width
        held["deviation"] += found.deviation_most >= 5.0
        inside = 0.5 * (_phi((found.high - 100) / 5) - _phi((found.low - 100) / 5))
        held["shots"] += inside >= 0.95
    assert {name: count / 1000 for name, count in held.items()} == {
        name: pytest.approx(0.95, abs=0.025) for name in held
    }


def _phi(z: float) -> float:
    import math

    return math.erf(z / math.sqrt(2))


def test_a_shot_that_stands_apart_is_named_and_still_counted() -> None:
    values = [10.0, 10.1, 9.9, 10.05, 9.95, 14.0]
    found = sample(values, 10.0)
    assert found.apart == (5,)
    assert found.n == 6
    assert found.mean == pytest.approx(sum(values) / 6)
    assert found.worst == 14.0


def test_among_equal_values_any_other_stands_apart() -> None:
    assert sample([5.0, 5.0, 5.0, 5.1], 5.0).apart == (3,)
    assert sample([5.0, 5.0, 5.0], 5.0).apart == ()


def test_two_values_are_no_sample() -> None:
    with pytest.raises(TooFew, match="Values: 2 were measured, 3 are needed"):
        sample([1.0, 2.0], 1.0)


# -- dose


def test_what_evaporated_meanwhile_was_delivered_too() -> None:
    found = dose.volumes([dose.Weighing(995.0, 10.0)], dose.Blank(lost_ug=30.0, seconds=60.0), ROOM)
    assert found == (pytest.approx(1000.0 * ROOM.z_nl_ug),)


@pytest.mark.requirement("ACU-1")
@pytest.mark.parametrize("level", ["smallest", "middle", "largest"])
def test_a_dose_needs_its_number_of_shots(level: dose.Level) -> None:
    assert dose.judge(run(level, 10_000), STILL, ROOM).sample.n == dose.SHOTS[level]
    with pytest.raises(TooFew, match=f"Shots of the {level} dose"):
        dose.judge(run(level, 10_000, n=dose.SHOTS[level] - 1), STILL, ROOM)


@pytest.mark.requirement("ACU-1")
@pytest.mark.parametrize(
    ("nl", "mean", "passes"),
    [
        (100_000, 1.0499, True),
        (100_000, 1.0501, False),
        (100_000, 0.9501, True),
        (100_000, 0.9499, False),
        (1_000, 1.299, True),
        (1_000, 1.301, False),
        (1_000, 0.699, False),
        (6_000, 1.0501, False),
    ],
)
def test_the_mean_is_within_5_percent_or_300_nl_whichever_is_more(nl: int, mean: float, passes: bool) -> None:
    result = dose.judge(run("middle", nl, mean=mean), STILL, ROOM)
    assert result.mean_passes is result.passes is passes
    assert result.mean_error == pytest.approx(mean - 1)


@pytest.mark.requirement("ACU-1")
@pytest.mark.parametrize(("spread", "passes"), [(0.16, True), (0.17, False)])
def test_the_coefficient_of_variation_is_within_10_percent(spread: float, passes: bool) -> None:
    result = dose.judge(run("middle", 50_000, spread=spread), STILL, ROOM)
    assert result.cv_passes is result.passes is passes
    assert result.mean_passes
    assert result.cv_most > result.cv


def test_nothing_delivered_passes_nothing() -> None:
    result = dose.judge(run("middle", 50_000, mean=0.0), STILL, ROOM)
    assert not result.mean_passes
    assert not result.cv_passes


@pytest.mark.requirement("ACU-1")
def test_the_smallest_dose_that_may_be_used_is_the_smallest_that_passed() -> None:
    results = [
        dose.judge(run("smallest", 1_000, mean=2.0), STILL, ROOM),
        dose.judge(run("middle", 20_000), STILL, ROOM),
        dose.judge(run("largest", 200_000), STILL, ROOM),
    ]
    assert dose.smallest_that_passed(results) == 20_000
    assert dose.smallest_that_passed(results[:1]) == 0


@given(st.floats(0.76, 1.24), st.integers(1_000, 100_000))
def test_the_correction_makes_commanded_and_delivered_agree(ratio: float, step: int) -> None:
    levels: list[tuple[dose.Level, int]] = [("smallest", 1_000), ("middle", 20_000), ("largest", 200_000)]
    results: list[dose.DoseResult] = []
    for level, nl in levels:
        whole_steps = nl * 1000 // step * step / (nl * 1000)
        results.append(dose.judge(run(level, nl, mean=ratio * whole_steps, spread=0.01), STILL, ROOM))
    found = dose.correction(results, step)
    assert found.before_pl == step
    assert found.ratio == pytest.approx(ratio)
    assert found.after_pl == pytest.approx(step * ratio, abs=0.51)


def test_a_correction_needs_all_three_doses_and_none_is_huge() -> None:
    middle = dose.judge(run("middle", 20_000), STILL, ROOM)
    with pytest.raises(TooFew, match="Doses: 1 were measured, 3 are needed"):
        dose.correction([middle], 20_000)
    results = [dose.judge(run(level, 20_000, mean=1.3), STILL, ROOM) for level in dose.SHOTS]
    with pytest.raises(NotACorrection, match=r"change the dose by \+30.0 %, more than 25 %"):
        dose.correction(results, 20_000)


def test_the_surer_figure_weighs_more() -> None:
    results = [
        dose.judge(run("smallest", 1_000, mean=0.8, spread=0.3), STILL, ROOM),
        dose.judge(run("middle", 20_000, mean=1.0, spread=0.01), STILL, ROOM),
        dose.judge(run("largest", 200_000, mean=1.0, spread=0.01), STILL, ROOM),
    ]
    assert dose.correction(results, 10_000).ratio == pytest.approx(1.0, abs=0.001)


# -- depth


def line(zero: float, slope: float, backlash: float = 0.0, points: int = 5) -> list[depth.Reading]:
    found: list[depth.Reading] = []
    for place in range(points):
        at = 500 + 1000 * place
        found.append(depth.Reading(at, zero + slope * at, "down"))
        found.append(depth.Reading(at, zero + slope * at + backlash, "up"))
    return found


@pytest.mark.requirement("ACU-2")
@pytest.mark.parametrize(
    ("zero", "backlash", "deep", "slack"),
    [
        (100, 0, True, True),
        (101, 0, False, True),
        (-101, 0, False, True),
        (0, 50, True, True),
        (0, 51, True, False),
        (0, -51, True, False),
    ],
)
def test_depth_is_within_100_um_and_backlash_within_50(zero: float, backlash: float, deep: bool, slack: bool) -> None:
    result = depth.judge(line(zero, 1.0, backlash))
    assert (result.depth_passes, result.backlash_passes) == (deep, slack)
    assert result.passes is (deep and slack)


@pytest.mark.requirement("ACU-2")
def test_five_depths_are_needed_and_both_directions() -> None:
    with pytest.raises(TooFew, match="both directions: 4 were measured, 5 are needed"):
        depth.judge(line(0, 1, points=4))
    with pytest.raises(TooFew, match="0 were measured"):
        depth.judge([reading for reading in line(0, 1) if reading.direction == "down"])


@given(st.integers(-400, 400), st.floats(0.95, 1.05), st.integers(-300, 300), st.integers(960_000, 1_040_000))
def test_after_the_correction_the_gauge_shows_what_is_commanded(zero: int, slope: float, was: int, ppm: int) -> None:
    def gauge(commanded: float, zero_um: int, scale_ppm: int) -> float:
        return zero + slope * (zero_um + commanded * scale_ppm / 1e6)

    readings = [
        depth.Reading(at, gauge(at, was, ppm), direction)
        for at in range(500, 6000, 1000)
        for direction in ("down", "up")
    ]
    proposed = depth.correction(depth.judge(readings), was, ppm)
    for at in (50, 1000, 6000):
        assert gauge(at, proposed.zero_after_um, proposed.scale_after_ppm) == pytest.approx(at, abs=1.0)


def test_only_downward_readings_make_the_line() -> None:
    result = depth.judge(line(10, 1.0, backlash=40))
    assert result.zero_um == pytest.approx(10)
    assert result.backlash_um == pytest.approx(40)
    assert max(map(abs, result.residuals_um)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("zero", "slope", "words"), [(0, 1.2, "scale of depth"), (1100, 1.0, "zero of depth")])
def test_a_correction_that_no_whole_device_needs_is_refused(zero: float, slope: float, words: str) -> None:
    with pytest.raises(NotACorrection, match=words):
        depth.correction(depth.judge(line(zero, slope)), 0, 1_000_000)
