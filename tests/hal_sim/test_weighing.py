"""A balance shows what physics puts on it: the liquid that fell, less what air carries and what evaporates."""

from __future__ import annotations

import pytest

from hal_sim.weighing import SAMPLE_S, Pan, Place

STILL = Place(noise_ug=0.0, drift_ug_s=0.0, evaporation_g_m2_h=0.0)


class Drops:
    """What left the tip so far, and whether skin catches it."""

    def __init__(self) -> None:
        self.nl = 0.0
        self.skin = False

    def pan(self, place: Place = STILL, seed: int = 1) -> Pan:
        pan = Pan(lambda: self.nl, lambda: self.skin, place, seed)
        pan.run(0.0)
        return pan


def wait(pan: Pan, begin: float, seconds: float = 10.0) -> float:
    """Run it as the bench does, fifty times a second; the reading at the end."""
    for turn in range(round(seconds * 50)):
        pan.run(begin + (turn + 1) / 50)
    return pan.gross_ug


@pytest.mark.parametrize(
    ("celsius", "density"), [(4.0, 999.972), (15.0, 999.099), (20.0, 998.203), (25.0, 997.043), (30.0, 995.645)]
)
def test_water_has_the_density_that_the_tables_say(celsius: float, density: float) -> None:
    assert Place(temperature_c=celsius).water_kg_m3() == pytest.approx(density, abs=0.01)


def test_the_vessel_weighs_what_it_weighs() -> None:
    subject = Drops().pan()
    assert wait(subject, 0.0) == 0.0
    subject.put(vessel=True)
    assert wait(subject, 10.0) == pytest.approx(STILL.vessel_ug)
    subject.put(vessel=False)
    assert wait(subject, 20.0) == pytest.approx(0.0, abs=1)


def test_a_microlitre_of_water_weighs_less_than_a_milligram_in_air() -> None:
    drops = Drops()
    subject = drops.pan()
    subject.put(vessel=True)
    before = wait(subject, 0.0)
    drops.nl += 100_000
    fallen = wait(subject, 10.0) - before
    assert fallen == pytest.approx(100_000 * 0.998203 * (1 - 1.2 / 998.203) / (1 - 1.2 / 8000), rel=1e-4)


@pytest.mark.parametrize(("vessel", "skin"), [(False, False), (True, True), (False, True)])
def test_only_what_falls_into_the_vessel_is_weighed(vessel: bool, skin: bool) -> None:
    drops = Drops()
    subject = drops.pan()
    subject.put(vessel)
    drops.skin = skin
    before = wait(subject, 0.0)
    drops.nl += 50_000
    assert wait(subject, 10.0) == pytest.approx(before, abs=1)
    drops.skin = False
    subject.put(vessel=True)
    assert wait(subject, 20.0) == pytest.approx(STILL.vessel_ug, abs=1), "it must not come back later"


def test_water_evaporates_from_the_vessel_and_never_more_than_was_there() -> None:
    drops = Drops()
    subject = drops.pan(Place(noise_ug=0.0, drift_ug_s=0.0))
    subject.put(vessel=True)
    drops.nl += 100
    full = wait(subject, 0.0, 10)
    later = wait(subject, 10.0, 60)
    assert full - later == pytest.approx(60 * 2e-5 * 100 * 1e6 / 3600, rel=0.02)
    assert wait(subject, 70.0, 600) == pytest.approx(STILL.vessel_ug, abs=0.01)


def test_the_zero_walks() -> None:
    subject = Drops().pan(Place(noise_ug=0.0))
    assert wait(subject, 0.0, 600) == pytest.approx(600 * Place().drift_ug_s, rel=0.01)


def test_it_is_stable_a_second_after_the_load_came_to_rest_and_not_before() -> None:
    drops = Drops()
    subject = drops.pan()
    assert not subject.stable
    wait(subject, 0.0, 1.2)
    assert subject.stable
    subject.put(vessel=True)
    wait(subject, 1.2, 2 * SAMPLE_S)
    assert not subject.stable
    wait(subject, 1.4, 6)
    assert subject.stable


def test_noise_is_the_seeds_and_a_draught_keeps_it_from_resting() -> None:
    readings = [wait(Drops().pan(Place(), seed), 0.0) for seed in (3, 3, 4)]
    assert readings[0] == readings[1] != readings[2]
    assert all(abs(reading) < 30 for reading in readings)
    subject = Drops().pan(Place())
    subject.doors_open = True
    wait(subject, 0.0)
    assert not subject.stable
