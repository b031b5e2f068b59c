"""`make mutate`: break every limit check in turn and print what the tests made of it.

Exits 1 when a mutant survived that `equivalent.toml` does not explain, or when that list names one that is noticed or
that does not exist any more.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

from tests.protocols.mutation.mutants import FILES, Mutant, mutants
from tests.protocols.mutation.run import Broken, run

EQUIVALENT = Path(__file__).parent / "equivalent.toml"


def equivalent() -> dict[str, str]:
    """Mutants that change nothing that anybody could see, with the reason."""
    with EQUIVALENT.open("rb") as file:
        found = tomllib.load(file)["equivalent"]
    return {entry["mutant"]: entry["reason"] for entry in found}


def main(words: list[str]) -> int:
    """Run all mutants, or a seeded sample."""
    parser = argparse.ArgumentParser(prog="python -m tests.protocols.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, drawn with the seed; 0 for all")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="mutants whose name holds this text")
    parser.add_argument("--unexplained", action="store_true", help="as if equivalent.toml explained nothing")
    asked = parser.parse_args(words)
    seed = secrets.randbits(31) if asked.seed is None else asked.seed
    known = {} if asked.unexplained else equivalent()
    every = [mutant for file in FILES for mutant in mutants(file)]
    unknown = sorted(set(known) - {mutant.name for mutant in every})
    tried = [mutant for mutant in every if asked.only in mutant.name]
    if asked.sample:
        noticed = [mutant for mutant in tried if mutant.name not in known]
        tried = random.Random(seed).sample(noticed, min(asked.sample, len(noticed)))
    print(f"seed {seed}; {len(tried)} of {len(every)} mutants, {asked.jobs} at a time", flush=True)
    began = time.monotonic()
    try:
        ran = run(tried, asked.jobs)
    except Broken:
        print("the tests fail on the source as it is: nothing can be said")
        return 2
    found = [(mutant, verdict) for mutant, verdict, _ in ran]
    for mutant, verdict, took in ran:
        if asked.only or (verdict == "survived" and mutant.name not in known):
            print(
                f"  {verdict}  kiosk/protocols/{mutant.file}.py:{mutant.line}  {took:.1f} s  {mutant.name}", flush=True
            )
    table(found, known)
    print(f"{len(found)} mutants in {time.monotonic() - began:.0f} s")
    stale = [mutant.name for mutant, verdict in found if verdict != "survived" and mutant.name in known]
    for name in [*unknown, *stale]:
        print(f"equivalent.toml: {name!r} {'is noticed' if name in stale else 'does not exist'}")
    lost = any(verdict == "survived" and mutant.name not in known for mutant, verdict in found)
    return 1 if lost or stale or unknown else 0


def table(found: list[tuple[Mutant, str]], known: dict[str, str]) -> None:
    """Mutants by file: how many, noticed, equivalent, survived."""
    print(f"\n{'file':<14}{'mutants':>9}{'killed':>9}{'equivalent':>12}{'survived':>10}")
    sums: Counter[str] = Counter()
    for file in FILES:
        counts: Counter[str] = Counter()
        for mutant, verdict in found:
            if mutant.file == file:
                said = "killed" if verdict != "survived" else "equivalent" if mutant.name in known else "survived"
                counts[said] += 1
        sums += counts
        print(_row(f"{file}.py", counts))
    print(_row("all", sums))


def _row(name: str, counts: Counter[str]) -> str:
    return f"{name:<14}{counts.total():>9}{counts['killed']:>9}{counts['equivalent']:>12}{counts['survived']:>10}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
