"""`python -m tests.proofs.fuzz`: the long form, the short form, and any batch again."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.proofs.fuzz.plan import amounts
from tests.proofs.fuzz.run import keep, quick_folder, replay, report, run
from tests.proofs.interrupted import in_order

OUT = Path("out/fuzz")


def main() -> int:
    """Run what is asked for. Returns 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.fuzz", description=__doc__)
    parser.add_argument("--short", action="store_true", help="about a minute instead of the long form")
    parser.add_argument("--seed", type=int, help="begin of all that is random (default: a new one)")
    parser.add_argument("--workers", type=int, default=2, help="processes side by side (default 2)")
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="only these parts")
    parser.add_argument("--replay", metavar="PART:BATCH", help="one batch again, with all that it found")
    asked = parser.parse_args()
    seed = secrets.randbits(32) if asked.seed is None else asked.seed
    with tempfile.TemporaryDirectory(prefix="nappage-fuzz-", dir=quick_folder()) as folder:
        plan = amounts(Path(folder), short=asked.short)
        if asked.replay:
            name, _, number = asked.replay.partition(":")
            part = next((amount.part for amount in plan if amount.part.name == name), None)
            if part is None or not number.isdecimal():
                parser.error("--replay takes PART:BATCH, as a finding names it")
            return replay(part, seed, int(number))
        plan = tuple(amount for amount in plan if not asked.only or amount.part.name in asked.only)
        _say(f"fuzz: seed {seed}; the same seed gives the same run: python -m tests.proofs.fuzz --seed {seed}")
        result = run(plan, seed, workers=asked.workers, say=_say)
    text = report(result, command=f"{sys.executable} -m tests.proofs.fuzz")
    keep(result, text, OUT)
    _say(f"{text}\nreport: {OUT / 'report.txt'}")
    return 1 if result.findings else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(in_order(main))
