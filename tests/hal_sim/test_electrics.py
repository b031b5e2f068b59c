"""The panel's electricals: which contact cuts the motor, and how long each takes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal_sim.build import Build
from hal_sim.electrics import NEVER, Electrics
from hal_sim.faults import Faults
from hal_sim.mechanics import Mechanics

BUILD = Build()


def electrics(*faults: str) -> Electrics:
    subject = Electrics(BUILD, Faults(*faults))
    subject.update(0.0)
    return subject


def settle(subject: Electrics, now: float) -> None:
    """Let everything happen that is due until `now`."""
    while subject.due <= now:
        subject.update(subject.due)
    subject.update(now)


@pytest.mark.requirement("STP-4")
@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_the_motor_has_supply_only_through_the_relay_and_both_stop_contacts(
    enable: bool, stop_a: bool, stop_b: bool, dead: bool
) -> None:
    subject = electrics(*(["supply-dead"] if dead else []))
    subject.stop_a, subject.stop_b = stop_a, stop_b
    subject.set_coil(0.0, enable)
    settle(subject, 1.0)
    assert subject.good == (enable and stop_a and stop_b and not dead)


def test_the_relay_closes_after_its_travel_and_the_supply_after_its_rise() -> None:
    subject = electrics()
    subject.set_coil(1.0, True)
    settle(subject, 1.0049)
    assert not subject.levels().feedback
    settle(subject, 1.0051)
    assert subject.levels().feedback
    assert not subject.good
    assert subject.due == pytest.approx(1.005 + 0.001 * math.log(24 / 4))
    settle(subject, subject.due)
    assert subject.good


@pytest.mark.requirement("STP-4")
def test_an_open_stop_contact_takes_the_supply_through_the_capacitor() -> None:
    subject = electrics()
    subject.set_coil(0.0, True)
    settle(subject, 1.0)
    subject.stop_b = False
    subject.update(1.0)
    assert subject.due == pytest.approx(1.0 + 0.005 * math.log(24 / 18))
    settle(subject, 1.002)
    assert not subject.good
    assert subject.volts(1.005) == pytest.approx(24 / math.e)


def test_a_bounce_shorter_than_the_capacitor_is_no_loss() -> None:
    subject = electrics()
    subject.set_coil(0.0, True)
    settle(subject, 1.0)
    subject.stop_a = False
    subject.update(1.0)
    subject.stop_a = True
    settle(subject, 1.001)
    assert subject.good
    assert subject.due == NEVER


def test_a_coil_that_changes_its_mind_in_flight_moves_nothing() -> None:
    subject = electrics()
    subject.set_coil(0.0, True)
    subject.set_coil(0.002, False)
    settle(subject, 1.0)
    assert not subject.relay
    assert not subject.good


def test_a_brown_out_is_below_what_the_motor_needs() -> None:
    subject = electrics()
    subject.set_coil(0.0, True)
    settle(subject, 1.0)
    subject._faults.set("brown-out", True)
    settle(subject, 1.0)
    settle(subject, 2.0)
    assert not subject.good
    assert subject.volts(2.0) == pytest.approx(15.0)


def test_a_stuck_relay_stays_and_goes_again_once_it_is_free() -> None:
    subject = electrics()
    subject.set_coil(0.0, True)
    settle(subject, 1.0)
    subject._faults.set("relay-stuck", True)
    subject.set_coil(1.0, False)
    settle(subject, 2.0)
    assert subject.levels().feedback
    assert subject.due == NEVER
    subject._faults.set("relay-stuck", False)
    settle(subject, 3.0)
    settle(subject, 3.1)
    assert not subject.relay


def test_a_dead_feedback_contact_says_open() -> None:
    subject = electrics("feedback-dead")
    subject.set_coil(0.0, True)
    settle(subject, 1.0)
    assert subject.relay
    assert not subject.levels().feedback


def test_a_contradicting_pedal_has_both_contacts_closed() -> None:
    levels = electrics("pedal-contradiction").levels()
    assert levels.pedal_no
    assert levels.pedal_nc


@pytest.mark.requirement("STP-4", "WDG-4")
def test_without_motor_supply_no_word_of_the_controller_moves_needle_or_plunger() -> None:
    body = Mechanics(BUILD, Faults(), seed=1)
    steps = body.encoder
    for supplied, moves in ((False, False), (True, True), (False, False)):
        body.power(supplied)
        body.needle_to(5_000.0)
        body.push(1_000, 10_000.0)
        assert (body.pushing, body.carriage.powered) == (moves, moves)
    body.settle(1.0)
    assert (body.encoder, body.carriage.travel(1.0)) == (steps, 0.0), "nothing of it is done later"
