"""What the proof says while it runs and at its end, and the folders of what failed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


class Figures:
    """Lines said so far, and failures with the folders that were kept."""

    def __init__(self, out: Path, seed: int, kills: int, lanes: int) -> None:
        self.out = out
        self.seed = seed
        self.kills = kills
        self.lanes = lanes
        self.lines: list[str] = []
        self.failures: list[str] = []

    def say(self, line: str) -> None:
        """A line for the screen and for the report."""
        self.lines.append(line)
        print(line, flush=True)

    def progress(self, line: str) -> None:
        """A line for the screen only; it is written over where that is possible."""
        if sys.stdout.isatty():
            print(f"\r\x1b[K{line}", end="", flush=True)
        elif line:
            print(line, flush=True)

    def fail(self, name: str, why: str, folder: Path | None) -> None:
        """Something did not hold; its folder is kept under the report."""
        kept = ""
        if folder is not None and folder.exists():
            place = self.out / f"failed-{self.seed}-{name}"
            shutil.rmtree(place, ignore_errors=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder, place, ignore=shutil.ignore_patterns("*.sock", "injector"))
            kept = f"; kept in {place}"
        self.failures.append(f"{name}: {why}{kept}")
        self.say(f"  FAILED {self.failures[-1]}")

    def write(self) -> None:
        """The report."""
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / "report.txt").write_text("\n".join(self.lines) + "\n", "utf-8")
