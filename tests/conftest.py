"""Rules for every test: known requirement numbers, printed seeds, no wall-clock deadlines, and who runs beside whom."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests import lanes, seed, trace

# A deadline would assert a wall-clock time; a blob repeats a failure on another machine.
hypothesis.settings.register_profile("nappage", deadline=None, max_examples=50, print_blob=True)
hypothesis.settings.load_profile("nappage")

YOUNG, MIDDLE, OLD = 700, 10, 1000
"""When the collector looks through a generation. At Python's own 10 for the oldest it takes half of the time in which
scenes are drawn, at 100 a third: an application that was closed is not worth looking for at once, beside all that was
collected. A worker holds under 2 GB."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose a seed where nobody named one, before hypothesis looks for its own, so that it can be printed.

    A shell that starts us in the background has Ctrl-C ignored, and every process under test would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    drawn = seed.of_this_run()  # before any worker starts, whoever uses it
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(drawn)


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis seed: --hypothesis-seed={config.option.hypothesis_seed}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Where there are workers, they work by lanes."""
    return lanes.Lanes(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, object, object]:
    trace.refuse_unknown(items, trace.load_requirements())
    config.stash[trace.COLLECTED] = tuple(items)
    done = yield
    items.sort(key=lambda item: lanes.turn(item.nodeid))
    return done


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What is left goes with its process: to look through all of it once more took seconds in every worker."""
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    lanes.measure(item.config, wanted=lanes.measured(item.nodeid))
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Of the workers, those that have nothing to do in real time give way to those that have."""
    if "PYTEST_XDIST_WORKER" not in os.environ or not lanes.gives_way(item.nodeid):
        return
    if os.getpriority(os.PRIO_PROCESS, 0) < lanes.NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, lanes.NICENESS)


@pytest.fixture(autouse=True)
def in_english() -> None:
    """The language of the glass is one for the process: no test hands its own on to the next."""
    from kiosk.view.language import ENGLISH, speak

    speak(ENGLISH)
