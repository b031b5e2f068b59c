"""What a reader or writer without rights is told: one numbered sentence, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.errors import NappageError
from kiosk.records.connection import open_reader
from kiosk.records.errors import LedgerForbidden, ReaderTooEarly, StorageFailed, StorageFull
from kiosk.records.ledger import Ledger
from kiosk.records.lock import storage_error
from tests.records import sample
from tests.records.conftest import Wall
from tests.records.test_survival import file_size_limit

NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may pass through; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="nappage-rights-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_rights() -> Generator[None]:
    """As somebody who owns nothing here. Root lays its rights down for a moment; others have none anyway."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def written(folder: Path) -> Path:
    path = folder / "simulated.db"
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b")
    ledger.append([sample.session()])
    ledger.close()
    return path


def test_a_reader_without_permission_is_told_so(open_folder: Path) -> None:
    path = written(open_folder)
    path.chmod(0)
    with without_rights(), pytest.raises(LedgerForbidden, match="E408: There is no permission to read"):
        open_reader(path)


def test_a_writer_without_permission_on_the_folder_is_told_so(open_folder: Path, wall: Wall) -> None:
    open_folder.chmod(0o555)
    with without_rights(), pytest.raises(LedgerForbidden, match="no permission to write"):
        Ledger.open(open_folder / "new.db", "real", clock_wall_ms=wall, boot_id="b")
    assert not list(open_folder.iterdir())


def test_a_folder_that_cannot_be_made_is_told_so(open_folder: Path, wall: Wall) -> None:
    open_folder.chmod(0o555)
    with without_rights(), pytest.raises(NappageError, match="E408"):
        Ledger.open(open_folder / "deep" / "new.db", "real", clock_wall_ms=wall, boot_id="b")


def test_a_folder_that_is_a_file_is_told_so(open_folder: Path, wall: Wall) -> None:
    (open_folder / "file").touch()
    with pytest.raises(StorageFailed, match="E405"):
        Ledger.open(open_folder / "file" / "new.db", "real", clock_wall_ms=wall, boot_id="b")
    (open_folder / "folder.db").mkdir()
    with pytest.raises(StorageFailed, match="Is a directory"):
        Ledger.open(open_folder / "folder.db", "real", clock_wall_ms=wall, boot_id="b")


def test_a_storage_that_takes_not_even_a_lock_is_told_so(open_folder: Path, wall: Wall) -> None:
    with file_size_limit(0), pytest.raises(StorageFailed, match="E405"):
        Ledger.open(open_folder / "new.db", "real", clock_wall_ms=wall, boot_id="b")
    Ledger.open(open_folder / "new.db", "real", clock_wall_ms=wall, boot_id="b").close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_storage_is_told_apart_from_a_broken_one(number: int) -> None:
    assert isinstance(storage_error(OSError(number, "full"), Path("x.db")), StorageFull)


def test_a_ledger_whose_writer_was_killed_cannot_be_read_without_the_right_to_tidy_up(open_folder: Path) -> None:
    path = written(open_folder)
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: 5, boot_id="b")
    ledger.append([sample.event("x")])
    left = open_folder / "left"
    left.mkdir()
    crashed = Path(shutil.copy(path, left / "simulated.db"))
    ledger.close()
    crashed.chmod(0o644)
    left.chmod(0o555)
    with without_rights(), pytest.raises(ReaderTooEarly, match="E412"):
        open_reader(crashed)
    left.chmod(0o755)
