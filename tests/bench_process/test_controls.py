"""What the bench's window sends and shows, checked against the device's own words."""

from __future__ import annotations

import json

import pytest

from hal_sim.controls import BARRELS, CONTROLS, LINE_KEY, REFILL_KEY, RESET_KEY, Control, readings, summary
from hal_sim.rig import Rig


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.do(1.0, "barrel 2")
    return rig


def state(rig: Rig) -> dict[str, object]:
    told: dict[str, object] = json.loads(rig.do(1.0, "state"))
    return told


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.label)
def test_every_control_does_what_it_then_shows(rig: Rig, control: Control) -> None:
    rig.do(1.0, control.on)
    assert control.is_on(state(rig))
    rig.do(1.0, control.off)
    assert not control.is_on(state(rig))


@pytest.mark.parametrize("name", BARRELS)
def test_every_barrel_can_be_chosen_and_is_shown(rig: Rig, name: str) -> None:
    rig.do(1.0, f"barrel {BARRELS[name]}")
    assert state(rig)["barrel"] == name


def test_no_key_means_two_things() -> None:
    keys = [control.key for control in CONTROLS] + [REFILL_KEY, RESET_KEY, LINE_KEY]
    assert len(keys) == len(set(keys))


def test_every_figure_has_its_unit_and_a_bar_between_empty_and_full(rig: Rig) -> None:
    told, truth = state(rig), json.loads(rig.do(1.0, "truth"))
    truth["pressure_kpa"], truth["pusher_nl"] = 450.0, 1_000_000.0
    told["needle_um"] = 1_500
    figures = {reading.name: reading for reading in readings(told, truth)}
    assert (figures["Needle"].text, figures["Needle"].share) == ("1.50 mm", 0.25)
    assert (figures["Line pressure"].text, figures["Line pressure"].share) == ("450.0 kPa", 1.0)
    assert (figures["Plunger"].text, figures["Plunger"].share) == ("1000.0 uL", 0.5)
    told["barrel"] = "NONE"
    assert {reading.name: reading for reading in readings(told, truth)}["Plunger"].share == 0.0


def test_the_summary_names_the_faults(rig: Rig) -> None:
    told = state(rig)
    assert summary(told) == "unhomed   0 shots left   0 motions ever   no lease"
    told["faults"], told["lease"] = ["INPUT_STUCK", "SPRING"], True
    assert summary(told).endswith("lease live   faults: input stuck, spring")
