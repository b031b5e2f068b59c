"""A calibration at a terminal against the virtual bench: the same engine, the same device, typed answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hal_sim.build import Build
from kiosk.channel.calibration_commands import LeaveCalibration
from kiosk.records.rows import CalibrationRow
from kiosk.terminal.errors import EndedItself, NotBegun
from kiosk.terminal.guide import Left
from kiosk.terminal.measuring import Depth, Dose
from tests.session.balance import Weighed
from tests.session.bench import PRACTITIONER, TECHNICIAN, Bench
from tests.terminal.virtual import Technician

WRONG = Build(depth_offset_um=250.0, depth_scale=1.03, backlash_um=40.0, dose_factor=(1.0, 0.92, 0.91, 1.0))
ROOM = (2_000, 101_300, 50)


@pytest.fixture
def weighed(tmp_path: Path) -> Iterator[Weighed]:
    bench = Bench(tmp_path, build=WRONG)
    yield Weighed(bench.start())
    bench.close()


@pytest.fixture
def dose(weighed: Weighed) -> Technician:
    return Technician(weighed, Dose("5ml", 2_000, room=ROOM)).sign_in()


@pytest.fixture
def depth(weighed: Weighed) -> Technician:
    return Technician(weighed, Depth()).sign_in()


@pytest.mark.requirement("ACU-2", "ACU-3")
def test_a_needle_that_is_built_wrong_is_right_after_one_pass(depth: Technician) -> None:
    depth.measuring.run()
    depth.measuring.leave()
    assert depth.measuring.done
    assert depth.has_read("would change: Depth: zero: 0 um -> -2")
    (row,) = depth.bench.rows(CalibrationRow)
    assert (row.id, row.user) == (2, TECHNICIAN.name)
    depth.bench.run(0.2)
    assert depth.bench.snap.user is None, "whoever leaves the terminal is signed out"


@pytest.mark.requirement("ACU-1", "ACU-3")
def test_a_barrel_that_is_built_wrong_is_corrected_proved_and_certified(dose: Technician) -> None:
    ratios = iter((0.91, 1.0))
    dose.answer("25 shots .smallest", lambda: str(dose.weighed.as_weighed(next(ratios)) and ""))
    dose.measuring.run()
    dose.measuring.leave()
    assert dose.has_read(r"would change: 5 mL: one step of the plunger: 35750 pL -> 327\d\d pL")
    assert dose.has_read(r"200\.0 uL: off -9\.\d %, limit 5\.0 %")
    assert dose.has_read("Certificate 1 is made")
    named = [row.body["model"] for row in dose.bench.events("instrument")]
    assert named == ["NPB224", "Dial 12.5", "Dial 12.5"], "the balance says itself which one it is"
    assert not dose.has_read("this record explains")
    (row,) = dose.bench.rows(CalibrationRow)
    assert (row.id, row.user) == (2, TECHNICIAN.name)


@pytest.mark.requirement("ACU-1")
def test_every_shot_is_weighed_by_the_balance_and_told(dose: Technician) -> None:
    dose.enough = "smallest shot 4 of 25"
    with pytest.raises(Left):
        dose.measuring.run()
    assert len(dose.has_read(r"smallest shot \d of 25: 1\.[78]\d\d uL")) == 4
    assert dose.has_read("gives it by itself")


@pytest.mark.requirement("ACU-1")
def test_without_a_balance_weights_are_typed_as_it_shows_them(weighed: Weighed) -> None:
    typed = Technician(weighed, Dose("5ml", 2_000, room=ROOM), balance=False).sign_in()
    typed.types_weights = True
    typed.enough = "smallest shot 2 of 25"
    with pytest.raises(Left):
        typed.measuring.run()
    assert typed.has_read("no balance answers; or type what it shows, in g")
    assert len(typed.has_read(r"smallest shot \d of 25: 1\.[78]\d\d uL")) == 2


def test_a_weight_that_is_no_number_is_refused_and_the_run_goes_on(weighed: Weighed) -> None:
    typed = Technician(weighed, Dose("5ml", 2_000, room=ROOM), balance=False).sign_in()
    typed.weights = ["much", "999.0"]
    typed.enough = "E8.*999"
    with pytest.raises(Left):
        typed.measuring.run()
    assert typed.has_read("'much' is no number|much")
    assert typed.bench.snap.calibrating is not None
    assert typed.bench.snap.calibrating.step == "blank begin"


@pytest.mark.requirement("ACU-3")
def test_who_leaves_half_way_keeps_the_old_calibration_and_is_told(depth: Technician) -> None:
    depth.answer(r"goes to 1\.50 mm", "leave")
    with pytest.raises(Left):
        depth.measuring.run()
    depth.measuring.leave()
    assert not depth.measuring.done
    assert depth.has_read(r"Calibration left \(asked\): number 1 is in force")


@pytest.mark.requirement("ACU-3")
def test_nothing_is_written_before_it_was_confirmed_by_its_word(depth: Technician) -> None:
    given = iter(("y", "yes", "", "leave"))
    depth.answer(r"Type .*write \(", lambda: next(given))
    with pytest.raises(Left):
        depth.measuring.run()
    assert depth.bench.rig.controller.gauges.calibration_id() == 1


def test_what_was_typed_before_a_question_answers_none(depth: Technician) -> None:
    depth.answer("Does the gauge show zero", lambda: depth.types("yes", "yes"))
    depth.enough = r"\? Nobody near"
    depth.answer("Nobody near", "")
    with pytest.raises(Left):
        depth.measuring.run()
    assert depth.has_read("left out, as it was typed before it was asked: yes")
    assert depth.bench.rig.body.true_depth_um() <= 0


@pytest.mark.requirement("STP-2")
def test_stop_is_typed_at_any_time(depth: Technician) -> None:
    depth.answer("Nobody near", lambda: depth.types("stop"))
    depth.enough = "STOP"
    with pytest.raises(Left):
        depth.measuring.run()
    depth.bench.run(0.1)
    assert depth.bench.snap.stop.state == "released"
    assert depth.has_read("type acknowledge to go on")


@pytest.mark.requirement("WDG-5")
def test_a_terminal_that_shows_nothing_takes_back_a_shot_that_waits(dose: Technician) -> None:
    dose.pulls = False
    dose.enough = "Press the trigger"
    with pytest.raises(Left):
        dose.measuring.run()
    dose.bench.until(lambda: dose.bench.rig.controller.shots_left == 1, 5)
    dose.bench.run(1.0)  # nobody looks, so nothing is shown
    assert dose.bench.rig.controller.shots_left == 0


@pytest.mark.requirement("ACC-3")
def test_a_locked_screen_asks_for_the_pin_and_goes_on(depth: Technician) -> None:
    depth.answer("Does the gauge show zero", lambda: str(depth.bench.run(301) or ""))
    depth.enough = r"\? Nobody near"
    with pytest.raises(Left):
        depth.measuring.run()
    assert depth.has_read("Locked: Demo technician")
    assert depth.pins == []


def test_where_the_handpiece_is_not_away_nothing_is_opened(depth: Technician) -> None:
    depth.answer("away from everybody", "no")
    with pytest.raises(NotBegun, match="not away"):
        depth.measuring.run()
    depth.measuring.leave()
    assert depth.bench.snap.phase == "home"


@pytest.mark.requirement("ACC-1")
def test_nobody_but_a_technician_opens_one(weighed: Weighed) -> None:
    subject = Technician(weighed, Depth())
    subject.measuring.sign_in(PRACTITIONER.name, PRACTITIONER.pin)
    with pytest.raises(NotBegun, match="control refused it"):
        subject.measuring.run()
    assert subject.has_read("! E6")


@pytest.mark.requirement("ACC-2")
def test_a_wrong_pin_begins_nothing_and_leaves_alone_who_is_there(weighed: Weighed) -> None:
    subject = Technician(weighed, Depth())
    with pytest.raises(NotBegun, match="is not signed in"):
        subject.measuring.sign_in(TECHNICIAN.name, "000000")
    subject.measuring.leave()
    assert subject.bench.snap.user is not None, "the practitioner stays signed in"


@pytest.mark.requirement("ACU-3")
def test_in_a_session_nobody_signs_in_from_a_shell(weighed: Weighed) -> None:
    weighed.bench.open()
    with pytest.raises(NotBegun, match="a session is open"):
        Technician(weighed, Depth()).sign_in()


def test_a_calibration_that_ends_by_itself_is_told(depth: Technician) -> None:
    depth.answer("Does the gauge show zero", depth.signs_out)
    with pytest.raises(EndedItself, match="the technician signed out"):
        depth.measuring.run()


def test_a_calibration_that_was_left_open_goes_on(depth: Technician) -> None:
    depth.enough = r"\? Nobody near"
    with pytest.raises(Left):
        depth.measuring.run()
    again = Technician(depth.weighed, Depth()).sign_in()
    again.enough = r"\? Nobody near"
    with pytest.raises(Left):
        again.measuring.run()
    assert again.has_read("open already")
    assert not again.has_read("away from everybody")


@pytest.mark.requirement("ACU-3")
def test_the_certified_figures_are_restored_by_their_word(weighed: Weighed) -> None:
    weighed.loaded(0.96).write().as_weighed(1.0).certify()
    certified = weighed.bench.rig.controller.gauges.step_pl()
    weighed.syringe().room().blank().as_weighed(0.97).write()
    weighed.bench.tell(LeaveCalibration())
    subject = Technician(weighed, Depth()).answer("Type restore", "restore").sign_in()
    subject.measuring.run()
    subject.measuring.leave()
    held = weighed.bench.rig.controller.journal.calibration
    assert held is not None
    assert (held.pl_per_step_5, held.id) == (certified, 4)
    assert weighed.bench.engine.in_force.refusal(held, "2026-11-18") == ""
