"""The kiosk one frame at a time, as a process of its own: frames from a touch to its picture, and memory over changes.

`python -m tests.bench.steps touch|memory [CHANGES]` prints what it found as one line of JSON.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from tests.bench.window import memory_mb
from tests.screens.stage import Stage
from tests.view.samples import CATALOGUE, SCENES

SIZE = 800, 480
TOUCHED = ("home", "patient", "product", "syringe", "treat", "settings")
MOST_FRAMES = 10
WARM = 4 * len(SCENES)
"""Screen changes before memory is first looked at: every page has been built, left, and come back to until the
allocator and the caches of texts have what the largest of them asks (measured: it rises for three rounds)."""


def touch() -> dict[str, object]:
    """For every touchable of some screens: frames until the picture is another one after a finger went down on it."""
    stage = Stage(SIZE)
    took: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="nappage-bench-") as folder:
        for name in TOUCHED:
            snapshot, local = SCENES[name]
            stage.scene(snapshot, local, CATALOGUE)
            for key in [widget.model.key for widget in stage.touchables() if not widget.model.why]:
                stage.scene(snapshot, local, CATALOGUE)
                took[f"{name}: {key}"] = _frames(stage, key, Path(folder) / "glass.png")
    stage.close()
    return {"frames": took}


def _frames(stage: Stage, key: str, path: Path) -> int:
    from kivy.tests.common import UnitTestTouch

    widget = stage.find(key)
    stage.picture(path)
    before = path.read_bytes()
    finger = UnitTestTouch(*widget.to_window(*widget.center))
    finger.touch_down()
    frames = 0
    while frames <= MOST_FRAMES and path.read_bytes() == before:
        stage.frames()
        frames += 1
        stage.picture(path)
    finger.touch_up()
    stage.frames()
    return frames


def memory(changes: int) -> dict[str, object]:
    """Private memory, MB, and live Python objects after `WARM` screen changes and after so many more.

    Held is what the process has from the kernel. Used is that without the free pages that the allocator keeps between
    what is used, which it is asked to give back: how they lie differs from run to run by more than what is looked for.
    """
    stage = Stage(SIZE)
    scenes = cycle(SCENES.values())

    def change(count: int) -> dict[str, float]:
        for snapshot, local in islice(scenes, count):
            stage.scene(snapshot, local, CATALOGUE)
        gc.collect()
        held = memory_mb("self")["uss_mb"]
        ctypes.CDLL(None).malloc_trim(0)
        return {"held_mb": held, "used_mb": memory_mb("self")["uss_mb"], "objects": len(gc.get_objects())}

    found: dict[str, object] = {"before": change(WARM), "after": change(changes), "changes": changes}
    stage.close()
    return found


def main(words: list[str]) -> None:
    """One of both."""
    what, *counted = words
    print(json.dumps(touch() if what == "touch" else memory(int(counted[0]))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
