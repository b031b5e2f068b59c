"""The pictures that the screens are held against: one of each scene, drawn again by `make pictures`.

They hold for one renderer, whose name is kept beside them: another one draws letters and edges a little differently.
Clock and cursor stand still on the stage, so a scene is the same picture each time.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

FOLDER = Path(__file__).parent / "golden"
RENDERER = FOLDER / "renderer.txt"
SIZE = (800, 480)
"""The screen that comes first; layout at the other sizes is held by the tests of texts and touch targets."""
NEAR = 2
"""A channel may be off by so much of 255."""
FEW = 0.001
"""Share of the pixels that may be off by more."""


def kept(scene: str) -> Path:
    """Where the picture of a scene is kept: without loss, in some 18 kB."""
    return FOLDER / f"{scene}.webp"


def renderer() -> str:
    """Who draws here: name and version, without the width of this processor's registers."""
    from kivy.graphics.opengl import GL_RENDERER, GL_VERSION, glGetString

    name, version = (bytes(glGetString(what)).decode() for what in (GL_RENDERER, GL_VERSION))
    return f"{name.partition(', ')[0].rstrip(')')}), {version}"


def drawn(stage: Any, scene: str) -> Image.Image:
    """A scene as it is drawn now."""
    from tests.view.samples import CATALOGUE, SCENES

    stage.scene(*SCENES[scene], CATALOGUE)
    stage.frames(2)
    with tempfile.TemporaryDirectory() as folder:
        stage.picture(Path(folder) / "now.png")
        with Image.open(Path(folder) / "now.png") as picture:
            return picture.convert("RGB")


def off(one: Image.Image, other: Image.Image) -> Image.Image:
    """White where two pictures differ by more than `NEAR`, black elsewhere."""
    channels = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    return most.point([0] * (NEAR + 1) + [255] * (255 - NEAR))


def share(different: Image.Image) -> float:
    """Share of white pixels."""
    return different.histogram()[255] / (different.width * different.height)


def main(words: list[str]) -> None:
    """Draws the pictures of these scenes again, or of all; a picture without a scene goes."""
    from tests.screens.stage import Stage
    from tests.view.samples import SCENES

    FOLDER.mkdir(exist_ok=True)
    stage = Stage(SIZE)
    logging.getLogger("PIL").setLevel(logging.WARNING)  # Kivy has every library tell what it does
    new = 0
    for scene in words or SCENES:
        picture = drawn(stage, scene)
        if kept(scene).exists():
            with Image.open(kept(scene)) as before:
                if share(off(before.convert("RGB"), picture)) == 0 and not words:
                    continue
        picture.save(kept(scene), lossless=True, quality=20, method=2)
        new += 1
    for path in FOLDER.glob("*.webp"):
        if path.stem not in SCENES:
            path.unlink()
    RENDERER.write_text(f"{renderer()}\n", encoding="utf-8")
    stage.close()
    sys.stdout.write(f"{new} pictures drawn again: {FOLDER}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
