"""A calibration through real processes and wires: control, its balance's child, the simulated injector and balance."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kiosk.channel import commands as ask
from kiosk.protocols.library import SHIPPED
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.stage import Stage

pytestmark = pytest.mark.timeout(120)


def told(stage: Stage, line: str) -> None:
    """A word to the bench."""
    with socket.socket(socket.AF_UNIX) as console:
        console.connect(str(stage.console))
        console.sendall(line.encode() + b"\n")
        assert console.recv(4096)


def test_a_technician_opens_a_calibration_and_the_balance_is_there(tmp_path: Path) -> None:
    with Stage(tmp_path, SHIPPED, 5, balance=True) as stage:
        subject = Person(stage)
        shown = subject.sees_that(lambda shown: shown.link.connected, "the injector")
        technician = next(account for account in shown.accounts if account.role == "technician")
        subject.do(ask.SignIn(technician.name, technician.demo_pin))
        subject.do(ask.OpenCalibration(True))
        told(stage, "syringe fill 5000")
        subject.do(ask.CalibrateDose("5ml", 5_000_000, 2_000))
        subject.do(ask.FlushBench(120_000))
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
        subject.close()
