"""Who calibrates, when, and what a run does not take: every refusal says why, and nothing that was weighed is lost."""

from __future__ import annotations

import msgspec
import pytest

from drivers.registers import Outcome, ShotRecord
from kiosk.channel import commands as ask
from kiosk.channel.commands import AnyCommand
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty, ShotRow
from kiosk.session import barrel
from kiosk.session.bench_shots import why_none
from kiosk.session.calibration_wire import perform
from kiosk.session.dispatch import Ended
from kiosk.session.exchange import ReadSpare
from tests.session.balance import Weighed
from tests.session.bench import TECHNICIAN, Bench

DOSE = ask.CalibrateDose("5ml", 5_000_000, 2_000)


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


def bench_rows(subject: Weighed) -> list[AuthorisationRow]:
    return [row for row in subject.bench.rows(AuthorisationRow) if row.kind is AuthorisationKind.BENCH]


def bench_shots(subject: Weighed) -> list[ShotRow]:
    return [row for row in subject.bench.rows(ShotRow) if row.kind is AuthorisationKind.BENCH]


# -- who and when ------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACC-1", "ACC-5")
def test_a_practitioner_does_not_calibrate(subject: Weighed) -> None:
    assert "technician" in subject.bench.refused(ask.OpenCalibration(True))


@pytest.mark.requirement("ACU-3")
def test_no_calibration_is_opened_in_a_session_and_no_session_in_a_calibration(bench: Bench) -> None:
    bench.start().open().sign_in(TECHNICIAN)
    assert "not complete" in bench.refused(ask.OpenCalibration(True))


def test_a_session_waits_until_the_calibration_is_left(subject: Weighed) -> None:
    subject.open()
    assert "a calibration is open" in subject.bench.refused(ask.OpenCalibration(True))
    subject.bench.run(0.1)
    assert "A calibration is open: leave it first." in subject.bench.snap.missing
    subject.bench.tell(ask.LeaveCalibration())
    subject.bench.sign_in().open()


def test_a_session_that_is_found_open_is_finished_first(subject: Weighed) -> None:
    subject.bench.engine.setup.facts = object()  # type: ignore[assignment]
    subject.bench.engine.calibrating._engine.people.sign_out()
    with pytest.raises(Exception, match="a session is open"):
        subject.bench.engine.calibrating.begin(ask.OpenCalibration(True), lambda *_: None)


def test_the_needle_moves_only_with_the_handpiece_away(subject: Weighed) -> None:
    subject.bench.sign_in(TECHNICIAN)
    assert "not away" in subject.bench.refused(ask.OpenCalibration(False))
    subject.bench.on_skin().run(0.1)
    assert "touches something" in subject.bench.refused(ask.OpenCalibration(True))
    subject.bench.do("lift")
    subject.bench.run(0.1)
    number = subject.bench.send(ask.OpenCalibration(True))
    subject.bench.until(lambda: subject.bench.engine.calibrating.homing, 2)
    assert subject.shown.step == "homing"
    subject.bench.on_skin()
    reply = subject.bench.reply(number)
    assert not reply.ok
    assert subject.bench.snap.phase == "home"


def test_whoever_signs_out_while_the_needle_homes_opens_nothing(subject: Weighed) -> None:
    subject.bench.sign_in(TECHNICIAN)
    number = subject.bench.send(ask.OpenCalibration(True))
    subject.bench.until(lambda: subject.bench.engine.calibrating.homing, 2)
    subject.bench.send(ask.SignOut())
    assert "the person changed" in subject.bench.reply(number).sentence
    assert subject.bench.snap.phase == "home"


def test_a_calibration_that_is_opened_twice_at_once_is_opened_once(subject: Weighed) -> None:
    subject.open()
    with pytest.raises(Exception, match="open already"):
        subject.bench.engine.calibrating.begin(ask.OpenCalibration(True), lambda *_: None)


# -- leaving -----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACU-3")
@pytest.mark.parametrize(
    ("act", "why"),
    [
        (ask.LeaveCalibration(), "asked"),
        (ask.SignOut(), "the technician signed out"),
        (ask.SignIn(TECHNICIAN.name, TECHNICIAN.pin), ""),
    ],
)
def test_leaving_half_way_leaves_what_is_in_force_and_says_so(subject: Weighed, act: AnyCommand, why: str) -> None:
    subject.prepare().start("smallest")
    subject.bench.until(lambda: subject.bench.rig.controller.shots_left == 1, 5)
    subject.bench.send(act)
    subject.bench.run(0.5)
    if not why:
        assert subject.bench.engine.calibrating.open, "the same person may sign in again"
        return
    assert subject.bench.last_notice == f"Calibration left ({why}): number 1 is in force"
    assert subject.bench.rig.controller.shots_left == 0, "what waited for its trigger is taken back"
    assert subject.bench.rig.controller.journal.calibration.id == 1  # type: ignore[union-attr]
    subject.bench.quiet()


