"""What control hands to its parts as it is built: its real-time right, the parity of a real line, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drivers.stop import StopLatch
from kiosk import control
from kiosk.control import Control, Plan
from kiosk.protocols.library import SHIPPED
from kiosk.system.scheduling import RealTime


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Simulated, on mock pins that no bench is wired to, and with nothing at the port."""
    return Plan(
        simulated=True, port=str(tmp_path / "none"), channel=tmp_path / "control.sock", data=tmp_path, profiles=SHIPPED
    )


@pytest.fixture(params=[True, False])
def built(
    request: pytest.FixtureRequest, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Control, bool]]:
    """Control, and whether the kernel gave it its priority."""
    given: bool = request.param
    monkeypatch.setattr(control, "take_priority", lambda priority: RealTime(given, priority if given else 0))
    made = Control(plan)
    yield made, given
    made.close()


@pytest.mark.requirement("WDG-6")
def test_every_cycle_is_told_whether_control_has_its_priority(built: tuple[Control, bool]) -> None:
    """Without it nothing is armed on hardware."""
    made, given = built
    made._cycle.run(1000.0)
    assert made._engine.desk.inputs.realtime is given


@pytest.mark.requirement("WDG-4")
def test_closed_it_leaves_the_relay_open_before_it_lets_go_of_the_pins(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[str] = []
    monkeypatch.setattr(control, "take_priority", lambda priority: RealTime(False, 0))
    made = Control(plan)
    line, panel = made._cycle.line, made._panel
    line_close, let_go = line.close, panel._closing.close
    monkeypatch.setattr(line, "close", lambda: (did.append("line"), line_close()))
    monkeypatch.setattr(panel._closing, "close", lambda: (did.append(f"relay {panel._enable.is_active}"), let_go()))
    panel._enable.on()
    made.close()
    assert did == ["line", "relay False"]


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize(("simulated", "parity"), [(True, "N"), (False, "E")])
def test_the_line_to_a_real_injector_is_asked_with_even_parity(
    monkeypatch: pytest.MonkeyPatch, simulated: bool, parity: str
) -> None:
    """A pseudo-terminal has none."""
    asked: list[str] = []
    monkeypatch.setattr(control, "connect", lambda _port, _latch, *, parity: asked.append(parity))
    plan = SimpleNamespace(simulated=simulated, port="/dev/ttyACM0")
    Control._connect(cast("Any", SimpleNamespace(_plan=plan)), StopLatch())
    assert asked == [parity]
