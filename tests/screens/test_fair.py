"""A box gives each text the room it needs, and takes none where all fit."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.screens import theme
from kiosk.view.touch import Touch
from tests.screens.stage import Stage

pytestmark = pytest.mark.screen
LONG = "A sentence too long for the height of a single line, so it needs several"


def boxed(stage: Stage, *parts: Any, orientation: str = "vertical", size: tuple[int, int] = (200, 90)) -> Any:
    from kiosk.screens.widgets.fair import Fair

    box = Fair(orientation=orientation, size_hint=(None, None), size=size)
    for part in parts:
        box.add_widget(part)
    stage.window.add_widget(box)
    stage.frames(3)
    stage.window.remove_widget(box)
    return box


def text(words: str, **given: Any) -> Any:
    from kiosk.screens.widgets.text import Text

    return Text(text=words, role="body", **given)


def test_texts_that_fit_share_as_their_file_says(stage: Stage) -> None:
    one, other = text("one", size_hint_y=2), text("other")
    boxed(stage, one, other)
    assert (one.height, other.height) == (60, 30)


def test_what_is_not_there_takes_no_gap(stage: Stage) -> None:
    one, gone, other = text("one"), text("", size_hint_y=None, height=0), text("other")
    box = boxed(stage, one, gone, other)
    box.spacing = 10
    box.do_layout()
    assert (other.height, one.y - other.top) == (40, 10)


def test_a_title_and_its_detail_share_as_they_need(stage: Stage) -> None:
    from kiosk.screens.widgets.rows import LineRow
    from kiosk.view.touch import Line

    row = LineRow(model=Line("a", "Title", "A detail that needs two lines at the full size of its type"))
    boxed(stage, row, size=(220, 90))
    title, detail = row.ids.title, row.ids.detail
    assert (detail.full_height, title.full_height) != (0, 0)
    assert detail.height / title.height == pytest.approx(detail.full_height / title.full_height)


def test_a_list_with_room_to_spare_draws_no_text_smaller(stage: Stage) -> None:
    from kivy.metrics import dp

    from kiosk.screens.widgets.rows import PagedRows
    from kiosk.view.touch import Line

    rows = PagedRows(kind="LineRow", row_height=40, size_hint=(None, None), size=(220, 400))
    rows.items = (Line("a", "Short", "detail"), Line("b", LONG, LONG))
    stage.window.add_widget(rows)
    stage.frames(6)
    sizes = [(row.ids.title.font_size, row.ids.detail.font_size) for row in rows._grid.children]
    stage.window.remove_widget(rows)
    assert sizes == [(dp(theme.TYPE["body"]), dp(theme.TYPE["small"]))] * 2


def test_a_long_text_takes_room_from_a_short_one(stage: Stage) -> None:
    short, long = text("short"), text(LONG)
    boxed(stage, short, long, size=(160, 84))
    assert long.height > 42
    assert not short.overflows
    assert not long.overflows
    assert short.height + long.height == pytest.approx(84)


def test_a_box_of_a_fixed_height_grows_with_its_text_and_shrinks_back(stage: Stage) -> None:
    note, rest = text(LONG, size_hint_y=None, height=20), text("rest")
    box = boxed(stage, note, rest)
    assert note.height == note.least_height > 20
    note.text = "short"
    stage.window.add_widget(box)
    stage.frames(3)
    stage.window.remove_widget(box)
    assert note.height == 20


@pytest.mark.requirement("UI-1")
def test_nothing_to_touch_gets_smaller_than_a_finger(stage: Stage) -> None:
    from kivy.metrics import dp

    from kiosk.screens.widgets.buttons import KeyButton

    key, words = KeyButton(model=Touch("key", "OK")), text("Unbreakableandverylongindeedwithoutend", single=True)
    boxed(stage, key, words, orientation="horizontal", size=(300, 60))
    assert key.width >= dp(theme.FINGER) - 0.5


@pytest.mark.requirement("UI-2")
def test_no_line_ends_between_a_number_and_its_unit(stage: Stage) -> None:
    words = text("Largest dose, 200.0 uL")
    boxed(stage, words, size=(155, 90))
    lines = ["".join(word.text for word in line.words) for line in words._label._cached_lines]
    assert len(lines) == 2
    assert lines[1].replace("\u00a0", " ").endswith("200.0 uL")
    assert words.text == "Largest dose, 200.0 uL"


def test_a_list_makes_its_rows_higher_for_a_long_line_and_shows_each(stage: Stage) -> None:
    from kiosk.screens.widgets.rows import PagedRows
    from kiosk.view.touch import Line

    rows = PagedRows(kind="LineRow", row_height=30, size_hint=(None, None), size=(160, 400))
    rows.items = tuple(Line(f"line {at}", LONG) for at in range(9))
    stage.window.add_widget(rows)
    shown: set[str] = set()
    stage.frames(6)
    for page in range(int(rows.pages)):
        rows.page = page
        stage.frames(4)
        shown |= {row.model.key for row in rows._grid.children}
        assert all(row.height >= row.least_height - 0.5 for row in rows._grid.children)
    stage.window.remove_widget(rows)
    assert rows.pages > 1
    assert shown == {f"line {at}" for at in range(9)}
