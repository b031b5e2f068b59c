"""The injector goes and comes back: at every stage, started again, another one, ahead, or with more than it records."""

from __future__ import annotations

from types import MappingProxyType

import msgspec
import pytest

from drivers.errors import BadFrame, LinkTimeout
from drivers.registers import RECORD, RECORDS_KEPT, STATUS, ControllerState, Outcome
from hal_sim.journal import _ENTRY, _RING_AT
from kiosk.channel import commands as ask
from kiosk.records.ids import ID_STRIDE
from kiosk.records.rows import Certainty, ShotRow
from kiosk.session.connection import State
from kiosk.session.dispatch import Stage
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, Bench
from tests.session.test_dispatch import lost


def connected(bench: Bench) -> bool:
    return bench.snap.link.connected


@pytest.mark.requirement("LNK-3", "LED-4", "LED-6")
@pytest.mark.parametrize("stage", list(Stage))
def test_unplugged_at_every_stage_it_recovers_disarmed_and_agrees(subject: Bench, stage: Stage) -> None:
    subject.bring_to(stage)
    subject.do("unplug")
    subject.run(0.3)
    assert not subject.armed
    assert not subject.panel._enabled
    assert 703 in subject.alarms()
    subject.disk.release()
    subject.do("replug")
    subject.until(lambda: connected(subject), 5)
    subject.quiet()
    assert not subject.armed
    assert subject.shots == len(subject.shot_rows())
    subject.tell(ask.ClearFaults())
    if subject.engine.desk.status is not None and subject.engine.desk.status.state == ControllerState.UNHOMED:
        subject.tell(ask.Rehome(True))
    subject.see()
    subject.until(lambda: not subject.snap.missing, 2)
    subject.live()


@pytest.mark.requirement("LNK-3")
@pytest.mark.parametrize("what", ["silent", "rubbish"])
def test_three_bad_frames_in_a_second_disarm_and_alarm(subject: Bench, what: str) -> None:
    subject.live()
    link = subject.cycle.injector._link  # type: ignore[union-attr]

    def lost(*_: object, **__: object) -> bytes:
        raise LinkTimeout(timeout_ms=40) if what == "silent" else BadFrame(why="CRC")

    link.exchange = lost
    subject.run(0.05)
    assert subject.armed
    subject.run(0.1)
    assert not subject.armed
    assert not subject.panel._enabled
    assert 703 in subject.alarms()
    subject.until(lambda: connected(subject), 5)
    subject.quiet()


@pytest.mark.requirement("LED-4", "LED-6")
def test_a_reset_in_a_stroke_counts_the_shot_in_full_and_asks_for_homing(subject: Bench) -> None:
    subject.live().on_skin().press()
    subject.until(lambda: subject.rig.body.carriage.travel(subject.rig.now) > 1200, 5)
    subject.do("reset")
    subject.until(lambda: not connected(subject), 1)
    assert not subject.armed
    subject.until(lambda: connected(subject), 5)
    subject.run(0.2)
    (shot,) = subject.shot_rows()
    assert (shot.outcome, shot.certainty, shot.recovered) == (Outcome.INTERRUPTED, Certainty.UNKNOWN, True)
    assert subject.engine.tally.session.nl == shot.dose_nl == shot.counted_nl
    assert 727 in subject.alarms()
    subject.release().do("lift")
    subject.run(0.1)
    subject.tell(ask.ClearFaults())
    subject.run(0.1)
    assert "home it" in " ".join(subject.snap.missing)
    subject.tell(ask.Rehome(True))
    subject.see()
    subject.needle().syringe().prime()
    subject.run(0.1)
    assert not subject.snap.missing


@pytest.mark.requirement("LED-6", "WDG-5")
def test_a_restart_in_an_arming_finds_the_same_session_disarmed(subject: Bench) -> None:
    subject.set(shots=20, rate=2000, depth=600).mode("continuous").live().fire(3)
    before = subject.engine.setup.facts
    subject.restart(after_s=3)
    subject.until(lambda: connected(subject), 5)
    assert subject.engine.setup.facts == before
    assert subject.shots >= 3
    assert not subject.armed
    assert subject.snap.phase == "starting"
    subject.do("lift")
    subject.run(0.1)
    subject.sign_in()
    subject.tell(ask.ClearFaults()) if subject.snap.missing else None
    subject.start().see()
    assert subject.treat.depth.value == 600
    assert not subject.snap.missing
    subject.live().fire(1)
    numbers = [row.point for row in subject.shot_rows()]
    assert min(numbers) > 3
    subject.tell(ask.Disarm())
    subject.quiet()


