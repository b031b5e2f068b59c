"""Random fingers on the real application, with a real channel, engine and ledger behind it; and what they report."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.view import picture
from kiosk.view.frame import STOP, Frame, frame
from tests.screens.monkeys import SIZES, again, main, named, run

pytestmark = [pytest.mark.screen, pytest.mark.timeout(240)]
FRAMES = 700


@pytest.mark.requirement("STP-2", "UI-6", "LIM-8", "LED-1")
@pytest.mark.parametrize(("size", "number"), [*zip(SIZES, (0, 1, 0), strict=True)], ids=map(named, SIZES))
def test_a_monkey_raises_nothing_arms_only_by_holding_and_is_always_stopped(
    tmp_path: Path, size: tuple[int, int], number: int
) -> None:
    seed = 2 if size[0] == 720 else random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}: {again(seed, size, number, FRAMES)}")
    (told,) = run(seed, [size], 0, FRAMES, tmp_path, number)
    assert told.found == []
    assert told.stops
    assert told.touches > FRAMES / 40


def test_the_same_seed_gives_the_same_touches(tmp_path: Path) -> None:
    one, other, else_ = (run(seed, [(800, 480)], 0, 60, tmp_path, 0)[0].digests for seed in (7, 7, 8))
    assert one == other != else_


def test_what_is_found_is_told_with_its_seed_and_a_picture_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here a glass whose STOP does nothing."""

    def around(*given: Any) -> Frame:
        return replace(frame(*given), stop=replace(STOP, action=None))

    monkeypatch.setattr(picture, "frame", around)
    words = ["--seed", "5", "--size", "800x480", "--monkey", "0", "--frames", "60", "--out", str(tmp_path)]
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "seed 5, 800x480, monkey 0, frame " in said
    assert "AssertionError: STOP was touched and not sent" in said
    assert f"again: {again(5, (800, 480), 0, 60)}" in said
    assert (tmp_path / "5-800x480-0.png").stat().st_size > 5_000
    assert "STOP was touched and not sent" in (tmp_path / "5-800x480-0.txt").read_text()


def test_the_report_names_what_no_monkey_has_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "5", "--size", "720x1280", "--monkey", "0", "--frames", "60", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("seed 5\n720x1280: 1 monkeys, ")
    assert "  screens: " in said
    assert ", proposal, " in said
    assert "\ntouches: " in said
