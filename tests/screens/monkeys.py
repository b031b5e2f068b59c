"""`make monkey`: one monkey after another at the real application, for minutes at each size of the glass.

No exception, no motion without a committed authorisation, no arming but by holding, STOP always answered: what each
monkey looks at stands in `tests.screens.monkey`. The seed is printed; the same seed gives the same touches, monkey by
monkey. A monkey that finds something is told with the command that sets it at the glass again, and leaves a picture of
what it saw in out/monkey. Ends with 1 then.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import msgspec

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.view.route import PanelKey, ScreenKey
from tests.screens.monkey import Monkey

OUT = Path("out") / "monkey"
SIZES = ((800, 480), (1280, 720), (720, 1280))
FRAMES = 3_000
"""Of one monkey: 75 s of control's time."""
MINUTES = 5.0
KINDS: tuple[dict[str, Any], ...] = (
    {"ready": True, "account": DEMO_ACCOUNTS[0].name},
    *({"account": account.name} for account in DEMO_ACCOUNTS),
    {"new": True},
)
"""One after another: at a session, at the power switch as each of the roles, at a device just unpacked."""


class Told(msgspec.Struct):
    """What the monkeys of one size did, together."""

    size: tuple[int, int]
    monkeys: int = 0
    frames: int = 0
    touches: int = 0
    stops: int = 0
    arms: int = 0
    authorisations: int = 0
    shots: int = 0
    motions: int = 0
    pages: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    digests: list[str] = []
    found: list[str] = []

    def add(self, monkey: Monkey) -> None:
        """One more."""
        self.monkeys += 1
        self.pages += monkey.pages
        self.digests.append(monkey.digest.hexdigest()[:16])
        self.motions += monkey.lifetime
        for name in ("frames", "touches", "stops", "arms", "authorisations", "shots"):
            setattr(self, name, getattr(self, name) + getattr(monkey, name))

    def lines(self) -> list[str]:
        """The report, a figure in each line."""
        screens, panels = {screen for screen, _ in self.pages}, {panel for _, panel in self.pages}
        unseen = [name for name in get_args(ScreenKey) if name not in screens]
        closed = [name for name in get_args(PanelKey) if name not in panels]
        return [
            f"{named(self.size)}: {self.monkeys} monkeys, {self.touches:,} touches in {self.frames:,} frames",
            f"  STOP touched and answered: {self.stops:,} times",
            f"  armed by holding: {self.arms:,} times; {self.authorisations:,} authorisations committed",
            f"  motions: {self.motions:,}, of them {self.shots:,} shots of a treatment, each in the record",
            f"  screens: {len(get_args(ScreenKey)) - len(unseen)} of {len(get_args(ScreenKey))}"
            + (f"; not seen: {', '.join(unseen)}" if unseen else ""),
            f"  panels: {len(get_args(PanelKey)) - len(closed)} of {len(get_args(PanelKey))}"
            + (f"; not seen: {', '.join(closed)}" if closed else ""),
        ]


def named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def again(seed: int, size: tuple[int, int], number: int, frames: int) -> str:
    """What sets one monkey at the glass again."""
    of = "" if frames == FRAMES else f" --frames {frames}"
    return f".venv/bin/python -m tests.screens.monkeys --seed {seed} --size {named(size)} --monkey {number}{of}"


def let_loose(seed: int, size: tuple[int, int], number: int, frames: int, told: Told, out: Path) -> bool:
    """One monkey, to its end; whether nothing was found. `KINDS` tells where each of five begins."""
    with TemporaryDirectory(prefix="nappage-monkey-") as folder:
        monkey = Monkey(f"{seed} {named(size)} {number}", Path(folder), size=size, **KINDS[number % len(KINDS)])
        try:
            monkey.run(frames)
        except Exception as error:  # noqa: BLE001  whatever it was, it is what is looked for
            out.mkdir(parents=True, exist_ok=True)
            name = f"{seed}-{named(size)}-{number}"
            monkey.stage.picture(out / f"{name}.png")
            (out / f"{name}.txt").write_text(traceback.format_exc(), "utf-8")
            told.found.append(
                f"seed {seed}, {named(size)}, monkey {number}, frame {monkey.frames}: {type(error).__name__}: {error}\n"
                f"  picture and traceback: {out / name}.png, .txt\n  again: {again(seed, size, number, frames)}"
            )
        finally:
            told.add(monkey)
            monkey.close()
    return not told.found


def run(
    seed: int, sizes: Sequence[tuple[int, int]], minutes: float, frames: int, out: Path, one: int | None = None
) -> list[Told]:
    """Monkeys for so many minutes at each size, at least one of each kind; or the one of that number."""
    told: list[Told] = []
    for size in sizes:
        figures = Told(size, digests=[], found=[])
        told.append(figures)
        until = time.monotonic() + minutes * 60
        number = 0 if one is None else one
        while let_loose(seed, size, number, frames, figures, out) and one is None:
            number += 1
            if number >= len(KINDS) and time.monotonic() >= until:
                break
        print("\n".join(figures.lines() + figures.found), flush=True)
    return told


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def main(words: Sequence[str] | None = None) -> int:
    """The command. Returns the exit status: 1 when a monkey found something."""
    parser = argparse.ArgumentParser(prog="monkey", description=__doc__)
    parser.add_argument("--seed", type=int, help="the same seed gives the same touches; drawn and printed if left out")
    parser.add_argument("--size", type=_size, action="append", metavar="WxH", help="at this size only; else all three")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"at each size (default {MINUTES:g})")
    parser.add_argument("--monkey", type=int, metavar="N", help="this one of the seed only")
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"of one monkey (default {FRAMES})")
    parser.add_argument("--out", type=Path, default=OUT, help="where a picture of what was found goes")
    asked = parser.parse_args(words)
    seed = asked.seed if asked.seed is not None else secrets.randbits(32)
    print(f"seed {seed}", flush=True)
    for chatty in ("fontTools", "fpdf"):  # Kivy's log takes all that is told, and who exports makes them tell much
        logging.getLogger(chatty).setLevel(logging.WARNING)
    told = run(seed, asked.size or SIZES, asked.minutes, asked.frames, asked.out, asked.monkey)
    if asked.monkey is not None:
        print(f"touches: {told[0].digests[0]}")
    return 1 if any(figures.found for figures in told) else 0


if __name__ == "__main__":
    sys.exit(main())