def test_another_person_ends_it(subject: Weighed) -> None:
    subject.open().bench.sign_in()
    subject.bench.run(0.1)
    assert "another person took over" in subject.bench.last_notice


def test_leaving_while_the_injector_is_away_says_that_it_is_looked_at_later(subject: Weighed) -> None:
    subject.open()
    subject.bench.rig.plugged = False
    subject.bench.run(0.5)
    assert subject.bench.snap.in_force.sentence == "No injector is connected."
    subject.bench.tell(ask.LeaveCalibration())
    assert "looked at when the injector is back" in subject.bench.last_notice


def test_another_injector_ends_it(subject: Weighed) -> None:
    subject.open()
    subject.bench.engine.calibrating.serial = 77
    subject.bench.run(0.1)
    assert "another injector was connected" in subject.bench.last_notice


# -- contact, stop, lock -----------------------------------------------------------------------------------------------
def test_contact_refuses_a_bench_shot(subject: Weighed) -> None:
    subject.prepare()
    subject.bench.tell(ask.StartRun("smallest"))
    weight = subject.settle()
    subject.bench.on_skin().run(0.1)
    subject.bench.tell(ask.TypeWeight(weight))
    subject.bench.run(0.2)
    assert "touches something" in subject.shown.note
    assert subject.shown.step == "runs"
    assert not bench_rows(subject)


@pytest.mark.parametrize(
    ("word", "said"),
    [("contact on", "touches something"), ("stop press", "top"), ("unplug", "link"), ("lock", "signed in")],
)
def test_what_forbids_a_shot_takes_one_back_that_waits_for_its_trigger(subject: Weighed, word: str, said: str) -> None:
    subject.prepare().start("smallest")
    subject.bench.until(lambda: subject.bench.rig.controller.shots_left == 1, 5)
    if word == "lock":
        subject.bench.send(ask.Lock())
    elif word == "unplug":
        subject.bench.rig.plugged = False
    else:
        subject.bench.do(word)
    subject.bench.run(1.0)
    assert said in subject.shown.note
    assert subject.bench.rig.controller.shots_left == 0
    assert not bench_shots(subject)
    assert not subject.bench.panel._enabled


def test_a_screen_that_hangs_takes_a_bench_shot_back(subject: Weighed) -> None:
    subject.prepare().start("smallest")
    subject.bench.until(lambda: subject.bench.rig.controller.shots_left == 1, 5)
    subject.bench.seat.shows = False
    subject.bench.run(1.5)
    assert subject.bench.rig.controller.shots_left == 0
    subject.bench.seat.shows = True
    subject.bench.run(0.2)
    assert "he screen does not show" in subject.shown.note


def test_a_shot_that_nobody_fires_is_no_shot(subject: Weighed) -> None:
    subject.prepare().start("smallest")
    subject.bench.run(32)
    assert "nobody pressed the trigger" in subject.shown.note.lower()
    assert (subject.shown.step, bench_shots(subject)) == ("runs", [])
    assert len(subject.rows("no shot")) == 1


def test_a_stroke_that_is_cut_short_is_no_shot_of_its_dose_and_the_run_goes_on(subject: Weighed) -> None:
    subject.prepare().start("largest")
    subject.bench.until(lambda: subject.bench.rig.controller.shots_left == 1, 5)
    subject.bench.press()
    subject.bench.until(lambda: subject.bench.rig.controller.motion is not None, 2)
    subject.bench.do("contact on")
    subject.bench.run(1)
    subject.bench.release().do("lift")
    subject.bench.run(0.2)
    assert subject.shown.step == "runs"
    assert len(bench_shots(subject)) == 1, "it is recorded and counted"
    assert len(subject.rows("no shot")) == 1
    subject.bench.tell(ask.ClearFaults())
    subject.start("largest").fire()
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    assert len(subject.shown.runs[2].volumes_nl) == 1
    subject.bench.tell(ask.PauseRun())
    subject.bench.quiet()


def test_bench_shots_move_the_device_and_no_patient(subject: Weighed) -> None:
    subject.prepare().start("largest").fire()
    restored = subject.bench.ledger.restore()
    assert restored.lifetime_nl == subject.bench.rig.controller.journal.lifetime_nl > 200_000
    tally = subject.bench.engine.tally
    assert (tally.session.nl, tally.product_nl, tally.syringe_nl) == (0, 0, 0)