@pytest.mark.requirement("LED-4", "LIM-6")
def test_shots_recovered_at_a_reconnect_count_in_the_session(subject: Bench) -> None:
    subject.set(shots=20, rate=2000).mode("continuous").live().on_skin().press()
    subject.until(lambda: subject.shots == 2)
    subject.disk.holding = True
    given = subject.rig.controller.journal.lifetime_shots
    subject.until(lambda: subject.rig.controller.journal.lifetime_shots >= given + 1, 3)
    subject.do("unplug")
    subject.run(1)
    subject.disk.release()
    subject.do("replug")
    subject.until(lambda: connected(subject), 5)
    subject.quiet()
    assert subject.shots == len([row for row in subject.rows(ShotRow) if row.kind == "treatment"])
    assert subject.shots >= 3


@pytest.mark.requirement("LED-5")
def test_another_injector_blocks_until_an_administrator_pairs_it(subject: Bench) -> None:
    subject.swap_injector()
    assert "the record belongs to injector 1001" in subject.snap.link.sentence
    assert 735 in subject.alarms()
    assert "belongs to injector" in " ".join(subject.snap.missing)
    assert "may not do this" in subject.refused(ask.PairInjector("new"))
    subject.sign_in(ADMINISTRATOR)
    assert "a reason is needed" in subject.refused(ask.PairInjector("  "))
    subject.tell(ask.PairInjector("the old one was repaired"))
    subject.until(lambda: connected(subject), 2)
    assert "do not contradict" in subject.refused(ask.PairInjector("again"))
    assert subject.events("paired")[-1].body["reason"] == "the old one was repaired"


@pytest.mark.requirement("LED-5")
def test_a_stranger_that_was_only_connected_does_not_become_our_injector(subject: Bench) -> None:
    subject.swap_injector()
    for _ in range(2):
        subject.restart()
        subject.run(2)
        assert not connected(subject)
        assert "belongs to injector 1001" in subject.snap.link.sentence
    subject.do("unplug")
    subject.do("fault wrong-serial off")
    subject.run(0.3)
    subject.do("replug")
    subject.until(lambda: connected(subject), 5)


def behind(bench: Bench, ids: int) -> None:
    """The injector accepts ids that this record does not hold, as after a restored backup."""
    journal = bench.rig.controller.journal
    journal.command_id += ids
    journal.save()


@pytest.mark.requirement("LED-5")
def test_an_injector_that_is_ahead_stays_blocked_over_every_reconnect_and_restart(subject: Bench) -> None:
    subject.do("unplug")
    subject.run(0.3)
    behind(subject, 100)
    subject.do("replug")
    subject.run(2)
    assert "ids that this record does not hold" in subject.snap.link.sentence
    subject.do("unplug")
    subject.run(0.3)
    subject.do("replug")
    subject.run(2)
    assert not connected(subject)
    subject.restart()
    subject.run(2)
    assert not connected(subject)
    subject.sign_in(ADMINISTRATOR)
    subject.tell(ask.PairInjector("ledger restored from the backup of Monday"))
    subject.until(lambda: connected(subject), 2)
    subject.restart()
    subject.until(lambda: connected(subject), 3)


@pytest.mark.requirement("LED-5")
@pytest.mark.parametrize(("past", "blocked"), [(ID_STRIDE - 1, False), (ID_STRIDE, True)])
def test_it_is_ahead_from_the_first_id_on_that_would_be_drawn_next(subject: Bench, past: int, blocked: bool) -> None:
    """Those below it are for what takes back and waits for no disk: the record explains them."""
    subject.do("unplug")
    subject.run(0.3)
    behind(subject, subject.ledger.restore().max_id + past - subject.rig.controller.journal.command_id)
    subject.do("replug")
    subject.run(2)
    assert connected(subject) is not blocked


