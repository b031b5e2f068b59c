"""What is in force after whatever happened: the calibration before or the one intended, and nothing arms on a guess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.errors import BadFrame, LinkTimeout
from drivers.injector import ModbusInjector
from drivers.registers import CALIBRATION, Calibration, Identity
from kiosk.alarms.conditions import A
from kiosk.calibration.dose import Blank
from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from kiosk.records.rows import CalibrationRow, EventRow
from kiosk.session import present_calibration
from kiosk.session.in_force import InForce
from kiosk.session.rewriting import Stage
from tests.calibration.kept import depth_proof
from tests.session.balance import Weighed
from tests.session.bench import Bench

_BLANK = Blank(33.0, 60.0)
DAY_MS = 24 * 3600 * 1000
RATIO = 0.96


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


def held(bench: Bench) -> Calibration:
    found = bench.rig.controller.journal.calibration
    assert found is not None, "the injector holds none"
    return found


def settled(subject: Weighed) -> str:
    """What the record says at the end: "old" or "new", which the injector holds too, or a failure."""
    bench = subject.bench
    bench.run(1)
    bench.until(lambda: bench.snap.link.connected and not bench.engine.rewriting.busy, 20)
    bench.run(0.3)
    found, in_force = held(bench), bench.engine.in_force
    assert in_force._pending is None, "it is known which one is in force"
    assert not in_force.different(found)
    if found.id == 1:
        assert found.pl_per_step_5 == 35_750
        return "old"
    assert found.pl_per_step_5 == pytest.approx(35_750 * RATIO, abs=400)
    assert found.smallest_dose_5_nl == 2_000
    assert "not proved" in in_force.refusal(found, bench.engine.today())
    return "new"


# -- proposed, written, proved -----------------------------------------------------------------------------------------
def test_nothing_is_written_but_the_proposal_that_was_shown(subject: Weighed) -> None:
    subject.loaded(RATIO)
    shown = subject.proposal
    assert [(change.title, change.before) for change in shown.changes] == [
        ("5 mL: one step of the plunger", 35_750),
        ("5 mL: smallest dose", 1_000),
    ]
    subject.as_weighed(0.97)
    assert "not the proposal that stands" in subject.bench.refused(ask.WriteCalibration(shown.key))
    assert held(subject.bench).id == 1


def test_while_it_is_written_no_alarm_says_that_the_record_cannot_explain_it(subject: Weighed) -> None:
    subject.loaded(RATIO)
    subject.write()
    said = [row.sentence for row in subject.bench.events("alarm")]
    whole = [str(row.body.get("detail", row.sentence)) for row in subject.bench.events("alarm")]
    assert not [words for words in (*said, *whole) if "this record explains" in words]
    assert [alarm.number for alarm in subject.bench.snap.alarms] == [732], "in force and not proved"


def test_what_does_not_pass_is_not_certified(subject: Weighed) -> None:
    shown = subject.loaded(0.90).proposal
    assert not shown.passes
    assert "does not pass" in shown.why_not_certify
    assert "does not pass" in subject.bench.refused(ask.CertifyCalibration(shown.key))


def test_a_measurement_that_is_no_correction_is_not_written(subject: Weighed) -> None:
    shown = subject.loaded(0.6).proposal
    assert "more than 25 %" in shown.why_not_write
    assert shown.changes == ()
    assert "more than 25 %" in subject.bench.refused(ask.WriteCalibration(shown.key))


def test_a_correction_that_the_injector_refuses_leaves_the_old_one(subject: Weighed) -> None:
    """It takes none that lies over a tenth from its nominal figures."""
    shown = subject.loaded(0.85).proposal
    assert "did not finish" in subject.bench.refused(ask.WriteCalibration(shown.key))
    assert settled(subject) == "old"
    assert "Calibration 1 stays in force" in subject.bench.events("calibration")[-1].sentence


def test_what_passes_is_certified_as_it_is_only_with_its_own_smallest_dose(subject: Weighed) -> None:
    shown = subject.loaded(1.0).proposal
    assert "smallest dose in force is 1.0 uL" in shown.why_not_certify
    subject.bench.tell(ask.LeaveCalibration())
    subject.open().syringe(smallest_nl=1_000).room().blank().as_weighed(1.0).certify()
    (row,) = subject.bench.rows(CalibrationRow)
    assert row.id == 1
    assert "due again on 2027-11-18" in subject.shown.note


def test_without_a_trusted_clock_nothing_gets_a_date(subject: Weighed) -> None:
    subject.loaded(RATIO).write().as_weighed(1.0)
    subject.bench.wall_trusted = False
    assert "clock is not trusted" in subject.proposal.why_not_certify


def test_a_proof_that_cannot_be_written_is_none(subject: Weighed) -> None:
    subject.loaded(RATIO).write().as_weighed(1.0).named()
    key = subject.proposal.key
    subject.bench.disk.failing = True
    assert "cannot be written" in subject.bench.refused(ask.CertifyCalibration(key))


def test_an_intent_that_cannot_be_written_sends_nothing(subject: Weighed) -> None:
    key = subject.loaded(RATIO).proposal.key
    subject.bench.disk.failing = True
    assert "the record cannot be written" in subject.bench.refused(ask.WriteCalibration(key))
    assert held(subject.bench).id == 1


@pytest.mark.requirement("ACU-3")
def test_the_proof_is_anchored_and_outlives_a_restart(subject: Weighed) -> None:
    subject.loaded(RATIO).write().as_weighed(1.0).certify()
    assert subject.bench.anchored[0] == subject.bench.engine.desk.last_row - 1, "the alarm's end came after it"
    subject.bench.restart()
    subject.bench.start()
    subject.bench.run(0.2)
    shown = subject.bench.snap.in_force
    assert (shown.id, shown.made, shown.expires, shown.days_left, shown.sentence) == (
        2, "2026-11-18", "2027-11-18", 365, "",
    )  # fmt: skip


@pytest.mark.requirement("ACU-3")
def test_what_is_in_force_and_not_proved_arms_nothing(subject: Weighed) -> None:
    subject.loaded(RATIO).write()
    subject.bench.tell(ask.LeaveCalibration())
    assert "in force and not proved" in subject.bench.last_notice or "not proved" in subject.bench.last_notice
    subject.bench.run(0.2)
    assert 732 in subject.bench.alarms()
    subject.bench.sign_in().open().screen().product().needle().syringe()
    subject.bench.tell(ask.Prepared(True))
    subject.bench.run(0.1)
    assert any("not proved" in sentence for sentence in subject.bench.snap.missing)


@pytest.mark.requirement("ACU-3")
def test_a_calibration_warns_for_30_days_and_blocks_from_its_last_day_on(subject: Weighed) -> None:
    subject.loaded(RATIO).write().as_weighed(1.0).certify()
    subject.bench.tell(ask.LeaveCalibration())
    for days, alarms in ((334, set[int]()), (335, {720}), (365, {720}), (366, {719})):
        subject.bench.wall_ms += days * DAY_MS
        subject.bench.run(0.1)
        assert subject.bench.alarms() & {719, 720} == alarms, days
        subject.bench.wall_ms -= days * DAY_MS
    subject.bench.wall_ms += 366 * DAY_MS
    subject.bench.run(0.1)
    assert subject.bench.snap.in_force.sentence == "The calibration expired on 2027-11-18."


# -- cut off -----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACU-3", "LED-6")
@pytest.mark.parametrize("stage", list(Stage), ids=lambda stage: stage.name)
@pytest.mark.parametrize("how", ["killed", "unplugged", "power cut"])
def test_cut_off_at_any_step_leaves_the_old_or_the_new_one_and_says_which(
    subject: Weighed, stage: Stage, how: str
) -> None:
    bench = subject.loaded(RATIO).bench
    bench.disk.holding = stage is Stage.COMMIT
    bench.send(ask.WriteCalibration(subject.proposal.key))
    bench.until(lambda: bench.engine.rewriting.stage is stage, 3)
    shown = present_calibration.calibrating(bench.engine)
    assert shown is not None
    assert (shown.step, shown.writing) == ("writing", stage.name.lower())
    if how != "unplugged":
        bench.disk.release()
    if how == "killed":
        bench.restart()
    elif how == "unplugged":
        bench.rig.plugged = False
        bench.run(1)
        bench.disk.release()
        bench.rig.plugged = True
    else:
        bench.rig.reset(bench.clock.now)
    found = settled(subject)
    if (how, stage) == ("power cut", Stage.READ_BACK):  # the spare slot outlives it, and selecting goes on
        return
    assert found == ("new" if stage in (Stage.SELECT, Stage.IDENTIFY) else "old")
    assert (732 in bench.alarms()) == (found == "new")
    if how == "killed":
        assert "left half-way" in " ".join(bench.notices)


@pytest.mark.requirement("ACU-3")
def test_a_supply_that_fails_inside_any_write_leaves_the_old_or_the_new_one(tmp_path: Path) -> None:
    """Cuts in both: the spare slot is written, then the word that selects it."""
    found: dict[Stage, set[str]] = {Stage.WRITE: set(), Stage.SELECT: set()}
    for stage, cuts in ((Stage.WRITE, (0, 1, 30, 55, 56)), (Stage.SELECT, (0, 1, 40, 80, 200))):
        for cut in cuts:
            folder = tmp_path / f"{stage.name}-{cut}"
            folder.mkdir()
            bench = Bench(folder)
            subject = Weighed(bench.start())
            subject.open().syringe().room()
            work = bench.engine.calibrating.dose
            assert work is not None
            work.blank = _BLANK
            subject.as_weighed(RATIO)
            bench.send(ask.WriteCalibration(subject.proposal.key))
            before = Stage(stage.value - 1)
            bench.until(lambda bench=bench, before=before: bench.engine.rewriting.stage is before, 3)
            bench.rig.memory.cut_after = cut
            found[stage].add(settled(subject))
            bench.close()
    assert found == {Stage.WRITE: {"old"}, Stage.SELECT: {"old", "new"}}


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("write_calibration", LinkTimeout(timeout_ms=40)),
        ("spare_calibration", BadFrame(why="damaged")),
        ("select_calibration", LinkTimeout(timeout_ms=40)),
    ],
)
def test_an_answer_that_does_not_come_is_found_out_and_nothing_is_sent_twice(
    subject: Weighed, monkeypatch: pytest.MonkeyPatch, method: str, error: Exception
) -> None:
    calls: list[str] = []
    true = getattr(ModbusInjector, method)

    def lost(injector: ModbusInjector, *arguments: object) -> object:
        calls.append(method)
        true(injector, *arguments)
        raise error

    key = subject.loaded(RATIO).proposal.key
    monkeypatch.setattr(ModbusInjector, method, lost)
    assert "looked at when it is back" in subject.bench.refused(ask.WriteCalibration(key))
    assert settled(subject) == ("new" if method == "select_calibration" else "old")
    assert calls == [method]


@pytest.mark.parametrize("method", ["spare_calibration", "select_calibration"])
def test_another_content_than_was_written_is_not_believed(
    subject: Weighed, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    true: Callable[..., Calibration] = getattr(ModbusInjector, method)

    def other(injector: ModbusInjector, *arguments: object) -> Calibration:
        return msgspec.structs.replace(true(injector, *arguments), pl_per_step_1=1)

    key = subject.loaded(RATIO).proposal.key
    monkeypatch.setattr(ModbusInjector, method, other)
    assert "does not hold what was written" in subject.bench.refused(ask.WriteCalibration(key))
    settled(subject)


def test_an_identity_that_names_another_one_is_not_believed(subject: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    key = subject.loaded(RATIO).proposal.key
    line = subject.bench.cycle.line
    true = line.take_identity

    def other() -> Identity | None:
        found = true()
        return None if found is None else msgspec.structs.replace(found, calibration_crc=1)

    monkeypatch.setattr(line, "take_identity", other)
    assert "names another calibration" in subject.bench.refused(ask.WriteCalibration(key))
    monkeypatch.undo()
    assert settled(subject) == "new"


def test_while_a_calibration_is_written_nothing_moves_and_nothing_else_is_written(subject: Weighed) -> None:
    key = subject.loaded(RATIO).proposal.key
    subject.bench.disk.holding = True
    first = subject.bench.send(ask.WriteCalibration(key))
    second = subject.bench.send(ask.WriteCalibration(key))
    home = subject.bench.send(ask.Rehome(True))
    subject.bench.run(0.2)
    assert subject.shown.step == "writing"
    assert "being written" in subject.bench.seat.replies[second].sentence
    assert "being written" in subject.bench.seat.replies[home].sentence
    subject.bench.disk.release()
    assert subject.bench.reply(first).ok


def test_leaving_while_it_is_written_says_so_and_then_which_one_is_in_force(subject: Weighed) -> None:
    bench, key = subject.loaded(RATIO).bench, subject.proposal.key
    bench.disk.holding = True
    bench.send(ask.WriteCalibration(key))
    bench.run(0.1)
    bench.send(ask.LeaveCalibration())
    bench.run(0.1)
    assert "a new one is being written" in bench.last_notice
    bench.disk.release()
    assert settled(subject) == "new"
    assert bench.last_notice == "Calibration 2 is in force, not proved yet"


@pytest.mark.requirement("ACU-3")
def test_a_run_goes_on_after_a_lost_link_but_never_with_another_calibration(subject: Weighed) -> None:
    subject.prepare().start("smallest").fire()
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.rig.plugged = False
    subject.bench.run(1)
    subject.bench.rig.plugged = True
    subject.bench.until(lambda: subject.bench.snap.link.connected, 10)
    subject.bench.run(0.2)
    assert len(subject.shown.runs[0].volumes_nl) == 1


# -- unexplained -------------------------------------------------------------------------------------------------------
def _foreign(bench: Bench) -> None:
    """Somebody writes into the injector past this program."""
    journal = bench.rig.controller.journal
    new = msgspec.structs.replace(held(bench), id=9, pl_per_step_5=36_000)
    journal.write_calibration(CALIBRATION.encode(new))
    journal.select_calibration()


@pytest.mark.requirement("ACU-3", "LIM-5")
def test_an_unexplained_calibration_blocks_until_the_certified_figures_are_restored(subject: Weighed) -> None:
    bench = subject.loaded(RATIO).write().as_weighed(1.0).certify().bench
    bench.tell(ask.LeaveCalibration())
    certified = held(bench)
    _foreign(bench)
    bench.restart()
    bench.run(1)
    assert "not the one that this record explains" in bench.snap.in_force.sentence
    assert bench.snap.in_force.restorable
    assert 732 in bench.alarms()
    subject.open()
    bench.tell(ask.RestoreCalibration())
    bench.run(0.2)
    found = held(bench)
    assert (found.id, found.pl_per_step_5) == (10, certified.pl_per_step_5)
    assert bench.snap.in_force.sentence == ""
    assert (bench.snap.in_force.expires, 732 in bench.alarms()) == ("2027-11-18", False)
    bench.restart()
    bench.run(1)
    assert bench.snap.in_force.expires == "2027-11-18"


@pytest.mark.requirement("ACU-3")
def test_neither_the_old_nor_the_intended_one_blocks_as_well(subject: Weighed) -> None:
    bench = subject.loaded(RATIO).bench
    bench.disk.holding = True
    bench.send(ask.WriteCalibration(subject.proposal.key))
    bench.run(0.1)
    bench.disk.release()
    _foreign(bench)
    bench.restart()
    bench.run(1)
    assert "not the one that this record explains" in bench.snap.in_force.sentence
    assert 732 in bench.alarms()
    subject.loaded(1.0).write()
    assert (held(bench).id, "not proved" in bench.snap.in_force.sentence) == (10, True), (
        "it is measured and proved anew"
    )


def test_an_injector_without_a_calibration_says_so(subject: Weighed) -> None:
    subject.open()
    connected = subject.bench.engine.connection.connected
    assert connected is not None
    subject.bench.engine.connection.connected = msgspec.structs.replace(connected, calibration=None)
    subject.bench.run(0.1)
    assert "no valid calibration" in subject.bench.snap.in_force.sentence
    assert "this record does not hold them" in subject.bench.refused(ask.RestoreCalibration())
    subject.bench.engine.in_force.compare(connected.identity, None)


def test_a_record_of_another_injector_says_nothing_of_this_one(subject: Weighed) -> None:
    subject.loaded(RATIO).write().as_weighed(1.0).certify()
    restored = subject.bench.ledger.restore()
    identity = subject.bench.engine.desk.identity
    assert identity is not None
    other = InForce(subject.bench.engine.desk, restored.certificates, restored.calibrations, simulated=True)
    other.compare(msgspec.structs.replace(identity, serial=77), held(subject.bench))
    assert (other.certified, other.proofs, other.highest) == (None, {}, 0)
    assert other.days_left("2026-11-18") is None
    other.compare(identity, held(subject.bench))
    assert other.certified is not None
    assert other.highest == 2


# -- hardware ----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACU-1", "ACU-2")
def test_on_hardware_unproved_barrels_are_closed_and_without_a_depth_nothing_is_certified(tmp_path: Path) -> None:
    bench = Bench(tmp_path, simulated=False)
    bench.until(lambda: bench.seat.snapshot is not None and bench.check("calibration") == "failed", 3)
    paired = {"serial": 1001, "cursor": 1, "lifetime_nl": 0, "max_id": 0}
    bench.ledger.append([EventRow("paired", 0, 0, "Ada", "paired", {**paired})])
    bench.restart()
    bench.realtime = bench.cycle._realtime = True
    bench.run(1)
    subject = Weighed(bench)
    subject.loaded(1.0)
    assert (
        "never proved here" in subject.proposal.why_not_certify or "smallest dose" in subject.proposal.why_not_certify
    )
    subject.write()
    found = held(bench)
    assert (found.smallest_dose_1_nl, found.smallest_dose_2_nl, found.smallest_dose_10_nl) == (0, 0, 0)
    assert found.smallest_dose_5_nl == 2_000
    subject.as_weighed(1.0).certify()
    assert "depth is still to be proved" in subject.shown.note
    assert bench.rows(CalibrationRow) == []
    assert "not proved" in bench.snap.in_force.sentence
    bench.close()


@pytest.mark.requirement("ACU-1", "ACU-2", "ACU-3")
def test_on_hardware_depth_and_dose_together_make_the_certificate(tmp_path: Path) -> None:
    bench = Bench(tmp_path, simulated=False)
    bench.until(lambda: bench.seat.snapshot is not None and bench.check("calibration") == "failed", 3)
    paired = {"serial": 1001, "cursor": 1, "lifetime_nl": 0, "max_id": 0}
    depth = {"what": "proved", "serial": 1001, "part": "depth", "first": 0, "second": 1_000_000}
    kept = {"sha256": "ab", "proof": depth_proof("2026-10-01", "2027-10-01")}
    dates = {"made": "2026-10-01", "expires": "2027-10-01", **kept}
    bench.ledger.append(
        [
            EventRow("paired", 0, 0, "Ada", "paired", {**paired}),
            EventRow("calibration", 0, 0, "Tom", "depth proved", {**depth, **dates}),
        ]
    )
    bench.restart()
    bench.realtime = bench.cycle._realtime = True
    bench.run(1)
    subject = Weighed(bench)
    subject.open().syringe(smallest_nl=1_000).room().blank().as_weighed(1.0)
    assert "never proved here" in subject.proposal.why_not_certify
    subject.write().as_weighed(1.0).certify()
    (row,) = bench.rows(CalibrationRow)
    assert (row.made, row.expires) == ("2026-11-18", "2027-10-01"), "the earliest of its parts is the one that is due"
    assert bench.snap.in_force.sentence == ""
    bench.tell(ask.LeaveCalibration())
    bench.run(0.2)
    assert bench.check("calibration") == "passed"
    bench.close()


# -- rows that were damaged ------------------------------------------------------------------------------------------
def found_with(bench: Bench, *rows: CalibrationRow | EventRow) -> Bench:
    """Control begins again with these rows in its record."""
    bench.run(1)
    bench.restart(meanwhile=lambda: appended(bench, *rows))
    bench.run(1)
    return bench


def appended(bench: Bench, *rows: CalibrationRow | EventRow) -> None:
    ledger = bench._open()
    ledger.append(rows)
    ledger.close()


DAMAGED: list[dict[str, str | int]] = [
    {},
    {"what": "in force", "serial": "x"},
    {"what": "in force", "serial": 1001},
    {"what": "in force", "serial": 1001, "id": "x", "crc": 7},
    {"what": "writing", "serial": 1001},
    {"what": "certified", "serial": 1001, "proofs": "p"},
    {"what": "certified", "serial": 1001, "proofs": "p", "restored": 0, "cap_depth_um": "x"},
    {"what": "x", "serial": 1001},
]


@pytest.mark.requirement("LIM-9", "ACU-3")
@pytest.mark.parametrize("body", DAMAGED, ids=str)
def test_a_damaged_row_of_it_ends_no_start_and_blocks_until_a_fresh_certificate(
    bench: Bench, body: dict[str, Any]
) -> None:
    found_with(bench, EventRow(Fact.CALIBRATION, 0, 0, "Tom", "said", {**body}))
    assert "A row about this injector's calibration is damaged: a technician proves it anew." in bench.snap.missing
    assert A.CONTROLLER_CALIBRATION in bench.alarms()
    made: dict[str, Any] = {"what": "certified", "serial": 1001, "proofs": "p", "restored": False}
    found_with(bench, EventRow(Fact.CALIBRATION, 0, 0, "Tom", "made", {**made}))
    assert not any("damaged" in why and "calibration" in why for why in bench.snap.missing)


@pytest.mark.requirement("ACU-3")
def test_a_damaged_row_of_another_injector_says_nothing_of_this_one(bench: Bench) -> None:
    found_with(bench, EventRow(Fact.CALIBRATION, 0, 0, "Tom", "said", {"what": "in force", "serial": 7}))
    assert not any("damaged" in why for why in bench.snap.missing)


@pytest.mark.requirement("LIM-9", "ACU-3")
@pytest.mark.parametrize("expires", ["", "x", "9999-99-99"])
def test_a_day_that_there_is_not_is_past(bench: Bench, expires: str) -> None:
    bench.run(1)
    calibration = bench.engine.calibrating.calibration
    assert calibration is not None
    row = CalibrationRow(calibration.id, 0, "Tom", 1001, calibration.crc, "2026-01-01", expires, "x")
    found_with(bench, row)
    assert f"The calibration expired on {expires}." in bench.snap.missing
    assert A.CALIBRATION_EXPIRED in bench.alarms()
