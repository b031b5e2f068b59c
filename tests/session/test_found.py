"""What the campaign of random sessions found in control, each as an ordinary case."""

from __future__ import annotations

import msgspec
import pytest

from drivers.registers import ControllerState, Fault, Input
from kiosk.channel import commands as ask
from kiosk.session.connection import State
from kiosk.session.selftest import not_home
from tests.session.bench import Bench


@pytest.mark.requirement("UI-5", "LIM-13")
def test_an_injector_that_lost_its_piston_is_not_armed_again_and_again_but_given_a_syringe(subject: Bench) -> None:
    subject.live().on_skin().press()
    subject.until(lambda: subject.rig.controller.motion is not None, 2)
    subject.do("reset")  # in the middle of a shot: the piston's place is lost with it
    subject.release().do("lift")
    subject.until(lambda: not subject.armed and subject.snap.link.connected, 5)
    subject.tell(ask.ClearFaults())
    subject.tell(ask.Rehome(True))
    subject.see().needle()
    subject.until(lambda: subject.snap.session is not None and subject.snap.session.step == "syringe", 2)
    assert not subject.armed
    subject.syringe().prime()
    subject.live().fire(1)


@pytest.mark.requirement("LED-4", "LED-5")
def test_a_message_waits_until_the_injector_is_settled_and_no_administrator_has_to_pair_it(subject: Bench) -> None:
    """Its id was drawn after the ledger had been read back, and looked like one of somebody else's."""
    subject.do("unplug")
    subject.until(lambda: not subject.snap.link.connected, 2)
    subject.do("replug")
    subject.until(lambda: subject.engine.connection.state is State.REREADING, 3)
    subject.lose = 2  # so the void has to wait, and another message comes before it
    assert subject.refused(ask.ClearFaults()).startswith("Clearing faults is not possible now")
    subject.until(lambda: subject.snap.link.connected, 3)
    subject.tell(ask.ClearFaults())


@pytest.mark.requirement("UI-5", "LIM-13")
def test_a_syringe_that_waits_for_the_needle_says_to_home_it(subject: Bench) -> None:
    """With the piston lost the injector rests in a fault, and does not say that it lost its home as well."""
    subject.do("syringe fill 500")  # a tenth of what will be said
    subject.run(0.05)
    assert "piston" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, True), 12)
    subject.do("fault home-switch-dead on")
    subject.run(0.1)
    subject.do("fault home-switch-dead off")
    subject.tell(ask.ClearFaults())
    subject.run(0.1)
    subject.do("syringe fill 5000")
    assert "home it" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, True), 12)
    subject.tell(ask.Rehome(True))
    subject.do("syringe fill 5000")
    subject.syringe().prime()
    subject.live()


@pytest.mark.requirement("LED-4", "LED-5")
def test_an_injector_that_calls_itself_another_one_in_mid_connection_is_settled_like_another_one(
    subject: Bench,
) -> None:
    """Its identity is read again after a change of parts; the record then belonged to one that never was there."""
    subject.do("fault wrong-serial on")
    number = subject.send(ask.FitSyringe("5ml", 5_000_000, True, True))
    subject.until(lambda: not subject.snap.link.connected, 10)
    subject.reply(number, 10)
    subject.until(lambda: subject.engine.connection.state is State.BLOCKED, 10)
    assert "An administrator has to pair it" in subject.engine.connection.sentence
    subject.do("fault wrong-serial off")
    subject.do("unplug")
    subject.run(0.2)
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 10)
    assert subject.ledger.restore().serial == subject.rig.build.serial


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize("after", ["a reconnection", "a restart of control"])
def test_what_a_slipping_encoder_did_not_see_stays_taken_from_the_syringe(subject: Bench, after: str) -> None:
    """Counted anew, only the plunger's encoder was asked what the syringe holds, and it had seen 80 of 100 steps."""
    subject.do("fault encoder-slip on")
    subject.live().fire(1)
    subject.do("fault encoder-slip off")
    subject.do("lift")
    subject.until(lambda: not subject.armed, 2)
    held, seen = subject.treat.usable_nl, subject.rig.controller.gauges.usable_nl()
    assert held < seen, "the encoder says that the syringe holds more than what was commanded leaves"
    if after == "a reconnection":
        subject.do("unplug")
        subject.until(lambda: not subject.snap.link.connected, 2)
        subject.do("replug")
    else:
        subject.restart(after_s=0.5)
    subject.until(lambda: subject.snap.link.connected, 10)
    subject.until(lambda: subject.snap.treat is not None, 10)
    assert subject.treat.usable_nl == held


