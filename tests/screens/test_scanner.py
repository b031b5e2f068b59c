"""A keyboard-type scanner at the window: a whole code on the product step, and no key that starts anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, at
from tests.view.samples.preparing import setup

pytestmark = pytest.mark.screen
CODE = "01095060001343521728113010LX-4471\x1d21SN7"
ENTER, TAB, ESCAPE, F8, BRACKET = 13, 9, 27, 289, 93


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def press(stage: Stage, key: int, *modifiers: str, character: str = "") -> None:
    stage.window.dispatch("on_key_down", key, 0, character, list(modifiers))


def scan(stage: Stage, code: str, end: int = ENTER, separator: int = BRACKET) -> None:
    for character in code:
        if character == "\x1d":
            press(stage, separator, *(("ctrl",) if separator == BRACKET else ()))
        else:
            stage.window.dispatch("on_textinput", character)
    if end:
        press(stage, end)


def filled(stage: Stage) -> tuple[str, str, str]:
    local: Any = stage.app.local
    return local.picks.get("product", ""), local.text("lot"), local.text("expiry")


@pytest.mark.parametrize("end", [ENTER, TAB, 0])
@pytest.mark.parametrize("separator", [BRACKET, F8])
def test_a_scanned_pack_fills_in_the_product_step(stage: Stage, end: int, separator: int) -> None:
    stage.scene(setup("product"), at(), CATALOGUE)
    scan(stage, CODE, end, separator)
    stage.wait(0.5)
    assert filled(stage) == ("hyaluron", "LX-4471", "20281130")
    assert stage.heard == []


def test_typing_by_hand_does_nothing(stage: Stage) -> None:
    stage.scene(setup("product"), at(), CATALOGUE)
    for character in CODE:
        stage.window.dispatch("on_textinput", character)
        stage.time.now += 0.2
    press(stage, ENTER)
    stage.wait(0.5)
    assert filled(stage) == ("", "", "")


@pytest.mark.parametrize(
    "scene", ["treat", "treat-armed", "home", "panel-arm", "panel-sign", "panel-lock", "end-ready"]
)
def test_no_key_starts_anything_anywhere(stage: Stage, scene: str) -> None:
    stage.scene(*SCENES[scene], CATALOGUE)
    before = stage.app.glass.picture  # type: ignore[union-attr]
    scan(stage, CODE)
    for key in (ENTER, TAB, ESCAPE, 32, 273, 274, 275, 276, 127, 292):
        press(stage, key)
    scan(stage, "482915")
    assert stage.heard == []
    assert stage.app.glass.picture == before  # type: ignore[union-attr]
