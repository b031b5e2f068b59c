"""Only this file knows which tests run beside which, and which are measured for coverage.

Two workers take whole lanes: all that holds real processes and lines to real deadlines is one, in sequence; every other
file is one by itself. Measuring makes Python two to four times slower, also in the processes that a test starts. So a
line is measured by the tests that were written for its room, and what goes over the same lines again (a search through
a whole input space, a proof in virtual time, every scene once more in another size) runs at full speed.
"""

from __future__ import annotations

import os
import warnings
from pathlib import PurePosixPath
from typing import Any

import pytest
from coverage.exceptions import CoverageWarning
from xdist.scheduler import LoadScopeScheduling

ALONE = "real"
"""The lane of which one test runs at a time, whatever else runs beside it."""

REAL = frozenset({
    "bench_process", "conformance", "control/test_cli", "drivers", "e2e", "hal_sim/test_at_a_board",
    "hal_sim/test_killed", "hal_sim/test_without_software", "proofs/fuzz/test_files", "proofs/kill",
    "rehearsal/test_simulate",
})  # fmt: skip
"""Rooms and files whose tests hold real processes and lines to real deadlines: one of them at a time."""

VIRTUAL = frozenset({
    "bench_process/test_controls", "drivers/test_counted", "drivers/test_mapdoc", "proofs/kill/test_model",
})  # fmt: skip
"""Files of such rooms that do not."""

LONG = ("proofs/campaign", "screens", "session")
"""Rooms whose files take longest, in this order: begun first, so that both workers end together."""

UNMEASURED = frozenset({
    "bench_checks", "conformance", "house", "proofs", "words",
    "protocols/test_difference::test_a_change_of_any_one_value_is_exactly_one_difference",
    "protocols/test_envelope_property", "protocols/test_mutants",
    "screens/test_contrast", "screens/test_gallery", "screens/test_golden", "screens/test_languages",
    "screens/test_lesson", "screens/test_monkey", "screens/test_shipped_texts", "screens/test_touch_targets",
    "session/test_random",
    "session/test_calibrating::test_a_barrel_that_is_built_wrong_is_right_after_one_pass",
})  # fmt: skip
"""Rooms, files and tests that go over what others have measured. A new test is measured until it stands here."""


def _names(nodeid: str) -> tuple[str, ...]:
    """The room of a test, the rooms around it, its file and its function, as the sets above name them."""
    path, _, rest = nodeid.partition("::")
    file = PurePosixPath(path).relative_to("tests").with_suffix("")
    return (*(str(room) for room in file.parents), str(file), f"{file}::{rest.partition('[')[0]}")


def lane(nodeid: str) -> str:
    """The group of a test: all that is real together, every other file by itself."""
    names = _names(nodeid)
    real = not REAL.isdisjoint(names) and VIRTUAL.isdisjoint(names)
    return ALONE if real else nodeid.partition("::")[0]


def turn(nodeid: str) -> int:
    """When the lane of a test is handed out: the longest first."""
    if lane(nodeid) == ALONE:
        return 0
    names = _names(nodeid)
    return next((at for at, room in enumerate(LONG, 1) if room in names), len(LONG) + 1)


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
