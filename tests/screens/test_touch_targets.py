"""Every screen and panel at every size: targets in mm, texts inside their boxes, nothing overlaps, and STOP is free."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.screens.stage import Stage
from tests.screens.texts import cut_texts
from tests.view.samples import CATALOGUE, SCENES

SIZES = ((800, 480), (1280, 720), (720, 1280))
LONG_MM, SHORT_MM = 154, 86
LARGE = {"stop", "arm", "disarm", "arm:confirm"}
SPARE = 0.05
"""mm lost to whole pixels."""
pytestmark = pytest.mark.screen


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage = Stage(request.param)
    yield stage
    stage.close()


def boxes(stage: Stage) -> list[tuple[str, float, float, float, float]]:
    found = []
    for widget in stage.touchables():
        x, y = widget.to_window(widget.x, widget.y)
        found.append((widget.model.key, x, y, x + widget.width, y + widget.height))
    return found


def crossed(stage: Stage) -> list[str]:
    """What lies over its neighbour in a row or column: a size that was not settled when the others were placed."""
    from kivy.uix.boxlayout import BoxLayout

    found: list[str] = []
    for box in stage.app.glass.walk(restrict=True):  # type: ignore[union-attr]
        if isinstance(box, BoxLayout):
            along = 0 if box.orientation == "horizontal" else 1
            there = sorted(
                ((child.pos[along], child.size[along], child) for child in box.children if min(child.size) > 1),
                key=lambda each: each[:2],
            )
            for (start, size, one), (begins, _, other) in pairwise(there):
                if start + size > begins + 1:
                    found.append(f"{one} over {other} by {start + size - begins:.1f}")
    return found


def innermost(widget: Any) -> list[Any]:
    """The words and buttons in a panel, without the boxes that hold them."""
    within = [part for child in widget.children for part in innermost(child)]
    return [widget] if hasattr(widget, "model") or not widget.children else within


def over_stop(stage: Stage) -> list[str]:
    """What is drawn after STOP, or where it is."""
    glass: Any = stage.app.glass
    stop = glass.stop
    found = [str(above) for above in (glass.children[0], stage.window.children[0]) if above not in (stop, glass)]
    # The touch test alone lies under all of the glass, STOP's corner included; of what it shows nothing is there.
    over = innermost(glass.ids.over) if glass.whole else [glass.ids.over]
    for part in (glass.ids.surround, *over, *glass.ids.rail.children):
        if part.width > 1 and part.height > 1:
            x, y = part.to_window(part.x, part.y)
            if not (x >= stop.right or x + part.width <= stop.x or y >= stop.top or y + part.height <= stop.y):
                found.append(str(part))
    return found


@pytest.fixture(scope="module")
def stops(sized: Stage) -> dict[tuple[float, ...], str]:
    """Places where STOP was, each with a scene that had it there."""
    return {}


@pytest.mark.requirement("UI-1", "STP-2", "ALM-4")
@pytest.mark.parametrize("scene", SCENES)
def test_every_screen_lays_out_with_large_enough_targets_and_stop_free_at_its_place(
    sized: Stage, stops: dict[tuple[float, ...], str], scene: str
) -> None:
    sized.scene(*SCENES[scene], CATALOGUE)
    width, height = sized.window.size
    across = width / (LONG_MM if width > height else SHORT_MM)
    down = height / (SHORT_MM if width > height else LONG_MM)
    found = boxes(sized)
    assert "stop" in [box[0] for box in found]
    for key, left, bottom, right, top in found:
        least = 20 if key in LARGE else 10
        wide, high = (right - left) / across, (top - bottom) / down
        assert min(wide, high) >= least - SPARE, f"{key}: {wide:.1f} x {high:.1f} mm"
        assert left >= -1, key
        assert bottom >= -1, key
        assert right <= width + 1, key
        assert top <= height + 1, key
    for at, (one, left, bottom, right, top) in enumerate(found):
        for other, x, y, x2, y2 in found[at + 1 :]:
            assert x >= right - 1 or x2 <= left + 1 or y >= top - 1 or y2 <= bottom + 1, f"{one} over {other}"
    assert cut_texts(sized) == []
    assert crossed(sized) == []
    assert over_stop(sized) == []
    stop: Any = sized.app.glass.stop  # type: ignore[union-attr]
    stops.setdefault((*stop.pos, *stop.size), scene)
    assert len(stops) == 1, stops


def test_what_lies_where_stop_is_and_what_is_drawn_after_it_is_found(stage: Stage) -> None:
    from kivy.uix.widget import Widget

    stage.scene(*SCENES["home"], CATALOGUE)
    assert over_stop(stage) == []
    glass: Any = stage.app.glass
    cover = Widget(size=(2, 2))
    glass.add_widget(cover)
    assert over_stop(stage) == [str(cover)]
    glass.remove_widget(cover)
    glass.stop.x -= glass.width / 2
    assert str(glass.ids.surround) in over_stop(stage)