@pytest.mark.requirement("LED-4", "UI-5")
def test_an_injector_that_starts_again_between_its_identity_and_its_first_status_is_settled_anew(
    subject: Bench,
) -> None:
    """Its uptime never stepped back, so every authorisation named the start before and was refused, for ever."""
    subject.do("unplug")
    subject.until(lambda: not subject.snap.link.connected, 2)
    subject.do("replug")
    subject.until(lambda: subject.engine.connection.state is State.REREADING, 3)
    subject.do("reset")
    subject.rig.body.needle_kept = True  # it vouches for a needle that it did not see
    subject.until(lambda: subject.snap.link.connected, 10)
    subject.tell(ask.Rehome(True))
    subject.until(lambda: not subject.snap.missing, 5)
    subject.send(subject.arm_command())
    subject.until(lambda: not subject.snap.link.connected, 5)
    subject.until(lambda: subject.snap.link.connected, 10)
    identity = subject.engine.desk.identity
    assert identity is not None
    assert identity.boot_count == subject.rig.controller.journal.boot_count
    assert subject.engine.setup.due == "syringe"


@pytest.mark.requirement("PST-1", "LIM-13", "UI-5")
@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault.PISTON, "the plunger did not meet the piston"), (Fault.RESERVE, "the syringe is at its reserve")],
)
def test_with_a_syringe_that_has_to_be_changed_control_restarts_and_it_is_changed(
    subject: Bench, fault: Fault, said: str
) -> None:
    """Such an injector homes and calls itself faulty all the same: the needle is home, the syringe is asked for."""
    subject.do("syringe fill 3000")
    subject.run(0.05)
    subject.refused(ask.FitSyringe("5ml", 5_000_000, True, False))
    subject.rig.controller.faults = fault
    subject.restart()
    subject.start()
    subject.run(0.1)
    assert subject.check("homing") == "passed"
    assert any(sentence.startswith("The needle is home") and said in sentence for sentence in subject.notices)
    assert any(said in sentence.lower() for sentence in subject.snap.missing)
    assert subject.snap.treat is None
    subject.until(lambda: subject.snap.session is not None and subject.snap.session.step in ("needle", "syringe"), 2)
    subject.needle().syringe().prime()
    subject.live().fire(1)


@pytest.mark.requirement("PST-1")
@pytest.mark.parametrize(
    ("state", "faults", "inputs", "said"),
    [
        (ControllerState.READY, 0, Input.HOME, ""),
        (ControllerState.READY, 0, 0, "the home switch did not close"),
        (ControllerState.FAULT, Fault.RESERVE, Input.HOME, ""),
        (ControllerState.FAULT, Fault.RESERVE, 0, "the home switch did not close"),
        (
            ControllerState.FAULT,
            Fault.RESERVE | Fault.OCCLUSION,
            Input.HOME,
            "the injector reports: the line is blocked",
        ),
        (ControllerState.UNHOMED, 0, Input.HOME, "the injector does not call itself ready"),
    ],
)
def test_a_needle_is_home_where_switch_and_injector_say_so(
    bench: Bench, state: ControllerState, faults: int, inputs: int, said: str
) -> None:
    bench.start()
    status = bench.engine.desk.status
    assert status is not None
    found = not_home(msgspec.structs.replace(status, state=state, faults=int(faults), inputs=int(inputs)))
    assert (found.endswith(said), bool(found)) == (True, bool(said))


@pytest.mark.requirement("PST-1")
def test_without_a_status_no_needle_is_home() -> None:
    assert not_home(None) == "the home switch did not close"
