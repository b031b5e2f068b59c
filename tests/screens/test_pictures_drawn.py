"""The pictures on the glass: a finger on the map, a needle that moves alone, lines where the figures say."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel.snapshot import Snapshot
from kiosk.screens import theme
from kiosk.view.bodymap import frame_of, region
from kiosk.view.figures import room
from kiosk.view.local import Local
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.records import RECORD
from tests.view.samples.treating import TREAT, TREATING

pytestmark = pytest.mark.screen


def show(stage: Stage, scene: str) -> None:
    stage.scene(*SCENES[scene], CATALOGUE)


def given(stage: Stage, snapshot: Snapshot, local: Local | None = None) -> None:
    stage.scene(snapshot, local or at(), CATALOGUE)


def only(stage: Stage, kind: str) -> Any:
    glass: Any = stage.app.glass
    [found] = [widget for widget in glass.walk(restrict=True) if type(widget).__name__ == kind and widget.width > 1]
    return found


def press(stage: Stage, x: float, y: float, x2: float | None = None, y2: float | None = None) -> None:
    from kivy.tests.common import UnitTestTouch

    touch = UnitTestTouch(x, y)
    touch.touch_down()
    stage.frames()
    if x2 is not None:
        touch.touch_move(x2, y2)
    touch.touch_up()
    stage.frames()


def place_of(board: Any, key: str) -> tuple[float, float]:
    """The middle of a zone on the figure, window pixels."""
    shown = frame_of(board.plate)
    assert shown is not None
    spot = next(spot for spot in board.plate.spots if spot.touch.key == key)
    middle = room(region(shown, spot).points)
    layout = board.layout
    return board.x + layout.middle + middle.x * layout.scale, board.top - layout.top - middle.y * layout.scale


def test_a_zone_is_chosen_by_its_name(stage: Stage) -> None:
    show(stage, "panel-zone-mesolift")
    stage.tap("zone:temple:right")
    assert stage.heard == [c.ChooseZone("temple", "right")]


@pytest.mark.parametrize("key", ["zone:zygoma:left", "zone:zygoma:right", "zone:nose:whole", "zone:forehead:whole"])
def test_a_zone_is_chosen_on_the_figure_the_patients_left_at_the_pictures_right(stage: Stage, key: str) -> None:
    show(stage, "panel-zone-mesolift")
    board = only(stage, "MapBoard")
    x, y = place_of(board, key)
    side = key.rpartition(":")[2]
    assert {"left": x > board.center_x, "right": x < board.center_x, "whole": True}[side]
    press(stage, x, y)
    assert stage.heard == [c.ChooseZone(key.split(":")[1], side)]  # type: ignore[arg-type]


def test_a_large_zone_is_touched_where_it_is_drawn(stage: Stage) -> None:
    show(stage, "panel-zone-neck")
    stage.tap("zone:decollete:whole")
    assert stage.heard == [c.ChooseZone("decollete", "whole")]


@pytest.mark.requirement("UI-1")
def test_between_two_zones_a_finger_chooses_neither(stage: Stage) -> None:
    show(stage, "panel-zone-back")
    board = only(stage, "MapBoard")
    left, right = place_of(board, "zone:lower_back:left"), place_of(board, "zone:lower_back:right")
    press(stage, (left[0] + right[0]) / 2 + 4, left[1])
    assert stage.heard == []
    assert "touch the name" in stage.app.local.notice
    assert stage.app.glass is not None
    assert stage.app.glass.panel == "map"


def test_a_finger_that_slides_from_one_zone_to_another_chooses_none(stage: Stage) -> None:
    show(stage, "panel-zone-mesolift")
    board = only(stage, "MapBoard")
    press(stage, *place_of(board, "zone:nose:whole"), *place_of(board, "zone:zygoma:left"))
    press(stage, board.center_x, board.top - 2)
    assert stage.heard == []


@pytest.mark.requirement("UI-6")
def test_a_map_that_has_just_opened_ignores_the_finger_that_opened_it(stage: Stage) -> None:
    show(stage, "treat-oblique")
    stage.tap("tile:zone")
    board = only(stage, "MapBoard")
    press(stage, *place_of(board, "zone:nose:whole"))
    assert stage.heard == []
    stage.wait(0.4)
    press(stage, *place_of(board, "zone:nose:whole"))
    assert stage.heard == [c.ChooseZone("nose", "whole")]


def test_another_figure_is_one_touch_away_and_the_list_too(stage: Stage) -> None:
    show(stage, "panel-zone-back")
    stage.tap("figure:front")
    stage.wait(0.5)
    stage.tap("zone:knee:left")
    assert stage.heard == [c.ChooseZone("knee", "left")]
    show(stage, "panel-zone")
    stage.tap("zones:list")
    assert stage.app.glass is not None
    assert stage.app.glass.panel == "choice"


def test_a_new_state_only_changes_colours(stage: Stage) -> None:
    show(stage, "treat")
    stage.frames(5)
    picture = only(stage, "BodyPicture")
    drawn = list(picture._zones)
    before = [tuple(zone.fill.rgba) for zone in drawn]
    assert TREATING.session is not None
    zones = tuple(replace(zone, done=zone.planned) for zone in TREATING.session.zones)
    stage.publish(replace(TREATING, session=replace(TREATING.session, zones=zones)))
    stage.frames(3)
    assert [one is other for one, other in zip(drawn, picture._zones, strict=True)] == [True] * len(drawn)
    assert [tuple(zone.fill.rgba) for zone in drawn] != before


@pytest.mark.parametrize(("travel", "angle"), [(450, 90), (600, 60), (1_000, 30)])
def test_the_tip_is_drawn_where_the_needle_is(stage: Stage, travel: int, angle: int) -> None:
    given(stage, replace(TREATING, treat=replace(TREAT, zone="temple", needle_um=travel, angle_deg=angle)))
    section = only(stage, "SkinSection")
    x, y = section._shaft.points[-2:]
    each = (section._surface - section.y - 2 * section.height / section.height) / section.model.span_um
    assert section._surface - y == pytest.approx(travel * sin(radians(angle)) * each, rel=0.02)
    assert x - section._entry == pytest.approx(travel * cos(radians(angle)) * each, rel=0.02, abs=0.1)


def test_only_the_needle_is_drawn_again_while_it_moves(stage: Stage) -> None:
    given(stage, TREATING)
    section = only(stage, "SkinSection")
    tissue, lines, shaft = section._tissue.children[:], section._lines.children[:], section._shaft
    seen: set[float] = set()
    for travel in (100, 300, 500, 600, 300, 0):
        stage.publish(replace(TREATING, treat=replace(TREAT, needle_um=travel)))
        stage.frames(3)
        seen.add(round(section._shaft.points[-1], 1))
    assert len(seen) == 5
    assert section._shaft is shaft
    assert (section._tissue.children, section._lines.children) == (tissue, lines)


def test_a_retracted_needle_is_drawn_above_the_skin(stage: Stage) -> None:
    given(stage, TREATING)
    section = only(stage, "SkinSection")
    assert section._shaft.points[-1] > section._surface


@pytest.mark.requirement("STP-5")
def test_without_the_home_switch_the_needle_is_not_drawn_as_retracted(stage: Stage) -> None:
    given(stage, replace(TREATING, treat=replace(TREAT, retracted=False)))
    section = only(stage, "SkinSection")
    assert section._shaft.points[-1] == pytest.approx(section._surface)
    assert tuple(section._shaft_colour.rgba) != pytest.approx(theme.rgba("ink"))


def test_every_line_of_the_cut_has_its_words(stage: Stage) -> None:
    show(stage, "treat-face-armed")
    said = {word.text for word in only(stage, "SkinSection")._words}
    assert {"min 0.05 mm", "60°: 0.43 mm", "usual 0.50 mm", "set 0.50 mm", "max 0.95 mm"} <= said


def test_the_record_opens_as_a_picture_and_turns_to_lists(stage: Stage) -> None:
    show(stage, "record")
    stage.tap("record:list")
    keys = [widget.model.key for widget in stage.touchables()]
    assert "facts:later" in keys
    assert "record:picture" in keys


@pytest.mark.requirement("LED-7")
def test_what_is_uncertain_is_said_as_well_once_the_record_was_exported(stage: Stage) -> None:
    show(stage, "record-exported")
    glass: Any = stage.app.glass
    said = [
        widget.text for widget in glass.walk(restrict=True) if type(widget).__name__ == "Text" and widget.height > 5
    ]
    assert "Exported to SIMULATED-session-00001.pdf" in said
    assert RECORD.flags[0] in said


def test_every_shot_has_its_mark(stage: Stage) -> None:
    from kivy.graphics import Mesh

    show(stage, "record")
    glass: Any = stage.app.glass
    plots = [widget for widget in glass.walk(restrict=True) if type(widget).__name__ == "ShotPlot"]
    counted = [[len(part.indices) // 6 for part in plot._drawn.children if isinstance(part, Mesh)] for plot in plots]
    assert counted == [[39, 1], [39, 1]]


def test_a_very_long_session_is_drawn_whole(stage: Stage) -> None:
    from kivy.graphics import Mesh

    page = RECORD
    shots = tuple(replace(page.shots[0], number=at) for at in range(1, 12_001))
    given(stage, snap(), at("record", record=replace(page, shots=shots)))
    glass: Any = stage.app.glass
    plots = [widget for widget in glass.walk(restrict=True) if type(widget).__name__ == "ShotPlot"]
    counted = [[len(part.indices) // 6 for part in plot._drawn.children if isinstance(part, Mesh)] for plot in plots]
    assert counted == [[5_000, 5_000, 2_000]] * 2


def test_the_treat_screen_is_drawn_with_few_instructions(stage: Stage) -> None:
    show(stage, "treat-face-armed")
    glass: Any = stage.app.glass

    def instructions(group: Any) -> int:
        return sum(1 + (instructions(part) if hasattr(part, "children") else 0) for part in group.children)

    assert sum(instructions(only(stage, kind).canvas) for kind in ("SkinSection", "BodyPicture", "RingButton")) < 450
    assert instructions(glass.canvas) < 1_500
