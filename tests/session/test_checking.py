"""The guided checks in virtual time: who may, what is refused, how each ends, and that what is forced is let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.registers import STATUS, CommandKind
from hal_sim.build import Build
from kiosk.channel import commands as ask
from kiosk.channel.checking_commands import (
    TARGETS,
    AnswerSeen,
    BeginCheck,
    LeaveCheck,
    MeasureLapse,
    ReportTouches,
)
from kiosk.channel.checking_views import CheckLine
from kiosk.records.facts import Fact
from kiosk.records.rows import AuthorisationKind, ShotRow
from kiosk.session.checking import TITLES
from kiosk.session.forced import against_power
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench
from tests.session.extremes import instead

USED = {
    "pedal": ("pedal down", "pedal up"),
    "trigger": ("trigger down", "trigger up"),
    "contact": ("contact on", "contact off"),
    "needle": ("needle remove", "needle fit"),
    "syringe": ("barrel none", "barrel 2"),
    "stop": ("stop press", "stop release"),
}


@pytest.fixture
def subject(bench: Bench) -> Bench:
    bench.start()
    bench.tell(ask.SignOut())
    return bench.sign_in(TECHNICIAN)


def begin(subject: Bench, key: Any, *, away: bool = True) -> Bench:
    if key == "contact":
        subject.do("needle remove")
    subject.run(0.2)
    subject.tell(BeginCheck(key, away))
    subject.run(0.1)
    return subject


def end(subject: Bench, seconds: float = 45.0) -> CheckLine:
    """Wait until the check that runs has ended; how it did, as it is shown."""
    subject.until(lambda: subject.engine.checking.running is None, seconds)
    subject.run(0.2)
    return line(subject, subject.engine.checking.key)


def line(subject: Bench, key: str) -> CheckLine:
    work = subject.snap.checking
    assert work is not None
    return next(line for line in work.lines if line.key == key)


def todo(subject: Bench) -> str:
    work = subject.snap.checking
    assert work is not None
    return "" if work.now is None else work.now.todo


# -- inputs ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", USED)
def test_an_input_passes_when_it_was_used_and_is_back(subject: Bench, key: str) -> None:
    use, back = USED[key]
    begin(subject, key)
    asked = todo(subject)
    subject.do(use)
    subject.run(0.2)
    assert todo(subject) not in ("", asked)
    subject.do(back)
    found = end(subject)
    assert (found.outcome, found.passed, found.who) == ("passed", "2026-11-18", TECHNICIAN.name)
    (row,) = subject.events(Fact.CHECKED)
    assert (row.user, row.body["check"], row.body["outcome"]) == (TECHNICIAN.name, key, "passed")


@pytest.mark.parametrize("key", USED)
def test_an_input_that_nobody_uses_is_not_seen_after_its_time(subject: Bench, key: str) -> None:
    begin(subject, key)
    assert end(subject).outcome == "not seen"


def test_an_input_that_does_not_come_back_is_not_seen(subject: Bench) -> None:
    begin(subject, "trigger").press()
    found = end(subject)
    assert (found.outcome, found.detail) == ("not seen", "it did not come back")


@pytest.mark.parametrize(("key", "fault"), [("trigger", "trigger-stuck"), ("contact", "contact-stuck")])
def test_an_input_that_is_stuck_fails_at_once(subject: Bench, key: str, fault: str) -> None:
    subject.do(f"fault {fault} on")
    begin(subject, key)
    found = end(subject, 1)
    assert (found.outcome, found.detail) == ("failed", "it reads as used before anybody used it")


@pytest.mark.parametrize(
    ("word", "said"),
    [("pedal-no close", "are closed, NO and NC"), ("pedal-nc open", "are open, NO and NC")],
)
@pytest.mark.requirement("LIM-11")
def test_two_pedal_contacts_that_are_alike_fail_it(subject: Bench, word: str, said: str) -> None:
    begin(subject, "pedal").do(word)
    found = end(subject, 1)
    assert found.outcome == "failed"
    assert said in found.detail


@pytest.mark.parametrize("one", ["a", "b"])
@pytest.mark.requirement("STP-3")
def test_one_stop_contact_alone_fails_it(subject: Bench, one: str) -> None:
    begin(subject, "stop").do(f"stop-{one} open")
    found = end(subject, 1)
    assert (found.outcome, found.detail) == ("failed", f"contact {one.upper()} alone is open")


def test_contacts_that_change_one_after_the_other_are_no_contradiction(subject: Bench) -> None:
    begin(subject, "pedal").do("pedal-nc open")
    subject.run(0.05)
    subject.do("pedal-no close")
    subject.run(0.1)
    subject.do("pedal up")
    assert end(subject).outcome == "passed"


def test_the_barrel_that_was_clamped_is_named(subject: Bench) -> None:
    begin(subject, "syringe").do("barrel none")
    subject.run(0.2)
    subject.do("barrel 10")
    assert end(subject).detail == "a barrel of 10 mL is sensed"


@pytest.mark.requirement("LIM-12")
def test_a_barrel_that_is_none_of_ours_fails_the_clamp_and_is_pressed_against_by_nothing(subject: Bench) -> None:
    begin(subject, "syringe").do("barrel none")
    subject.run(0.2)
    subject.says = instead(STATUS, "syringe_type", 9)
    assert end(subject, 1).detail == "the clamp holds something unknown (code 9)"
    assert subject.snap.checking is not None
    assert subject.snap.checking.sensed is not None
    assert subject.snap.checking.sensed.barrel_ml == 0
    subject.do("needle remove")
    subject.run(0.2)
    assert "no syringe is in the clamp" in subject.refused(BeginCheck("load", True))


@pytest.mark.parametrize("key", ["trigger", "syringe", "pressure"])
def test_a_lost_link_fails_what_the_injector_senses(subject: Bench, key: str) -> None:
    begin(subject, key).do("unplug")
    found = end(subject, 3)
    assert (found.outcome, found.detail) == ("failed", "the link to the injector was lost")
    assert "injector" in subject.refused(BeginCheck("trigger"))


def test_the_contact_is_not_pressed_with_a_needle_fitted(subject: Bench) -> None:
    subject.run(0.2)
    assert "a needle is fitted" in subject.refused(BeginCheck("contact"))


@pytest.mark.parametrize(("kpa", "outcome"), [(0, "passed"), (40, "failed")])
def test_the_pressure_sensor_reads_zero_while_nothing_presses(subject: Bench, kpa: int, outcome: str) -> None:
    subject.rig.controller.gauges.zero_kpa = -float(kpa)
    begin(subject, "pressure")
    found = end(subject, 5)
    assert (found.outcome, found.detail) == (outcome, f"it reads {kpa} kPa to {kpa} kPa")


Capped = Callable[..., Bench]


@pytest.fixture
def capped(tmp_path: Path) -> Iterator[Capped]:
    """A technician, a handpiece without needle whose outlet is closed by a cap, and a sensor of this gain."""
    made: list[Bench] = []

    def make(*, gain: float = 1.0, closed: bool = True) -> Bench:
        subject = Bench(tmp_path, build=Build(pressure_gain=gain)).start()
        made.append(subject)
        subject.tell(ask.SignOut())
        subject.sign_in(TECHNICIAN)
        subject.do("needle remove")
        subject.do(f"fault occlusion {'on' if closed else 'off'}")
        return subject

    yield make
    for subject in made:
        subject.close()


@pytest.mark.parametrize("gain", [1.0, 0.7])
def test_a_closed_outlet_stops_the_plunger_and_the_pressure_is_taken_back(capped: Capped, gain: float) -> None:
    subject = capped(gain=gain)
    alarms: set[str] = set()
    subject.each_cycle.append(lambda: alarms.update(alarm.title for alarm in subject.snap.alarms))
    found = end(begin(subject, "load"))
    assert (found.outcome, found.detail.partition(" kPa")[2]) == ("passed", " and was drawn back")
    assert alarms == set(), "what a check makes on purpose is no alarm"
    assert subject.rig.body.fluid.outflow_nl == 0
    assert subject.rig.body.fluid.pressure <= 10
    assert not subject.rig.controller.faults
    assert not subject.panel._enabled
    kinds = [shot.kind for unit in subject.disk.units for shot in unit.rows if isinstance(shot, ShotRow)]
    assert kinds[-2:] == [AuthorisationKind.SEEK, AuthorisationKind.PRIME]


@pytest.mark.parametrize(("gain", "closed", "most"), [(0.6, True, 290), (0.0, True, 0), (1.0, False, 10)])
def test_a_sensor_that_reads_too_little_fails_and_bursts_nothing(
    capped: Capped, gain: float, closed: bool, most: int
) -> None:
    subject = capped(gain=gain, closed=closed)
    pressures: list[float] = []
    subject.each_cycle.append(lambda: pressures.append(subject.rig.body.fluid.pressure))
    found = end(begin(subject, "load"))
    assert found.outcome == "failed"
    rose = int(found.detail.removeprefix("it rose to ").partition(" ")[0])
    assert 0 <= rose <= most
    assert max(pressures) <= 1.5 * 300, "one and a half times the threshold, whatever the sensor reads"


@pytest.mark.parametrize(
    ("word", "said"),
    [("needle fit", "a needle is fitted"), ("barrel none", "no syringe is in the clamp")],
)
def test_the_outlet_is_not_pressed_against_with_a_needle_or_without_a_syringe(
    capped: Capped, word: str, said: str
) -> None:
    subject = capped()
    subject.do(word)
    subject.run(0.2)
    assert said in subject.refused(BeginCheck("load", True))


def test_a_syringe_that_is_not_full_is_told(capped: Capped) -> None:
    subject = capped()
    subject.do("syringe fill 2000")
    found = end(begin(subject, "load"))
    assert found.outcome == "failed"
    assert found.detail.endswith("clamp a full syringe")


def test_a_pressure_that_stays_fails_the_check(capped: Capped) -> None:
    subject = capped()
    begin(subject, "load")
    gauges = subject.rig.controller.gauges
    subject.each_cycle.append(lambda: setattr(gauges, "zero_kpa", -40.0) if subject.rig.controller.faults else None)
    found = end(subject)
    assert (found.outcome, found.detail) == ("failed", "it stays at 45 kPa: open the outlet with care")


@pytest.mark.requirement("STP-1")
def test_a_stop_ends_the_pressing(capped: Capped) -> None:
    subject = capped()
    begin(subject, "load")
    subject.do("stop press")
    found = end(subject)
    assert found.outcome in ("failed", "stopped")
    assert not subject.panel._enabled
    assert subject.rig.controller.motion is None


def test_leaving_the_check_stops_its_motion(capped: Capped) -> None:
    subject = capped()
    subject.run(0.2)
    subject.tell(BeginCheck("load", True))
    subject.until(lambda: subject.rig.controller.motion is not None, 2)
    subject.tell(LeaveCheck())
    subject.run(1)
    assert line(subject, "load").outcome == "left"
    assert subject.rig.controller.motion is None
    assert subject.rig.body.fluid.pressure == 0


def when(subject: Bench, condition: Callable[[], object], *words: str) -> None:
    """Does something at the end of the first cycle in which `condition` holds."""
    left = list(words)

    def look() -> None:
        while left and condition():
            subject.do(left.pop(0))

    subject.each_cycle.append(look)


def test_what_forbids_the_prime_after_the_seek_ends_the_check(capped: Capped) -> None:
    subject = capped()
    begin(subject, "load")
    when(subject, lambda: subject.rig.controller.journal.piston_known, "contact on")
    found = end(subject)
    assert (found.outcome, found.detail) == ("failed", "the handpiece touches something: take it away")


def test_a_supply_that_stays_on_behind_the_seek_ends_the_check(capped: Capped) -> None:
    subject = capped()
    begin(subject, "load")
    when(subject, lambda: subject.rig.controller.motion is not None, "fault relay-stuck on")
    found = end(subject)
    assert (found.outcome, found.detail) == ("failed", "the motor supply stays on with the relay open")
    assert "prime" not in [what for what, _ in subject.sent]


def test_a_link_that_is_lost_behind_the_seek_ends_the_check(capped: Capped) -> None:
    subject = capped()
    begin(subject, "load")
    when(subject, lambda: subject.rig.controller.motion is not None, "fault relay-stuck on")
    when(subject, lambda: subject.rig.controller.journal.piston_known and subject.engine.slot.free, "unplug")
    found = end(subject)
    assert (found.outcome, found.detail) == ("failed", "the link to the injector was lost")


def test_a_prime_that_is_cut_short_proves_nothing(capped: Capped) -> None:
    subject = capped()

    def touch(what: str) -> None:
        if what == "prime":
            subject.do("contact on")

    subject.after_sending.append(touch)
    found = end(begin(subject, "load"))
    assert found.outcome == "failed"
    assert "drawn back" not in found.detail


def test_a_link_that_is_lost_before_the_pressure_is_back_fails_the_check(capped: Capped) -> None:
    subject = capped()
    begin(subject, "load")
    gauges = subject.rig.controller.gauges
    subject.each_cycle.append(lambda: setattr(gauges, "zero_kpa", -40.0) if subject.rig.controller.faults else None)
    subject.until(lambda: subject.rig.controller.faults and subject.engine.slot.free, 20)
    subject.do("unplug")
    found = end(subject)
    assert (found.outcome, found.detail) == ("failed", "the link to the injector was lost")


def test_a_fault_that_cannot_be_cleared_fails_the_check(capped: Capped) -> None:
    """The record takes nothing any more once the pressure is back: the fault stays, and the check says why."""
    subject = capped()
    begin(subject, "load")
    subject.until(lambda: subject.rig.controller.faults, 10)
    subject.disk.failing = True
    found = end(subject)
    assert found.outcome == "failed"
    assert subject.rig.controller.faults
    assert "Blocked" in [alarm.title for alarm in subject.snap.alarms], "what it leaves behind is one"


# -- outputs ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "lamps"),
    [("red", (True, False, False)), ("yellow", (False, True, False)), ("cyan", (False, False, True))],
)
@pytest.mark.parametrize(("seen", "outcome"), [(True, "passed"), (False, "failed")])
def test_a_lamp_is_lit_until_somebody_says_whether_it_is_seen(
    subject: Bench, key: str, lamps: tuple[bool, bool, bool], seen: bool, outcome: str
) -> None:
    begin(subject, key)
    assert subject.panel.lamps == lamps
    subject.tell(AnswerSeen(seen))
    assert end(subject).outcome == outcome
    assert subject.panel.lamps == (False, False, False)


@pytest.mark.parametrize(("heard", "outcome"), [(True, "passed"), (False, "failed")])
def test_the_buzzer_sounds_each_second_until_somebody_says_whether_it_is_heard(
    subject: Bench, heard: bool, outcome: str
) -> None:
    begin(subject, "buzzer")
    tones: set[int | None] = set()
    subject.each_cycle.append(lambda: tones.add(subject.panel.tone))
    subject.run(1.1)
    assert tones == {None, 880}
    subject.tell(AnswerSeen(heard))
    assert end(subject).outcome == outcome
    assert subject.panel.tone is None


def test_what_nobody_answers_goes_off_by_itself(subject: Bench) -> None:
    begin(subject, "yellow")
    found = end(subject, 35)
    assert (found.outcome, found.detail) == ("not seen", "nobody answered")
    assert subject.panel.lamps == (False, False, False)


def test_nothing_is_answered_that_was_not_asked(subject: Bench) -> None:
    assert "nothing is asked" in subject.refused(AnswerSeen(True))
    begin(subject, "pedal")
    assert "nothing is asked" in subject.refused(AnswerSeen(True))


@pytest.mark.requirement("ALM-2")
def test_a_lamp_that_an_alarm_flashes_is_not_forced(subject: Bench) -> None:
    begin(subject, "red")
    subject.do("unplug")
    found = end(subject, 3)
    assert (found.outcome, found.detail) == ("stopped", "an alarm flashes this lamp")
    assert "an alarm" in subject.refused(BeginCheck("red"))


@pytest.mark.requirement("ALM-3")
def test_an_alarm_has_the_buzzer_before_a_check(subject: Bench) -> None:
    begin(subject, "buzzer")
    subject.do("unplug")
    found = end(subject, 3)
    assert (found.outcome, found.detail) == ("stopped", "an alarm sounds")


# -- the relay -------------------------------------------------------------------------------------------------------
def test_the_relay_closes_for_a_moment_and_is_open_again(subject: Bench) -> None:
    begin(subject, "trigger")
    subject.tell(LeaveCheck())
    on = 0

    def count() -> None:
        nonlocal on
        on += subject.panel._enabled

    subject.each_cycle.append(count)
    before = subject.rig.controller.journal.lifetime_shots
    subject.tell(BeginCheck("relay", True))
    found = end(subject, 2)
    assert (found.outcome, found.detail) == ("passed", "feedback 25 ms, supply 25 ms, open 25 ms")
    assert 1 <= on <= 3
    assert not subject.panel._enabled
    assert subject.rig.controller.journal.lifetime_shots == before, "nothing moved"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("feedback-dead", "the feedback did not close within 50 ms"),
        ("supply-dead", "the controller sees no motor supply"),
    ],
)
def test_a_relay_that_does_not_close_fails_and_is_let_go(subject: Bench, fault: str, said: str) -> None:
    subject.do(f"fault {fault} on")
    begin(subject, "relay")
    found = end(subject, 2)
    assert (found.outcome, found.detail) == ("failed", said)
    assert not subject.panel._enabled


def test_a_relay_that_does_not_open_fails(subject: Bench) -> None:
    subject.run(0.2)
    subject.tell(BeginCheck("relay", True))
    subject.until(lambda: subject.rig.electrics.relay, 1)
    subject.do("fault relay-stuck on")
    found = end(subject, 2)
    assert (found.outcome, found.detail) == ("failed", "the feedback did not open within 50 ms")


def test_a_supply_that_stays_on_fails(tmp_path: Path) -> None:
    bench = Bench(tmp_path, build=Build(supply_fall_s=60.0))
    bench.start()
    bench.tell(ask.SignOut())
    bench.sign_in(TECHNICIAN)
    bench.run(0.2)
    bench.tell(BeginCheck("relay", True))
    found = end(bench, 3)
    assert (found.outcome, found.detail) == ("failed", "the motor supply stays on with the relay open")
    bench.close()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stop press", "stop button is pressed"),
        ("contact on", "touches something"),
        ("trigger down", "trigger or pedal is held"),
        ("unplug", "was unplugged"),
    ],
)
@pytest.mark.requirement("STP-1")
def test_the_relay_is_not_forced_where_a_needle_might_move(subject: Bench, word: str, said: str) -> None:
    subject.run(0.2)
    subject.do(word)
    subject.run(0.2)
    assert said in subject.refused(BeginCheck("relay", True))
    assert not subject.panel._enabled


def test_the_relay_is_not_forced_with_a_needle_that_is_not_known_to_be_home(subject: Bench) -> None:
    subject.do("reset")
    subject.until(lambda: not subject.engine.connection.ready, 10)
    subject.until(lambda: subject.engine.connection.ready, 10)
    subject.run(0.2)
    assert "the needle is not known to be home" in subject.refused(BeginCheck("relay", True))


@pytest.mark.parametrize("key", ["relay", "home"])
def test_what_moves_or_powers_needs_the_word_that_nobody_is_touched(subject: Bench, key: Any) -> None:
    subject.run(0.2)
    assert "not away from everybody" in subject.refused(BeginCheck(key, False))


def test_the_relay_is_not_forced_while_the_injector_is_at_work(subject: Bench) -> None:
    subject.run(0.2)
    homing = subject.send(ask.Rehome(True))
    subject.run(0.05)
    assert "the injector is at work" in subject.refused(BeginCheck("relay", True))
    assert subject.reply(homing).ok


def test_nothing_else_moves_while_the_relay_is_checked(subject: Bench) -> None:
    begin(subject, "trigger")
    subject.tell(LeaveCheck())
    subject.send(BeginCheck("relay", True))
    assert "the enable relay is being checked" in subject.refused(ask.Rehome(True))
    assert end(subject).outcome == "passed"


@pytest.mark.parametrize("key", ["relay", "red", "buzzer"])
@pytest.mark.requirement("STP-1")
def test_a_stop_ends_whatever_is_forced_in_the_same_cycle(subject: Bench, key: Any) -> None:
    subject.run(0.2)
    subject.send(BeginCheck(key, True))
    subject.step()
    assert subject.engine.checking.running is not None
    subject.do("stop press")
    subject.step()
    assert subject.engine.checking.running is None
    assert not subject.panel._enabled
    subject.run(0.2)
    assert line(subject, key).outcome == "stopped"


def test_nothing_is_powered_with_an_authorisation_live_or_nothing_known(subject: Bench) -> None:
    subject.run(0.2)
    assert subject.engine.desk.status is not None
    subject.engine.desk.status = msgspec.structs.replace(subject.engine.desk.status, shots_left=3)
    assert "an authorisation is live" in list(against_power(subject.engine))
    subject.engine.desk.status = None
    assert "needle" not in " ".join(against_power(subject.engine))


def test_a_retract_ends_the_check_and_has_the_relay(subject: Bench) -> None:
    begin(subject, "trigger")
    subject.tell(LeaveCheck())
    subject.send(BeginCheck("relay", True))
    subject.tell(ask.Retract())
    assert (line(subject, "relay").outcome, line(subject, "relay").detail) == ("left", "a retract was asked")


def test_a_hidden_screen_forces_nothing(subject: Bench) -> None:
    begin(subject, "cyan")
    subject.seat.shows = False
    subject.run(1)
    assert subject.engine.checking.last["cyan"].outcome == "stopped"
    assert subject.panel.lamps == (False, False, False)


# -- the home switch -------------------------------------------------------------------------------------------------
def test_homing_proves_the_home_switch(subject: Bench) -> None:
    begin(subject, "home")
    assert end(subject).outcome == "passed"
    assert ("home", subject.sent[-1][1]) == subject.sent[-1]


def test_a_home_switch_that_never_opens_fails(subject: Bench) -> None:
    subject.do("fault home-switch-stuck on")
    begin(subject, "home")
    found = end(subject)
    assert found.outcome == "failed"
    assert found.detail


def test_leaving_stops_the_homing(subject: Bench) -> None:
    subject.run(0.2)
    subject.send(BeginCheck("home", True))
    subject.until(lambda: subject.rig.controller.motion is not None, 2)
    subject.tell(LeaveCheck())
    subject.run(1)
    assert subject.sent[-1][0] == CommandKind.STOP.name.lower()
    assert line(subject, "home").outcome == "left"


# -- who and when ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("account", [PRACTITIONER, ADMINISTRATOR])
@pytest.mark.requirement("ACC-1", "ACC-5")
def test_only_a_technician_checks(bench: Bench, account: Any) -> None:
    bench.start()
    bench.tell(ask.SignOut())
    bench.sign_in(account).run(0.2)
    assert "technician" in bench.refused(BeginCheck("relay", True))
    assert bench.snap.checking is None, "nor is anything of it shown"


def test_nothing_is_checked_in_a_session(bench: Bench) -> None:
    bench.start().open("mesolift", "P1")
    bench.restart()
    bench.until(lambda: bench.check("homing") == "asks", 5)
    bench.sign_in(TECHNICIAN)
    assert "a session is open" in bench.refused(BeginCheck("relay", True))
    assert bench.snap.checking is None


def test_nothing_is_checked_in_a_calibration(subject: Bench) -> None:
    begin(subject, "pedal")
    subject.tell(ask.OpenCalibration(True))
    subject.run(0.2)
    assert line(subject, "pedal").outcome == "left"
    assert "a calibration is open" in subject.refused(BeginCheck("pedal"))


def test_one_check_runs_at_a_time(subject: Bench) -> None:
    begin(subject, "pedal")
    assert "still at work" in subject.refused(BeginCheck("trigger"))
    assert "still at work" in subject.refused(MeasureLapse(True))
    subject.tell(LeaveCheck())
    assert end(subject).outcome == "left"
    subject.tell(LeaveCheck())


@pytest.mark.parametrize("command", [ask.SignOut(), ask.Lock()])
def test_a_check_ends_with_its_technician(subject: Bench, command: ask.AnyCommand) -> None:
    begin(subject, "red")
    subject.tell(command)
    subject.run(0.1)
    assert subject.engine.checking.last["red"].outcome == "left"
    assert subject.panel.lamps == (False, False, False)


def test_checks_begin_while_the_self_test_fails(bench: Bench) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    bench.sign_in(TECHNICIAN)
    assert bench.snap.phase == "starting"
    bench.tell(BeginCheck("pedal"))
    bench.do("pedal down")
    bench.run(0.1)
    bench.do("pedal up")
    assert end(bench).outcome == "passed"


def test_a_restart_knows_what_passed_and_when(subject: Bench) -> None:
    begin(subject, "trigger")
    subject.press().run(0.1)
    subject.release()
    end(subject)
    begin(subject, "trigger")
    end(subject)
    subject.restart()
    subject.sign_in(TECHNICIAN).run(0.2)
    found = line(subject, "trigger")
    assert (found.outcome, found.passed) == ("not seen", "2026-11-18")


# -- the touch of the screen -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("reached", "doubled", "outcome", "said"),
    [
        (TARGETS, 0, "passed", "8 targets, each touch once"),
        (TARGETS[1:], 0, "failed", "not reached: left top"),
        (TARGETS, 2, "failed", "2 touches arrived twice"),
        (("nowhere", *TARGETS[2:]), 1, "failed", "not reached: left top, top"),
    ],
)
def test_the_touch_test_passes_with_every_target_and_each_touch_once(
    subject: Bench, reached: tuple[str, ...], doubled: int, outcome: str, said: str
) -> None:
    subject.tell(ReportTouches(reached, doubled))
    subject.run(0.2)
    found = line(subject, "touch")
    assert (found.outcome, found.detail) == (outcome, said)


def test_the_live_page_shows_what_is_read_and_driven(subject: Bench) -> None:
    subject.press().do("pedal down")
    subject.do("stop-b open")
    subject.run(0.2)
    work = subject.snap.checking
    assert work is not None
    assert work.sensed is not None
    assert (work.sensed.trigger, work.sensed.home, work.sensed.needle, work.sensed.barrel_ml) == (True, True, True, 5)
    assert (work.pins.stop_a, work.pins.stop_b, work.pins.pedal_no, work.pins.pedal_nc) == (True, False, True, False)
    assert [each.key for each in work.lines] == list(TITLES)
    subject.do("unplug")
    subject.run(0.5)
    assert subject.snap.checking is not None
    assert subject.snap.checking.sensed is None


def test_a_handpiece_that_is_touched_meanwhile_ends_the_relay_check(subject: Bench) -> None:
    subject.run(0.2)
    subject.send(BeginCheck("relay", True))
    subject.step()
    subject.on_skin()
    found = end(subject, 1)
    assert found.outcome == "failed"
    assert "touches something" in found.detail
    assert not subject.panel._enabled
