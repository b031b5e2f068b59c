"""A bare window of the bench is measured and gone: nothing is left behind of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.screen
def test_a_bare_window_leaves_no_folder_of_settings_behind(tmp_path: Path) -> None:
    places = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "SDL_VIDEODRIVER": "offscreen"}
    words = ("plain", "flat-out", "80", "60", str(time.monotonic()), "0.1")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.window", *words], env=os.environ | places, cwd=ROOT, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1])["frames_per_s"] > 0
    assert list(tmp_path.iterdir()) == []
