"""STP-6: what still leaves the tip after a stop, for every needle and the tubing that are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.registers import CommandKind, Fault, Mode
from hal_sim.build import Build
from hal_sim.motion import DRAWN_BACK_KPA, OCCLUSION_KPA, RESIDUAL_KPA, Phase
from tests.hal_sim.host import Host

PROFILES = Path(__file__).parents[2] / "profiles"
NEEDLES: dict[str, dict[str, Any]] = tomllib.loads((PROFILES / "needles.toml").read_text())["needles"]
DEVICES = sorted((PROFILES / "devices").glob("*.toml"))
COMPLIANCE = Build().compliance_nl_kpa
LOSS_S = 0.001_5
"""From an opened contact until the motor has no supply: 24 V to 18 V through its capacitor."""
FLOWS = [(20_000, 800), (200_000, 600)]
"""Doses and intervals: the gentlest flow, and the fastest that there is."""
STOPS: list[tuple[str, Callable[[Host], object], float]] = [
    ("command", lambda host: host.command(CommandKind.STOP), 0.0),
    ("contact", lambda host: host.do("stop press"), LOSS_S),
    ("lift", lambda host: host.do("lift"), 0.0),
]

needles = pytest.mark.parametrize("needle", NEEDLES.values(), ids=list(NEEDLES))


def delivering(needle: dict[str, Any], dose_nl: int, interval_ms: int) -> Host:
    """A stroke with a primed path that has just begun to push."""
    host = Host()
    host.do(f"needle fit {needle['gauge']} {needle['length_mm']}")
    host.ready(primed=True)
    host.armed(depth_um=2_000, dose_nl=dose_nl, interval_ms=interval_ms, mode=Mode.SINGLE)
    host.do("trigger down")
    while phase(host) != Phase.FLOW:
        pass_on(host, 0.000_5)
    return host


def phase(host: Host) -> Phase | None:
    motion = host.rig.controller.motion
    return None if motion is None else motion.phase


def pass_on(host: Host, seconds: float) -> None:
    """Let time pass to the microsecond, the lease kept."""
    end = host.now + seconds
    while host.now < end:
        host.now = min(end, host.now + 0.02)
        host.beat()


@pytest.mark.requirement("STP-6")
@needles
@pytest.mark.parametrize(("dose_nl", "interval_ms"), FLOWS, ids=["gentlest", "fastest"])
@pytest.mark.parametrize(("name", "stop", "loss_s"), STOPS, ids=[row[0] for row in STOPS])
def test_no_more_than_the_stored_volume_leaves_after_a_stop(
    name: str, stop: Callable[[Host], object], loss_s: float, dose_nl: int, interval_ms: int, needle: dict[str, Any]
) -> None:
    for part in (0.05, 0.5, 0.95):
        host = delivering(needle, dose_nl, interval_ms)
        pass_on(host, part * dose_nl / 500_000 if interval_ms == 600 else part * 0.38)
        if phase(host) != Phase.FLOW:  # the needle's resistance had it drawn back already
            assert host.faults() & Fault.OCCLUSION
            continue
        before, rate = host.truth(), 500_000 if interval_ms == 600 else 50_000
        stop(host)
        pass_on(host, loss_s)
        decided = host.truth()
        pushed = before["piston_nl"] - decided["piston_nl"]
        assert pushed <= loss_s * rate + 6, name
        pass_on(host, 1.0)
        after = host.truth()
        assert after["piston_nl"] == decided["piston_nl"], "nothing is pushed once it was decided"
        assert after["outflow_nl"] - before["outflow_nl"] <= before["stored_nl"] + pushed + 0.01
        assert before["stored_nl"] <= OCCLUSION_KPA * COMPLIANCE <= 1_000


@pytest.mark.requirement("STP-6")
@needles
def test_a_blocked_needle_that_comes_free_after_a_stop_gives_the_stored_volume_at_most(needle: dict[str, Any]) -> None:
    host = delivering(needle, 20_000, 800)
    host.do("fault occlusion on")
    while host.truth()["pressure_kpa"] < OCCLUSION_KPA - 10:
        pass_on(host, 0.000_1)
    assert phase(host) == Phase.FLOW, "just below the threshold"
    before = host.truth()
    host.command(CommandKind.STOP)
    host.do("fault occlusion off")
    pass_on(host, 1.0)
    after = host.truth()
    assert after["outflow_nl"] - before["outflow_nl"] == pytest.approx(before["stored_nl"], abs=25)
    assert after["outflow_nl"] - before["outflow_nl"] <= before["stored_nl"] + 0.01 <= 1_000


@pytest.mark.requirement("STP-6")
@needles
def test_a_blocked_needle_that_comes_free_after_the_draw_back_gives_next_to_nothing(needle: dict[str, Any]) -> None:
    host = delivering(needle, 20_000, 800)
    host.do("fault occlusion on")
    while not host.faults():
        pass_on(host, 0.000_5)
    assert host.faults() == Fault.OCCLUSION
    most = host.truth()["stored_nl"]
    assert most <= 1_000
    while phase(host) is not None:
        pass_on(host, 0.000_5)
    before = host.truth()
    host.do("fault occlusion off")
    pass_on(host, 1.0)
    zero_kpa = host.rig.controller.gauges.zero_kpa  # what had not yet bled off after the prime
    assert zero_kpa < RESIDUAL_KPA
    assert host.truth()["outflow_nl"] - before["outflow_nl"] <= (DRAWN_BACK_KPA + zero_kpa) * COMPLIANCE + 0.01


@pytest.mark.requirement("STP-6")
@pytest.mark.parametrize("path", DEVICES, ids=lambda path: path.stem)
def test_the_model_has_the_tubing_that_is_shipped_and_says_what_it_stores(path: Path) -> None:
    device = tomllib.loads(path.read_text())
    tubing = next(section["tubing_ul"] for section in device.values() if "tubing_ul" in section)
    assert round(tubing * 1000) == Build().tubing_nl
    identity = Host().identity()
    assert identity.compliance_nl_per_100kpa == round(COMPLIANCE * 100)
    assert identity.occlusion_kpa * identity.compliance_nl_per_100kpa <= 100 * 1_000
