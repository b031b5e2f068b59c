"""After a kill at any instant and an I/O error at any write nothing is missing and nothing doubled (LED-10)."""

from __future__ import annotations

import os
import resource
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from drivers.errors import NappageError
from kiosk.records.chain import verify
from kiosk.records.connection import APPLICATION_ID, open_reader
from kiosk.records.errors import StorageFailed, StorageFull
from kiosk.records.ledger import Ledger
from tests.records import sample
from tests.records.conftest import Wall

pytestmark = pytest.mark.requirement("LED-10")
ROUNDS = 12
WRITER = """
import sys
from pathlib import Path
from kiosk.records.ledger import Ledger
from tests.records import sample
ledger = Ledger.open(Path(sys.argv[1]), "simulated", clock_wall_ms=lambda: 5, boot_id="b")
if ledger.restore().max_id == 0:
    ledger.append([sample.authorisation(16)])
number = ledger.restore().cursor
while True:
    last = ledger.append([sample.shot(number, 16), sample.shot(number + 1, 16), sample.event("x", "y" * 300)])[-1]
    number += 2
    print(last, flush=True)
"""


def shots_and_rows(path: Path) -> tuple[list[int], int]:
    db = open_reader(path)
    numbers = [number for (number,) in db.execute("SELECT number FROM shot ORDER BY row")]
    verdict = verify(path)
    db.close()
    assert verdict.state == "not anchored", verdict.sentence
    return numbers, verdict.row


def test_a_writer_killed_at_any_instant_loses_nothing_that_it_acknowledged(path: Path) -> None:
    acknowledged = 0
    for round_ in range(ROUNDS):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(1 + round_ * 7):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            rest = writer.stdout.read().split(b"\n")[:-1]
            acknowledged = int(rest[-1]) if rest else acknowledged
        numbers, rows = shots_and_rows(path)
        assert rows >= acknowledged
        assert numbers == list(range(1, len(numbers) + 1))
        assert rows % 3 == 1


@contextmanager
def file_size_limit(size: int) -> Generator[None]:
    """Every write beyond `size` bytes of any file fails, as on a storage that ends there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.requirement("LED-12")
@pytest.mark.parametrize("pages", range(45))
def test_a_write_that_fails_at_any_place_is_told_and_loses_nothing(tmp_path: Path, wall: Wall, pages: int) -> None:
    path = tmp_path / "simulated.db"
    acknowledged = 0
    told: NappageError | None = None
    ledger: Ledger | None = None
    with file_size_limit(pages * 4096 + 17):
        try:
            ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
            for number in range(1, 200):
                acknowledged = ledger.append([sample.shot(number, 16), sample.event("x", "y" * 3000)])[-1]
        except NappageError as error:
            told = error
        if ledger is not None:
            with suppress(NappageError):
                ledger.close()
    assert isinstance(told, StorageFailed | StorageFull)
    os.sync()
    again = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b2") if acknowledged else None
    if again is not None:
        found = again.restore()
        assert found.verified == "good"
        assert acknowledged <= found.last_row <= acknowledged + 2
        again.append([sample.event("x", "goes on")])
        again.close()
        numbers, _ = shots_and_rows(path)
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("size", [0, 512])
def test_a_ledger_whose_making_was_cut_off_is_made_anew(tmp_path: Path, wall: Wall, size: int) -> None:
    path = tmp_path / "simulated.db"
    if size:
        with pytest.raises(NappageError), file_size_limit(4096 + size):
            Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    else:
        path.touch()
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    assert ledger.append([sample.session()]) == (1,)
    ledger.close()


def test_a_making_that_a_power_cut_took_back_is_begun_anew(path: Path, wall: Wall) -> None:
    """The first page had come to the disk, and the removal of the journal that takes it back had not."""
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
    db.close()
    pages_before, sector, page = 0, 512, 4096
    header = struct.pack(">8sIIIII", bytes.fromhex("d9d505f920a163d7"), 0, 0, pages_before, sector, page)
    path.with_name(f"{path.name}-journal").write_bytes(header.ljust(sector, b"\0"))
    ledger = Ledger.open(path, "simulated", clock_wall_ms=wall, boot_id="b")
    assert ledger.append([sample.session()]) == (1,)
    ledger.close()
