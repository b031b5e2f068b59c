"""Which controllers the rules are stated against: two simulated ones, or the real board that --port names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.subject import Subject
from tests.conformance.wires import InProcess, OnBench, OnBoard, OnSerialLine, Rejected, Wire

IN_PROCESS, ON_BENCH, ON_BOARD = "in process", "on a serial line", "real board"
BROKEN = (
    "occlusion", "retract-jam", "spring-broken", "home-switch-dead", "piston-missing", "overshoot", "encoder-slip",
)  # fmt: skip
"""Faults that a rule may switch on."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--port", help="serial port of a real injector controller; a person is asked to help")
    parser.addoption("--parity", choices=("E", "N"), default="E", help="parity of that port (default E)")


def _option(config: pytest.Config, name: str) -> str | None:
    return config.getoption(name, default=None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "wire" not in metafunc.fixturenames:
        return
    wires = [IN_PROCESS, ON_BENCH] if _option(metafunc.config, "--port") is None else [ON_BOARD]
    if "line" in metafunc.fixturenames:
        wires = [wire for wire in wires if wire != IN_PROCESS]
    if "not_on_bench" in metafunc.fixturenames:
        wires = [wire for wire in wires if wire != ON_BENCH]
    metafunc.parametrize("wire", wires, indirect=True, scope="session")


@pytest.fixture(scope="session")
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One controller for the whole run, as one board would be."""
    found = _make(request.param, request.config, tmp_path_factory.mktemp("bench"))
    yield found
    found.close()


def _make(kind: str, config: pytest.Config, folder: Path) -> Wire:
    port, parity = _option(config, "--port"), _option(config, "--parity")
    if kind == IN_PROCESS:
        return InProcess()
    if port is None or parity is None:
        return OnBench(folder)
    ask = _person(config)
    if ask("No needle fitted, nozzle in a beaker? Type yes: ").strip().lower() != "yes":
        pytest.exit("the rules are not stated against a board that could hurt somebody")
    return OnBoard(port, parity, ask)


def _person(config: pytest.Config) -> Callable[[str], str]:
    """Asks whoever sits at the board, whatever pytest does with the terminal meanwhile."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")

    def ask(question: str) -> str:
        capture.suspend_global_capture(in_=True)
        try:
            return input(f"\n  {question}")
        except EOFError:
            pytest.exit("a real board needs somebody at the keyboard")
        finally:
            capture.resume_global_capture()

    return ask


@pytest.fixture
def subject(wire: Wire) -> Iterator[Subject]:
    """A controller at rest; faults of the bench are switched off again after the rule."""
    controller = Subject(wire)
    yield controller
    if wire.simulated:
        for fault in BROKEN:
            controller.do(f"fault {fault} off")
    controller.tidy()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """State a rule again when this machine, not the controller, was late: up to three times."""
    subject = pyfuncitem.funcargs.get("subject")
    if not isinstance(subject, Subject):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    for attempt in range(3):
        subject.forget_delays()
        try:
            pyfuncitem.obj(**arguments)
        except (AssertionError, Rejected):
            if not subject.delayed or attempt == 2:
                raise
        else:
            break
    return True


@pytest.fixture
def simulated(wire: Wire) -> None:
    """For rules that need a fault which no person can switch on in a real board."""
    if not wire.simulated:
        pytest.skip("needs a fault that only a simulated controller can have")


@pytest.fixture
def line(wire: Wire) -> OnSerialLine:
    """For rules that need a serial line: a process of its own, or the real board."""
    assert isinstance(wire, OnSerialLine)
    return wire


@pytest.fixture
def not_on_bench() -> None:
    """For rules that take minutes: in virtual time, or against a real board, never in real time on a simulated one."""
