"""`python -m tests.proofs.kill`: every part of the proof, its figures, and a report in out/kill/.

Only this file knows the proof's command line. `--short` is fifty kills and samples of the rest.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.proofs.kill.figures import Figures
from tests.proofs.kill.run import full_disk, kills, order, power, storage

OUT = Path("out/kill")
PARTS: dict[str, Callable[[Figures, bool], None]] = {
    "kills": kills, "order": order, "storage": storage, "power": power, "full-disk": full_disk,
}  # fmt: skip
KILLS, KILLS_SHORT = 1000, 50


def main(words: list[str] | None = None) -> int:
    """Run the proof. Returns 0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.kill", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fifty kills and samples of the rest")
    parser.add_argument("--seed", type=int, help="of what is planned; a new one by default")
    parser.add_argument("--kills", type=int, help=f"how often control is killed ({KILLS}, short {KILLS_SHORT})")
    parser.add_argument("--lanes", type=int, default=max(2, os.cpu_count() or 2), help="cases side by side")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again")
    arguments = parser.parse_args(words)
    figures = Figures(
        OUT,
        secrets.randbits(32) if arguments.seed is None else arguments.seed,
        arguments.kills or (KILLS_SHORT if arguments.short else KILLS),
        arguments.lanes,
    )
    began = time.monotonic()
    figures.say(f"seed {figures.seed}: --seed={figures.seed} plans the same again; where a blow lands is real time")
    for name in arguments.only or PARTS:
        part_began = time.monotonic()
        PARTS[name](figures, arguments.short)
        figures.say(f"  {name}: {time.monotonic() - part_began:.0f} s")
    figures.say(
        f"{'FAILED' if figures.failures else 'all held'}, {time.monotonic() - began:.0f} s, seed {figures.seed}"
    )
    for failure in figures.failures:
        figures.say(f"  FAILED {failure}")
    figures.write()
    return 1 if figures.failures else 0


if __name__ == "__main__":
    sys.exit(main())
