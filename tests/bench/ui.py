"""`make bench-ui`: what the kiosk's screen costs beside a bare Kivy window of the same size; a report in out/bench-ui.

It never fails for a figure: the exit code is 0 unless something could not be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from drivers.errors import NappageError
from kiosk.system.tether import tethered
from tests.bench import frames, report
from tests.bench.display import display
from tests.bench.drive import BenchFailed
from tests.bench.found import Found, Line, Say
from tests.bench.statistics import quantile
from tests.view.samples import SCENES

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out" / "bench-ui"
IDLE_GOAL = 2.0
"""Percent of a core with a still screen."""
TOUCH_GOAL = 2
"""Frames from a touch to its picture."""
FLAT_GOAL = 1.02
"""Private memory in use after 1,000 screen changes, against that before them: what is kept of texts moves under 2 %."""
CHANGES, CHANGES_SHORT = 1_000, 100


def main(words: list[str]) -> int:
    """Measure it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ui", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer and shorter; two minutes")
    short: bool = parser.parse_args(words).short
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    say(f"measuring; this takes about {2 if short else 12} minutes")
    parts: tuple[Callable[[], Found], ...] = (
        lambda: frames.measure(*((2, 2.0) if short else (8, 4.0)), say),
        lambda: still(*((1, 5.0) if short else (4, 20.0)), say),
        lambda: touch(say),
        lambda: memory(CHANGES_SHORT if short else CHANGES, say),
    )
    found: list[Found] = []
    failed: list[str] = []
    for part in parts:
        try:
            found.append(part())
        except (BenchFailed, NappageError) as error:
            failed.append(str(error))
            say(failed[-1])
    path = report.write(OUT, found, failed, short=short)
    print(f"\n{report.table([line for part in found for line in part.lines])}\n\nreport: {path.relative_to(ROOT)}")
    print("".join(f"{why}\n" for why in failed), end="", file=sys.stderr)
    return 1 if failed else 0


def still(pairs: int, seconds: float, say: Say) -> Found:
    """Share of a core while nothing changes: the first page, signed in, and the treating screen, not armed."""
    draws = random.Random(3)
    took: dict[str, list[float]] = {"home": [], "treat": [], "bare": []}
    flips: dict[str, list[float]] = {"home": [], "treat": [], "bare": []}
    with display(frames.SIZE) as environment:
        for index in range(pairs):
            for name in draws.sample(list(took), len(took)):
                shown = SCENES["home" if name == "bare" else name][0]
                assert shown is not None, "both scenes are control's"
                kind = "bare" if name == "bare" else "kiosk"
                told = frames.window(kind, seconds, environment, draws="still", fed=shown)
                took[name].append(told["core_percent"])
                flips[name].append(told["flips_per_s"])
            last = ", ".join(f"{name} {values[-1]:.2f} %" for name, values in took.items())
            say(f"still: round {index + 1} of {pairs}, {last}")
    lines = [
        Line(
            f"still {name} screen, percent of a core", f"{max(took[name]):.2f} (worst of {pairs})",
            f"{quantile(took['bare'], 0.5):.2f}", "", f"under {IDLE_GOAL:g}",
            "met" if max(took[name]) < IDLE_GOAL else "missed",
        )
        for name in ("home", "treat")
    ]  # fmt: skip
    return Found(
        title="A still screen",
        how=f"{pairs} rounds of {seconds:.0f} s each, order drawn anew, software drawing under one Xvfb. Control tells "
        "what is 10 times a second, as it does; bare Kivy shows one label.",
        lines=tuple(lines),
        numbers={"core_percent": took, "flips_per_s": flips},
    )


def touch(say: Say) -> Found:
    """Frames from a finger that goes down to a picture that differs."""
    told = _steps("touch")
    assert isinstance(told["frames"], dict), "made by tests.bench.steps"
    took: dict[str, int] = told["frames"]
    worst = max(took, key=lambda key: took[key])
    say(f"touch: {len(took)} places, worst {worst}: {took[worst]} frames")
    verdict = "met" if took[worst] <= TOUCH_GOAL else "missed"
    line = Line(
        "touch to its picture, frames",
        f"{took[worst]} (worst of {len(took)})",
        "",
        "",
        f"at most {TOUCH_GOAL}",
        verdict,
    )
    return Found("Touch", "Every place of six screens, a frame at a time.", (line,), {"frames": took})


def memory(changes: int, say: Say) -> Found:
    """Private memory before and after so many screen changes."""
    told = _steps("memory", str(changes))
    before, after = (_numbers(told[when]) for when in ("before", "after"))
    lines: list[Line] = []
    for key, what, goal in (("used_mb", "used", FLAT_GOAL), ("held_mb", "held", 0.0)):
        grown = after[key] / before[key]
        verdict = ("met" if grown <= goal else "missed") if goal else ""
        name = f"private memory {what} over {changes} screen changes, MB"
        named = f"at most {goal}" if goal else ""
        lines.append(Line(name, f"{after[key]:.1f}", f"{before[key]:.1f} (before)", f"{grown:.3f}", named, verdict))
        say(f"memory {what}: {before[key]:.1f} MB before {changes} screen changes, {after[key]:.1f} MB after")
    how = (
        "Every screen in every state, one after the other. Held is what the process has from the kernel, used the same "
        "without the free pages that the allocator keeps. Live Python objects before and after: "
        f"{before['objects']:.0f} and {after['objects']:.0f}."
    )
    return Found("Memory", how, tuple(lines), told)


def _numbers(told: object) -> dict[str, float]:
    assert isinstance(told, dict), "made by tests.bench.steps"
    return {str(key): float(value) for key, value in told.items()}


def _steps(*words: str) -> dict[str, object]:
    environment = os.environ | {"SDL_VIDEODRIVER": "offscreen"}
    done = subprocess.run(
        tethered((sys.executable, "-m", "tests.bench.steps", *words)),
        env=environment, cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchFailed(f"{words[0]} could not be measured: {done.stderr[-400:]}")
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
