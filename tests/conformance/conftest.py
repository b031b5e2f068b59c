"""Which controllers the rules are stated against: two simulated ones, or the real board that --port names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.subject import Subject
from tests.conformance.wires import InProcess, OnBench, OnBoard, Rejected, Wire


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--port", help="serial port of a real injector controller; run with -s")


def _port(config: pytest.Config) -> str | None:
    return config.getoption("--port", default=None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "wire" in metafunc.fixturenames:
        wires = ["in process", "on a serial line"] if _port(metafunc.config) is None else ["real board"]
        metafunc.parametrize("wire", wires, indirect=True, scope="session")


@pytest.fixture(scope="session")
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One controller for the whole run, as one board would be."""
    found = _make(request.param, _port(request.config), tmp_path_factory.mktemp("bench"))
    yield found
    found.close()


def _make(kind: str, port: str | None, folder: Path) -> Wire:
    if kind == "in process":
        return InProcess()
    if port is None:
        return OnBench(folder)
    answer = input("\n  No needle fitted, nozzle in a beaker? Type yes: ")
    if answer.strip().lower() != "yes":
        pytest.exit("the rules are not stated against a board that could hurt somebody")
    return OnBoard(port, "E")


@pytest.fixture
def subject(wire: Wire) -> Iterator[Subject]:
    """A controller at rest; faults of the bench are switched off again after the rule."""
    controller = Subject(wire)
    yield controller
    if wire.simulated:
        for fault in ("occlusion", "retract-jam", "spring-broken", "piston-missing", "overshoot", "encoder-slip"):
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
