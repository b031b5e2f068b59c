"""The short form of the campaign: a fixed seed and a fresh one, and that the same seed gives the same run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.proofs.campaign import report
from tests.proofs.campaign.__main__ import _enough
from tests.proofs.campaign.fan import Sum
from tests.proofs.campaign.mischief import AS_FOUND, SETS, Mischief, first_set
from tests.proofs.campaign.person import Person
from tests.proofs.campaign.session import play
from tests.seed import fixed_and_fresh

SEEDS = fixed_and_fresh(1)
SHOTS = 50
LONG_SESSION = (20261202, 1341, 400)
"""Seed, session and shots of one as the long form plays it. What that found is an ordinary case each in
tests/session/test_found: what people choose has changed since, and with it what a seed comes to."""


@pytest.mark.requirement(
    "LIM-1", "LIM-5", "LIM-6", "LED-1", "LED-4", "LED-7", "LED-11", "STP-1", "STP-5", "STP-6", "WDG-1", "WDG-2", "LNK-1"
)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("number", range(2, 5))
def test_nothing_is_violated_in_a_random_session(tmp_path: Path, seed: int, number: int) -> None:
    print(f"seed {seed}, session {number}")
    told = play(seed, number, SHOTS, tmp_path)
    assert not told.violation, f"{told.violation}\nagain: --seed {seed} --session {number} --session-shots {SHOTS}"
    assert told.shots >= SHOTS


@pytest.mark.requirement("LIM-9", "LNK-1")
def test_nothing_is_violated_in_a_long_session(tmp_path: Path) -> None:
    seed, number, shots = LONG_SESSION
    told = play(seed, number, shots, tmp_path)
    assert not told.violation, told.violation


def test_nothing_is_violated_in_a_session_that_is_also_stepped_at_a_tenth_of_a_millisecond(tmp_path: Path) -> None:
    told = play(1, 1, SHOTS, tmp_path)
    assert not told.violation, told.violation
    assert told.steps > 100_000


@pytest.mark.parametrize("number", [2, 7])
def test_a_session_with_its_idle_cycles_left_out_has_the_same_outcome(tmp_path: Path, number: int) -> None:
    every, some = play(4, number, 40, tmp_path), play(4, number, 40, tmp_path, skips=True)
    assert some.skipped > 10
    assert some.cycles == every.cycles - some.skipped
    assert (some.outcome, some.shots) == (every.outcome, every.shots)


def test_the_same_seed_gives_the_same_run_bit_for_bit(tmp_path: Path) -> None:
    first, second = play(7, 2, 30, tmp_path), play(7, 2, 30, tmp_path)
    assert (first.digest, first.faults) == (second.digest, second.faults)
    assert play(8, 2, 30, tmp_path).digest != first.digest


def test_a_campaign_in_which_a_pair_of_faults_never_came_says_so() -> None:
    every = set(range(len(SETS)))
    assert not report.untried(Sum(1, sets=every))
    assert report.untried(Sum(1, sets=every - {len(SETS) - 1})).endswith(" with ".join(SETS[-1]))


def test_a_pair_of_faults_counts_when_both_are_on_and_not_when_it_is_arranged() -> None:
    acts: list[Callable[[], object]] = []
    stage = SimpleNamespace(at=lambda _at, act: acts.append(act), do=lambda _line: "")
    mischief = Mischief(cast("Person", SimpleNamespace(stage=stage)), random.Random(1), first_set=len(SETS) - 1)
    mischief._named(0.0)
    assert not mischief.sets
    for act in acts:
        act()
    assert mischief.sets == {len(SETS) - 1}
    assert set(SETS[-1]) <= mischief.made.keys()


def test_in_a_long_campaign_every_set_of_faults_has_its_turn_to_come_first() -> None:
    assert {first_set(number) for number in range(AS_FOUND, AS_FOUND + len(SETS))} == set(range(len(SETS)))


@pytest.mark.parametrize(
    ("shots", "sets", "enough"), [(99, 435, False), (100, 435, True), (149, 434, False), (150, 434, True)]
)
def test_a_campaign_goes_on_for_a_pair_that_has_not_come_but_not_for_ever(shots: int, sets: int, enough: bool) -> None:
    so_far = Sum(1, shots=shots, sets=set(range(sets)), faults=Counter({"unplug": 10}))
    assert _enough(so_far, 100, 10) is enough
    assert _enough(so_far, 100, 0) is (shots >= 100), "a short one waits for none"
