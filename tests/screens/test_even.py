"""The rows of one list are written in sizes that look alike, whatever each of them says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kiosk.view.touch import Touch
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES

pytestmark = pytest.mark.screen
LONG = "A name that is by far too long for the width of a single button"


def sizes(rows: list[Any], name: str) -> set[float]:
    return {row.ids[name].font_size for row in rows if row.ids[name].text}


def shown(stage: Stage, kind: str) -> list[Any]:
    glass: Any = stage.app.glass
    return [each for each in glass.walk(restrict=True) if type(each).__name__ == kind]


@pytest.mark.parametrize(
    ("scene", "kind", "name"), [("selftest", "LineRow", "title"), ("checks", "RowButton", "label")]
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_rows_of_a_list_look_alike(stage: Stage, scene: str, kind: str, name: str, language: Any) -> None:
    snapshot, local = SCENES[scene]
    settings = msgspec.structs.replace(local.settings, language=language)
    stage.scene(snapshot, msgspec.structs.replace(local, settings=settings), CATALOGUE)
    from kiosk.screens.widgets.even import LEAST_SHARE

    found = sizes(shown(stage, kind), name)
    assert min(found) >= LEAST_SHARE * max(found) - 0.01


def test_a_row_that_goes_gives_the_others_their_size_back(stage: Stage) -> None:
    from kiosk.screens.widgets.even import LEAST_SHARE
    from kiosk.screens.widgets.groups import Group

    group = Group(size_hint=(None, None), size=(400, 60), items=(Touch("a", "Yes"), Touch("b", LONG)))
    stage.window.add_widget(group)
    stage.frames(4)
    small = sizes(list(group.children), "word")
    group.items = (Touch("a", "Yes"), Touch("b", "No"))
    stage.frames(4)
    large = sizes(list(group.children), "word")
    stage.window.remove_widget(group)
    assert max(small) == pytest.approx(LEAST_SHARE * min(large)), "a long one makes the others a little smaller"
    assert min(small) < max(small)
    assert len(large) == 1


def test_an_icon_stands_beside_its_word_on_two_lines_too(stage: Stage) -> None:
    from kivy.factory import Factory

    button = Factory.KeyButton(
        size_hint=(None, None), size=(200, 60), model=Touch("a", "Two lines of it, each short", icon="check")
    )
    stage.window.add_widget(button)
    stage.frames(4)
    word, icon = button.ids.word, next(each for each in button.children if type(each).__name__ == "Icon")
    stage.window.remove_widget(button)
    assert word.ink_width < word.width - 5
    assert icon.x == pytest.approx(word.center_x - word.ink_width / 2 - 28, abs=1)
