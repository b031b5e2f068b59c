"""The other languages fit the same boxes, are set by touch, and bring their own keyboard.

`make gallery` draws every scene in every language at every size and fails where a text is cut; here a few scenes have
their turn, others in each run (the seed is the one that pytest prints), so that the suite stays quick.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.view.language import ENGLISH, LANGUAGES
from tests.screens.gallery import SIZES, cut_texts, in_language
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES, at

OTHERS = tuple(code for code, _ in LANGUAGES if code != ENGLISH)
FEW = 4
pytestmark = pytest.mark.screen


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage = Stage(request.param)
    yield stage
    stage.close()


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_cut_in_any_language(sized: Stage, language: str) -> None:
    cut: list[str] = []
    for name in random.sample(list(SCENES), FEW):
        snapshot, local = SCENES[name]
        sized.scene(snapshot, in_language(local, language), CATALOGUE)
        cut += [f"{name}: {text}" for text in cut_texts(sized)]
    assert cut == []


def test_the_language_is_set_by_touch_at_once_and_kept(tmp_path: Any) -> None:
    path = tmp_path / "screen.json"
    stage = Stage(kept=path)
    stage.scene(*SCENES["settings"], CATALOGUE)
    stage.tap("language:fr")
    stage.frames(3)
    assert stage.app.glass is not None
    assert stage.app.glass.picture is not None
    assert stage.app.glass.picture.frame.title == "Réglages"
    assert "Luminosité" in texts(stage), "words of the page itself, not only of its data"
    stage.close()
    again = Stage(kept=path)
    again.scene(*SCENES["home"], CATALOGUE)
    assert again.app.local.settings.language == ENGLISH, "a scene brings its own settings"
    again.close()
    assert b'"language":"fr"' in path.read_bytes()


def test_who_cannot_read_the_language_changes_it_before_signing_in(tmp_path: Any) -> None:
    stage = Stage(kept=tmp_path / "screen.json")
    snapshot, _ = SCENES["signin"]
    stage.scene(snapshot, at("signin"), CATALOGUE)
    stage.tap("language:fr")
    stage.frames(3)
    stage.wait(0.5)
    assert "Choisissez votre nom" in texts(stage)
    stage.tap("language:en")
    stage.frames(3)
    assert "Choose your name" in texts(stage)
    stage.close()


def test_the_keys_are_where_people_of_the_language_expect_them() -> None:
    stage = Stage()
    snapshot, local = SCENES["patient"]
    stage.scene(snapshot, in_language(local, "fr"), CATALOGUE)
    first = [w.model.label for w in stage.touchables() if w.model.key.startswith("key:")]
    assert "".join(first[10:20]) == "AZERTYUIOP"
    stage.close()


def texts(stage: Stage) -> set[str]:
    from kiosk.screens.widgets.text import Text

    glass: Any = stage.app.glass
    return {w.text for w in glass.walk(restrict=True) if isinstance(w, Text) and w.text}
