"""Screening: nobody goes on past a question that was never on the glass."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as c
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, at
from tests.view.samples.preparing import setup

pytestmark = pytest.mark.screen


def keys(stage: Stage) -> set[str]:
    return {widget.model.key for widget in stage.touchables()}


@pytest.mark.requirement("UI-5")
@pytest.mark.parametrize("size", [(800, 480), (1280, 720), (720, 1280)])
def test_every_question_has_been_on_the_glass_before_one_can_continue(size: tuple[int, int]) -> None:
    stage = Stage(size)
    stage.scene(setup("screening"), at(ticks=frozenset({"adult", "consent"})), CATALOGUE)
    read: set[str] = set()
    while "more" in keys(stage):
        assert "continue" not in keys(stage)
        read |= {key for key in keys(stage) if key.startswith("screen:")}
        stage.tap("more")
        stage.frames(2)
    read |= {key for key in keys(stage) if key.startswith("screen:")}
    assert read == {f"screen:{item.key}" for item in CATALOGUE.screening}
    stage.wait(0.5)
    stage.tap("continue")
    stage.close()
    assert stage.heard == [c.AnswerScreening(adult=True, consent=True, yes=())]


def test_the_pages_turn_back_and_what_was_ticked_stays(stage: Stage) -> None:
    stage.scene(setup("screening"), at(ticks=frozenset({"adult", "consent"})), CATALOGUE)
    stage.tap("screen:c3")
    stage.tap("more")
    stage.wait(0.5)
    stage.tap("screen:c16")
    stage.tap("earlier")
    stage.wait(0.5)
    assert stage.find("screen:c3").model.selected
    stage.tap("continue")
    assert stage.heard == []
    assert "physician" in stage.app.local.notice


def test_a_list_under_a_panel_has_not_been_read(stage: Stage) -> None:
    stage.scene(setup("screening"), at(panel="text:physician", focus="physician", turned={"screening": 9}), CATALOGUE)
    assert "screening" not in stage.app.local.ends
