"""Rules for every test: known requirement numbers, printed seeds, no wall-clock deadlines, and who runs beside whom."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest

from tests import seed, trace

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
    drawn = seed.of_this_run()  # before any worker starts, whoever uses it
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(drawn)


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis seed: --hypothesis-seed={config.option.hypothesis_seed}"


REAL = frozenset(
    {"bench_process", "conformance", "control", "drivers", "e2e", "hal_sim", "proofs/fuzz", "proofs/kill", "rehearsal"}
)
"""Rooms whose tests hold real processes and lines to real deadlines: one of them at a time, whatever else runs."""


def lane(path: Path) -> str:
    """The group of a test file: all that is real together, every other file by itself."""
    room = path.parent.relative_to(Path(__file__).parent).as_posix()
    return "real" if room in REAL else f"{room}/{path.stem}"


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in its own hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    trace.refuse_unknown(items, trace.load_requirements())
    for item in items:
        item.add_marker(pytest.mark.xdist_group(lane(item.path)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """With two workers, the one that has nothing real to run gives way to the one that has."""
    if "PYTEST_XDIST_WORKER" in os.environ and lane(item.path) != "real" and os.getpriority(os.PRIO_PROCESS, 0) < 5:
        os.setpriority(os.PRIO_PROCESS, 0, 5)