@pytest.mark.requirement("LED-4")
def test_nothing_is_settled_while_it_still_moves(subject: Bench) -> None:
    def moving(address: int, answer: bytes) -> bytes:
        retracting = ControllerState.RETRACTING.to_bytes(2, "big")
        return retracting + answer[2:] if address == STATUS.address else answer

    subject.do("unplug")
    subject.run(0.3)
    subject.says = moving
    subject.do("replug")
    subject.run(2)
    assert subject.engine.connection.state is State.READING
    subject.says = lambda _, answer: answer
    subject.until(lambda: connected(subject), 1)


@pytest.mark.requirement("LED-4")
def test_one_that_started_again_before_its_first_status_is_settled_as_another_one(subject: Bench) -> None:
    """No step back of its clock shows it, only its refusal: another start was meant."""
    subject.rig.controller.journal.boot_count += 1
    subject.arm()
    subject.until(lambda: not subject.armed, 2)
    subject.until(lambda: any("it started again" in row.sentence for row in subject.events("link lost")), 1)
    subject.until(lambda: connected(subject), 3)
    subject.quiet()


@pytest.mark.requirement("LED-4", "LNK-3")
def test_what_was_read_back_for_an_earlier_connection_is_not_used_for_the_next(subject: Bench) -> None:
    """It lacks what was written since."""
    subject.disk.holding = True
    for _ in range(2):
        subject.do("unplug")
        subject.run(0.3)
        subject.do("replug")
        subject.until(lambda: subject.engine.connection.state is State.REREADING, 2)
    subject.disk.release()
    subject.step()
    assert subject.engine.connection.state is State.REREADING
    subject.until(lambda: connected(subject), 2)
    subject.quiet()


@pytest.mark.requirement("LED-4", "LED-11")
def test_reading_begins_at_the_oldest_record_that_is_kept(subject: Bench) -> None:
    status = subject.engine.desk.status
    assert status is not None
    subject.engine.desk.status = msgspec.structs.replace(status, lifetime_shots=RECORDS_KEPT + 100)
    subject.engine.connection._cursor = 1
    assert subject.engine.connection._page(1) == 101


@pytest.mark.requirement("LED-4", "ALM-1")
def test_what_no_record_explains_counts_in_full_and_blocks_until_it_was_looked_at(subject: Bench) -> None:
    subject.do("unplug")
    subject.run(0.3)
    subject.rig.controller.journal.lifetime_nl += 15_000
    subject.rig.controller.journal.save()
    subject.do("replug")
    subject.until(lambda: connected(subject), 5)
    subject.run(0.1)
    assert subject.engine.tally.session.nl == 15_000
    assert 726 in subject.alarms()
    assert "15.0 uL were given that no record explains" in " ".join(subject.snap.missing)
    subject.run(0.5)
    subject.tell(ask.AcknowledgeAlarm(726))
    subject.run(0.1)
    assert not subject.snap.missing


@pytest.mark.requirement("LED-4")
def test_more_records_than_one_exchange_carries_are_paged_through(subject: Bench) -> None:
    subject.set(shots=20, rate=6000).mode("continuous").live()
    subject.disk.holding = True
    subject.on_skin().press()
    subject.until(lambda: not subject.armed, 3)
    subject.release().do("lift")
    subject.restart()
    subject.disk.release()
    subject.until(lambda: connected(subject), 5)
    subject.quiet()


def damage(bench: Bench, number: int) -> None:
    """A byte of this record changes in the injector's memory, so that its CRC does not fit any more."""
    memory, place = bench.rig.controller.journal.memory, _RING_AT + number % RECORDS_KEPT * _ENTRY + RECORD.size - 1
    memory.write(place, bytes([memory.read(place, 1)[0] ^ 0xFF]))


