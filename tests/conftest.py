"""Rules for every test: known requirement numbers, printed seeds, no wall-clock deadlines."""

from __future__ import annotations

import secrets
import signal

import hypothesis
import pytest

from tests import trace

# A deadline would assert a wall-clock time; a blob repeats a failure on another machine.
hypothesis.settings.register_profile("nappage", deadline=None, max_examples=50, print_blob=True)
hypothesis.settings.load_profile("nappage")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose a seed where nobody named one, before hypothesis looks for its own, so that it can be printed.

    A shell that starts us in the background has Ctrl-C ignored, and every process under test would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(secrets.randbits(32))


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis seed: --hypothesis-seed={config.option.hypothesis_seed}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    trace.refuse_unknown(items, trace.load_requirements())
