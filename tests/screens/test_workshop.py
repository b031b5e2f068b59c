"""The technician's pages as drawn: the touch test under a real finger, bars where the figures say."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import checking_commands as c
from kiosk.view.local import Reached
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, at, replace
from tests.view.samples.workshop import TIMES, workshop

pytestmark = pytest.mark.screen
SIZES = ((800, 480), (1280, 720), (720, 1280))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_targets_lie_at_the_edges_and_corners_of_the_whole_glass(size: tuple[int, int]) -> None:
    stage = Stage(size)
    stage.scene(*SCENES["panel-touch"], CATALOGUE)
    wide, high = size
    places = {}
    for target in c.TARGETS:
        widget = stage.find(f"target:{target}")
        x, y = widget.to_window(widget.x, widget.y)
        places[target] = (x, y, x + widget.width, y + widget.height)
    assert all(place[0] == 0 for target, place in places.items() if "left" in target)
    assert all(place[1] == 0 for target, place in places.items() if "bottom" in target)
    assert all(place[2] == pytest.approx(wide) for target, place in places.items() if "right" in target)
    assert all(place[3] == pytest.approx(high) for target, place in places.items() if "top" in target)
    stage.close()


def test_a_finger_reaches_every_target_once_and_control_is_told(stage: Stage) -> None:
    stage.scene(workshop(), at("inputs"), CATALOGUE)
    stage.tap("touch")
    stage.wait(0.5)
    for target in c.TARGETS:
        stage.tap(f"target:{target}")
    stage.wait(0.5)
    assert stage.heard == [c.ReportTouches(c.TARGETS, 0)]
    assert stage.app.glass is not None
    assert stage.app.glass.panel == ""


def test_one_finger_from_two_providers_is_told_as_twice(stage: Stage) -> None:
    from kivy.tests.common import UnitTestTouch

    stage.scene(workshop(), at("inputs", panel="touch", reached=Reached(at=9e9)), CATALOGUE)
    x, y = stage.window.width / 2, stage.window.height / 2
    for device in ("mtdev", "mouse"):
        touch = UnitTestTouch(x, y)
        touch.device = device
        touch.touch_down()
        touch.touch_up()
    stage.frames()
    stage.tap("touches:leave")
    assert stage.heard == [c.ReportTouches(("middle",), 1)]


@pytest.mark.requirement("STP-2")
def test_stop_lies_over_the_touch_test(stage: Stage) -> None:
    stage.scene(*SCENES["panel-touch"], CATALOGUE)
    glass: Any = stage.app.glass
    assert type(glass.children[0]).__name__ == "StopButton", "the last child, which is drawn last and touched first"
    assert glass.ids.over.size == glass.size


def test_bars_stand_where_the_figures_say_and_those_over_the_limit_are_red(stage: Stage) -> None:
    from kivy.graphics import Color, Rectangle

    from kiosk.screens import theme

    stage.scene(*SCENES["timing"], CATALOGUE)
    glass: Any = stage.app.glass
    (drawn,) = [widget for widget in glass.walk(restrict=True) if type(widget).__name__ == "TimeHistogram"]
    found: dict[str, list[Any]] = {"petrol": [], "red": []}
    colour: Any = None
    for instruction in drawn._drawn.children:
        if isinstance(instruction, Color):
            colour = tuple(round(part, 3) for part in instruction.rgba)
        elif isinstance(instruction, Rectangle):
            for name, boxes in found.items():
                if colour == tuple(round(part, 3) for part in theme.rgba(name)):
                    boxes.append(instruction)
    counts = [count for count in TIMES[0].counts if count]
    assert len(found["petrol"]) == len(counts) - 1
    assert len(found["red"]) == 2, "the bar over the limit, and the line of the limit"
    line = found["red"][-1]
    assert all(bar.pos[0] + bar.size[0] <= line.pos[0] + line.size[0] for bar in found["petrol"])
    tallest = max(bar.size[1] for bar in found["petrol"])
    assert [bar.size[1] for bar in found["petrol"]].index(tallest) == counts.index(max(counts))


def test_a_time_without_samples_draws_its_axis_and_its_limit_only(stage: Stage) -> None:
    stage.scene(*SCENES["timing-none"], CATALOGUE)
    glass: Any = stage.app.glass
    texts = [word.text for word in glass.walk(restrict=True) if getattr(word, "role", "") == "small"]
    assert "limit 10 ms" in texts
    stage.scene(workshop(times=(replace(TIMES[0], edges_us=(), counts=()),)), at("timing"), CATALOGUE)
    texts = [word.text for word in glass.walk(restrict=True) if getattr(word, "role", "") == "small"]
    assert "limit 10 ms" not in texts
