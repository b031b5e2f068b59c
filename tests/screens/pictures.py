"""Draws every scene to a PNG: python -m tests.screens.pictures FOLDER [800x480] [scene ...]."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """One window, one size, all scenes."""
    folder = Path(sys.argv[1])
    width, height = (sys.argv[2] if len(sys.argv) > 2 else "800x480").split("x")
    folder.mkdir(parents=True, exist_ok=True)
    from tests.screens.stage import Stage
    from tests.view.samples import CATALOGUE, SCENES

    for name in sys.argv[3:] or SCENES:
        stage = Stage((int(width), int(height)))
        stage.scene(*SCENES[name], CATALOGUE)
        stage.picture(folder / f"{name}.png")
        over = [(type(w).__name__, w.text[:60], w.role) for w in stage.window.children[0].walk(restrict=True)
                if getattr(w, "overflows", False) and w.width > 1 and w.height > 1 and w.opacity]  # fmt: skip
        for item in over:
            print(name, item)
        stage.close()


if __name__ == "__main__":
    main()