def test_a_run_that_is_left_takes_back_its_shot_and_keeps_what_was_weighed(subject: Weighed) -> None:
    subject.prepare().start("smallest").fire()
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.tell(ask.PauseRun())
    subject.bench.run(0.5)
    assert subject.bench.rig.controller.shots_left == 0
    assert (subject.shown.step, len(subject.shown.runs[0].volumes_nl)) == ("runs", 1)
    subject.bench.tell(ask.StartRun("smallest"))
    subject.bench.run(0.1)
    assert subject.shown.step == "base"


# -- order and values --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ask.FlushBench(10_000), "no syringe is on the balance"),
        (ask.DescribeRoom(2000), "no syringe"),
        (ask.StartBlank(), "no syringe"),
        (ask.StartRun("smallest"), "no syringe"),
        (ask.PauseRun(), "no syringe"),
        (ask.TypeWeight(1), "no syringe"),
        (ask.WriteCalibration("x"), "not the proposal that stands"),
        (ask.CertifyCalibration("x"), "not the proposal that stands"),
        (ask.RestoreCalibration(), "last certified are in force"),
        (ask.CalibrateDose("20ml", 5_000_000, 2_000), "no syringe '20ml'"),
        (ask.CalibrateDose("2ml", 2_000_000, 2_000), "a 5 mL syringe"),
        (ask.CalibrateDose("5ml", 50_000, 2_000), "at most 5.00 mL"),
        (ask.CalibrateDose("5ml", 5_000_000, 1_500), "leaves no middle one"),
        (ask.CalibrateDose("5ml", 5_000_000, 200_000), "leaves no middle one"),
        (ask.CalibrateDose("5ml", 3_000_000, 2_000), "did not finish"),
    ],
)
def test_what_comes_first_is_said(subject: Weighed, command: AnyCommand, said: str) -> None:
    subject.open()
    subject.bench.run(0.1)
    assert subject.shown.step == "syringe"
    assert said in subject.bench.refused(command)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ask.StartRun("smallest"), "syringe, room and blank come first"),
        (ask.TypeWeight(1), "nothing is being weighed"),
        (ask.FlushBench(1_500), "whole uL"),
        (ask.FlushBench(501_000), "whole uL"),
        (ask.DescribeRoom(4000), "outside"),
    ],
)
def test_before_room_and_blank_nothing_is_weighed(subject: Weighed, command: AnyCommand, said: str) -> None:
    subject.open().syringe()
    assert said in subject.bench.refused(command)


def test_each_step_is_waited_for_in_turn(subject: Weighed) -> None:
    subject.open().bench.run(0.1)
    steps = [subject.shown.step]
    subject.bench.tell(DOSE)
    subject.bench.run(0.1)
    steps.append(subject.shown.step)
    assert subject.shown.room == ""
    subject.syringe().bench.run(0.1)
    steps.append(subject.shown.step)
    subject.room().bench.run(0.1)
    steps.append(subject.shown.step)
    subject.bench.tell(ask.StartBlank())
    subject.bench.run(0.1)
    steps.append(subject.shown.step)
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.run(0.1)
    steps.append(subject.shown.step)
    assert "more have to pass" in subject.bench.refused(ask.TypeWeight(1))
    subject.bench.run(40)
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.run(0.1)
    steps.append(subject.shown.step)
    assert "ug/s" in subject.shown.blank
    assert steps == ["syringe", "flush", "room", "blank", "blank begin", "blank end", "runs"]
    subject.start("smallest").bench.run(0.1)
    assert subject.shown.step == "shot"
    assert "has not been fired" in subject.bench.refused(ask.TypeWeight(1))
    assert "is being weighed" in subject.bench.refused(ask.StartBlank())
    assert "waits for its trigger" in subject.bench.refused(ask.StartRun("middle"))
    subject.fire()
    assert subject.shown.step == "weight"
    assert "a weight is waited for" in subject.bench.refused(ask.FlushBench(10_000))
    assert "a weight is waited for" in subject.bench.refused(ask.StartRun("middle"))
    work = subject.bench.engine.calibrating.dose
    assert work is not None
    with pytest.raises(Exception, match="is being weighed: leave it first"):
        work.begin("middle")


def test_a_weight_that_cannot_be_is_doubted_once_and_taken_when_it_is_given_again(subject: Weighed) -> None:
    subject.prepare().start("smallest").fire()
    far = subject.settle() + 1_000_000
    assert "if that is right, give it again" in subject.bench.refused(ask.TypeWeight(far))
    assert "give it again" in subject.bench.refused(ask.TypeWeight(far + 1)), "another one is doubted again"
    subject.bench.tell(ask.TypeWeight(far + 1))
    subject.bench.run(0.1)
    assert subject.shown.runs[0].volumes_nl[0] > 1_000_000, "nothing that was measured is dropped"


