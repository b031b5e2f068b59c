"""The bench's window, drawn without a screen in a process of its own and pressed like a person presses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.drivers.on_bench import OnBench

ROOT = Path(__file__).parents[2]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "SDL_VIDEODRIVER": "offscreen",
        "KIVY_HOME": str(folder),
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_CONSOLELOG": "1",
    }
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )


@pytest.mark.screen
def test_what_is_pressed_reaches_the_device_and_what_it_does_is_shown(tmp_path: Path) -> None:
    bench = OnBench(tmp_path)
    bench.do("barrel 2")
    ran = run(
        tmp_path, "-m", "tests.bench_process.drive_window", str(bench.places.console), str(tmp_path / "window.png")
    )
    bench.close()
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert told["start"]["barrel"] == "ML_2"
    assert told["contact"] is True
    assert told["faults"] == ["occlusion"]
    assert told["barrel"] == "ML_5"
    assert (told["held"], told["released"], told["stopped"]) == (True, False, True)
    assert told["answer"] == "barrel 5: A full 5 mL syringe is in the clamp."
    assert told["figure"] == "6000.0 uL"
    assert told["summary"].startswith("unhomed")
    (picture,) = tmp_path.glob("window*.png")
    colors: Any = Image.open(picture).convert("RGB").getcolors(1 << 24)
    shares = {color: count for count, color in colors}
    assert max(shares, key=lambda color: shares[color]) == (23, 26, 31)  # the dark ground
    assert any(red > 170 and green < 60 and blue < 60 for red, green, blue in shares)  # the fault and STOP stand out


@pytest.mark.screen
def test_a_window_without_a_bench_says_so(tmp_path: Path) -> None:
    ran = run(tmp_path, "-m", "hal_sim.window", str(tmp_path / "nothing"))
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"There is no bench at {tmp_path / 'nothing'}: ")
    ran = run(tmp_path, "-m", "hal_sim.window")
    assert (ran.returncode, ran.stderr) == (2, "usage: python -m hal_sim.window CONSOLE\n")
