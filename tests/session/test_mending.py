"""An injector that holds no valid calibration: mended from the glass, and nobody is treated before it is proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from drivers.errors import CorruptBlock
from drivers.injector import ModbusInjector
from drivers.registers import CALIBRATION, IDENTITY, U32_MAX, Calibration, Fault
from hal_sim.journal import _CALIBRATION_AT
from kiosk.channel import commands as ask
from kiosk.channel.calibration_views import CalibratingView
from kiosk.channel.service import WriteFactory
from kiosk.records.rows import CalibrationRow, EventRow
from kiosk.session.mending import CLEAR
from kiosk.session.rewriting import Stage
from tests.session.balance import Weighed
from tests.session.bench import TECHNICIAN, Bench, library
from tests.session.extremes import instead

SLOTS = 2 * CALIBRATION.size


def blank(bench: Bench) -> None:
    """Both slots as an erased memory."""
    bench.rig.memory.write(_CALIBRATION_AT, bytes(SLOTS))


def damaged(bench: Bench) -> None:
    """Both slots hold a calibration whose check does not fit."""
    held = bytearray(bench.rig.memory.read(_CALIBRATION_AT, CALIBRATION.size))
    held[5] ^= 0xFF
    bench.rig.memory.write(_CALIBRATION_AT, bytes(held) * 2)


def without(bench: Bench, lose: Callable[[Bench], None] = blank) -> Weighed:
    """The injector lost its calibration and started again; a technician is there."""
    bench.run(0.2)
    lose(bench)
    bench.do("reset")
    lost = lambda: bench.seat.snapshot is not None and "no valid" in bench.snap.in_force.sentence  # noqa: E731
    bench.until(lost, 10)
    bench.sign_in(TECHNICIAN)
    return Weighed(bench)


def opened(bench: Bench, lose: Callable[[Bench], None] = blank) -> Weighed:
    return without(bench, lose).open()


def shown(subject: Weighed) -> CalibratingView:
    subject.bench.run(0.2)
    return subject.shown


def mend(subject: Weighed) -> Weighed:
    proposal = shown(subject).proposal
    assert proposal is not None
    subject.bench.tell(WriteFactory(proposal.key))
    subject.bench.run(0.5)
    return subject


def held(subject: Weighed) -> Calibration:
    found = subject.bench.rig.controller.journal.calibration
    assert found is not None
    return found


@pytest.mark.requirement("LIM-9")
def test_an_injector_whose_calibration_numbers_are_used_up_is_left_as_it_is_and_ends_no_control(bench: Bench) -> None:
    """A memory that was never written names all ones."""
    bench.says = instead(IDENTITY, "calibration_id", U32_MAX)
    subject = opened(bench)
    proposal = shown(subject).proposal
    assert proposal is not None
    assert "has to be serviced" in bench.refused(WriteFactory(proposal.key))
    assert not bench.engine.rewriting.busy
    assert not bench.engine.desk.ledger_broken
    assert "has to be serviced" in shown(subject).note


@pytest.mark.requirement("LIM-9", "PST-1")
@pytest.mark.parametrize("lose", [blank, damaged])
def test_nothing_is_armed_without_a_calibration_and_the_self_test_names_it(
    bench: Bench, lose: Callable[[Bench], None]
) -> None:
    subject = without(bench, lose)
    assert subject.bench.snap.in_force.sentence == "The injector has no valid calibration."
    check = next(check for check in subject.bench.snap.checks if check.state == "failed")
    assert (check.key, check.detail) == (
        "calibration",
        "The injector has no valid calibration: a technician calibrates it.",
    )
    assert "The injector has no valid calibration." in subject.bench.snap.missing


@pytest.mark.requirement("ACU-3", "LIM-9")
@pytest.mark.parametrize("lose", [blank, damaged])
def test_the_figures_of_construction_are_shown_and_then_written_by_a_step_of_their_own(
    bench: Bench, lose: Callable[[Bench], None]
) -> None:
    subject = opened(bench, lose)
    assert shown(subject).step == "factory"
    proposal = shown(subject).proposal
    assert proposal is not None
    told = {change.title: (change.before, change.after, change.unit) for change in proposal.changes}
    assert told["5 mL: one step of the plunger"] == (0, 35_750, "pL")
    assert told["5 mL: smallest dose"] == (0, 0, "nL")
    assert bench.rig.controller.journal.calibration is None, "nothing is written by itself"
    mend(subject)
    found = held(subject)
    assert (found.id, found.depth_zero_um, found.depth_scale_ppm, found.pl_per_step_5) == (1, 0, 1_000_000, 35_750)
    [writing] = subject.rows("writing")
    assert (writing["id"], writing["old_id"], writing["old_crc"]) == (1, 0, 0)
    [row] = [row for row in bench.events("calibration") if row.body["what"] == "writing"]
    assert row.user == TECHNICIAN.name
    assert shown(subject).step == "syringe"
    assert bench.rig.controller.faults == Fault.NONE, "the controller's own fault is over with its cause"


@pytest.mark.requirement("ACU-1", "ACU-3", "LIM-9")
def test_with_the_figures_of_construction_nobody_is_treated(bench: Bench) -> None:
    subject = mend(opened(bench))
    bench.tell(ask.LeaveCalibration())
    found = held(subject)
    assert not any(getattr(found, f"smallest_dose_{barrel}_nl") for barrel in ("1", "2", "5", "10"))
    assert "not proved" in bench.engine.calibration_refusal(found)
    bench.run(0.2)
    assert "not proved" in next(check.detail for check in bench.snap.checks if check.state == "failed")
    bench.restart()
    bench.until(lambda: bench.snap.link.connected, 5)
    assert "not proved" in bench.engine.calibration_refusal(found)


@pytest.mark.requirement("ACU-1", "ACU-3")
def test_what_is_measured_from_there_and_proved_is_in_force_for_treating(bench: Bench) -> None:
    subject = mend(opened(bench))
    subject.syringe("5ml", 5.0).room().blank().as_weighed(0.97)
    subject.write()
    assert (held(subject).id, held(subject).smallest_dose_5_nl) == (2, 2_000)
    subject.syringe("5ml", 5.0).as_weighed(1.0).certify()
    [row] = bench.rows(CalibrationRow)
    assert row.id == 2
    assert bench.engine.calibration_refusal(held(subject)) == ""


@pytest.mark.requirement("ACU-3")
def test_only_the_figures_that_were_shown_are_written(bench: Bench) -> None:
    subject = opened(bench)
    assert "not the figures that stand" in bench.refused(WriteFactory("another"))
    mend(subject)
    key = bench.engine.calibrating.mending.key()
    assert "has a calibration" in bench.refused(WriteFactory(key))
    bench.tell(ask.LeaveCalibration())
    assert not bench.ask(WriteFactory(key)).ok


@pytest.mark.requirement("ACC-1", "ACC-5")
def test_a_practitioner_writes_none(bench: Bench) -> None:
    subject = opened(bench)
    bench.sign_in()
    assert "technician" in bench.refused(WriteFactory(bench.engine.calibrating.mending.key()))
    assert subject.bench.rig.controller.journal.calibration is None


@pytest.mark.requirement("LIM-9")
def test_a_device_whose_profile_names_no_figures_says_so(tmp_path: Any) -> None:
    shelf = library()
    bare = msgspec.structs.replace(shelf.devices["reference"], factory=None)
    bench = Bench(tmp_path, shelf=msgspec.structs.replace(shelf, devices=MappingProxyType({"reference": bare})))
    subject = opened(bench)
    proposal = shown(subject).proposal
    assert proposal is not None
    assert proposal.why_not_write == "the device's profile names no figures of construction"
    assert "names no figures" in bench.refused(WriteFactory(""))
    bench.close()


@pytest.mark.requirement("ACU-3")
def test_what_was_certified_last_can_be_put_back_instead(bench: Bench) -> None:
    subject = Weighed(bench.start()).loaded(0.97).write()
    subject.syringe("5ml", 5.0).room().blank().as_weighed(1.0).certify()
    proved = held(subject)
    bench.tell(ask.LeaveCalibration())
    opened(bench)
    assert bench.snap.in_force.restorable
    bench.tell(ask.RestoreCalibration())
    bench.run(0.5)
    now = held(subject)
    assert (now.id, now.pl_per_step_5, now.smallest_dose_5_nl) == (
        proved.id + 1, proved.pl_per_step_5, proved.smallest_dose_5_nl,
    )  # fmt: skip
    assert bench.engine.calibration_refusal(now) == "", "it keeps its proof and its date"
    assert bench.rig.controller.faults == Fault.NONE


@pytest.mark.requirement("ACU-3", "LED-4")
@pytest.mark.parametrize("stage", [Stage.WRITE, Stage.READ_BACK, Stage.SELECT])
def test_a_writing_that_is_cut_off_leaves_none_or_the_new_one(bench: Bench, stage: Stage) -> None:
    subject = opened(bench)
    proposal = shown(subject).proposal
    assert proposal is not None
    bench.send(WriteFactory(proposal.key))
    bench.until(lambda: bench.engine.rewriting.stage is stage, 5)
    bench.do("reset")
    bench.run(2)
    bench.until(lambda: bench.snap.link.connected, 10)
    bench.run(0.3)
    assert bench.engine.in_force._pending is None, "it is known which one is in force"
    if bench.rig.controller.journal.calibration is None:
        assert "there is still none" in " ".join(bench.notices)
        assert bench.check("calibration") == "failed"
    else:
        assert "not proved" in bench.engine.calibration_refusal(held(subject))


def refused(*_: object) -> None:
    from drivers.errors import Refused

    raise Refused(what="calibration", exception=3, reason="a value is not allowed")


def test_what_the_controller_refuses_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = opened(bench)
    proposal = shown(subject).proposal
    assert proposal is not None
    monkeypatch.setattr(ModbusInjector, "write_calibration", refused)
    assert "not allowed" in bench.refused(WriteFactory(proposal.key))
    assert subject.rows("kept") == [{"what": "kept", "serial": 1001, "id": 0, "crc": 0}]
    [row] = [row for row in bench.rows(EventRow) if row.body.get("what") == "kept"]
    assert row.sentence.startswith("No calibration is in force: ")
    assert shown(subject).step == "factory"


def test_a_second_fault_is_left_to_a_person(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = opened(bench)
    bench.rig.controller.faults |= Fault.SUPPLY
    mend(subject)
    assert bench.engine.calibrating.note.endswith(CLEAR)
    assert bench.rig.controller.faults & Fault.SUPPLY, "no fault is cleared that nobody looked at"


def test_a_fault_that_cannot_be_cleared_now_is_left_to_a_person(bench: Bench) -> None:
    subject = opened(bench)
    work = bench.engine.calibrating.mending
    bench.engine.slot._blocked = lambda _: "not now"
    work.written()
    assert bench.engine.calibrating.note == CLEAR
    bench.engine.slot._blocked = lambda _: ""
    bench.disk.holding = True
    work.written()
    bench.engine.slot.abandon()
    assert bench.engine.calibrating.note == CLEAR
    bench.disk.release()
    del subject


@pytest.mark.requirement("LIM-9")
def test_a_calibration_that_is_named_and_damaged_is_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def corrupt(*_: object) -> None:
        raise CorruptBlock(block="calibration in force", why="its CRC-32 does not fit")

    monkeypatch.setattr(ModbusInjector, "calibration", corrupt)
    bench.until(lambda: bench.seat.snapshot is not None and bench.check("calibration") == "failed", 10)
    assert bench.snap.link.connected
    subject = Weighed(bench).open()
    assert shown(subject).step == "factory"
    proposal = shown(subject).proposal
    assert proposal is not None
    monkeypatch.undo()
    bench.tell(WriteFactory(proposal.key))
    bench.run(0.3)
    assert held(subject).id == 2, "a number that the injector names is not used again"


def readings(monkeypatch: pytest.MonkeyPatch, *wrong: Callable[[Calibration], Calibration]) -> list[Calibration]:
    """The next readings of the calibration come out so; returns what the injector really held each time."""
    truly, left, held = ModbusInjector.calibration, list(wrong), list[Calibration]()

    def read(injector: ModbusInjector) -> Calibration:
        held.append(truly(injector))
        return left.pop(0)(held[-1]) if left else held[-1]

    monkeypatch.setattr(ModbusInjector, "calibration", read)
    return held


def misread(_: Calibration) -> Calibration:
    raise CorruptBlock(block="calibration in force", why="its CRC-32 does not fit")


@pytest.mark.requirement("LIM-9")
def test_a_calibration_that_was_read_damaged_once_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = readings(monkeypatch, misread)
    subject = Bench(tmp_path)
    subject.until(lambda: subject.seat.snapshot is not None and subject.snap.link.connected, 10)
    assert len(read) == 3, "once damaged, once whole, and once more by another connection"
    connected = subject.engine.connection.connected
    assert connected is not None
    assert connected.calibration == read[0], "an answer to something else is no word about the injector"
    subject.close()


@pytest.mark.requirement("LIM-9")
def test_a_calibration_that_the_identity_does_not_name_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = readings(monkeypatch, lambda held: msgspec.structs.replace(held, id=held.id + 1))
    subject = Bench(tmp_path)
    subject.until(lambda: subject.seat.snapshot is not None and subject.snap.link.connected, 10)
    assert len(read) == 2
    connected = subject.engine.connection.connected
    assert connected is not None
    assert connected.calibration == read[0]
    subject.close()


def test_a_barrel_is_weighed_only_once_there_are_figures_to_correct(bench: Bench) -> None:
    subject = opened(bench)
    refused = subject.bench.refused(ask.CalibrateDose("5ml", 5_000_000, 2_000))
    assert "no injector with a calibration is connected" in refused
    assert subject.bench.engine.calibrating.dose is None
