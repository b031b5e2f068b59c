"""One treatment that is set up, for all tests of this folder that disturb a short session."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.kill.lane import Lane
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.run import SCRATCH
from tests.proofs.kill.session import prepared


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a path that is short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="nk-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def treatment(short_folder: Path) -> Iterator[tuple[Lane, Practitioner]]:
    """Bench and record of a treatment that could be armed, and the person; control is not running."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed; make setup installs it")
    folder = short_folder / "t"
    folder.mkdir()
    with prepared(folder) as (lane, person):
        yield lane, person


@pytest.fixture
def rebuilt() -> Iterator[Path]:
    """A folder for what is rebuilt after a power cut, quick where that is possible."""
    folder = Path(tempfile.mkdtemp(prefix="nk-", dir=SCRATCH if Path(SCRATCH).is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """The run's seed, as the header prints it."""
    return int(str(pytestconfig.getoption("--hypothesis-seed")))
