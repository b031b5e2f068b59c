"""A calibration through real processes and wires: control, its balance's child, the simulated injector and balance."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.channel import commands as ask
from kiosk.protocols.library import SHIPPED
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.stage import Stage

pytestmark = pytest.mark.timeout(120)


def told(stage: Stage, line: str) -> str:
    """A word to the bench, and its answer."""
    with socket.socket(socket.AF_UNIX) as console, console.makefile("r", encoding="utf-8") as answers:
        console.connect(str(stage.console))
        console.sendall(line.encode() + b"\n")
        return answers.readline()


def at_rest(subject: Person, stage: Stage) -> None:
    """The motor supply is off again and control has heard of it; a person's next touch comes later than a program's."""
    subject.until(lambda: json.loads(told(stage, "state"))["supply_mv"] == 0, "the supply to be off")
    asked = int(told(stage, "frames").split()[1])
    subject.until(lambda: int(told(stage, "frames").split()[1]) >= asked + 3, "the injector to be asked")


def test_a_technician_opens_a_calibration_and_the_balance_is_there(tmp_path: Path) -> None:
    with Stage(tmp_path, SHIPPED, 5, balance=True) as stage, closing(Person(stage)) as subject:
        shown = subject.sees_that(lambda shown: shown.link.connected, "the injector")
        technician = next(account for account in shown.accounts if account.role == "technician")
        subject.do(ask.SignIn(technician.name, technician.demo_pin))
        subject.do(ask.OpenCalibration(True))
        at_rest(subject, stage)
        told(stage, "syringe fill 5000")
        subject.do(ask.CalibrateDose("5ml", 5_000_000, 2_000))
        at_rest(subject, stage)
        subject.do(ask.FlushBench(130_000))
        told(stage, "vessel on")
        subject.do(ask.DescribeRoom(2_000))
        subject.do(ask.StartBlank())
        shown = subject.sees_that(
            lambda shown: shown.calibrating is not None and shown.calibrating.step == "blank end", "the first weight"
        )
        assert shown.calibrating is not None
        assert shown.calibrating.balance == "NPB224 Simulated 220.0000 g, No. B000000001"
        assert shown.calibrating.last_ug == pytest.approx(12_345_670, abs=100_000)
        subject.do(ask.LeaveCalibration())
        assert "number 1 is in force" in subject.sees.notices[-1].sentence
