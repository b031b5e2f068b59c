"""A ledger in a folder of its own, a clock that only moves when told, and rows with sensible values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.records.ledger import Ledger


class Wall:
    """Wall time that stands still until it is moved; UTC ms."""

    def __init__(self) -> None:
        self.ms = 1_790_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "simulated.db"


@pytest.fixture
def reopen(path: Path, wall: Wall) -> Iterator[Callable[[], Ledger]]:
    opened: list[Ledger] = []

    def again() -> Ledger:
        for ledger in opened:
            ledger.close()
        opened.append(Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="boot-1"))
        return opened[-1]

    yield again
    for ledger in opened:
        ledger.close()


@pytest.fixture
def subject(reopen: Callable[[], Ledger]) -> Ledger:
    return reopen()
