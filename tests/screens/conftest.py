"""One window for all tests of screens; each test has its own application and its own control."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.screens.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()
