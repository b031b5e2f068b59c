"""A bench for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.on_bench import OnBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[OnBench]:
    running = OnBench(tmp_path)
    yield running
    running.close()
