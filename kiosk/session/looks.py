"""The self-test's checks that only look, and what each of them found (PST-1): first the record, then the device."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from drivers.registers import CommandKind, Fault, Input
from kiosk.session import present_calibration
from kiosk.session.guards import FORGIVEN
from kiosk.session.in_force import WARN_DAYS
from kiosk.session.present import wall
from kiosk.session.words import fault_words

if TYPE_CHECKING:
    from kiosk.session.engine import Engine
    from kiosk.session.selftest import Look


def looks(engine: Engine) -> list[tuple[str, str, Look]]:
    """Key, title and check, in their order."""
    return [
        ("ledger", "Record", partial(_ledger, engine)),
        ("profiles", "Treatment profiles", partial(_profiles, engine)),
        ("clock", "Clock", partial(_clock, engine)),
        ("stop", "Stop circuit", partial(_stop, engine)),
        ("inputs", "Pedal, trigger and pins", partial(_inputs, engine)),
        ("link", "Injector link", partial(_link, engine)),
        ("faults", "Injector without faults", partial(_faults, engine)),
        ("calibration", "Calibration", partial(_calibration, engine)),
    ]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def _ledger(engine: Engine) -> str:
    if engine.desk.ledger_broken:
        return _sentence(f"The record cannot be written: {engine.desk.ledger_broken}")
    return f"{engine.record.damage}. An administrator gives a reason under Recover." if engine.record.damage else ""


def _profiles(engine: Engine) -> str:
    return "" if engine.library.protocols else "There is no protocol: check the folder 'profiles'."


def _clock(engine: Engine) -> str:
    why = engine.clock.sentence()
    return f"The clock is not trusted. {why} Sign in, then open Recover." if why else ""


def _stop(engine: Engine) -> str:
    return engine.stop.view().sentence if engine.stop.state in ("open", "contradiction") else ""


def _inputs(engine: Engine) -> str:
    status = engine.desk.status
    if engine.pedal.failed:
        return _sentence(f"{engine.pedal.failed}: release it, or unplug it and check")
    if status is not None and status.inputs & Input.TRIGGER:
        return "The trigger is held: release it."
    if not engine.desk.inputs.panel_alive:
        return "The pins are silent: start the program again."
    return "The relay's feedback is not what the relay was told." if engine.signals.relay_stuck else ""


def _link(engine: Engine) -> str:
    if not engine.connection.ready:
        return _sentence(engine.connection.sentence)
    return _sentence(next(engine.record.against(), ""))


def _faults(engine: Engine) -> str:
    """What does not forbid homing is not held against it here.

    The spring is the homing's own check, a lost calibration the next one's; a syringe is ended by a session's set-up.
    """
    status = engine.desk.status
    found = fault_words(status.faults & ~int(FORGIVEN[CommandKind.HOME])) if status is not None else []
    return f"The injector reports: {'; '.join(found)}. Clear the fault once its cause is gone." if found else ""


def _calibration(engine: Engine) -> str:
    connected = engine.connection.connected
    if connected is None or connected.calibration is None or connected.calibration.id == 0:
        return "The injector has no valid calibration: a technician calibrates it."
    return engine.calibration_refusal(connected.calibration)


def detail(engine: Engine, key: str) -> str:
    """What a passed check found."""
    identity, status = engine.desk.identity, engine.desk.status
    if key == "faults" and status is not None and status.faults & Fault.SPRING:
        return "But for its spring: homing shows whether it is whole"
    if key == "profiles":
        return f"{len(engine.library.protocols)} protocols"
    if key == "clock":
        return wall(engine)
    if identity is not None and key == "link":
        return f"No. {identity.serial}, firmware {identity.firmware >> 8}.{identity.firmware & 0xFF}"
    return _in_force(engine) if key == "calibration" else ""


def _in_force(engine: Engine) -> str:
    """Which calibration is in force and until when; said earlier than it blocks (ACU-3)."""
    shown = present_calibration.in_force(engine)
    if not shown.made:
        return f"Number {shown.id}, never proved on this device" if shown.id else ""
    if shown.days_left <= WARN_DAYS:
        return f"Number {shown.id}, due again on {shown.expires}, in {shown.days_left} days: calibrate it before"
    return f"Number {shown.id}, due again on {shown.expires}"
