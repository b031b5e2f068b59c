"""A retract that a person asks for: at any time, once for each touch, with the motor where there is supply (LED-3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.errors import LinkTimeout, NappageError, Refused
from drivers.registers import COMMAND, STATUS, Fault, Input
from hal_sim.blocks import Registers
from kiosk.channel import commands as ask
from kiosk.session.connection import LAPSES_S
from kiosk.session.dispatch import Stage
from kiosk.session.link_state import State
from kiosk.session.retraction import NOBODY_KNOWS
from tests.session.bench import ADMINISTRATOR, PERIOD, TECHNICIAN, Bench
from tests.session.extremes import instead

pytestmark = pytest.mark.requirement("LED-3")


def home(bench: Bench) -> bool:
    status = bench.engine.desk.status
    return status is not None and bool(status.inputs & Input.HOME)


def out(bench: Bench, fault: str) -> Bench:
    """A shot whose needle stays out for this reason, and the treatment ended."""
    bench.live().on_skin().press()
    bench.until(lambda: bench.rig.body.carriage.travel(bench.rig.now) > 1200, 5)
    bench.do(f"fault {fault} on")
    bench.do("stop press")
    bench.run(0.5)
    bench.release().do("lift")
    bench.do("stop release")
    bench.run(0.2)
    bench.tell(ask.AcknowledgeStop())
    bench.until(lambda: bench.engine.slot.free, 5)
    bench.run(0.1)
    assert not home(bench)
    return bench


def retracts(bench: Bench) -> int:
    return sum(what == "retract" for what, _ in bench.sent)


@pytest.mark.requirement("STP-5", "LNK-2")
def test_with_a_broken_spring_the_motor_brings_it_back_and_then_faults_clear_without_a_power_cycle(
    subject: Bench,
) -> None:
    out(subject, "spring-broken")
    assert {705, 706} & subject.alarms()
    subject.tell(ask.ClearFaults())
    subject.run(0.2)
    assert subject.engine.desk.status is not None
    assert subject.engine.desk.status.faults & Fault.RETRACT, "what still stands is not cleared"
    subject.tell(ask.Retract())
    assert home(subject)
    assert retracts(subject) == 1
    assert not subject.panel._enabled
    assert subject.events("retract")[-1].sentence == "The needle is back: home switch seen"
    subject.do("fault spring-broken off")
    subject.tell(ask.ClearFaults())
    subject.run(0.1)
    assert {705, 706} & subject.alarms() == {706}, "nothing has shown yet that the spring is whole"
    subject.tell(ask.Rehome(True))
    subject.until(lambda: not subject.snap.missing, 3)
    assert not subject.alarms()
    subject.live()


def test_a_needle_that_is_jammed_is_said_to_be_out_and_nothing_is_repeated_by_itself(subject: Bench) -> None:
    out(subject, "retract-jam")
    assert "the home switch did not close" in subject.refused(ask.Retract())
    subject.run(5)
    assert retracts(subject) == 1
    assert not subject.panel._enabled
    subject.do("fault retract-jam off")
    subject.tell(ask.Retract())
    assert home(subject)
    assert retracts(subject) == 2


@pytest.mark.requirement("STP-5")
def test_the_supply_is_waited_for_300_ms_and_the_home_switch_for_a_second(subject: Bench) -> None:
    out(subject, "retract-jam")
    subject.do("fault supply-dead on")
    number, since = subject.send(ask.Retract()), subject.clock.now
    subject.until(lambda: retracts(subject) == 1, 2)
    sent = subject.clock.now
    assert 0.3 < sent - since <= 0.3 + 3 * PERIOD
    subject.until(lambda: number in subject.seat.replies, 3)
    assert 1.0 < subject.clock.now - sent <= 1.0 + 2 * PERIOD


@pytest.mark.requirement("STP-1")
def test_with_the_stop_pressed_it_is_asked_of_the_spring_alone(subject: Bench) -> None:
    subject.do("stop press")
    subject.run(0.2)
    subject.tell(ask.Retract())
    assert retracts(subject) == 1
    assert not subject.panel._enabled


@pytest.mark.parametrize("stage", list(Stage))
def test_at_every_stage_of_an_authorisation_it_ends_the_treatment_and_pulls_the_needle_back(
    subject: Bench, stage: Stage
) -> None:
    subject.bring_to(stage)
    number = subject.send(ask.Retract())
    subject.step()
    assert not subject.armed
    assert subject.reply(number, 5).ok
    assert retracts(subject) == 1
    assert home(subject)
    subject.disk.release()
    subject.quiet()
    assert not subject.panel._enabled


def test_in_a_service_motion_it_ends_that_and_pulls_the_needle_back(subject: Bench) -> None:
    prime = subject.send(ask.Prime(300_000))
    subject.until(lambda: subject.stage is Stage.LIVE, 2)
    subject.tell(ask.Retract())
    assert not subject.reply(prime).ok
    assert retracts(subject) == 1
    subject.quiet()


def test_while_it_goes_on_nothing_else_moves_and_a_second_one_is_not_asked(subject: Bench) -> None:
    out(subject, "retract-jam")
    number = subject.send(ask.Retract())
    subject.step()
    assert subject.engine.snapshot().busy == "Retracting the needle"
    assert "Retracting the needle" in subject.refused(ask.Retract(), 0.2)
    assert subject.refused(ask.Rehome(True), 0.2)
    assert not subject.reply(number).ok


def test_who_may_ask(subject: Bench) -> None:
    subject.sign_in(ADMINISTRATOR)
    assert "may not do this" in subject.refused(ask.Retract())
    subject.sign_in(TECHNICIAN)
    subject.tell(ask.Retract())


def test_without_supply_the_spring_is_asked_all_the_same(subject: Bench) -> None:
    subject.do("fault supply-dead on")
    subject.run(0.1)
    subject.tell(ask.Retract())
    assert retracts(subject) == 1


def test_without_an_injector_it_says_so_and_a_link_that_is_lost_ends_it(subject: Bench) -> None:
    out(subject, "retract-jam")
    number = subject.send(ask.Retract())
    subject.run(0.1)
    subject.do("unplug")
    assert "link to the injector was lost" in subject.reply(number).sentence
    assert not subject.panel._enabled
    assert "no injector is connected" in subject.refused(ask.Retract())


@pytest.mark.requirement("LED-12", "STP-5")
def test_a_message_that_cannot_be_written_takes_no_supply_from_it(subject: Bench) -> None:
    """Meanwhile somebody clears faults, and the disk fails: with a broken spring only the motor brings it back."""
    out(subject, "spring-broken")
    powered: list[bool] = []
    subject.each_cycle.append(lambda: powered.extend([subject.panel._enabled] * subject.engine.retraction.busy))
    retract, clear = subject.send(ask.Retract()), subject.send(ask.ClearFaults())
    subject.disk.failing = True
    assert not subject.reply(clear, 0.2).ok
    assert subject.engine.desk.ledger_broken
    assert subject.reply(retract).ok
    assert len(powered) > 1
    assert all(powered)
    assert home(subject)
    assert not subject.panel._enabled


def answered_by(bench: Bench, error: NappageError) -> None:
    """The next command is answered like this."""
    link = bench.cycle.injector._link  # type: ignore[union-attr]
    through = link.exchange

    def exchange(address: int, *rest: object, **gate: object) -> bytes:
        if address == COMMAND.address:
            link.exchange = through
            raise error
        return through(address, *rest, **gate)

    link.exchange = exchange


def test_one_that_gets_no_answer_is_not_sent_again(subject: Bench) -> None:
    answered_by(subject, LinkTimeout(timeout_ms=40))
    assert "home switch did not close" in subject.refused(ask.Retract())
    assert retracts(subject) == 0


def test_one_that_is_refused_says_so(subject: Bench) -> None:
    answered_by(subject, Refused(what="exchange", exception=3, reason="its id is old"))
    assert "refused" in subject.refused(ask.Retract())


@pytest.mark.requirement("STP-5", "ALM-4", "UI-5")
def test_a_needle_that_leaves_its_switch_by_itself_is_alarmed_and_put_right_by_touch(subject: Bench) -> None:
    subject.live()
    subject.do("fault home-switch-dead on")
    subject.run(0.1)
    assert 705 in subject.alarms()
    assert not subject.armed
    assert any("lift the handpiece away" in sentence for sentence in subject.snap.missing)
    subject.do("fault home-switch-dead off")
    subject.quiet()
    subject.tell(ask.Retract())
    subject.tell(ask.ClearFaults())
    subject.run(0.1)
    subject.tell(ask.Rehome(True))
    subject.until(lambda: not subject.snap.missing, 3)
    assert not subject.alarms()
    subject.live()


@pytest.mark.requirement("STP-5", "UI-5", "LIM-5")
def test_a_controller_that_calls_itself_ready_with_the_switch_open_is_not_believed(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = Registers._inputs
    monkeypatch.setattr(Registers, "_inputs", lambda self: reported(self) & ~Input.HOME)
    subject.run(0.1)
    assert subject.snap.missing == (
        "The needle is not home, and the injector calls itself ready: lift off and retract it.",
    )
    assert "needle is not home" in subject.refused(subject.arm_command())


def waits_for_the_disk(bench: Bench) -> State:
    bench.do("unplug")
    bench.run(0.3)
    bench.disk.holding = True
    bench.do("replug")
    return State.REREADING


def waits_for_its_void(bench: Bench) -> State:
    bench.do("unplug")
    bench.run(0.3)
    bench.do("replug")
    bench.until(lambda: bench.engine.connection.state is State.REREADING, 3)
    bench.disk.failing = True
    return State.VOIDING


def waits_for_an_administrator(bench: Bench) -> State:
    bench.swap_injector()
    return State.BLOCKED


@pytest.mark.requirement("LED-4", "LED-5", "LED-12")
@pytest.mark.parametrize("waits", [waits_for_the_disk, waits_for_its_void, waits_for_an_administrator])
def test_an_injector_that_does_not_settle_takes_it_all_the_same(
    subject: Bench, waits: Callable[[Bench], State]
) -> None:
    out(subject, "retract-jam")
    subject.do("fault retract-jam off")
    state = waits(subject)
    subject.run(3)
    assert subject.engine.connection.state is state
    assert not home(subject)
    assert subject.ask(ask.Retract(), 3).ok
    assert home(subject)
    assert subject.engine.connection.state is state
    subject.disk.release()


# -- an injector that is not believed --------------------------------------------------------------------------------
def not_believed(bench: Bench) -> Bench:
    bench.says = instead(STATUS, "state", 77)
    bench.until(lambda: bench.engine.connection.state is State.REFUSED, 3)
    return bench


@pytest.mark.requirement("STP-5", "LIM-9")
def test_a_needle_that_rests_outside_is_pulled_back_also_in_an_injector_that_is_not_believed(subject: Bench) -> None:
    """Its shot is over and its retract has failed, so that a lapse of its lease brings nothing back."""
    out(subject, "retract-jam")
    subject.do("fault retract-jam off")
    not_believed(subject).run(1)
    assert not subject.rig.body.home
    powered: list[float] = []
    subject.each_cycle.append(lambda: powered.extend([subject.clock.now] * subject.panel._enabled))
    assert NOBODY_KNOWS in subject.refused(ask.Retract())
    assert subject.rig.body.home
    assert retracts(subject) == 1
    assert not powered
    assert subject.engine.connection.state is State.REFUSED
    assert not subject.engine.retraction.busy


@pytest.mark.requirement("WDG-1", "STP-5")
def test_a_retract_renews_no_lease_that_is_kept_back_to_lapse(subject: Bench) -> None:
    not_believed(subject)
    lease = subject.rig.controller.lease
    before = lease.echo
    number = subject.send(ask.Retract())
    subject.run(LAPSES_S - PERIOD)
    assert (retracts(subject), lease.echo, lease.live) == (0, before, False)
    subject.run(2 * PERIOD)
    assert retracts(subject) == 1
    assert NOBODY_KNOWS in subject.reply(number).sentence


def test_one_that_is_asked_of_an_injector_that_is_not_believed_ends_with_the_link_and_with_its_refusal(
    subject: Bench,
) -> None:
    not_believed(subject).run(1)
    subject.rig.controller.journal.command_id = subject.engine.desk.max_id + 100
    assert "refused" in subject.refused(ask.Retract())
    subject.rig.controller.journal.command_id = 0
    number = subject.send(ask.Retract())
    subject.run(0.1)
    subject.do("unplug")
    assert "link to the injector was lost" in subject.reply(number).sentence


def test_one_that_is_under_way_when_the_injector_is_not_believed_any_more_ends_unknown(subject: Bench) -> None:
    out(subject, "retract-jam")
    number = subject.send(ask.Retract())
    subject.step()
    not_believed(subject)
    assert "link to the injector was lost" in subject.reply(number).sentence
    assert not subject.panel._enabled
