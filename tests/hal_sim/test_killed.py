"""The bench's process killed without a word: what its small file keeps is what a real memory would."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.registers import (
    ANCHOR,
    ANCHOR_PAIR,
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    SERVICE_WORD,
    Anchor,
    CalibrationSelect,
    CommandKind,
    ControllerState,
    Fault,
    Identity,
    Outcome,
    Status,
)
from tests.conformance.subject import Subject, undisturbed
from tests.conformance.wires import OnBench


def calibrated(subject: Subject) -> None:
    """The calibration in force again, under the next id."""
    held = subject.wire.read(CALIBRATION_IN_FORCE.address, CALIBRATION.registers)
    identity = CALIBRATION.decode(held).id + 1
    data = CALIBRATION.encode(CALIBRATION.decode(identity.to_bytes(4, "big") + held[4:]))
    subject.wire.write(CALIBRATION.address, data)
    subject.wire.write(CALIBRATION_SELECT.address, CALIBRATION_SELECT.encode(CalibrationSelect(identity, SERVICE_WORD)))


class Device:
    """A bench that is started again and again on the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._devices = 0
        self.bench: OnBench | None = None

    def new(self) -> Subject:
        """One from the factory, on a file of its own."""
        self._devices += 1
        return self.start()

    def start(self) -> Subject:
        if self.bench is not None:
            self.bench.close(signal.SIGKILL)
        self.bench = OnBench(self._folder, f"--memory={self._folder / f'fram-{self._devices}'}")
        return Subject(self.bench)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    found = Device(tmp_path)
    yield found
    assert found.bench is not None
    found.bench.close()


def busy(subject: Subject) -> tuple[Subject, Status, Identity]:
    """In mid-stroke, with something in each part of its memory."""
    subject.ready()
    calibrated(subject)
    subject.command(CommandKind.NEEDLE_CHANGED)
    subject.wire.write(ANCHOR.address, ANCHOR.encode(Anchor(41, b"h" * 32)))
    subject.in_stroke()
    return subject, subject.beat(), subject.identity()


@pytest.mark.requirement("LED-4", "LED-10", "LED-11")
def test_killed_in_a_stroke_it_comes_back_with_everything_and_the_stroke_in_full(device: Device) -> None:
    subject, before, was = undisturbed(device.new, busy)
    assert before.state == ControllerState.STROKE
    again = device.start()
    for _ in range(1 + before.lifetime_shots):
        again.beat()
    status, now = again.status(), again.identity()
    assert (status.lifetime_shots, status.lifetime_nl) == (before.lifetime_shots, before.lifetime_nl + 40_000)
    assert [record.number for record in again.records] == list(range(1, status.lifetime_shots + 1))
    assert again.records[:-1] == subject.records
    assert again.records[-1].authorisation_id == before.authorisation_id
    assert again.records[-1].measured_dose_nl == 40_000
    assert Outcome(again.records[-1].outcome) == Outcome.INTERRUPTED
    assert Fault(status.faults) & Fault.INTERRUPTED
    assert status.authorisation_id == before.authorisation_id
    assert (now.boot_count, now.calibration_id) == (was.boot_count + 1, was.calibration_id) == (2, 2)
    assert (now.needle_changes, now.syringe_changes) == (was.needle_changes, was.syringe_changes)
    pair = ANCHOR_PAIR.decode(again.wire.read(ANCHOR_PAIR.address, ANCHOR_PAIR.registers))
    assert (pair.newest_row, pair.newest_sha256) == (41, b"h" * 32)
    again.command(CommandKind.CLEAR_FAULTS)
    assert again.beat().state == ControllerState.UNHOMED, "where the needle is has to be found again"
