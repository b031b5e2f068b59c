"""The bench's process killed without a word: what its small file keeps is what a real memory would."""

from __future__ import annotations

import signal
from collections.abc import Callable
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
    Outcome,
)
from tests.conformance.subject import Subject
from tests.conformance.wires import OnBench


def calibrated(subject: Subject) -> int:
    """The calibration in force again, under the next id."""
    held = subject.wire.read(CALIBRATION_IN_FORCE.address, CALIBRATION.registers)
    identity = CALIBRATION.decode(held).id + 1
    data = CALIBRATION.encode(CALIBRATION.decode(identity.to_bytes(4, "big") + held[4:]))
    subject.wire.write(CALIBRATION.address, data)
    subject.wire.write(CALIBRATION_SELECT.address, CALIBRATION_SELECT.encode(CalibrationSelect(identity, SERVICE_WORD)))
    return identity


@pytest.fixture
def bench(tmp_path: Path) -> Callable[[], OnBench]:
    """A bench that is started again on the same file."""
    return lambda: OnBench(tmp_path, f"--memory={tmp_path / 'fram'}")


@pytest.mark.requirement("LED-4", "LED-10", "LED-11")
def test_killed_in_a_stroke_it_comes_back_with_everything_and_the_stroke_in_full(
    bench: Callable[[], OnBench],
) -> None:
    first = bench()
    subject = Subject(first)
    subject.ready()
    identity = calibrated(subject)
    subject.command(CommandKind.NEEDLE_CHANGED)
    subject.wire.write(ANCHOR.address, ANCHOR.encode(Anchor(41, b"h" * 32)))
    subject.in_stroke()
    before, was, block = subject.status(), subject.identity(), subject.status().authorisation_id
    first.close(signal.SIGKILL)

    second = bench()
    again = Subject(second)
    for _ in range(1 + before.lifetime_shots):
        again.beat()
    status, now = again.status(), again.identity()
    assert (status.lifetime_shots, status.lifetime_nl) == (before.lifetime_shots, before.lifetime_nl + 40_000)
    assert [record.number for record in again.records] == list(range(1, status.lifetime_shots + 1))
    assert again.records[:-1] == subject.records
    assert (again.records[-1].authorisation_id, again.records[-1].measured_dose_nl) == (block, 40_000)
    assert Outcome(again.records[-1].outcome) == Outcome.INTERRUPTED
    assert Fault(status.faults) & Fault.INTERRUPTED
    assert status.authorisation_id == block
    assert (now.boot_count, now.calibration_id) == (was.boot_count + 1, identity)
    assert (now.needle_changes, now.syringe_changes) == (was.needle_changes, was.syringe_changes)
    pair = ANCHOR_PAIR.decode(second.read(ANCHOR_PAIR.address, ANCHOR_PAIR.registers))
    assert (pair.newest_row, pair.newest_sha256) == (41, b"h" * 32)
    again.command(CommandKind.CLEAR_FAULTS)
    assert again.beat().state == ControllerState.UNHOMED, "where the needle is has to be found again"
    second.close()
