"""`make bench`: measures everything side by side, prints one table, writes a report with plots to out/bench.

It never fails for a figure: the exit code is 0 unless something could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from drivers.errors import NappageError
from tests.bench import evaluate, frames, report, rows, virtual
from tests.bench.drive import BenchFailed
from tests.bench.found import Found, Say

ROOT = Path(__file__).parents[2]
OUT, PROFILES = ROOT / "out" / "bench", ROOT / "profiles"
Part = Callable[[bool, Say], Found]
PARTS: dict[str, Part] = {
    "rows": lambda short, say: rows.measure(OUT, 20 if short else 60, 100 if short else 400, say),
    "virtual": lambda short, say: virtual.measure(OUT, PROFILES, 7 if short else 15, 20.0, say),
    "frames": lambda short, say: frames.measure(*((3, 2.0) if short else (8, 4.0)), say),
    "load": lambda short, say: evaluate.measure(OUT, PROFILES, 1_500 if short else 30_300, say),
}
MINUTES = {True: 3, False: 20}


def main(words: list[str]) -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help=f"1,500 cycles instead of 30,300; about {MINUTES[True]} minutes"
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; can be given more than once")
    asked = parser.parse_args(words)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    OUT.mkdir(parents=True, exist_ok=True)
    if asked.only is None:
        say(f"measuring; this takes about {MINUTES[asked.short]} minutes")
    found: list[Found] = []
    failed: list[str] = []
    for name in asked.only or PARTS:
        try:
            found.append(PARTS[name](asked.short, say))
        except (BenchFailed, NappageError) as error:
            failed.append(f"{name} could not be measured: {error}")
            say(failed[-1])
    if found:
        path = report.write(OUT, found, failed, short=asked.short)
        print(f"\n{report.table([line for part in found for line in part.lines])}\n")
        print(f"report, plots and numbers: {path.relative_to(ROOT)} and beside it")
    print("".join(f"{why}\n" for why in failed), end="", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
