"""One authorisation on its way: commits that are slow or fail, sends with unknown outcome, relays that do not close."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from drivers.errors import LinkTimeout, Refused
from drivers.registers import AUTHORISATION, COMMAND, LEASE, RECORD, CommandKind, Fault, Input, Outcome, ShotRecord
from hal_sim.controller import Controller
from hal_sim.journal import Journal
from hal_sim.verdict import record_of
from kiosk.channel import commands as ask
from kiosk.records.rows import Certainty, Room
from kiosk.session.dispatch import SERVED_WITHIN, Stage
from tests.session.bench import PERIOD, Bench

LEDGER_FAILED, LEDGER_SLOW, CONTROLLER_CALIBRATION, STORAGE_LOW, STORAGE_FULL = 714, 715, 732, 739, 742


@pytest.mark.requirement("LED-1", "LED-12")
@pytest.mark.parametrize("what", ["arming", "prime", "message"])
def test_nothing_is_sent_when_the_commit_fails(subject: Bench, what: str) -> None:
    subject.run(0.1)
    sent = list(subject.sent)
    subject.disk.failing = True
    command = {"arming": subject.arm_command(), "prime": ask.Prime(10_000), "message": ask.FitNeedle("30g-4mm", True)}
    number = subject.send(command[what])
    subject.run(1)
    assert subject.sent == sent
    assert not subject.armed
    assert subject.engine.slot.free
    assert number in subject.seat.replies
    assert "The record cannot be written" in subject.snap.missing[0]
    assert LEDGER_FAILED in subject.alarms()


@pytest.mark.requirement("LED-12")
def test_a_message_is_refused_while_the_record_cannot_be_written(subject: Bench) -> None:
    subject.disk.failing = True
    subject.send(ask.Prime(10_000))
    subject.run(1)
    assert "the storage is full" in subject.refused(ask.ClearFaults())


def test_a_controller_without_its_calibration_is_alarmed_once(subject: Bench) -> None:
    subject.rig.controller.faults |= Fault.CALIBRATION
    subject.run(0.2)
    assert [alarm.number for alarm in subject.snap.alarms].count(CONTROLLER_CALIBRATION) == 1
    assert not subject.armed


@pytest.mark.requirement("LED-12")
def test_a_full_queue_disarms_and_leaves_no_gap_in_the_record(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.shots == 2)
    subject.disk.full = True
    subject.run(0.6)
    assert not subject.armed
    counted, written = subject.shots, len(subject.disk.units)
    subject.disk.full = False
    subject.engine.desk.event("note", "a row after the one that was lost")
    subject.run(2)
    assert len(subject.disk.units) == written, "rows were written after one was lost"
    assert len(subject.shot_rows()) < counted
    assert subject.cycle.line._cursor <= subject.disk._ledger.restore().cursor
    subject.release().do("lift")
    subject.restart()
    subject.until(lambda: subject.snap.link.connected, 5)
    assert subject.shots == counted
    subject.quiet()


@pytest.mark.requirement("LED-12")
@pytest.mark.parametrize("stage", list(Stage))
def test_a_commit_over_500_ms_disarms_and_says_that_the_storage_is_slow(subject: Bench, stage: Stage) -> None:
    subject.bring_to(stage)
    subject.disk.holding = True
    subject.engine.desk.event("note", "a row that is not written yet")
    subject.run(0.7)
    assert not subject.armed
    assert not subject.panel._enabled or subject.stage is Stage.SETTLE
    assert "storage is slow" in " ".join(subject.snap.missing)
    assert LEDGER_SLOW in subject.alarms()
    subject.disk.took_ms = 700
    subject.disk.release()
    subject.run(1.5)
    assert "storage is slow" in " ".join(subject.snap.missing)
    subject.disk.took_ms = 5
    subject.run(2.5)
    assert "storage is slow" not in " ".join(subject.snap.missing)
    subject.quiet()


@pytest.mark.requirement("LED-12", "ALM-4")
@pytest.mark.parametrize(
    ("free_mb", "arms", "alarms"),
    [(49, False, {STORAGE_FULL}), (50, True, {STORAGE_LOW}), (499, True, {STORAGE_LOW}), (500, True, set[int]())],
)
def test_too_little_room_disarms_and_little_room_asks(
    subject: Bench, free_mb: int, arms: bool, alarms: set[int]
) -> None:
    subject.live()
    subject.cycle.post(Room(free_mb))
    subject.run(0.2)
    assert subject.armed is arms
    assert (f"The storage is full: {free_mb} MB free, 50 MB are needed." in subject.snap.missing) is not arms
    assert subject.alarms() == alarms
    assert subject.snap.record.free_mb == free_mb


@pytest.mark.requirement("LED-12")
@pytest.mark.parametrize(("took_ms", "slow"), [(500, False), (501, True)])
def test_slow_is_over_500_ms_and_not_less(subject: Bench, took_ms: int, slow: bool) -> None:
    subject.live()
    subject.disk.took_ms = took_ms
    subject.engine.desk.event("note", "a row")
    subject.run(0.1)
    assert subject.armed is not slow
    assert ("storage is slow" in " ".join(subject.snap.missing)) is slow


@pytest.mark.requirement("LED-12")
def test_a_commit_that_has_not_returned_after_500_ms_disarms_in_the_next_cycle(subject: Bench) -> None:
    subject.live()
    subject.disk.holding = True
    subject.engine.desk.event("note", "a row that is not written yet")
    subject.step()
    subject.run(0.5)
    assert subject.armed
    subject.step()
    assert not subject.armed


@pytest.mark.requirement("LED-2", "LED-3", "LNK-2")
@pytest.mark.parametrize("lost_on_the_way", [True, False])
def test_an_unknown_outcome_blocks_until_it_is_settled_and_is_never_sent_again(
    subject: Bench, lost_on_the_way: bool
) -> None:
    subject.bring_to(Stage.SUPPLY)
    lost(subject, lost_on_the_way)
    subject.until(lambda: subject.stage is Stage.SETTLE, 2)
    assert not subject.armed
    number = subject.last_authorisation().id
    subject.quiet()
    assert [sent for sent in subject.sent if sent[1] == number] == [("authorisation", number)]
    resolved = subject.resolution(number)
    assert resolved.certainty is (Certainty.NOT_DONE if lost_on_the_way else Certainty.DONE)
    assert resolved.shots == 0


def what_is(address: int) -> str:
    return "authorisation" if address == AUTHORISATION.address else "void"


def lost(bench: Bench, request: bool) -> None:
    """The next authorisation gets no answer: it was lost on its way there, or on its way back."""
    link = bench.cycle.injector._link  # type: ignore[union-attr]
    through = link.exchange

    def exchange(address: int, *rest: object, **gate: object) -> bytes:
        if address == LEASE.address:
            return through(address, *rest, **gate)
        link.exchange = through
        if request:
            bench.sent.append((what_is(address), int.from_bytes(rest[0][:4], "big")))  # type: ignore[index]
        else:
            through(address, *rest, **gate)
        raise LinkTimeout(timeout_ms=40)

    link.exchange = exchange


@pytest.mark.requirement("LED-2")
@pytest.mark.parametrize("lost_on_the_way", [True, False])
def test_a_service_motion_with_unknown_outcome_is_stopped_and_settled(subject: Bench, lost_on_the_way: bool) -> None:
    number = subject.send(ask.Prime(300_000))
    subject.until(lambda: subject.stage is Stage.SUPPLY, 2)
    lost(subject, lost_on_the_way)
    assert not subject.reply(number).ok
    subject.quiet()
    certainty = Certainty.NOT_DONE if lost_on_the_way else Certainty.DONE
    assert subject.resolution(subject.last_authorisation().id).certainty is certainty


@pytest.mark.requirement("LED-2")
@pytest.mark.parametrize("lost_on_the_way", [True, False])
def test_a_message_with_unknown_outcome_is_not_called_done(subject: Bench, lost_on_the_way: bool) -> None:
    subject.disk.holding = True
    number = subject.send(ask.FitNeedle("30g-4mm", True))
    subject.until(lambda: subject.stage is Stage.COMMIT, 2)
    lost(subject, lost_on_the_way)
    subject.disk.release()
    reply = subject.reply(number)
    certainty = subject.resolution(subject.last_authorisation().id).certainty
    assert (reply.ok, certainty) in ((False, Certainty.UNKNOWN), (False, Certainty.DONE))
    subject.quiet()


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("feedback-dead", "the enable relay did not close"),
        ("supply-dead", "the controller sees no motor supply"),
    ],
)
def test_a_relay_that_does_not_close_ends_it_before_anything_is_sent(subject: Bench, fault: str, said: str) -> None:
    subject.do(f"fault {fault} on")
    subject.arm()
    subject.until(lambda: not subject.armed, 2)
    assert said in subject.last_notice
    assert not subject.panel._enabled
    assert subject.sent[-1][0] != "authorisation"
    assert said in subject.refused(ask.Prime(10_000))


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize("what", ["arming", "prime"])
def test_the_supply_is_waited_for_300_ms_and_no_longer(subject: Bench, what: str) -> None:
    subject.run(0.1)
    subject.do("fault supply-dead on")
    subject.send(subject.arm_command() if what == "arming" else ask.Prime(10_000))
    subject.until(lambda: subject.stage is Stage.SUPPLY, 2)
    since = subject.clock.now
    subject.until(lambda: subject.stage is not Stage.SUPPLY, 2)
    assert 0.3 < subject.clock.now - since <= 0.3 + 2 * PERIOD


def test_a_service_motion_that_is_accepted_and_never_begins_is_waited_for_a_second(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Controller, "_serve", lambda *_: None)
    number = subject.send(ask.Prime(10_000))
    subject.until(lambda: subject.stage is Stage.SENT, 2)
    since = subject.clock.now
    subject.until(lambda: subject.stage is None, 3)
    assert 1.0 <= subject.clock.now - since <= 1.0 + PERIOD, "and then it is over with nothing given"
    assert "nothing moved" in subject.reply(number).sentence, "it is not called primed"


def ends_as(outcome: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every motion is recorded with this outcome, and the controller calls nothing a fault."""

    def ended(*motion: Any) -> tuple[ShotRecord, Fault]:
        record, faults = record_of(*motion)
        return replace(record, outcome=outcome), faults

    monkeypatch.setattr("hal_sim.controller.record_of", ended)