@pytest.mark.requirement("LED-4", "LIM-6")
@pytest.mark.parametrize(
    "damaged", [{0}, {1, 2}, {0, 1, 2}, {0, 1, 2, 3}], ids=lambda damaged: f"{len(damaged)} from number {min(damaged)}"
)
def test_records_after_damaged_ones_are_recovered_as_measured_and_the_damaged_ones_count_in_full(
    subject: Bench, damaged: set[int]
) -> None:
    subject.set(shots=20, rate=9000).mode("continuous").live()
    first = subject.rig.controller.journal.lifetime_shots + 1
    subject.disk.holding = True
    subject.on_skin().press()
    subject.until(lambda: not subject.armed, 3)
    subject.release().do("lift")
    subject.run(0.5)
    dose, last = subject.last_authorisation().dose_nl, subject.rig.controller.journal.lifetime_shots
    assert last - first >= 4
    for number in damaged:
        damage(subject, first + number)
    subject.do("reset")
    whole = {number: RECORD.decode(raw) for number, raw in subject.rig.controller.journal.records.items()}
    subject.restart()
    subject.until(lambda: connected(subject), 5)
    found = {row.number: row for row in subject.shot_rows() if row.number}
    assert sorted(found) == list(range(first, last + 1))
    for number, row in found.items():
        if number - first in damaged:
            assert (row.outcome, row.certainty, row.counted_nl) == (Outcome.INTERRUPTED, Certainty.UNKNOWN, dose)
        else:
            kept = whole[number]
            assert (row.certainty, row.measured_dose_nl) == (Certainty.DONE, kept.measured_dose_nl)
            assert (row.measured_depth_um, row.duration_ms) == (kept.measured_depth_um, kept.duration_ms)
    subject.quiet()


def test_without_an_injector_the_screen_says_so_and_nothing_moves(bench: Bench) -> None:
    bench.rig.advance(bench.clock.now)
    bench.do("unplug")
    bench.run(1)
    assert bench.check("link") == "failed"
    assert not bench.snap.link.connected
    bench.sign_in()
    assert "is not possible now" in bench.refused(ask.ClearFaults())
    assert bench.engine.snapshot().link.serial == 0


def test_an_injector_without_calibration_makes_no_envelope(bench: Bench) -> None:
    bench.rig.advance(bench.clock.now)
    bench.rig.controller.journal.calibration = None
    bench.run(1)
    assert bench.check("calibration") == "failed" or bench.check("faults") == "failed"


@pytest.mark.requirement("LED-6")
def test_a_ledger_that_fails_while_the_injector_connects_leaves_it_unused(bench: Bench) -> None:
    bench.disk.failing = True
    bench.run(2)
    assert not bench.snap.link.connected
    assert bench.sent == []
    assert bench.check("ledger") == "failed"


def test_a_void_that_gets_no_answer_at_connect_is_tried_on_a_new_connection(bench: Bench) -> None:
    bench.until(lambda: bench.cycle.injector is not None, 2)
    lost(bench, request=True)
    bench.until(lambda: bench.seat.snapshot is not None and connected(bench), 5)
    assert [what for what, _ in bench.sent] == ["void", "void", "void"]
    assert bench.sent[0][1] < bench.sent[1][1] < bench.sent[2][1]


def test_a_link_that_is_lost_while_the_record_is_read_back_begins_again(bench: Bench) -> None:
    bench.disk.holding = True
    bench.run(0.3)
    bench.do("unplug")
    bench.run(0.3)
    bench.do("replug")
    bench.run(1)
    bench.disk.release()
    bench.until(lambda: connected(bench), 5)


def test_a_session_whose_protocol_is_gone_can_only_be_finished(subject: Bench) -> None:
    others = {key: value for key, value in subject.shelf.protocols.items() if key != "mesolift"}
    subject.shelf = msgspec.structs.replace(subject.shelf, protocols=MappingProxyType(others))
    subject.restart()
    subject.start()
    subject.run(0.1)
    assert subject.snap.missing[0] == "The protocol mesolift is not among the profiles any more: finish this session."
    for command in (
        ask.Edit("dose", 1000),
        ask.ChooseZone("forehead", "whole"),
        ask.ChooseMode("single"),
        ask.Prime(10_000),
        ask.ConfirmSoft("x", "y"),
        ask.AnswerScreening(True, True, ("heart",)),
    ):
        assert subject.refused(command)
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    assert subject.snap.phase == "home"
    assert "no protocol 'mesolift'" in subject.refused(ask.OpenSession("mesolift", "P2", True))


@pytest.mark.parametrize("part", ["needles", "syringes", "products"])
def test_a_session_with_a_part_that_is_gone_says_so(subject: Bench, part: str) -> None:
    subject.shelf = msgspec.structs.replace(subject.shelf, **{part: MappingProxyType({})})
    subject.restart()
    subject.start()
    subject.run(0.1)
    assert "not among the profiles any more" in " ".join(subject.snap.missing)
    assert "not among the profiles" in subject.refused(ask.Edit("dose", 1000))
