"""A treatment over kills at random instants, some into the recovery (LED-10); `make kill` does it a thousand times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.kill.case import Case
from tests.proofs.kill.plan import plan

KILLS = 6


@pytest.mark.requirement("LED-10", "LED-6", "LED-4")
def test_nothing_is_lost_doubled_or_armed_after_any_kill(short_folder: Path, seed: int) -> None:
    folder = short_folder / "k"
    folder.mkdir()
    tally = Case(folder, "T", seed).run(plan(seed, KILLS))
    assert tally.kills == KILLS
    assert tally.recoveries >= 2, "it was looked at after the kills and at the end"


def test_the_plan_is_a_function_of_its_seed_alone() -> None:
    assert plan(7, 300) == plan(7, 300)
    assert plan(7, 300) != plan(8, 300)


@pytest.mark.parametrize("kills", [1, 50, 333])
def test_a_plan_kills_control_exactly_as_often_as_asked(kills: int) -> None:
    planned = plan(3, kills)
    assert sum(round_.kills for round_ in planned) == kills


def test_a_plan_of_a_thousand_aims_at_every_moment_and_every_victim() -> None:
    planned = plan(1, 1000)
    blows = [blow for round_ in planned for blow in (round_.blow, *round_.recovery)]
    assert {blow.victim for blow in blows} == {"control", "both", "injector", "memory"}
    assert {"start", "listening", "Arm", "trigger down", "trigger up", "stop press", "replug", "Sign"} <= {
        blow.moment for blow in blows
    }
    assert sum(len(round_.recovery) for round_ in planned) > 100
