"""The needle carriage: closed forms against known figures, against integration in small steps, and by invariants."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal_sim.build import Build
from hal_sim.carriage import NEVER, Carriage
from hal_sim.faults import Faults
from hal_sim.pace import move_s

BUILD = Build()
FULL_UM = BUILD.plate_um + 6000


def carriage(*faults: str) -> Carriage:
    return Carriage(BUILD, Faults(*faults))


def integrated(place: float, velocity: float, seconds: float, steps: int = 20_000) -> float:
    """Mass, spring and dry friction in small steps: the same law, solved the slow way."""
    delta = seconds / steps
    for _ in range(steps):
        pull = (BUILD.spring_preload_n + BUILD.spring_n_per_um * place) / BUILD.mass_kg * 1e6
        drag = math.copysign(BUILD.friction_n / BUILD.mass_kg * 1e6, velocity) if velocity else 0.0
        if not velocity:
            drag = -BUILD.friction_n / BUILD.mass_kg * 1e6
        velocity += (-pull - drag) * delta
        place += velocity * delta
        if place <= 0.0:
            return 0.0
    return place


@pytest.mark.requirement("STP-5", "STP-4")
@given(depth=st.floats(0, 6000), left=st.floats(0.0, 0.04))
def test_without_supply_the_spring_closes_the_home_switch_within_100_ms(depth: float, left: float) -> None:
    subject = carriage()
    subject.move_to(0.0, BUILD.plate_um + depth)
    subject.release(left)
    assert subject.rises_to(left, BUILD.home_switch_um) - left < 0.1
    assert subject.travel(left + 0.1) == 0.0


@pytest.mark.parametrize("left", [0.003, 0.015, 0.031, 0.05])
@pytest.mark.parametrize("after", [0.001, 0.004, 0.008, 0.013])
def test_the_closed_form_of_the_spring_agrees_with_integration(left: float, after: float) -> None:
    subject = carriage()
    subject.move_to(0.0, FULL_UM)
    place, velocity = subject.state(left)
    subject.release(left)
    assert subject.travel(left + after) == pytest.approx(integrated(place, velocity, after), abs=3.0)


def test_a_full_move_takes_a_ramp_and_a_cruise() -> None:
    subject = carriage()
    subject.move_to(0.0, 7000.0)
    assert subject.arrives == pytest.approx(0.005 + 7000 / 200_000)
    assert subject.arrives == pytest.approx(move_s(7000.0))
    assert subject.state(0.0025) == (pytest.approx(125.0), pytest.approx(100_000.0))
    assert subject.state(0.02) == (pytest.approx(3500.0), pytest.approx(200_000.0))


def test_a_short_move_never_reaches_full_speed() -> None:
    subject = carriage()
    subject.move_to(0.0, 400.0)
    assert subject.arrives == pytest.approx(move_s(400.0)) == pytest.approx(2 * math.sqrt(400 / 40e6))
    assert subject.state(subject.arrives / 2)[1] == pytest.approx(math.sqrt(400 * 40e6))


plans = st.lists(
    st.tuples(st.floats(0.0005, 0.06), st.one_of(st.none(), st.floats(0.0, 7000.0))), min_size=1, max_size=8
)


@given(plans)
def test_place_never_jumps_and_stays_between_the_stops(plan: list[tuple[float, float | None]]) -> None:
    subject = carriage()
    now = 0.0
    for pause, target in plan:
        before = subject.travel(now)
        if target is None:
            subject.release(now)
        else:
            subject.move_to(now, target)
        assert subject.travel(now) == pytest.approx(before, abs=1e-6)
        for part in range(1, 21):
            at = now + pause * part / 20
            place, velocity = subject.state(at)
            assert -1e-6 <= place <= BUILD.end_stop_um + 1e-6
            if subject.powered and target is not None:
                assert place <= subject.deepest(at) + 1e-6
                assert abs(velocity) < 1_000_000
            step = abs(place - before)
            assert step < 1_000_000 * pause / 20 + 1e-6
            before = place
        now += pause


@given(plans, st.floats(0.0, 7000.0))
def test_rising_to_a_level_happens_when_it_says(plan: list[tuple[float, float | None]], level: float) -> None:
    subject = carriage()
    now = 0.0
    for pause, target in plan:
        if target is None:
            subject.release(now)
        else:
            subject.move_to(now, target)
        now += pause
    when = subject.rises_to(now, level)
    if when == NEVER:
        assert subject.travel(now + 10) > level - 1e-6
    else:
        assert when >= now
        assert subject.travel(when) <= level + 0.01
        assert subject.travel(when + 10) <= level + 0.01


def test_the_deepest_point_of_a_move_broken_off_includes_its_braking() -> None:
    subject = carriage()
    subject.forget_deepest(0.0)
    subject.move_to(0.0, 7000.0)
    subject.move_to(0.02, 0.0)
    assert subject.deepest(1.0) == pytest.approx(3500 + 500)
    subject.forget_deepest(1.0)
    assert subject.deepest(1.0) == 0.0


def test_a_move_broken_off_inside_the_home_switch_is_home_only_once_it_came_back() -> None:
    subject = carriage()
    subject.move_to(0.0, 7000.0)
    subject.move_to(0.0021, 0.0)
    assert subject.travel(0.0021) < BUILD.home_switch_um < subject.travel(0.004)
    home = subject.rises_to(0.0021, BUILD.home_switch_um)
    assert home > 0.004
    assert subject.travel(home) == pytest.approx(BUILD.home_switch_um)


def test_with_a_broken_spring_friction_holds_the_needle_where_it_stops() -> None:
    subject = carriage("spring-broken")
    subject.move_to(0.0, FULL_UM)
    subject.release(0.02)
    coast = 0.2**2 / (2 * BUILD.friction_n / BUILD.mass_kg) * 1e6
    assert subject.travel(10.0) == pytest.approx(3500 + coast)
    assert subject.rises_to(0.02, BUILD.home_switch_um) == NEVER


def test_with_a_broken_spring_a_needle_on_its_way_up_coasts_against_the_stop() -> None:
    subject = carriage("spring-broken")
    subject.move_to(0.0, 1000.0)
    subject.move_to(0.1, 0.0)
    subject.release(0.106)
    assert subject.travel(1.0) < 1000
    assert subject.rises_to(0.106, 100.0) < 0.2
    resting = carriage("spring-broken")
    resting.release(1.0)
    assert resting.travel(2.0) == 0.0


def test_a_jammed_carriage_moves_neither_way() -> None:
    faults = Faults()
    subject = Carriage(BUILD, faults)
    subject.move_to(0.0, 3000.0)
    faults.set("retract-jam", True)
    for act in (lambda: subject.move_to(1.0, 0.0), lambda: subject.release(2.0)):
        act()
        assert subject.travel(9.0) == 3000.0


def test_an_obstacle_and_an_overshoot_change_where_a_move_ends() -> None:
    blocked, over = carriage("carriage-blocked"), carriage("overshoot")
    for subject in (blocked, over):
        subject.move_to(0.0, BUILD.plate_um + 2000)
    assert blocked.travel(1.0) == BUILD.plate_um + 1000
    assert over.travel(1.0) == BUILD.plate_um + 2300


@pytest.mark.requirement("WDG-2")
def test_the_lower_stop_holds_whatever_is_asked() -> None:
    subject = carriage()
    subject.move_to(0.0, 1e6)
    assert subject.travel(60.0) == BUILD.end_stop_um == BUILD.plate_um + 6100
