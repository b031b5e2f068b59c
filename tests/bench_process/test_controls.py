"""What the bench's window sends and shows, checked against the device's own words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drivers.registers import Input
from hal_sim.controls import (
    ACTS,
    BARREL_KEYS,
    BARRELS,
    CONTROLS,
    ENABLE,
    MOVES,
    Control,
    all_off,
    last_motion,
    marked,
    pressed,
    readings,
    released,
    summary,
    switched,
)
from hal_sim.faults import FAULTS
from hal_sim.rig import Rig
from tests.hal_sim.host import Host


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.do(0.0, "barrel 2")
    return rig


def state(rig: Rig) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(rig.do(0.0, "state"))
    return told


@pytest.mark.parametrize("control", [*CONTROLS, ENABLE], ids=lambda control: control.label)
def test_every_control_does_what_it_then_shows(rig: Rig, control: Control) -> None:
    rig.do(0.0, control.on)
    assert control.is_on(state(rig))
    rig.do(0.0, control.off)
    assert not control.is_on(state(rig))


@pytest.mark.parametrize("name", BARRELS)
def test_every_barrel_can_be_chosen_and_is_shown(rig: Rig, name: str) -> None:
    rig.do(0.0, f"barrel {BARRELS[name]}")
    assert state(rig)["barrel"] == name


def test_no_key_means_two_things() -> None:
    keys = [it.key for it in (*CONTROLS, ENABLE, *ACTS)] + [*BARREL_KEYS]
    assert len(keys) == len(set(keys))
    assert set(BARREL_KEYS.values()) == set(BARRELS)


def test_a_key_sends_what_its_button_sends_and_a_held_one_lets_go(rig: Rig) -> None:
    told = state(rig)
    for control in (*CONTROLS, ENABLE):
        assert pressed(control.key, told) == control.pressed(told)
        assert released(control.key) == (control.off if control.held else None)
    assert [pressed(act.key, told) for act in ACTS] == ["barrel 2", "line new", "reset"]
    assert [pressed(key, told) for key in "x1250"] == [f"barrel {word}" for word in ("none", "1", "2", "5", "10")]
    assert pressed("z", told) is None


def test_every_fault_is_marked_and_switched_by_keys(rig: Rig) -> None:
    name = first = next(iter(FAULTS))
    met = [name]
    while (name := marked(name, "down")) != met[-1]:
        met.append(name)
    assert met == list(FAULTS)
    assert marked(first, "up") == first
    assert marked(marked(first, "right"), "left") == first != marked(first, "right")
    for name in FAULTS:
        rig.do(0.0, switched(name, state(rig)))
    assert state(rig)["bench_faults"] == list(FAULTS)
    rig.do(0.0, switched(first, state(rig)))
    for command in all_off(state(rig)):
        rig.do(0.0, command)
    assert state(rig)["bench_faults"] == []
    assert set(MOVES) == {"up", "down", "left", "right"}


def figures(rig: Rig, **other: object) -> dict[str, tuple[str, float, str]]:
    """Text, filled share and note of every figure; `other` overrides what the device says of itself."""
    told, truth = state(rig), json.loads(rig.do(0.0, "truth"))
    told |= {name: value for name, value in other.items() if name in told}
    truth |= {name: value for name, value in other.items() if name in truth and name != "needle_um"}
    return {reading.name: (reading.text, reading.share, reading.note) for reading in readings(told, truth)}


def test_every_figure_has_its_unit_a_bar_between_empty_and_full_and_what_it_means(rig: Rig) -> None:
    shown = figures(rig, needle_um=1_500, pressure_kpa=450.0, supply_mv=12_000, feedback=True, pusher_nl=1_200_000.0)
    assert shown["Needle depth"] == ("1.50 mm", 0.25, "tip 1.00 mm inside the nozzle")
    assert shown["Line pressure"] == ("450.0 kPa", 1.0, "full bar: occlusion, 300 kPa")
    assert shown["Motor supply"] == ("12.0 V", 0.5, "relay closed")
    assert shown["Plunger"] == ("1200.0 uL", 0.5, "at the piston")
    assert shown["Outflow"] == ("0.0 uL", 0.0, "88.4 uL air in the line")
    assert figures(rig)["Plunger"] == ("2400.0 uL", 1.0, "400.0 uL before the piston")
    rig.do(0.0, "barrel none")
    assert figures(rig)["Plunger"] == ("0.0 uL", 0.0, "no syringe")


def test_the_spring_is_shown_with_its_pull_and_with_what_holds_the_needle() -> None:
    """0.8 N at the upper stop and 0.06 N/mm more with the travel: 0.98 N at 2 mm behind the plate, 1.226 N at most."""
    host = Host().ready()
    text, share, note = figures(host.rig)["Return spring"]
    assert (text, note) == ("0.80 N", "the spring draws the needle up")
    assert share == pytest.approx(0.8 / 1.226, abs=0.001)
    host.stroke_at(2000, depth_um=2000)
    assert figures(host.rig)["Return spring"][::2] == ("0.98 N", "the motor holds the needle")
    assert figures(host.rig)["Needle depth"][2] == "tip 2.00 mm beyond the plate"
    host.do("stop press")
    host.creep(lambda status: not status.inputs & Input.SUPPLY)
    assert figures(host.rig)["Return spring"][2] == "the spring draws the needle up"
    host.do("fault spring-broken on")
    assert figures(host.rig)["Return spring"] == ("0.00 N", 0.0, "broken: friction holds the needle")
    host.do("fault retract-jam on")
    assert figures(host.rig)["Return spring"][2] == "broken: the carriage is jammed"


def test_the_newest_motion_that_has_ended_is_told_with_its_measured_figures() -> None:
    host = Host()
    assert last_motion(state(host.rig)) == "no motion yet"
    host.stroke_at(2000, depth_um=2000)
    assert last_motion(state(host.rig)).startswith("motion 2: 0.00 mm")
    record = host.last()
    assert last_motion(state(host.rig)) == (
        f"motion 3: 2.00 mm   10.0 uL   peak {record.peak_kpa} kPa   {record.duration_ms} ms   completed"
    )
    told = {"last_motion": state(host.rig)["last_motion"] | {"outcome": "PARTIAL_CONTACT"}}
    assert last_motion(told).endswith("ms   partial contact")


def test_the_summary_names_the_faults(rig: Rig) -> None:
    told = state(rig)
    assert summary(told) == "unhomed   0 shots left   0 motions ever   no lease"
    told["faults"], told["lease"] = ["INPUT_STUCK", "SPRING"], True
    assert summary(told).endswith("lease live   faults: input stuck, spring")
