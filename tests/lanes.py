"""Only this file knows which tests run beside which, and which are measured for coverage.

Three workers take whole lanes: what holds control's processes to real deadlines is one, in sequence; what waits for a
line is another; every other file is one by itself. Both of the first mostly wait, so the third has work for what they
leave of two processors, and takes no more (`NICENESS`). Measuring makes Python two to four times slower, also in the
processes that a test starts. So a line is measured by the tests that were written for its room, and what goes over the
same lines again (a search through a whole input space, a proof in virtual time, every scene in another size) runs at
full speed.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import pytest
from coverage.exceptions import CoverageWarning
from xdist.scheduler import LoadScopeScheduling

REAL = frozenset({"e2e", "proofs/kill", "rehearsal/test_simulate"})
"""Rooms and files whose tests hold control's real process to its real deadlines: one lane, one of them at a time."""

VIRTUAL = frozenset({"proofs/kill/test_model"})
"""Files of such rooms that do not."""

WIRED = frozenset({
    "bench_process", "conformance", "control/test_cli", "drivers", "hal_sim/test_at_a_board", "hal_sim/test_killed",
    "hal_sim/test_without_software", "proofs/fuzz/test_files",
})  # fmt: skip
"""Rooms and files with a device on a real line or pins, and no control: one lane beside that, giving way to nobody."""

NICENESS = 10
"""Niceness of what gives way: a tenth of the share of what does not, and enough to end on a busy machine."""

LONG = ("screens/test_every_scene", "screens/test_touch_targets", "proofs/campaign", "screens", "session")
"""Files and rooms that take longest, in this order: begun before the others, so that the workers end together."""

UNMEASURED = frozenset({
    "bench_checks", "conformance", "e2e/test_processes", "hal_sim/test_at_a_board", "hal_sim/test_killed",
    "hal_sim/test_without_software", "house", "proofs", "words",
    "protocols/test_difference::test_a_change_of_any_one_value_is_exactly_one_difference",
    "protocols/test_envelope_property", "protocols/test_mutants",
    "rehearsal/test_simulate::test_a_clean_mesolift_records_its_hundred_shots",
    "rehearsal/test_simulate::test_nothing_is_left_behind_when_it_is_ended",
    "screens/test_application::test_kv_sets_only_properties_that_exist",
    "screens/test_every_scene::test_every_button_does_something",
    "screens/test_contrast", "screens/test_gallery", "screens/test_golden", "screens/test_languages",
    "screens/test_lesson", "screens/test_monkey", "screens/test_played", "screens/test_shipped_texts",
    "screens/test_touch_targets",
    "session/test_out_of_its_mind", "session/test_random",
    "session/test_calibrating::test_a_barrel_that_is_built_wrong_is_right_after_one_pass",
})  # fmt: skip
"""Rooms, files and tests that go over what others have measured. A new test is measured until it stands here."""


@cache
def _names(nodeid: str) -> tuple[str, ...]:
    """The room of a test, the rooms around it, its file and its function, as the sets above name them."""
    path, _, rest = nodeid.partition("::")
    file = PurePosixPath(path).relative_to("tests").with_suffix("")
    return (*(str(room) for room in file.parents), str(file), f"{file}::{rest.partition('[')[0]}")


def is_real(nodeid: str) -> bool:
    """Whether a test is of those of which one runs at a time."""
    names = _names(nodeid)
    return not REAL.isdisjoint(names) and VIRTUAL.isdisjoint(names)


def gives_way(nodeid: str) -> bool:
    """Whether a test may be kept waiting by those that hold something to real time."""
    return not is_real(nodeid) and WIRED.isdisjoint(_names(nodeid))


def lane(nodeid: str) -> str:
    """The group of a test: all that is real together, all on a line together, every other file by itself."""
    if gives_way(nodeid):
        return nodeid.partition("::")[0]
    return "real" if is_real(nodeid) else "wired"


def turn(nodeid: str) -> int:
    """When the lane of a test is handed out: 0 comes first."""
    if not gives_way(nodeid):
        return 0 if is_real(nodeid) else 1
    names = _names(nodeid)
    return next((at for at, room in enumerate(LONG, 2) if room in names), len(LONG) + 2)


class Lanes(LoadScopeScheduling):
    """Hands whole lanes to the workers, in the order in which their tests were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def measured(nodeid: str) -> bool:
    """Whether a test counts for coverage."""
    return UNMEASURED.isdisjoint(_names(nodeid))


def measure(config: pytest.Config, *, wanted: bool) -> None:
    """Switch coverage on or off in this process and in all that it starts from now on; without coverage nothing."""
    plugin: Any = config.pluginmanager.getplugin("_cov")
    controller = plugin and plugin.cov_controller
    if not controller or controller.started == wanted:
        return
    if not wanted:
        controller.pause()
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)  # what is imported by now was measured then
        controller.resume()


@contextmanager
def unmeasured() -> Generator[None]:
    """The way to where a test begins, at full speed: each step of it is measured where it is the subject.

    Holds for this thread. Python's own switch does, since nothing of the product is below the test on the stack.
    """
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
