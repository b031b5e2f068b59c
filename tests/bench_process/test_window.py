"""The bench's window, drawn without a screen in a process of its own and pressed like a person presses it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kiosk.rehearsal.display import own_display
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
    assert told["slid_off"] is True
    assert told["by_keys"] == ["occlusion", "supply-dead"]
    assert told["meaning"] == "supply-dead: The motor supply is off at its source."
    assert told["all_off"] == []
    assert (told["pedal"], told["let_go"]) == (True, True)
    assert told["figures"] == {
        "Needle depth": "0.00 mm", "Return spring": "0.80 N", "Line pressure": "0.0 kPa", "Motor supply": "0.0 V",
        "Plunger": "6000.0 uL", "Outflow": "0.0 uL",
    }  # fmt: skip
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
    for words in ((), ("console", "left")):
        ran = run(tmp_path, "-m", "hal_sim.window", *words)
        assert (ran.returncode, ran.stderr) == (2, "usage: python -m hal_sim.window CONSOLE [LEFT]\n")


@pytest.mark.screen
@pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")
def test_keys_of_a_real_keyboard_hold_let_go_and_choose_a_fault_in_a_window_beside_the_kiosk(tmp_path: Path) -> None:
    bench = OnBench(tmp_path)
    with own_display("1280x800") as display:
        settings = os.environ | {
            "DISPLAY": display, "SDL_VIDEODRIVER": "x11", "SDL_VIDEO_X11_WMCLASS": "bench", "KIVY_HOME": str(tmp_path),
            "KIVY_NO_ARGS": "1", "KIVY_NO_CONSOLELOG": "1",
        }  # fmt: skip

        def xdotool(*words: str) -> str:
            ran = subprocess.run(
                ["xdotool", *words], env=settings, capture_output=True, text=True, check=True, timeout=60
            )
            return ran.stdout

        command = [sys.executable, "-m", "hal_sim.window", str(bench.places.console), "300"]
        window = subprocess.Popen(command, cwd=ROOT, env=settings)
        try:
            found = xdotool("search", "--sync", "--onlyvisible", "--class", "bench").split()[0]
            xdotool("windowfocus", "--sync", found)
            assert "Position: 300,0 " in xdotool("getwindowgeometry", found)
            xdotool("keydown", "t")
            bench.until(lambda state: state["trigger"])
            xdotool("key", "c")  # a display repeats the held key meanwhile
            assert bench.until(lambda state: state["contact"])["trigger"]
            xdotool("keyup", "t")
            bench.until(lambda state: not state["trigger"])
            xdotool("key", "Down", "Down", "Up", "Return")
            bench.until(lambda state: state["bench_faults"] == ["contact-lost"])
            xdotool("key", "Left", "BackSpace")
            bench.until(lambda state: not state["bench_faults"])
            xdotool("keydown", "p")
            bench.until(lambda state: state["pedal_no"])
            window.terminate()
            assert window.wait() == 0
            assert not bench.state()["pedal_no"]
        finally:
            window.kill()
            window.wait()
    bench.close()
