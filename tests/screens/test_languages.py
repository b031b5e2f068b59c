"""The other languages fit the same boxes, are set by touch, and bring their own keyboard.

`make gallery` draws every scene in every language at every size and fails where a text is cut. Here every scene
is drawn in every other language and in one 40 % longer than English, each at one size: another one in each run, by its
seed. English at every size is held where the touch targets are measured.
"""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.view.language import ENGLISH
from tests import seed
from tests.screens.gallery import SIZES
from tests.screens.stage import Stage
from tests.screens.texts import TONGUES, cut_texts, in_language, unreadable
from tests.view.samples import CATALOGUE, SCENES, at

pytestmark = pytest.mark.screen


@pytest.mark.parametrize("language", [code for code in TONGUES if code != ENGLISH])
def test_every_text_of_every_scene_is_read_whole_in_any_language(language: str) -> None:
    width, height = SIZES[(seed.of_this_run() + TONGUES.index(language)) % len(SIZES)]
    stage = Stage((width, height))
    cut = unreadable(stage, tuple(SCENES), language)
    stage.close()
    assert cut == [], f"at {width}x{height}"


def test_a_text_that_is_cut_or_leaves_its_box_is_found() -> None:
    stage = Stage()
    stage.scene(*SCENES["panel-question"], CATALOGUE)
    glass: Any = stage.app.glass
    [note] = [w for w in glass.ids.over.walk(restrict=True) if isinstance(w, text_class()) and w.role == "body"]
    assert cut_texts(stage) == []
    note.y -= 400
    assert cut_texts(stage) == [note.text]
    note.text = "word " * 900
    stage.frames(3)
    assert note.text in cut_texts(stage)
    stage.close()


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


def text_class() -> Any:
    from kiosk.screens.widgets.text import Text

    return Text


def texts(stage: Stage) -> set[str]:
    from kiosk.screens.widgets.text import Text

    glass: Any = stage.app.glass
    return {w.text for w in glass.walk(restrict=True) if isinstance(w, Text) and w.text}
