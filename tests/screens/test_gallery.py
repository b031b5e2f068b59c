"""The gallery draws what it promises, and its page names every picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.screens.gallery import SIZES, draw, looks_at, page
from tests.view.samples import SCENES

STOP_RED = (189, 22, 32)

pytestmark = pytest.mark.screen


def test_the_gallery_has_each_scene_at_each_size(tmp_path: Path) -> None:
    assert draw(tmp_path, only=("treat-armed",)) == []
    for look, size, *_ in looks_at(SIZES):
        for name in ("treat-armed",):
            with Image.open(tmp_path / look / f"{name}.png") as picture:
                assert picture.size == size
                assert len(picture.getcolors(1_000_000) or ()) > 20, name
                assert picture.getpixel((size[0] - 20, 60)) == STOP_RED, "STOP is in the upper right corner of each"
    shown = (tmp_path / "index.html").read_text()
    for path in tmp_path.glob("*/*.png"):
        assert f'src="{path.parent.name}/{path.name}"' in shown


def test_its_page_names_every_scene() -> None:
    looks = [look for look, *_ in looks_at(SIZES)]
    shown = page(tuple(SCENES), tuple(looks))
    assert all(f'id="{name}"' in shown for name in SCENES)
    assert shown.count("<img") == len(SCENES) * len(looks)
