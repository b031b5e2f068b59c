"""Random fingers on the real application, with a real channel, engine and ledger behind it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.screens.monkey import Monkey

pytestmark = [pytest.mark.screen, pytest.mark.timeout(240)]
FRAMES = 700


@pytest.mark.requirement("STP-2", "UI-6", "LIM-8", "LED-1")
@pytest.mark.parametrize("seed", [2, 4, 0], ids=("seed 2", "seed 4", "a fresh seed"))
def test_a_monkey_raises_nothing_arms_only_by_holding_and_is_always_stopped(tmp_path: Path, seed: int) -> None:
    seed = seed or random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}: python -m tests.screens.monkey {seed} {FRAMES}")
    monkey = Monkey(seed, tmp_path, ready=seed % 2 == 0)
    try:
        monkey.run(FRAMES)
        monkey._stop()  # whatever chance did, STOP is answered from where it left everything
    finally:
        monkey.close()
    assert monkey.stops
