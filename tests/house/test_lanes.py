"""Who runs beside whom, and what is not measured: each name means something, and nothing real is beside the lane."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import lanes
from tests.house.rules import ROOT

TESTS = ROOT / "tests"
IN_REAL_TIME = frozenset({
    "kiosk.rehearsal.stage.Stage", "tests.conformance.wires.OnBench", "tests.drivers.between.Between",
    "tests.drivers.on_bench.OnBench", "tests.proofs.kill.case.Case", "tests.proofs.kill.lane.Lane",
    "tests.rehearsal.played.nappage", "tests.rehearsal.played.started",
})  # fmt: skip
"""What runs the device or the product in real time for a test."""


def imported(path: Path) -> set[str]:
    """Every name that a file takes from a module, with the module's."""
    found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{name.name}" for node in found for name in node.names}


@pytest.mark.parametrize("name", sorted(lanes.REAL | lanes.VIRTUAL | lanes.UNMEASURED | set(lanes.LONG)))
def test_every_name_is_that_of_a_room_a_file_or_a_test(name: str) -> None:
    place, _, function = name.partition("::")
    file = TESTS / f"{place}.py"
    assert (TESTS / place).is_dir() or file.is_file()
    assert not function or f"def {function}(" in file.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(IN_REAL_TIME))
def test_what_runs_in_real_time_exists(name: str) -> None:
    module, _, named = name.rpartition(".")
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
    assert f"class {named}" in source or f"def {named}(" in source


def test_whoever_runs_something_in_real_time_is_in_the_lane_for_it() -> None:
    files = [path for path in TESTS.rglob("test_*.py") if IN_REAL_TIME & imported(path)]
    assert [path.name for path in files if lanes.lane(f"{path.relative_to(ROOT)}::test_it") != lanes.ALONE] == []
    assert len(files) > 10


@pytest.mark.parametrize(
    ("test", "lane"),
    [
        ("tests/drivers/test_link.py::test_it[a/b::c]", lanes.ALONE),
        ("tests/proofs/kill/test_kills.py::test_it", lanes.ALONE),
        ("tests/hal_sim/test_killed.py::test_it", lanes.ALONE),
        ("tests/drivers/test_counted.py::test_it", "tests/drivers/test_counted.py"),
        ("tests/hal_sim/test_torn.py::test_it[1]", "tests/hal_sim/test_torn.py"),
    ],
)
def test_a_test_is_in_the_lane_of_its_file(test: str, lane: str) -> None:
    assert lanes.lane(test) == lane


def test_the_real_lane_is_handed_out_first_and_the_short_files_last() -> None:
    files = ("view/test_pace", "session/test_arming", "e2e/test_processes", "screens/test_golden")
    tests = sorted((f"tests/{file}.py::test_it" for file in files), key=lanes.turn)
    assert [test.split("/")[1] for test in tests] == ["e2e", "screens", "session", "view"]


@pytest.mark.parametrize(
    ("test", "measured"),
    [
        ("tests/proofs/campaign/test_campaign.py::test_it[1]", False),
        ("tests/session/test_random.py::test_it", False),
        ("tests/session/test_arming.py::test_it", True),
        ("tests/protocols/test_difference.py::test_a_change_of_any_one_value_is_exactly_one_difference", False),
        ("tests/protocols/test_difference.py::test_another_order_is_a_difference", True),
    ],
)
def test_a_room_a_file_or_one_test_alone_is_not_measured(test: str, measured: bool) -> None:
    assert lanes.measured(test) == measured
