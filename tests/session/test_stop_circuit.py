"""STP-3: the states of the stop circuit, and everything that does not end a contradiction."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from tests.session.bench import Bench

CONTACTS = {"stop-a": "stop-b", "stop-b": "stop-a"}
one = pytest.mark.parametrize("contact", CONTACTS)


def state(bench: Bench) -> str:
    return bench.snap.stop.state


def after(bench: Bench, *commands: str) -> str:
    """The state a good while after each of these was done."""
    for command in commands:
        bench.do(command)
        bench.run(0.3)
    return state(bench)


@pytest.mark.requirement("STP-3", "STP-1")
def test_open_then_released_then_clear_and_each_says_what_it_is(subject: Bench) -> None:
    subject.live()
    subject.do("stop press")
    subject.step()
    assert state(subject) == "open"
    assert "pressed or its plug is out" in subject.snap.stop.sentence
    subject.do("stop release")
    subject.step()
    assert state(subject) == "open", "closing counts after 50 ms"
    subject.run(0.075)
    assert state(subject) == "released"
    assert "until you acknowledge" in subject.snap.stop.sentence
    subject.on_skin().press().run(1)
    assert not subject.armed
    subject.release().do("lift")
    subject.tell(ask.AcknowledgeStop())
    assert state(subject) == "clear"
    assert subject.snap.stop.sentence == ""


@pytest.mark.requirement("STP-3", "STP-1")
def test_an_edge_that_is_newer_than_the_contacts_that_were_read_is_a_stop_not_a_release(subject: Bench) -> None:
    """The contact opens between this cycle's look at it and the look at the latch, or for less than a cycle."""
    subject.live()
    subject.panel.stop()
    subject.step()
    assert (state(subject), subject.armed) == ("open", False)
    assert "pressed" in subject.refused(ask.AcknowledgeStop()), "closing counts 50 ms from the edge"
    subject.run(0.075)
    assert state(subject) == "released"


@pytest.mark.requirement("STP-2", "STP-3")
def test_a_stop_on_the_glass_is_never_called_a_pressed_button(subject: Bench) -> None:
    subject.live()
    subject.send(ask.Stop())
    said: set[str] = set()
    for _ in range(8):
        subject.step()
        said.add(state(subject))
    assert said == {"released"}
    assert subject.snap.stop.cause == "STOP on the screen"


@pytest.mark.requirement("STP-3")
@one
def test_a_contradiction_ends_with_a_full_press_and_release_and_an_acknowledgement_only(
    subject: Bench, contact: str
) -> None:
    other = CONTACTS[contact]
    subject.live()
    subject.do(f"{contact} open")
    subject.step()
    assert (state(subject), subject.armed) == ("open", False), "one contact is a stop at once"
    subject.run(0.2)
    assert state(subject) == "contradiction"
    for attempt in (
        (f"{contact} close",),
        (f"{other} open", f"{other} close"),
        (f"{contact} open", f"{contact} close"),
    ):
        assert after(subject, *attempt) == "contradiction", attempt
        assert "contradict" in subject.refused(ask.AcknowledgeStop())
        assert not subject.reply(subject.send(subject.arm_command())).ok
    assert after(subject, "stop press") == "contradiction"
    assert after(subject, f"{other} close") == "contradiction", "released on one side only"
    assert after(subject, "stop press", "stop release") == "released"
    assert not subject.reply(subject.send(subject.arm_command())).ok
    subject.tell(ask.AcknowledgeStop())
    assert state(subject) == "clear"
    subject.live()


@pytest.mark.requirement("STP-3")
@one
def test_contacts_that_differ_for_100_ms_or_less_are_a_stop_and_no_failed_circuit(subject: Bench, contact: str) -> None:
    subject.do(f"{contact} open")
    subject.run(0.1)
    subject.do(f"{CONTACTS[contact]} open")
    subject.run(0.5)
    assert state(subject) == "open"
    assert after(subject, "stop release") == "released"


@pytest.mark.requirement("STP-3")
@one
def test_contacts_that_differ_for_longer_than_100_ms_contradict_each_other_in_the_next_cycle(
    subject: Bench, contact: str
) -> None:
    subject.do(f"{contact} open")
    subject.step()
    subject.run(0.075)
    assert state(subject) == "open"
    subject.run(0.05)
    assert state(subject) == "contradiction"
