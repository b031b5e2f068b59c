"""The application around the screens: connection, flips, outline, settings, kv files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kiosk import app
from kiosk.channel import commands as c
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, replace
from tests.view.samples.calibrating import weighing
from tests.view.samples.treating import ARMED, TREATING

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.screen
KV = sorted((Path(__file__).parents[2] / "kiosk/screens").rglob("*.kv"))


def panel(stage: Stage) -> str:
    assert stage.app.glass is not None
    return stage.app.glass.panel


def test_values_are_covered_500_ms_after_the_last_snapshot(stage: Stage) -> None:
    stage.scene(TREATING, SCENES["treat"][1], CATALOGUE)
    assert panel(stage) == ""
    stage.time.now += 0.6
    stage.frames(2)
    assert panel(stage) == "cover"
    stage.publish(TREATING)
    stage.until(lambda: panel(stage) == "", "uncovered")


def test_control_that_comes_back_is_found(stage: Stage) -> None:
    stage.scene(TREATING, SCENES["treat"][1], CATALOGUE)
    stage.end_control()
    stage.frames(2)
    assert panel(stage) == "cover"
    stage.start_control()
    stage.time.now += 1
    stage.frames(3)
    stage.publish(TREATING)
    stage.until(lambda: panel(stage) == "", "reconnected")


@pytest.mark.requirement("WDG-3", "WDG-5")
def test_each_completed_flip_is_reported_with_the_snapshot_shown(stage: Stage) -> None:
    flips: list[Any] = []
    listen = stage.server.poll
    stage.server.poll = lambda: [flips.append(r.command) or (i, r) for i, r in listen()]
    stage.publish(TREATING)
    stage.until(lambda: stage.app.snapshot is not None, "snapshot")
    shown = stage.app.snapshot
    assert shown is not None
    before = stage.flips
    stage.frames(2)
    assert c.Flip(shown.number) in flips
    assert stage.flips > before


def test_nothing_is_reported_before_anything_was_shown(stage: Stage) -> None:
    stage.frames(3)
    assert stage.heard == []
    assert stage.flips > 0


@pytest.mark.parametrize(("snapshot", "pause"), [(ARMED, 0.2), (TREATING, 1.0), (weighing("shot"), 0.2)])
def test_a_redraw_is_asked_every_200_ms_where_control_leans_on_the_screen_and_every_second_else(
    stage: Stage, snapshot: Any, pause: float
) -> None:
    stage.scene(snapshot, SCENES["treat"][1], CATALOGUE)
    asked: list[float] = []
    canvas = stage.window.canvas
    stage.app._redrawn = stage.time.now
    stage.app.ask_redraw = lambda: asked.append(stage.time.now)
    for _ in range(30):
        stage.time.now += 0.05
        stage.app._keep_drawing()
    assert canvas is stage.window.canvas
    gaps = [b - a for a, b in pairwise(asked)] or [pause]
    assert gaps == pytest.approx([pause] * len(gaps), abs=0.051)


def test_the_outline_tells_what_can_be_touched(tmp_path: Path) -> None:
    stage = Stage(outline=tmp_path / "outline.json")
    stage.scene(*SCENES["treat"], CATALOGUE)
    stage.time.now += 0.1
    stage.frames(2)
    told = json.loads((tmp_path / "outline.json").read_text())
    stage.close()
    assert (told["screen"], told["panel"]) == ("treat", "")
    by_key = {widget["key"]: widget for widget in told["widgets"]}
    assert {"arm", "stop", "tile:depth", "finish"} <= by_key.keys()
    assert by_key["stop"] == {
        "key": "stop",
        "label": "STOP",
        "trail": "",
        "x": 682,
        "y": 6,
        "w": 112,
        "h": 112,
        "enabled": True,
        "hold_ms": 0,
        "deaf": False,
    }
    assert by_key["arm"]["enabled"]
    assert all(widget["w"] > 0 and 0 <= widget["x"] < 800 and 0 <= widget["y"] < 480 for widget in told["widgets"])


def test_the_outline_of_a_panel_names_its_widgets_and_stop_only(tmp_path: Path) -> None:
    stage = Stage(outline=tmp_path / "outline.json")
    stage.scene(*SCENES["panel-mode"], CATALOGUE)
    told = json.loads((tmp_path / "outline.json").read_text())
    stage.close()
    assert {widget["key"] for widget in told["widgets"]} == {
        "mode:single", "mode:burst", "mode:continuous", "cancel", "stop"
    }  # fmt: skip


@pytest.mark.requirement("UI-6")
def test_the_outline_says_promptly_that_a_new_button_takes_touches(tmp_path: Path) -> None:
    path = tmp_path / "outline.json"
    stage = Stage(outline=path)
    stage.scene(*SCENES["treat"], CATALOGUE)

    def enabled() -> bool:
        widgets = {widget["key"]: widget for widget in json.loads(path.read_text())["widgets"]}
        return widgets["mode:burst"]["enabled"]

    stage.tap("tile:mode")
    stage.publish(TREATING)
    asked: list[float] = []
    stage.app._again = lambda: asked.append(stage.time.now)
    stage.frames(1)
    assert not enabled()
    assert asked
    stage.time.now += 0.4
    asked.clear()
    stage.frames(1)
    assert enabled()
    assert asked == []
    stage.close()


def test_a_picture_shows_what_is_drawn(stage: Stage, tmp_path: Path) -> None:
    from PIL import Image

    stage.scene(*SCENES["home"], CATALOGUE)
    stage.picture(tmp_path / "home.png")
    shown = Image.open(tmp_path / "home.png").convert("RGB")
    assert shown.size == (800, 480)
    assert shown.getpixel((700, 30)) == (189, 22, 32)
    assert len(shown.getcolors(1_000_000) or ()) > 20


def test_kivy_says_nothing_of_its_own_at_a_start_and_keeps_no_settings(tmp_path: Path) -> None:
    start = (
        "from kiosk import app; app.prepare((800, 480)); from kivy.core.window import Window; from kivy.app import App"
    )
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "SDL_VIDEODRIVER": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", start], env=os.environ | places, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (ended.stdout, ended.stderr) == ("", "")
    assert (list(tmp_path.iterdir()), app.KIVY_HOME.exists()) == ([], False)


def test_there_is_exactly_one_provider_of_touches(stage: Stage) -> None:
    from kivy.config import Config

    assert Config.items("input") == [("mouse", "mouse,disable_multitouch")]
    assert Config.get("kivy", "kivy_clock") == "default"
    assert Config.getint("graphics", "maxfps") == 60


@pytest.fixture(scope="module")
def loaded() -> None:
    """Kivy with every class of the screens, once for all kv files: they are looked at, and none is shown."""
    from kiosk.screens import PANELS, SCREENS, panel_class, screen_class

    Stage().close()
    for screen in SCREENS:
        screen_class(screen)
    for panel in PANELS:
        panel_class(panel)


@pytest.mark.parametrize("path", KV, ids=lambda path: path.stem)
def test_kv_sets_only_properties_that_exist(loaded: None, path: Path) -> None:
    from kivy.factory import Factory
    from kivy.lang import Parser

    known = {"id", "canvas"}
    parser = Parser(content=path.read_text(), filename=str(path))
    unknown: list[str] = []

    def check(rule: Any, name: str) -> None:
        made = Factory.get(name)()
        for prop in rule.properties:
            if prop not in known and made.property(prop, True) is None:
                unknown.append(f"{name}.{prop}")
        for child in rule.children:
            check(child, child.name)

    for selector, rule in parser.rules:
        name = selector.key.split("@")[0]
        made = {cls.lower(): cls for cls in Factory.classes}.get(name.lower(), name)
        check(rule, made)
    assert unknown == []


def test_every_screen_and_panel_has_its_kv_file(stage: Stage) -> None:
    from kiosk.screens import PANELS, SCREENS

    stems = {path.stem for path in KV}
    assert set(SCREENS) <= stems
    assert {module for module, _ in PANELS.values()} <= stems


@pytest.mark.requirement("UI-4")
@pytest.mark.parametrize("scene", ["home", "treat-armed", "panel-lock", "panel-arm", "panel-stop-open", "record"])
def test_simulated_is_seen_on_every_screen(stage: Stage, scene: str) -> None:
    stage.scene(*SCENES[scene], CATALOGUE)
    assert stage.app.glass is not None
    assert stage.app.glass.ids.simulated.text == "SIMULATED"
    real = SCENES[scene][0]
    assert real is not None
    stage.scene(replace(real, simulated=False), SCENES[scene][1], CATALOGUE)
    assert stage.app.glass.ids.simulated.text == ""