def test_a_blank_that_cannot_be_is_doubted_once(subject: Weighed) -> None:
    subject.open().syringe().room()
    subject.bench.tell(ask.StartBlank())
    subject.bench.tell(ask.TypeWeight(20_000_000))
    subject.bench.run(31)
    assert "is no evaporation" in subject.bench.refused(ask.TypeWeight(10_000_000))
    subject.bench.tell(ask.TypeWeight(10_000_000))


def test_an_empty_syringe_is_refilled_and_the_run_goes_on(subject: Weighed) -> None:
    subject.prepare(fill_ml=0.5)
    assert "above its reserve" in subject.bench.refused(ask.FlushBench(400_000))
    subject.start("largest").fire()
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.run(0.1)
    assert "holds" in subject.shown.note
    assert subject.shown.step == "syringe", "a full one is asked for, also where nothing senses the barrel"
    assert "a syringe comes first" in subject.bench.refused(ask.FlushBench(1_000))
    subject.syringe().start("largest").fire()
    subject.bench.tell(ask.TypeWeight(subject.settle()))
    subject.bench.run(0.1)
    assert len(subject.shown.runs[2].volumes_nl) == 2


def test_a_syringe_that_is_taken_out_is_asked_for_again(subject: Weighed) -> None:
    subject.prepare()
    subject.bench.do("barrel 2")
    subject.bench.until(lambda: subject.shown.step == "syringe", 1)
    assert "comes first" in subject.bench.refused(ask.FlushBench(10_000))


def test_a_dose_is_weighed_as_often_as_it_has_to_be(subject: Weighed) -> None:
    subject.loaded()
    assert "was weighed 25 times" in subject.bench.refused(ask.StartRun("smallest"))


def test_where_nothing_senses_the_barrel_its_printed_volume_is_read_back(subject: Weighed) -> None:

    subject.bench.engine.device = msgspec.structs.replace(subject.bench.engine.device, barrel_sensed=False)
    subject.open()
    assert "a syringe marked 2.00 mL" in subject.bench.refused(ask.CalibrateDose("5ml", 5_000_000, 2_000, 2_000_000))
    subject.syringe()


def test_a_shot_that_meets_the_reserve_is_no_shot(subject: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    subject.prepare(fill_ml=0.25)
    monkeypatch.setattr(subject.bench.engine.calibrating.shots, "usable_nl", lambda _: 1_000_000)
    subject.start("largest").fire()
    subject.bench.run(0.5)
    assert "the syringe is at its reserve" in subject.shown.note.lower()
    assert len(subject.rows("no shot")) == 1


def test_a_stroke_that_ended_early_by_itself_is_no_shot() -> None:
    record = ShotRecord(9, 16, 500, 500, 20_000, 7_000, 0, 80, int(Outcome.PARTIAL_FAULT))
    assert why_none(Ended(Certainty.DONE, [record], "")) == "the stroke ended early (partial fault)"
    odd = msgspec.structs.replace(record, outcome=77)
    assert why_none(Ended(Certainty.DONE, [odd], "")) == "the stroke ended early (code 77)"
    assert why_none(Ended(Certainty.UNKNOWN, [], "")) == "it is not known what became of it"


def test_a_piston_that_stands_elsewhere_is_no_fitted_syringe(subject: Weighed, monkeypatch: pytest.MonkeyPatch) -> None:
    subject.open()
    monkeypatch.setattr(barrel, "PISTON_TOLERANCE_PERCENT", -1)
    assert "the piston was met at" in subject.bench.refused(DOSE)
    subject.bench.run(0.1)
    assert subject.shown.step == "syringe"


def test_a_flush_that_is_cut_short_does_not_count(subject: Weighed) -> None:
    subject.open()
    subject.bench.tell(DOSE)
    number = subject.bench.send(ask.FlushBench(400_000))
    subject.bench.until(lambda: subject.bench.rig.controller.motion is not None, 2)
    subject.bench.on_skin()
    assert not subject.bench.reply(number).ok
    assert subject.shown.flush_nl == 127_200


def test_another_person_takes_back_a_shot_that_waits_for_its_trigger(subject: Weighed) -> None:
    subject.prepare().start("smallest")
    subject.bench.until(lambda: subject.bench.rig.controller.shots_left == 1, 5)
    subject.bench.sign_in()
    subject.bench.run(0.5)
    assert subject.bench.rig.controller.shots_left == 0
    assert not subject.bench.engine.calibrating.open


def test_a_calibration_is_not_written_to_an_injector_that_is_gone() -> None:
    told, error = perform(None, ReadSpare())
    assert (told.result, told.sentence, error) == ("unknown", "there is no injector", None)
