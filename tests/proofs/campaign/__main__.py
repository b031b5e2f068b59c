"""`make campaign`: random sessions with random faults in virtual time, and what must hold at every instant of them.

The long form goes on until a million shots and a hundred thousand faults were given and every named fault and pair of
them has come, but for no more than half as many shots again; `--short` takes about a minute;
`--session N` plays one session again and tells aloud what happens. Ends with 1 when anything was violated, and in the
long form also when a named fault, or a pair of them, never came.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.proofs.campaign import report
from tests.proofs.campaign.fan import Sum, campaign, usual_workers
from tests.proofs.campaign.session import play
from tests.proofs.interrupted import in_order

OUT = Path("out") / "campaign"
MEMORY = Path("/dev/shm")
"""Where there is one, ledgers live in memory: every commit is still synchronous=FULL, only the medium is fast."""
LONG_SHOTS, LONG_FAULTS = 1_000_000, 100_000
SHORT_SHOTS = 40_000
SESSION_SHOTS = 400


def main() -> int:
    asked = _asked()
    seed = asked.seed if asked.seed is not None else secrets.randbits(32)
    print(f"seed {seed}", flush=True)
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="nappage-campaign-", dir=MEMORY if os.access(MEMORY, os.W_OK) else OUT) as name:
        return _run(asked, seed, Path(name))


def _run(asked: argparse.Namespace, seed: int, folder: Path) -> int:
    if asked.session is not None:
        told = play(seed, asked.session, asked.session_shots, folder, lambda at, what: print(f"{at:.6f} {what}"))
        print(told.violation or f"session {told.number}: {told.shots} shots, nothing was violated; hash {told.digest}")
        return 1 if told.violation else 0
    most_shots, most_faults = (SHORT_SHOTS, 0) if asked.short else (LONG_SHOTS, LONG_FAULTS)
    if asked.shots is not None:
        most_shots, most_faults = asked.shots, 0
    found = campaign(
        seed,
        folder,
        enough=lambda so_far: _enough(so_far, most_shots, most_faults),
        session_shots=asked.session_shots,
        workers=asked.workers,
        shown=lambda so_far: _bar(so_far, most_shots),
        violated=lambda number, sentence: print(f"\nVIOLATION in session {number}: {sentence}", file=sys.stderr),
    )
    print(file=sys.stderr)
    again = f".venv/bin/python -m tests.proofs.campaign --seed {seed} --session {{number}}"
    if asked.session_shots != SESSION_SHOTS:
        again += f" --session-shots {asked.session_shots}"
    print("\n".join(report.lines(found, again)))
    print(f"report: {report.write(found, OUT, again)}")
    untried = report.untried(found) if most_faults and not found.violations else ""
    if untried:
        print(untried, file=sys.stderr)
    return 1 if found.violations or untried else 0


def _enough(found: Sum, most_shots: int, most_faults: int) -> bool:
    """Whether it may end; the long form gives what has not come yet half as many shots again."""
    if found.shots < most_shots or found.made < most_faults:
        return False
    return not most_faults or not report.untried(found) or found.shots >= most_shots * 1.5


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("--seed", type=int, help="the same seed gives the same run; drawn and printed when left out")
    parser.add_argument("--session", type=int, metavar="N", help="play session N of the seed again, and tell")
    parser.add_argument("--short", action="store_true", help="about a minute")
    parser.add_argument("--shots", type=int, help="end after so many shots")
    parser.add_argument("--session-shots", type=int, default=SESSION_SHOTS, help="about so many shots a session")
    parser.add_argument("--workers", type=int, default=usual_workers(), help="processes; else one for each core")
    return parser.parse_args()


def _bar(found: Sum, most: int) -> None:
    share = min(1.0, found.shots / most)
    filled = round(share * 40)
    bar = f"[{'#' * filled}{'.' * (40 - filled)}]"
    figures = f"{found.shots:,} shots, {found.made:,} faults, {len(found.violations)} violations, {found.wall_s:.0f} s"
    print(f"\r{bar} {figures}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(in_order(main))
