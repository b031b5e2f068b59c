"""The fluid path: nothing is made or lost, and the closed form is the differential equation's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal_sim.build import Build, Needle
from hal_sim.fluid import NEVER, Fluid

C = 2.5
R = Build().resistance(Needle(32, 4.0))


def path(air: float = 0.0, resistance: float = R) -> Fluid:
    return Fluid(C, 0.018, air, resistance)


changes = st.lists(
    st.tuples(
        st.floats(1e-4, 0.3),
        st.one_of(st.just(0.0), st.floats(1_000.0, 500_000.0), st.floats(-500_000.0, -1_000.0)),
        st.sampled_from([R, R / 50, NEVER]),
        st.sampled_from([0.0, 1.0, 8.0]),
    ),
    min_size=1,
    max_size=8,
)


@given(changes, st.floats(0.0, 80_000.0))
def test_what_left_is_what_was_pushed_minus_what_is_stored(
    plan: list[tuple[float, float, float, float]], air: float
) -> None:
    subject = path(air)
    now = pushed = 0.0
    for length, inflow, resistance, back in plan:
        subject.inflow, subject.resistance, subject.back_kpa = inflow, resistance, back
        now += length
        pushed += inflow * length
        before = subject.outflow_nl
        subject.advance(now)
        left = subject.outflow_nl + subject.vented_nl
        assert left == pytest.approx(pushed - subject.stored_nl, abs=1e-3 + 1e-9 * abs(pushed))
        assert subject.outflow_nl >= before
        assert subject.vented_nl + subject.air_nl == pytest.approx(air, abs=1e-3)
        assert subject.air_nl == 0.0 or subject.outflow_nl == 0.0


@given(changes, st.integers(2, 7))
def test_looking_in_between_changes_nothing(plan: list[tuple[float, float, float, float]], parts: int) -> None:
    whole, parted = path(5_000.0), path(5_000.0)
    now = 0.0
    for length, inflow, resistance, back in plan:
        for subject in (whole, parted):
            subject.inflow, subject.resistance, subject.back_kpa = inflow, resistance, back
        for part in range(1, parts):
            parted.advance(now + length * part / parts)
        now += length
        whole.advance(now)
        parted.advance(now)
        assert parted.outflow_nl == pytest.approx(whole.outflow_nl, abs=0.5)
        assert parted.pressure == pytest.approx(whole.pressure, abs=1e-3 + 1e-6 * abs(whole.pressure))


def test_under_a_steady_flow_the_pressure_is_flow_times_resistance_above_the_back_pressure() -> None:
    subject = path()
    subject.back_kpa = 8.0
    subject.inflow = 100_000.0
    subject.advance(1.0)
    assert subject.pressure == pytest.approx(8.0 + 100_000 * R)


def test_pressure_decays_with_the_time_constant_of_resistance_and_compliance() -> None:
    subject = path()
    subject.pressure = 100.0
    subject.advance(R * C)
    assert subject.pressure == pytest.approx(100 / math.e)
    assert subject.outflow_nl == pytest.approx(C * 100 * (1 - 1 / math.e))


def test_resistance_is_hagen_poiseuilles() -> None:
    bore_radius, length, viscosity = 54e-6, 0.004, 1e-3
    expected = 8 * viscosity * length / (math.pi * bore_radius**4) * 1e-15
    assert Build(tubing_kpa_s_nl=0.0).resistance(Needle(32, 4.0)) == pytest.approx(expected)
    assert Build(tubing_kpa_s_nl=0.0, viscosity_mpa_s=3.0).resistance(Needle(32, 4.0)) == pytest.approx(3 * expected)
    assert Build().resistance(None) < expected / 50


def test_an_occluded_path_stores_everything() -> None:
    subject = path(resistance=NEVER)
    subject.inflow = 500_000.0
    assert subject.reaches(300.0, rising=True) == pytest.approx(300 * C / 500_000)
    subject.advance(0.0015)
    assert subject.pressure == pytest.approx(300.0)
    assert subject.outflow_nl == 0.0


def test_air_leaves_before_any_liquid_and_more_easily() -> None:
    subject = path(air=10_000.0)
    subject.inflow = 100_000.0
    subject.advance(0.09)
    assert subject.outflow_nl == 0.0
    thin = subject.pressure
    subject.advance(0.5)
    assert subject.air_nl == 0.0
    assert subject.vented_nl == pytest.approx(10_000.0)
    assert subject.pressure == pytest.approx(thin / 0.018, rel=1e-3)


def test_nothing_flows_back_when_the_plunger_is_drawn() -> None:
    subject = path()
    subject.inflow = -50_000.0
    subject.advance(0.001)
    assert subject.outflow_nl == 0.0
    assert subject.pressure == pytest.approx(-50.0 / C)


@given(changes, st.floats(-50.0, 400.0), st.booleans())
def test_a_level_is_reached_when_it_says(
    plan: list[tuple[float, float, float, float]], level: float, rising: bool
) -> None:
    subject = path(2_000.0)
    now = 0.0
    for length, inflow, resistance, back in plan:
        subject.inflow, subject.resistance, subject.back_kpa = inflow, resistance, back
        now += length
        subject.advance(now)
    when = subject.reaches(level, rising=rising)
    if when == NEVER:
        subject.advance(now + 0.5)
        assert subject.pressure <= level + 1e-6 if rising else subject.pressure >= level - 1e-6
    elif when > now:
        subject.advance(when)
        assert subject.pressure == pytest.approx(level, abs=0.2)


@given(changes, st.floats(-50.0, 400.0), st.booleans())
def test_looking_ahead_moves_nothing(plan: list[tuple[float, float, float, float]], level: float, rising: bool) -> None:
    subject = path(2_000.0)
    for length, inflow, resistance, back in plan:
        subject.inflow, subject.resistance, subject.back_kpa = inflow, resistance, back
        subject.advance(subject.now + length)
        before = [getattr(subject, figure) for figure in Fluid.__slots__]
        subject.reaches(level, rising=rising)
        assert [getattr(subject, figure) for figure in Fluid.__slots__] == before


@pytest.mark.requirement("STP-6")
def test_the_volume_stored_at_the_occlusion_threshold_is_inside_one_microlitre() -> None:
    from hal_sim.motion import OCCLUSION_KPA

    assert Build().compliance_nl_kpa * OCCLUSION_KPA <= 1000
