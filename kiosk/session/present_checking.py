"""Inputs, outputs, checks and times seen from outside: for a technician between sessions, for nobody else."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from drivers.registers import ControllerState, Input, Status
from kiosk.channel.checking_views import CheckingView, CheckLine, CheckNow, PinsView, SensedView
from kiosk.session.checking import TITLES
from kiosk.session.date_time import in_words
from kiosk.session.probes import barrel_ml

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

STATES: dict[int, str] = {int(state): state.name.lower() for state in ControllerState}


def checking(engine: Engine) -> CheckingView | None:
    """All of it; None where nobody may use it."""
    work = engine.checking
    if not work.technician or engine.setup.facts is not None:
        return None
    status = engine.desk.status
    return CheckingView(
        pins=_pins(engine),
        sensed=None if status is None else _sensed(status),
        lines=tuple(_line(engine, key) for key in TITLES),
        now=_now(engine),
        times=engine.timing.views(),
        ended="" if work.running is not None else work.key,
        measuring=engine.lapse.busy,
        why=next(work.against(), ""),
    )


def _pins(engine: Engine) -> PinsView:
    panel, (lamps, hertz) = engine.desk.inputs.panel, engine.signals.driven
    return PinsView(
        panel.stop_a, panel.stop_b, panel.pedal_no, panel.pedal_nc, panel.feedback, panel.enable,
        lamps.red, lamps.yellow, lamps.cyan, hertz or 0,
    )  # fmt: skip


def _sensed(status: Status) -> SensedView:
    bits = Input(status.inputs)
    return SensedView(
        trigger=Input.TRIGGER in bits,
        contact=Input.CONTACT in bits,
        home=Input.HOME in bits,
        needle=Input.NEEDLE_FITTED in bits,
        supply=Input.SUPPLY in bits,
        pedal=Input.PEDAL in bits,
        barrel_ml=barrel_ml(status),
        pressure_kpa=status.pressure_kpa,
        supply_mv=status.supply_mv,
        needle_um=status.needle_um,
        state=STATES.get(status.state, str(status.state)),
        plunger_nl=status.plunger_nl,
    )


def _line(engine: Engine, key: str) -> CheckLine:
    last = engine.checking.last.get(key)
    if last is None:
        return CheckLine(key, TITLES[key])
    passed = in_words(last.passed_ms)[:10] if last.passed_ms else ""
    return CheckLine(
        key, TITLES[key], last.outcome, last.detail, in_words(last.wall_ms), last.user, passed,  # type: ignore[arg-type]
    )  # fmt: skip


def _now(engine: Engine) -> CheckNow | None:
    running, key = engine.checking.running, engine.checking.key
    if running is None:
        return None
    return CheckNow(key, TITLES[key], running.todo, running.asks, ceil(running.left_s))