@pytest.mark.requirement("LED-7", "STP-5")
def test_a_shot_that_ended_early_ends_the_arming_though_the_controller_reports_no_fault(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_as(Outcome.PARTIAL_CONTACT, monkeypatch)
    subject.set(shots=5).live().fire(1)
    subject.step()
    assert not subject.armed
    assert "a shot ended early" in subject.last_notice
    subject.quiet()


@pytest.mark.requirement("LED-2", "LED-4")
def test_a_shot_that_ended_in_no_way_that_we_know_is_uncertain_and_so_is_its_authorisation(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_as(77, monkeypatch)
    subject.live()
    number = subject.last_authorisation().id
    subject.fire(1)
    subject.quiet()
    assert not subject.armed
    assert subject.shot_rows()[-1].certainty is Certainty.UNKNOWN
    assert subject.resolution(number).certainty is Certainty.UNKNOWN


@pytest.mark.requirement("PST-1", "STP-1")
def test_a_supply_that_an_earlier_answer_showed_is_not_the_one_that_is_waited_for(subject: Bench) -> None:
    subject.do("fault supply-dead on")
    subject.bring_to(Stage.SUPPLY)
    status = subject.engine.desk.status
    assert status is not None
    subject.engine.desk.status = replace(status, inputs=status.inputs | Input.SUPPLY)
    subject.lose = 2
    subject.run(2 * PERIOD)
    assert subject.panel.read().feedback
    assert (subject.stage, subject.sent[-1][0]) == (Stage.SUPPLY, "prime")


@pytest.mark.requirement("PST-1")
def test_a_relay_whose_feedback_goes_again_before_the_supply_is_there_ends_it_at_once(subject: Bench) -> None:
    subject.do("fault supply-dead on")
    subject.bring_to(Stage.SUPPLY)
    subject.until(lambda: subject.panel.read().feedback, 0.1)
    subject.run(2 * PERIOD)
    assert subject.stage is Stage.SUPPLY
    subject.do("fault feedback-dead on")
    subject.do("fault supply-dead off")
    subject.step()
    assert "the enable relay did not close" in subject.last_notice
    assert subject.sent[-1][0] == "prime"


@pytest.mark.requirement("PST-1")
def test_a_relay_that_has_not_let_go_of_the_motion_before_is_no_answer(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject.run(0.1)
    read = subject.panel.read
    monkeypatch.setattr(subject.panel, "read", lambda: replace(read(), feedback=True))
    subject.send(subject.arm_command())
    subject.until(lambda: subject.stage is Stage.SUPPLY, 0.1)
    monkeypatch.undo()  # the pin has told it by now
    since = subject.clock.now
    subject.until(lambda: subject.stage is not Stage.SUPPLY, 1)
    assert 0.05 < subject.clock.now - since <= 0.05 + 2 * PERIOD
    assert (subject.armed, subject.sent[-1][0]) == (True, "authorisation")


def test_a_relay_that_sticks_blocks_everything(subject: Bench) -> None:
    subject.live()
    subject.do("fault relay-stuck on")
    subject.tell(ask.Disarm())
    subject.run(0.5)
    assert 729 in subject.alarms()
    assert "The enable relay does not do what it is told." in subject.snap.missing


def test_a_refusal_by_the_controller_ends_the_arming_with_its_reason(subject: Bench) -> None:
    subject.bring_to(Stage.SUPPLY)
    number = subject.last_authorisation().id
    subject.rig.controller.journal.piston_known = False
    subject.until(lambda: not subject.armed, 2)
    assert "another syringe is in the clamp" in subject.last_notice
    assert subject.resolution(number).certainty is Certainty.NOT_DONE


def test_a_press_before_the_slice_is_taken_waits_for_its_release(subject: Bench) -> None:
    subject.bring_to(Stage.SUPPLY)
    number = subject.last_authorisation().id
    subject.press()
    subject.run(1)
    assert subject.resolution(number).certainty is Certainty.NOT_DONE
    assert subject.armed
    subject.release()
    subject.until(lambda: subject.stage is Stage.LIVE, 2)


@pytest.mark.requirement("LIM-7", "LED-3")
def test_a_request_while_one_runs_is_ignored_and_counted(subject: Bench) -> None:
    number = subject.send(ask.Prime(100_000))
    subject.until(lambda: subject.stage is Stage.LIVE, 2)
    assert "still at work: Priming 100 uL" in subject.refused(ask.Rehome(True))
    assert "still at work" in subject.refused(ask.FitNeedle("30g-4mm", True))
    assert subject.engine.slot.ignored == 2
    assert subject.reply(number).ok
    assert [row.sentence for row in subject.events("ignored")] == ["Requests refused while the injector was at work: 2"]
    assert subject.engine.slot.ignored == 0
    subject.run(3)
    assert subject.sent[-1][0] == "prime"


@pytest.mark.requirement("LIM-7", "LED-3")
@pytest.mark.parametrize("stage", list(Stage))
def test_whatever_is_asked_while_one_is_on_its_way_is_never_done_later(subject: Bench, stage: Stage) -> None:
    """At every stage, also while its outcome is not settled; then all is over, and nothing more goes out."""
    subject.bring_to(stage)
    asked = (ask.Rehome(True), ask.Prime(50_000), subject.arm_command(), ask.FitNeedle("30g-4mm", True))
    drawn = subject.engine.desk.max_id
    replies = [subject.send(command) for command in asked]
    subject.step()
    subject.step()
    assert all(number in subject.seat.replies and not subject.seat.replies[number].ok for number in replies)
    assert subject.engine.slot.ignored == len(asked)
    subject.tell(ask.Disarm()) if subject.armed else None
    subject.disk.release()
    subject.quiet()
    subject.run(3)
    assert subject.engine.desk.max_id == drawn, "something that was asked meanwhile was begun after it"
    assert [what for what, _ in subject.sent].count("prime") == 1, "the one of the set-up"
    assert [row.body["count"] for row in subject.events("ignored")] == [len(asked)]


@pytest.mark.requirement("LED-3", "LED-4")
def test_what_never_settles_is_settled_by_a_new_connection(subject: Bench) -> None:
    subject.bring_to(Stage.SETTLE)
    desk = subject.engine.desk
    subject.disk.holding = True
    subject.run(3.3)
    assert not subject.panel._enabled
    assert not subject.snap.link.connected
    subject.disk.release()
    subject.run(2)
    subject.quiet()
    assert desk.cursor == subject.rig.controller.journal.lifetime_shots + 1


@pytest.mark.requirement("STP-1", "LED-3")
def test_a_stop_after_a_void_that_was_taken_is_sent_again_when_it_is_lost(subject: Bench) -> None:
    subject.bring_to(Stage.SETTLE)
    assert subject.sent[-1][0] == "void"
    subject.run(2 * PERIOD)
    lost(subject, request=True)
    subject.send(ask.Stop())
    subject.run(3 * PERIOD)
    assert [what for what, _ in subject.sent[-2:]] == ["void", "stop"], "the lost one is listed as void"
    subject.quiet()


def test_a_void_that_is_lost_is_sent_again_with_another_id(subject: Bench) -> None:
    subject.live()
    lost(subject, request=True)
    subject.tell(ask.Disarm())
    subject.until(lambda: subject.engine.slot.free, 2)
    assert [what for what, _ in subject.sent][-1] == "void"
    assert subject.sent[-1][1] == subject.last_authorisation().id + 2
    subject.quiet()


@pytest.mark.requirement("LED-4", "LIM-6")
def test_a_record_that_is_missing_between_two_is_not_passed_over(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one after it is not taken before the missing one is counted in full."""
    keep, missing = Journal._keep, subject.rig.controller.journal.lifetime_shots + 2

    def loses(journal: Journal, record: ShotRecord) -> None:
        keep(journal, record)
        journal.records.pop(missing, None)

    monkeypatch.setattr(Journal, "_keep", loses)
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.rig.controller.journal.lifetime_shots > missing, 5)
    subject.release().run(0.5)
    assert [row.number for row in subject.shot_rows()] == [missing - 1]
    subject.tell(ask.Disarm())
    subject.until(lambda: subject.engine.slot.free, 5)
    subject.quiet()
    found = next(row for row in subject.shot_rows() if row.number == missing)
    assert (found.certainty, found.measured_dose_nl) == (Certainty.UNKNOWN, found.dose_nl)
    assert subject.shots == len(subject.shot_rows()) > 2


@pytest.mark.requirement("LED-12", "WDG-5")
def test_when_the_record_fails_in_a_stroke_the_stroke_ends_and_the_enable_drops_with_it(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.rig.controller.motion is not None, 3)
    number = subject.rig.controller.journal.lifetime_shots
    subject.disk.failing = True
    subject.engine.desk.event("note", "a row that cannot be written")
    subject.until(lambda: subject.engine.desk.ledger_broken, 1)
    subject.until(lambda: subject.rig.controller.motion is None, 2)
    subject.run(0.05)
    assert not subject.panel._enabled
    assert subject.rig.controller.journal.lifetime_shots == number
    assert RECORD.decode(subject.rig.controller.journal.record(number)).outcome == Outcome.COMPLETED


@pytest.mark.requirement("LED-12", "STP-5")
@pytest.mark.parametrize("what", ["treatment", "prime"])
def test_what_is_not_confirmed_as_taken_back_loses_enable_and_lease_in_a_tenth_of_a_second(
    subject: Bench, what: str
) -> None:
    if what == "treatment":
        subject.live()
        taken_back = ask.Disarm()
    else:
        subject.send(ask.Prime(300_000))
        subject.until(lambda: subject.stage is Stage.LIVE, 2)
        taken_back = ask.Stop()
    link = subject.cycle.injector._link  # type: ignore[union-attr]
    through = link.exchange

    def exchange(address: int, *rest: object, **gate: object) -> bytes:
        if address == COMMAND.address:
            raise Refused(what="exchange", exception=3, reason="refused")
        return through(address, *rest, **gate)

    link.exchange = exchange
    subject.send(taken_back)
    subject.step()
    subject.run(0.075)
    assert not subject.panel._enabled
    assert subject.cycle.injector is None, "no lease is given any more"
    subject.step()
    assert not subject.snap.link.connected
    subject.do("lift")
    subject.until(lambda: subject.snap.link.connected, 3)


def test_a_service_motion_that_takes_too_long_is_stopped(subject: Bench) -> None:
    number = subject.send(ask.Prime(400_000))
    subject.until(lambda: subject.stage is Stage.LIVE, 2)
    current = subject.engine.slot.current
    assert current is not None
    current._since -= SERVED_WITHIN
    assert "it took too long" in subject.reply(number).sentence
    assert subject.sent[-1][0] == CommandKind.STOP.name.lower()


@pytest.mark.requirement("STP-1")
def test_a_service_motion_under_way_is_stopped_by_whatever_would_have_forbidden_it(subject: Bench) -> None:
    number = subject.send(ask.Prime(400_000))
    subject.until(lambda: subject.stage is Stage.LIVE, 2)
    subject.panel.alive = lambda: False
    subject.run(2 * PERIOD)
    assert subject.sent[-1][0] == "stop"
    assert "the pins are silent" in subject.reply(number).sentence


def test_a_service_motion_that_touches_skin_ends_with_the_reason(subject: Bench) -> None:
    number = subject.send(ask.Prime(200_000))
    subject.until(lambda: subject.stage is Stage.LIVE, 2)
    subject.on_skin()
    assert "skin contact" in subject.reply(number).sentence or "touches" in subject.reply(number).sentence
    assert "touches something" in subject.refused(ask.Rehome(True)) or "contact" in subject.refused(ask.Rehome(True))
