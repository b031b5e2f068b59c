"""Rules for every test: known requirement numbers, printed seeds, no wall-clock deadlines."""

from __future__ import annotations

import secrets
from typing import Any

import hypothesis
import pytest

from tests import trace

# A deadline would assert a wall-clock time; a blob repeats a failure on another machine.
hypothesis.settings.register_profile("nappage", deadline=None, max_examples=50, print_blob=True)
hypothesis.settings.load_profile("nappage")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """One seed for order and for hypothesis, chosen here when nobody named one, before hypothesis looks for its own."""
    if config.getoption("--hypothesis-seed") is None:
        seed: Any = getattr(config.option, "randomly_seed", None)
        config.option.hypothesis_seed = str(seed if isinstance(seed, int) else secrets.randbits(32))


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis seed: --hypothesis-seed={config.option.hypothesis_seed}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    trace.refuse_unknown(items, trace.load_requirements())
