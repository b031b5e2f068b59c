"""Durable shot rows a second: the ledger against bare sqlite3 with the same settings, tables, rows and commits.

Both files start as copies of the same empty ledger on the same disk; the bare one gets the finished values, hash and
all, so that the difference is what the ledger's own code costs. Blocks alternate, each pair in an order drawn anew.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kiosk.records import chain
from kiosk.records.connection import WRITER_PRAGMAS
from kiosk.records.ledger import Ledger
from kiosk.records.rows import ShotRow
from kiosk.records.schema import TABLES
from tests.bench.found import Found, Line, Say
from tests.bench.statistics import at_least, quantile, ratio
from tests.records.sample import shot

GOAL = 0.8
WALL_MS = 1_795_000_000_000
BOOT = "bench"


def measure(folder: Path, pairs: int, commits: int, say: Say) -> Found:
    """`pairs` pairs of blocks of `commits` commits, one shot row each, as control commits them. On `folder`'s disk."""
    draws = random.Random(1)
    with TemporaryDirectory(prefix="rows-", dir=folder) as name:
        ledger, bare = _both(Path(name))
        try:
            took = [_pair(ledger, bare, index, commits, draws.random() < 0.5) for index in range(pairs + 1)][1:]
        finally:
            ledger.close()
            bare.close()
    ours, theirs = [commits / a for a, _ in took], [commits / b for _, b in took]
    found = ratio(list(zip(ours, theirs, strict=True)))
    say(f"rows: {quantile(ours, 0.5):.0f} a second against {quantile(theirs, 0.5):.0f} bare")
    return Found(
        title="Ledger",
        how=f"{pairs} pairs of blocks of {commits} commits with one shot row each, order drawn anew for each pair, "
        "WAL and synchronous=FULL on one disk; both hold the same tables, triggers and rows.",
        lines=(
            Line(
                "durable shot rows a second", f"{quantile(ours, 0.5):.0f}", f"{quantile(theirs, 0.5):.0f}",
                show(found.median, found.low, found.high), f"at least {GOAL}", at_least(found, GOAL),
            ),
        ),
        numbers={"ratio": found, "ours_per_s": ours, "bare_per_s": theirs},
    )  # fmt: skip


def show(median: float, low: float | None, high: float | None) -> str:
    """A ratio with its interval in a cell of the table."""
    return f"{median:.2f}" + (f" ({low:.2f} to {high:.2f})" if low is not None and high is not None else " (n < 6)")


def _both(folder: Path) -> tuple[Ledger, sqlite3.Connection]:
    first, second = folder / "ours.db", folder / "bare.db"
    Ledger.open(first, "simulated", clock_wall_ms=lambda: WALL_MS, boot_id=BOOT).close()
    shutil.copy(first, second)
    bare = sqlite3.connect(second, isolation_level=None)
    for pragma, asked, _ in WRITER_PRAGMAS:
        bare.execute(f"PRAGMA {pragma} = {asked}")
    return Ledger.open(first, "simulated", clock_wall_ms=lambda: WALL_MS, boot_id=BOOT), bare


def _pair(ledger: Ledger, bare: sqlite3.Connection, block: int, commits: int, ours_first: bool) -> tuple[float, float]:
    """Seconds of one block each, of the ledger and of bare sqlite3."""
    rows = [shot(block * commits + at + 1) for at in range(commits)]
    prepared = _prepared(rows, ledger.last)
    if ours_first:
        ours = _ours(ledger, rows)
        return ours, _bare(bare, prepared)
    theirs = _bare(bare, prepared)
    return _ours(ledger, rows), theirs


def _prepared(rows: list[ShotRow], last: tuple[int, bytes]) -> list[list[Any]]:
    table, (number, digest) = TABLES["shot"], last
    prepared: list[list[Any]] = []
    for row in rows:
        number, values = number + 1, table.values(row)
        digest = chain.link(digest, "shot", number, WALL_MS, BOOT, values)
        prepared.append([number, WALL_MS, BOOT, *values, digest])
    return prepared


def _ours(ledger: Ledger, rows: list[ShotRow]) -> float:
    began = time.perf_counter()
    for row in rows:
        ledger.append((row,))
    return time.perf_counter() - began


def _bare(bare: sqlite3.Connection, prepared: list[list[Any]]) -> float:
    insert = TABLES["shot"].insert
    began = time.perf_counter()
    for values in prepared:
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(insert, values)
        bare.execute("COMMIT")
    return time.perf_counter() - began
