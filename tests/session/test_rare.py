"""The rare paths: what a person answers in the self-test, what the wire loses, what only hardware asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from drivers.errors import BadFrame, LinkTimeout, NappageError, PortGone
from drivers.registers import ANCHOR, COMMAND, LEASE, Command, CommandKind
from hal_sim.blocks import ModbusException, NoAnswer
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import PatientPage
from kiosk.protocols.budget import Course, Given
from kiosk.records.facts import Fact
from kiosk.records.rows import CalibrationRow, Certainty, EventRow, ShotRow, Unit, WriteFailed
from kiosk.session import exchange as x
from kiosk.session import guards
from kiosk.session.connection import State
from kiosk.session.desk import ROWS_KEPT, UNITS_AHEAD
from kiosk.session.dispatch import Stage
from kiosk.session.errors import NotNow
from kiosk.session.states import TABLE
from kiosk.session.virtual import VirtualLedger, VirtualLink
from tests.session.bench import PERIOD, Bench, library


# -- self-test -------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("PST-1")
def test_a_no_in_the_self_test_blocks_with_what_to_do(bench: Bench) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    assert "nothing is asked" in bench.refused(ask.AnswerCheck("buzzer", True))
    assert "nothing is asked" in bench.refused(ask.AnswerCheck("link", True))
    bench.tell(ask.AnswerCheck("homing", False))
    bench.run(0.1)
    assert bench.check("homing") == "failed"
    assert "Take the handpiece away" in next(c.detail for c in bench.snap.checks if c.key == "homing")
    bench.tell(ask.AnswerCheck("homing", True))
    bench.until(lambda: bench.check("buzzer") == "asks", 5)
    bench.tell(ask.AnswerCheck("buzzer", False))
    bench.run(0.1)
    assert bench.check("buzzer") == "failed"
    assert bench.panel.tone is not None
    bench.run(1)
    bench.tell(ask.AnswerCheck("buzzer", True))
    bench.run(0.1)
    assert bench.snap.ready


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("home-switch-dead", "needle did not home"),
        ("feedback-dead", "The enable relay or its feedback failed"),
    ],
)
def test_a_needle_that_does_not_home_says_why(bench: Bench, fault: str, said: str) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    bench.do(f"fault {fault} on")
    bench.tell(ask.AnswerCheck("homing", True))
    bench.until(lambda: bench.check("homing") != "running", 5)
    bench.run(0.5)
    details = [check.detail for check in bench.snap.checks if check.state == "failed"]
    homing = bench.engine.selftest._failed.get("homing", "")
    assert said in " ".join(details) + homing


def test_homing_that_may_not_begin_is_refused(bench: Bench) -> None:
    bench.until(lambda: bench.check("homing") == "asks", 5)
    bench.on_skin()
    bench.run(0.1)
    assert "touches something" in bench.refused(ask.AnswerCheck("homing", True))


@pytest.mark.requirement("PST-1")
def test_homing_that_is_refused_because_the_injector_is_at_work_is_asked_again(bench: Bench) -> None:
    bench.start()
    homes = bench.send(ask.Rehome(True))
    bench.send(ask.RunSelfTest())
    bench.step()
    assert "still at work" in bench.refused(ask.AnswerCheck("homing", True))
    assert bench.check("homing") == "asks"
    assert bench.reply(homes).ok
    bench.tell(ask.AnswerCheck("homing", True))
    bench.until(lambda: bench.check("homing") == "passed", 5)


@pytest.mark.requirement("LIM-11", "PST-1")
def test_a_pedal_or_trigger_that_is_held_at_the_start_is_a_failed_input(bench: Bench) -> None:
    bench.rig.advance(bench.clock.now)
    bench.do("pedal down")
    bench.run(1)
    assert bench.check("inputs") == "failed"
    assert "held since the start" in bench.engine.pedal.failed
    bench.do("pedal up")
    bench.press()
    bench.run(0.2)
    assert bench.check("inputs") == "failed"
    bench.release()
    bench.panel.alive = lambda: False
    bench.run(0.2)
    assert "pins are silent" in next(c.detail for c in bench.snap.checks if c.key == "inputs")


def test_the_self_test_is_run_again_between_sessions_only(bench: Bench) -> None:
    bench.start()
    bench.tell(ask.RunSelfTest())
    bench.run(0.1)
    assert bench.snap.phase == "starting"
    bench.start().open()
    assert "a session" in bench.refused(ask.RunSelfTest()) or "set-up" in bench.refused(ask.RunSelfTest())


@pytest.mark.requirement("LED-11", "WDG-6")
def test_a_damaged_record_and_a_program_without_priority_are_said(bench: Bench) -> None:
    bench.engine.record._opened = "Row 3 was changed"
    bench.clerk_answers = False
    bench.cycle._realtime = False
    bench.run(1)
    assert bench.check("ledger") == "failed"
    assert {734, 738} <= bench.alarms()
    bench.send(ask.PauseSound())
    bench.run(0.2)
    assert bench.snap.sound_paused_s > 0


# -- hardware ----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-5", "LIM-9", "WDG-6")
def test_on_hardware_only_what_is_approved_and_certified_is_armed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, simulated=False)
    bench.until(lambda: bench.seat.snapshot is not None and bench.check("calibration") == "failed", 3)
    connected = bench.engine.connection.connected
    assert connected is not None
    calibration = connected.calibration
    assert calibration is not None
    approved = library().sha256("mesolift")
    bench.ledger.append(
        [
            CalibrationRow(calibration.id, 0, "Tom", 1001, calibration.crc, "2026-01-01", "2027-01-01", "x"),
            EventRow(Fact.APPROVED, 0, 0, "Ada", "approved", {"protocol": "mesolift", "sha256": approved}),
            EventRow("paired", 0, 0, "Ada", "paired", {"serial": 1001, "cursor": 1, "lifetime_nl": 0, "max_id": 0}),
        ]
    )
    bench.restart()
    bench.start()
    other = next(key for key in bench.shelf.protocols if key != "mesolift")
    assert "has not approved" in bench.refused(ask.OpenSession(other, "P1", True))
    assert "no protocol" in bench.refused(ask.OpenSession("no such", "P1", True))
    bench.open().screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.run(0.1)
    if bench.engine.why_no_envelope:
        assert "needs the clinic's figure" in bench.engine.why_no_envelope
    bench.cycle._realtime = False
    bench.run(0.1)
    assert "Control has no real-time priority." in bench.snap.missing
    bench.engine.approval._approved.clear()
    bench.wall_ms += 400 * 86_400_000
    bench.run(0.1)
    missing = " ".join(bench.snap.missing)
    assert "not approved" in missing
    assert "The calibration expired on 2027-01-01" in missing
    bench.engine.in_force.certified = bench.engine.in_force._expected = None
    bench.run(0.1)
    assert "not the one last certified" in " ".join(bench.snap.missing)
    bench.close()


# -- the wire ----------------------------------------------------------------------------------------------------------
def test_a_lease_now_and_then_without_an_answer_disarms_nothing(subject: Bench) -> None:
    subject.set(shots=6, rate=2000).mode("continuous").live()
    subject.on_skin().press()
    for _ in range(3):
        subject.lose = 1
        subject.run(1.2)
    subject.until(lambda: not subject.armed, 5)
    assert subject.shots == 6
    subject.quiet()


@pytest.mark.parametrize("state", [State.VOIDING, State.READING, State.SETTLING])
@pytest.mark.parametrize("what", ["a frame", "the cable", "the disk"])
def test_whatever_is_lost_while_connecting_it_connects_in_the_end(bench: Bench, state: State, what: str) -> None:
    for _ in range(200):
        if bench.engine.connection.state is state:
            break
        bench.step()
    if what == "a frame":
        bench.lose = 2
    else:
        bench.disk.holding = True
        bench.run(0.1)
    if what == "the cable":
        bench.do("unplug")
        bench.run(0.3)
        bench.do("replug")
    bench.run(0.1)
    bench.disk.release()
    bench.until(lambda: bench.engine.connection.ready, 5)


@pytest.mark.requirement("LNK-3")
def test_a_cable_that_goes_between_lease_and_void_is_settled(subject: Bench) -> None:
    subject.live()
    raising(subject, COMMAND.address, PortGone(port="virtual"))
    subject.tell(ask.Disarm())
    subject.run(0.1)
    assert not subject.panel._enabled
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.quiet()


def raising(bench: Bench, address: int, error: NappageError) -> None:
    """The next frame to `address` fails in this way."""
    link: Any = bench.cycle.injector._link  # type: ignore[union-attr]
    through = link.exchange

    def exchange(to: int, *rest: Any, **gate: Any) -> bytes:
        if to != address:
            return through(to, *rest, **gate)
        link.exchange = through
        raise error

    link.exchange = exchange


@pytest.mark.requirement("LED-11")
@pytest.mark.parametrize("error", [PortGone(port="virtual"), BadFrame(why="CRC")])
def test_an_anchor_that_is_not_written_holds_up_nothing(subject: Bench, error: NappageError) -> None:
    subject.live()
    raising(subject, ANCHOR.address, error)
    subject.tell(ask.Disarm())
    subject.run(2)
    assert subject.cycle.line.bad_frames == (1 if isinstance(error, BadFrame) else 0)
    subject.quiet()
    subject.live()


def test_a_frame_that_fails_in_settling_is_waited_for(subject: Bench) -> None:
    subject.bring_to(Stage.SETTLE)
    subject.lose = 1
    subject.until(lambda: subject.engine.slot.free, 3)
    subject.quiet()


def test_an_identity_that_is_not_read_is_asked_again(subject: Bench) -> None:
    number = subject.send(ask.FitNeedle("30g-4mm", True))
    subject.until(lambda: subject.engine.path._confirm is not None, 3)
    link: Any = subject.cycle.injector._link  # type: ignore[union-attr]
    read = link.read

    def fails(*_: Any) -> bytes:
        link.read = read
        raise BadFrame(why="CRC")

    link.read = fails
    assert subject.reply(number).ok
    subject.quiet()


def test_another_register_map_is_said_and_not_used(bench: Bench) -> None:
    bench.rig.advance(bench.clock.now)
    bench.do("fault wrong-map on")
    bench.run(1)
    assert "register map" in bench.snap.link.sentence


def test_a_port_that_does_not_open_is_said_and_tried_again(bench: Bench) -> None:
    connect = bench.cycle.line._connect

    def fails() -> Any:
        bench.cycle.line._connect = connect
        raise PortGone(port="/dev/ttyACM0")

    bench.cycle.line._connect = fails
    bench.step()
    assert "/dev/ttyACM0" in bench.snap.link.sentence
    bench.until(lambda: bench.snap.link.connected, 3)


@pytest.mark.requirement("LED-12")
def test_a_full_queue_at_connect_leaves_the_injector_unused(bench: Bench) -> None:
    bench.disk.full = True
    bench.run(1)
    assert bench.sent == []
    assert "queue is full" in bench.engine.desk.ledger_broken


def test_without_an_injector_nothing_is_called_sent(bench: Bench) -> None:
    bench.run(0.1)
    bench.cycle.line.close()
    bench.cycle._perform(x.SendCommand(Command(1, CommandKind.STOP), None))
    bench.cycle._perform(x.WriteAnchor(1, b""))
    assert bench.cycle.line._sent[-1] == x.Sent(1, "stale", "there is no injector")


@pytest.mark.requirement("STP-1")
def test_a_stop_between_decision_and_relay_keeps_the_relay_open(subject: Bench) -> None:
    real = subject.latch.guarded

    def late(epoch: int, name: str, act: Any) -> None:
        subject.latch.guarded = real
        subject.panel.stop()
        real(epoch, name, act)

    subject.run(0.1)
    subject.latch.guarded = late  # type: ignore[method-assign]
    subject.send(subject.arm_command())
    subject.run(1)
    assert not subject.armed
    assert not subject.panel._enabled
    assert subject.snap.stop.state == "released"


# -- dispatch ----------------------------------------------------------------------------------------------------------
def test_a_commit_that_fails_after_a_stop_changes_nothing(subject: Bench) -> None:
    subject.bring_to(Stage.COMMIT)
    subject.do("stop press")
    subject.run(0.1)
    subject.disk.failing = True
    subject.disk.release()
    subject.run(0.2)
    assert subject.engine.slot.free


@pytest.mark.parametrize("stage", [Stage.SUPPLY, Stage.SENT])
def test_a_touch_before_a_service_motion_begins_takes_it_back(subject: Bench, stage: Stage) -> None:
    number = subject.send(ask.Prime(50_000))
    subject.until(lambda: subject.stage is stage, 2)
    subject.on_skin()
    assert not subject.reply(number).ok
    subject.do("lift")
    subject.quiet()


def test_a_message_that_is_lost_with_the_link_says_so(subject: Bench) -> None:
    raising(subject, COMMAND.address, PortGone(port="virtual"))
    assert "was lost" in subject.refused(ask.ClearFaults())


@pytest.mark.requirement("LED-9", "LED-4")
def test_a_motion_that_nobody_asked_for_is_counted_and_alarmed(subject: Bench) -> None:
    number = subject.engine.desk.max_id + 15
    subject.rig.set_enable(subject.clock.now, True)
    for _ in range(8):
        subject.clock.now += 0.01
        subject.rig.advance(subject.clock.now)
    subject.rig.write(subject.clock.now, COMMAND.address, COMMAND.encode(Command(number, CommandKind.PRIME, 20_000)))
    subject.rig.advance(subject.clock.now + 0.02)
    subject.clock.now += 0.01
    subject.run(1)
    subject.rig.set_enable(subject.clock.now, False)
    subject.run(0.2)
    assert 710 in subject.alarms()
    assert subject.engine.tally.session.nl >= 20_000
    assert "belongs to nothing that was sent" in subject.engine.intake.mismatch
    moved = next(row for row in subject.rows(ShotRow) if row.authorisation == number)
    assert moved.certainty is Certainty.UNKNOWN, "whom it was given to is not known"


# -- the rest ----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACC-5")
def test_every_command_stands_in_the_table_and_has_a_handler(bench: Bench) -> None:
    commands = set(get_args(ask.AnyCommand)) - {ask.Hello}
    assert set(TABLE) == commands == set(bench.engine.requests._handlers)


@pytest.mark.requirement("LIM-12")
def test_what_is_sensed_stands_against_arming_by_itself(subject: Bench) -> None:
    status = subject.engine.desk.status
    assert status is not None
    subject.engine.desk.status = msgspec.structs.replace(status, syringe_type=1, inputs=0)
    found = list(guards.against_arming(subject.engine))
    assert "the handpiece holds no needle" in found
    assert "the clamp holds another syringe than the one confirmed" in found
    subject.live()
    assert "a treatment is armed" in list(guards.against_service(subject.engine, CommandKind.HOME))


def test_a_course_that_is_too_soon_is_asked_when_arming(tmp_path: Path) -> None:
    bench = Bench(tmp_path).start()
    bench.patients["P1"] = PatientPage("P1", True, "2026-11-15")
    bench.courses["P1"] = Course(1, 1, 1, (Given("forehead", 3),))
    bench.open(new=False).screen().product().needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.run(0.1)
    assert "3 days ago" in " ".join(bench.snap.missing)
    assert "3 days ago" in bench.refused(bench.arm_command())
    bench.run(0.1)
    assert bench.snap.question is not None
    bench.tell(ask.ConfirmSoft(bench.snap.question.key, "a second half of the first session"))
    bench.live()
    bench.close()


@pytest.mark.requirement("LIM-1", "LIM-4")
def test_sooner_than_the_product_allows_is_refused_whatever_was_confirmed_and_the_refusal_is_recorded(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path).start()
    bench.patients["P1"] = PatientPage("P1", True, "2026-11-15")
    bench.courses["P1"] = Course(1, 1, 1, (Given("forehead", 3),))
    bench.open(new=False).screen().product("example-label").needle().syringe()
    bench.tell(ask.Prepared(True))
    bench.prime()
    bench.run(0.1)
    said = "Forehead was given this product 3 days ago, and the product allows it again after 31 days"
    for _ in range(2):
        assert said in bench.refused(bench.arm_command())
        bench.run(0.1)
        if bench.snap.question is not None:
            bench.tell(ask.ConfirmSoft(bench.snap.question.key, "a second half of the first session"))
    recorded = [event for event in bench.events("refused") if event.sentence == said]
    assert [(event.body["limit"], event.body["origin"]) for event in recorded] == [("interval", "product")] * 2
    bench.tell(ask.ChooseZone("glabella", "whole"))
    bench.run(0.1)
    assert said not in " ".join(bench.snap.missing)
    bench.close()


def test_a_value_that_new_parts_do_not_allow_is_named(subject: Bench) -> None:
    subject.set(dose=1000)
    connected = subject.engine.connection.connected
    assert connected is not None
    assert connected.calibration is not None
    calibration = msgspec.structs.replace(connected.calibration, smallest_dose_5_nl=5000)
    subject.engine.connection.connected = msgspec.structs.replace(connected, calibration=calibration)
    subject.syringe(new_line=False)
    assert "Dose 1 uL is not possible with these parts; it is 5 uL now" in subject.notices


def test_parts_that_change_while_the_injector_is_away_wait_for_it(subject: Bench) -> None:
    subject.do("unplug")
    subject.run(0.3)
    subject.tell(ask.UseProduct("example-saline", "L1", "2027-12-01"))
    assert subject.engine.treatment.envelope is None
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.prime()
    subject.run(0.1)
    assert not subject.snap.missing


def test_an_arming_before_the_injector_is_back_is_refused(subject: Bench) -> None:
    command = subject.arm_command()
    subject.do("unplug")
    subject.run(0.3)
    subject.restart()
    for name in ("ledger", "link"):
        assert subject.check(name)
    subject.engine.selftest.passed = True
    subject.sign_in()
    assert "not all known" in subject.refused(command)


def test_modes_are_those_of_the_protocol_and_homing_asks_for_distance(subject: Bench) -> None:
    protocol = subject.engine.setup.protocol
    assert protocol is not None
    fewer = msgspec.structs.replace(protocol, modes=("single",))
    shelf: Any = {**subject.shelf.protocols, "mesolift": fewer}
    subject.engine.setup._library = msgspec.structs.replace(subject.shelf, protocols=shelf)
    assert "no mode in this protocol 'burst'" in subject.refused(ask.ChooseMode("burst"))
    assert "not away from the patient" in subject.refused(ask.Rehome(False))


def test_nobody_can_be_locked_out_who_is_not_in(bench: Bench) -> None:
    bench.run(0.1)
    bench.tell(ask.Lock())
    assert bench.snap.user is None
    with pytest.raises(NotNow, match="no session is open"):
        bench.engine.setup.open_facts()


def test_the_virtual_parts_behave_as_real_ones(bench: Bench) -> None:
    bench.run(0.5)
    link: Any = bench.cycle.injector._link  # type: ignore[union-attr]
    link.write(LEASE.address, bytes(8))
    assert "late" in str(link.distrust("late"))
    bench.panel.enable(bench.panel.epoch)
    bench.panel.close()
    assert not bench.rig.electrics.coil
    told: list[Any] = []
    plain = VirtualLedger(bench.ledger, told.append)
    plain.submit(Unit(1, (EventRow("note", 0, 0, "", "a note", {}),)))
    bench.ledger.close()
    plain.submit(Unit(2, (EventRow("note", 0, 0, "", "a note", {}),)))
    assert told[0].unit == 1
    assert told[0].last_row > 0
    assert isinstance(told[1], WriteFailed)


def test_a_catalogue_names_what_can_be_chosen(bench: Bench) -> None:
    bench.run(0.1)
    catalogue = bench.seat.catalogue
    assert catalogue is not None
    assert {card.key for card in catalogue.protocols} == set(library().protocols)
    assert all(card.approved for card in catalogue.protocols)
    assert bench.snap.wall


def test_nothing_may_be_armed_without_a_session(bench: Bench) -> None:
    bench.run(0.2)

    assert "no session is open" in list(guards.against_arming(bench.engine))


@pytest.mark.requirement("LED-1")
def test_a_motion_is_withdrawn_when_the_handpiece_is_put_on_while_its_row_is_committed(subject: Bench) -> None:
    number = subject.send(ask.Rehome(True))
    subject.step()
    assert subject.stage is Stage.COMMIT

    subject.do("contact on")

    assert "touches something" in subject.reply(number).sentence
    assert subject.resolution(subject.last_authorisation().id).reason.startswith("withdrawn")


@pytest.mark.requirement("WDG-5")
def test_a_screen_that_stopped_drawing_cannot_arm(subject: Bench) -> None:
    subject.seat.shows = False
    subject.run(1.0)

    assert "does not show what is going on" in subject.refused(subject.arm_command())


def test_an_alarm_of_any_number_can_be_acknowledged(subject: Bench) -> None:
    assert subject.tell(ask.AcknowledgeAlarm(703)).ok


def test_a_device_that_starts_again_in_a_transaction_is_a_time_out(subject: Bench) -> None:
    link = VirtualLink(subject.rig, subject.clock, ModbusException, NoAnswer, lambda: True)
    subject.do("power-cut 1")

    void = COMMAND.encode(Command(subject.engine.desk.max_id + 64, CommandKind.VOID))
    with pytest.raises(LinkTimeout):
        link.exchange(COMMAND.address, void, LEASE.address, 4)


@pytest.mark.requirement("LED-4")
def test_who_has_the_record_read_back_gets_all_that_was_handed_in_before(bench: Bench) -> None:
    """Two ask on a slow storage, with a row between them; what the first is told lacks it."""
    bench.run(1)
    desk, heard = bench.engine.desk, list[int]()
    bench.disk.holding = True
    for _ in range(2):
        acts = [lambda: desk.event("note", "between"), lambda: desk.read_back(lambda read: heard.append(read.last_row))]
        bench.engine.presets.step = lambda acts=acts: acts.pop(0)() if acts else None
        bench.run(3 * PERIOD)
    bench.disk.release()
    bench.run(3 * PERIOD)
    first, second = heard
    assert first < second


# -- a screen that asks too much ---------------------------------------------------------------------------------------
def flood(bench: Bench, cycles: int, each: int = 32) -> int:
    """As many requests in every cycle as the channel takes from one client, all of them refused; how many."""
    for _ in range(cycles):
        for _ in range(each):
            bench.send(ask.Edit("depth", 123_456))
        bench.step()
    return cycles * each


def refusals(bench: Bench) -> int:
    return sum("123.46 mm is not allowed" in event.sentence for event in bench.events("refused"))


@pytest.mark.requirement("LED-12", "LIM-1")
def test_a_flood_of_what_is_refused_does_not_fill_the_queue_of_the_ledger_and_loses_no_row(subject: Bench) -> None:
    subject.disk.holding = True
    asked = flood(subject, 50)
    assert len(subject.disk._held) <= UNITS_AHEAD
    subject.disk.release()
    asked += flood(subject, 10)
    subject.run(0.5)
    assert refusals(subject) == asked
    assert not subject.engine.desk.ledger_broken
    subject.until(lambda: not subject.snap.missing, 3)
    subject.live().fire(1)


@pytest.mark.requirement("LED-12")
def test_rows_that_wait_for_a_busy_disk_are_read_back_with_it_and_do_not_wait_without_end(subject: Bench) -> None:
    desk, read = subject.engine.desk, list[int]()
    subject.disk.holding = True
    flood(subject, 20)
    before = len(subject.disk._held)
    subject.engine.presets.step = lambda: None if read or desk._read_back else desk.read_back(lambda _: read.append(1))
    subject.step()
    assert len(subject.disk._held) == before + 2, "the rows, and the reading back after them"
    flood(subject, 1, each=ROWS_KEPT)
    assert len(subject.disk._held) == before + 3
    subject.disk.release()
    subject.run(0.1)
    assert read
