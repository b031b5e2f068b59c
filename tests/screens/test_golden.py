"""Every scene looks as it did when somebody last looked at it: `make pictures` draws what they are held against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.screens import golden
from tests.screens.stage import Stage
from tests.view.samples import SCENES

pytestmark = pytest.mark.screen
OUT = Path(__file__).parents[2] / "out" / "pictures"


@pytest.fixture(scope="module")
def lasting() -> Iterator[Stage]:
    stage = Stage(golden.SIZE)
    here, there = golden.renderer(), golden.RENDERER.read_text(encoding="utf-8").strip()
    if here != there:
        pytest.skip(f"the pictures were drawn by {there}, and here draws {here}")
    yield stage
    stage.close()


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_looks_as_it_was_last_looked_at(lasting: Stage, scene: str) -> None:
    assert golden.kept(scene).exists(), "a new scene: look at it, then `make pictures`"
    now = golden.drawn(lasting, scene)
    with Image.open(golden.kept(scene)) as picture:
        before = picture.convert("RGB")
    different = golden.off(before, now)
    if golden.share(different) > golden.FEW:
        OUT.mkdir(parents=True, exist_ok=True)
        for name, shown in (("before", before), ("now", now), ("different", different)):
            shown.save(OUT / f"{scene}-{name}.png")
    assert golden.share(different) <= golden.FEW, f"see {OUT / scene}-different.png; if it is meant, `make pictures`"


def test_there_is_no_picture_of_a_scene_that_is_gone() -> None:
    assert {path.stem for path in golden.FOLDER.glob("*.webp")} <= set(SCENES)


def test_a_word_more_is_seen_and_a_shade_is_not() -> None:
    one = Image.new("RGB", (100, 100), (200, 10, 10))
    near, other = Image.new("RGB", (100, 100), (202, 8, 10)), one.copy()
    other.paste((200, 13, 10), (0, 0, 4, 3))
    assert golden.share(golden.off(one, near)) == 0
    assert golden.share(golden.off(one, other)) == pytest.approx(0.0012)
