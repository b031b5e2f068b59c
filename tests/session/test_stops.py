"""Stops: at every stage of a dispatch, by button and on glass, and what leaves them."""

from __future__ import annotations

import pytest

from drivers.registers import CommandKind, Outcome
from kiosk.channel import commands as ask
from kiosk.records.rows import Certainty
from kiosk.session.dispatch import Stage
from tests.session.bench import Bench

STAGES = list(Stage)


@pytest.mark.requirement("STP-1", "LED-2", "STP-4")
@pytest.mark.parametrize("how", ["button", "glass"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_stop_wins_at_every_stage_of_an_authorisation(subject: Bench, stage: Stage, how: str) -> None:
    subject.bring_to(stage)
    if how == "button":
        subject.do("stop press")
    else:
        subject.send(ask.Stop())
    subject.step()
    assert not subject.armed
    assert not subject.panel._enabled
    subject.disk.release()
    subject.run(1)
    subject.do("stop release")
    subject.run(0.2)
    assert subject.snap.stop.state == "released"
    subject.tell(ask.AcknowledgeStop())
    subject.quiet()
    assert subject.snap.stop.state == "clear"
    authorisation = subject.last_authorisation()
    resolution = subject.resolution(authorisation.id)
    expected = {Stage.COMMIT: Certainty.NOT_DONE, Stage.SUPPLY: Certainty.NOT_DONE}
    if stage in expected:
        assert resolution.certainty is Certainty.NOT_DONE
    assert resolution.shots == len(subject.shot_rows())
    subject.tell(ask.Rehome(True)) if "home" in " ".join(subject.snap.missing) else None


@pytest.mark.requirement("STP-1", "LED-3")
def test_a_commit_that_returns_with_the_stop_neither_enables_nor_sends(subject: Bench) -> None:
    subject.bring_to(Stage.COMMIT)
    subject.do("stop press")
    subject.disk.release()
    subject.run(0.5)
    assert ("authorisation", subject.last_authorisation().id) not in subject.sent
    assert not subject.panel._enabled


@pytest.mark.requirement("STP-1")
@pytest.mark.parametrize("what", ["command that moves", "authorisation"])
def test_a_stop_between_decision_and_send_is_found_by_the_latch(subject: Bench, what: str) -> None:
    wanted = "authorisation" if what == "authorisation" else "home"
    real = subject.latch.guarded

    def late(epoch: int, name: str, act: object) -> None:
        if name != "enable":
            subject.panel.stop()
        real(epoch, name, act)  # type: ignore[arg-type]

    subject.latch.guarded = late  # type: ignore[method-assign]
    if what == "authorisation":
        subject.send(subject.arm_command())
    else:
        subject.send(ask.Rehome(True))
    subject.run(0.5)
    assert (wanted, subject.last_authorisation().id) not in subject.sent
    assert not subject.armed
    assert subject.resolution(subject.last_authorisation().id).certainty is Certainty.NOT_DONE


@pytest.mark.requirement("STP-1", "LED-4")
def test_an_acceptance_that_returns_after_a_stop_is_followed_by_stop(subject: Bench) -> None:
    def press(what: str) -> None:
        if what == "authorisation":
            subject.do("stop press")

    subject.after_sending.append(press)
    subject.bring_to(Stage.SENT)
    subject.step()
    (first, _), (second, _) = subject.sent[-2:]
    assert (first, second) == ("authorisation", "stop")
    subject.run(1)
    assert [what for what, _ in subject.sent].count("stop") == 1
    assert subject.resolution(subject.last_authorisation().id).shots == 0


@pytest.mark.requirement("STP-5", "LED-7")
def test_a_stop_in_a_stroke_leaves_a_partial_shot(subject: Bench) -> None:
    subject.live().on_skin().press()
    subject.until(lambda: subject.rig.body.carriage.travel(subject.rig.now) > 1200, 5)
    subject.do("stop press")
    subject.run(1)
    (shot,) = subject.shot_rows()
    assert shot.outcome in (Outcome.PARTIAL_STOP, Outcome.PARTIAL_SUPPLY)
    assert shot.counted_nl == shot.dose_nl
    assert subject.shots == 1


@pytest.mark.requirement("STP-1")
@pytest.mark.parametrize("stage", [Stage.COMMIT, Stage.SUPPLY, Stage.SENT, Stage.LIVE])
def test_a_stop_ends_a_service_motion_at_every_stage(subject: Bench, stage: Stage) -> None:
    subject.disk.holding = stage is Stage.COMMIT
    number = subject.send(ask.Prime(200_000))
    subject.until(lambda: subject.stage is stage, 2)
    subject.do("stop press")
    subject.step()
    assert not subject.panel._enabled
    subject.disk.release()
    assert not subject.reply(number).ok
    assert subject.engine.slot.free


@pytest.mark.requirement("STP-2")
def test_anybody_may_stop_and_the_screen_says_who_did(subject: Bench) -> None:
    subject.live()
    subject.tell(ask.Lock())
    subject.tell(ask.Stop())
    assert subject.snap.stop.cause == "STOP on the screen"
    subject.do("stop press")
    subject.run(0.2)
    assert subject.snap.stop.state == "open"


@pytest.mark.requirement("STP-1", "LIM-7")
def test_a_stop_and_an_arming_in_one_cycle_is_a_stop(subject: Bench) -> None:
    subject.run(0.1)
    armed = subject.send(subject.arm_command())
    subject.send(ask.Stop())
    assert not subject.reply(armed).ok
    assert not subject.armed


@pytest.mark.requirement("STP-1")
def test_a_stop_is_left_only_by_an_acknowledgement(subject: Bench) -> None:
    assert "nothing is stopped" in subject.refused(ask.AcknowledgeStop())
    subject.do("stop press")
    subject.run(0.1)
    assert "pressed or its plug is out" in subject.refused(ask.AcknowledgeStop())
    subject.do("stop release")
    subject.run(5)
    assert subject.snap.stop.state == "released"
    assert "acknowledge" in subject.snap.missing[0]
    subject.tell(ask.AcknowledgeStop())
    assert subject.snap.missing == ()


@pytest.mark.requirement("STP-3")
def test_a_contradiction_needs_a_full_press_and_release(subject: Bench) -> None:
    subject.live()
    subject.do("stop-a open")
    subject.step()
    assert not subject.armed
    subject.run(0.2)
    assert subject.snap.stop.state == "contradiction"
    subject.do("stop-a close")
    subject.run(1)
    assert subject.snap.stop.state == "contradiction"
    assert 702 in subject.alarms()
    subject.do("stop press")
    subject.run(0.1)
    subject.do("stop release")
    subject.run(0.2)
    subject.tell(ask.AcknowledgeStop())
    assert subject.snap.stop.state == "clear"


@pytest.mark.requirement("STP-3")
def test_a_contact_that_bounces_for_less_than_100_ms_is_a_stop_and_no_contradiction(subject: Bench) -> None:
    subject.do("stop-b open")
    subject.run(0.075)
    subject.do("stop-b close")
    subject.run(0.2)
    assert subject.snap.stop.state == "released"


@pytest.mark.requirement("STP-3")
def test_the_injector_connects_while_the_stop_is_pressed(bench: Bench) -> None:
    bench.do("stop press")
    bench.until(lambda: bench.snap.link.connected if bench.seat.snapshot else False, 5)
    assert bench.check("stop") == "failed"
    assert [kind for kind, _ in bench.sent] == [CommandKind.VOID.name.lower()]
    bench.do("stop release")
    bench.run(0.3)
    bench.sign_in()
    bench.tell(ask.AcknowledgeStop())
    assert bench.check("homing") == "asks"
