"""Who runs beside whom, and what is not measured: each name means something, and nothing real is beside the lane."""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import lanes
from tests.house.rules import ROOT

TESTS = ROOT / "tests"
CONTROL = frozenset({
    "kiosk.rehearsal.stage.Stage", "tests.proofs.kill.case.Case", "tests.proofs.kill.lane.Lane",
    "tests.rehearsal.played.nappage", "tests.rehearsal.played.started",
})  # fmt: skip
"""What starts the product's processes for a test."""
DEVICE = frozenset({
    "tests.conformance.wires.OnBench", "tests.drivers.between.Between", "tests.drivers.on_bench.OnBench",
})  # fmt: skip
"""What runs the device in real time for a test."""


@cache
def imported(path: Path) -> set[str]:
    """Every name that a file takes from a module, with the module's."""
    found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{name.name}" for node in found for name in node.names}


def users(things: frozenset[str]) -> list[str]:
    """Test files that take one of these things, as the tests in them are named."""
    files = [path for path in TESTS.rglob("test_*.py") if things & imported(path)]
    return [f"{path.relative_to(ROOT)}::test_it" for path in files]


@pytest.mark.parametrize("name", sorted(lanes.REAL | lanes.VIRTUAL | lanes.WIRED | lanes.UNMEASURED | set(lanes.LONG)))
def test_every_name_is_that_of_a_room_a_file_or_a_test(name: str) -> None:
    place, _, function = name.partition("::")
    file = TESTS / f"{place}.py"
    assert (TESTS / place).is_dir() or file.is_file()
    assert not function or f"def {function}(" in file.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(CONTROL | DEVICE))
def test_what_runs_in_real_time_is_taken_by_somebody(name: str) -> None:
    assert users(frozenset({name}))


def test_whoever_starts_the_products_processes_is_in_the_real_lane() -> None:
    assert [test for test in users(CONTROL) if not lanes.is_real(test)] == []


def test_whoever_runs_the_device_in_real_time_gives_way_to_nobody() -> None:
    assert [test for test in users(DEVICE) if lanes.gives_way(test)] == []


@pytest.mark.parametrize(
    ("test", "lane"),
    [
        ("tests/e2e/test_checking.py::test_it[a/b::c]", "real"),
        ("tests/proofs/kill/test_kills.py::test_it", "real"),
        ("tests/proofs/kill/test_model.py::test_it", "tests/proofs/kill/test_model.py"),
        ("tests/drivers/test_link.py::test_it[1]", "wired"),
        ("tests/control/test_cli.py::test_it", "wired"),
        ("tests/control/test_service.py::test_it", "tests/control/test_service.py"),
        ("tests/rehearsal/test_audit.py::test_it", "tests/rehearsal/test_audit.py"),
    ],
)
def test_a_test_is_in_the_lane_of_its_file_or_in_one_of_those_that_wait(test: str, lane: str) -> None:
    assert lanes.lane(test) == lane


def test_the_real_lane_is_handed_out_first_then_what_waits_for_a_line_and_the_short_files_last() -> None:
    files = ("view/test_pace", "session/test_arming", "e2e/test_processes", "screens/test_golden", "drivers/test_link")
    tests = sorted((f"tests/{file}.py::test_it" for file in files), key=lanes.turn)
    assert [test.split("/")[1] for test in tests] == ["e2e", "drivers", "screens", "session", "view"]


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


class Controller:
    """What switches coverage, as far as it is asked here."""

    def __init__(self) -> None:
        self.started = True
        self.said: list[str] = []

    def pause(self) -> None:
        self.started = False
        self.said.append("pause")

    def resume(self) -> None:
        self.started = True
        self.said.append("resume")


def test_coverage_is_switched_once_and_for_the_processes_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller()
    plugins = SimpleNamespace(getplugin=lambda _: SimpleNamespace(cov_controller=controller))
    config: Any = SimpleNamespace(pluginmanager=plugins)
    monkeypatch.setenv("COVERAGE_PROCESS_CONFIG", "{}")
    for wanted in (True, False, False):
        lanes.measure(config, wanted=wanted)
    assert controller.said == ["pause"]
    assert "COVERAGE_PROCESS_CONFIG" not in os.environ
    lanes.measure(config, wanted=True)
    assert controller.said == ["pause", "resume"]


def test_without_coverage_nothing_is_switched() -> None:
    config: Any = SimpleNamespace(pluginmanager=SimpleNamespace(getplugin=lambda _: None))
    lanes.measure(config, wanted=False)


def test_the_way_to_where_a_test_begins_is_not_measured_and_what_follows_is() -> None:
    def on_the_way() -> None: ...
    def there() -> None: ...

    seen: list[str] = []
    before = sys.gettrace()
    sys.settrace(lambda frame, *_: seen.append(frame.f_code.co_name))
    try:
        lanes.unmeasured()(on_the_way)()
        there()
    finally:
        sys.settrace(before)
    assert "there" in seen
    assert "on_the_way" not in seen
