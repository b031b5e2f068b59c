"""Which number a person reads for what is wrong: the injector's faults and our own findings, written out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.registers import Fault
from kiosk.channel import commands as ask
from tests.session.bench import Bench
from tests.session.test_retraction import out

NUMBERS = {
    Fault.HOMING: 728,
    Fault.RETRACT: 705,
    Fault.SPRING: 706,
    Fault.DEPTH_MISMATCH: 709,
    Fault.DOSE_MISMATCH: 710,
    Fault.OCCLUSION: 707,
    Fault.SUPPLY: 711,
    Fault.LEASE: 704,
    Fault.CONTACT: 708,
    Fault.INPUT_STUCK: 712,
    Fault.MEMORY: 724,
    Fault.CALIBRATION: 732,
    Fault.PISTON: 725,
    Fault.RESERVE: 721,
    Fault.INTERRUPTED: 727,
    Fault.COUNTER: 733,
}


def test_every_fault_of_the_injector_has_its_number_here() -> None:
    assert set(NUMBERS) == set(Fault) - {Fault.NONE}
    assert len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.mark.requirement("ALM-4")
@pytest.mark.parametrize(("fault", "number"), NUMBERS.items(), ids=[fault.name for fault in NUMBERS])
def test_a_fault_of_the_injector_is_alarmed_by_its_own_number_and_forbids_arming(
    subject: Bench, fault: Fault, number: int
) -> None:
    subject.rig.controller.faults = fault
    subject.run(0.1)
    assert subject.alarms() == {number}
    assert subject.snap.missing
    assert not subject.ask(subject.arm_command()).ok


@pytest.mark.requirement("STP-5", "ALM-4")
def test_a_needle_that_no_spring_pulled_back_is_told_with_its_cause(subject: Bench) -> None:
    out(subject, "spring-broken")
    assert subject.alarms() & {705, 706, 728} == {706}


@pytest.mark.requirement("STP-5", "ALM-4")
def test_a_needle_that_left_its_switch_is_not_told_as_a_broken_spring(subject: Bench) -> None:
    subject.live()
    subject.do("fault home-switch-dead on")
    subject.run(0.1)
    assert subject.alarms() & {705, 706, 728} == {705}


OURS: dict[int, Callable[[Bench], object]] = {
    703: lambda bench: bench.do("unplug"),
    713: lambda bench: bench.do("fault pedal-contradiction on"),
    717: lambda bench: setattr(bench, "late_s", 0.051),
    718: lambda bench: setattr(bench, "wall_trusted", False),
    730: lambda bench: setattr(bench.panel, "alive", lambda: False),
}
"""What control finds by itself, and how it comes about."""


@pytest.mark.requirement("ALM-4")
@pytest.mark.parametrize("number", OURS)
def test_what_control_finds_by_itself_is_alarmed_by_its_own_number(subject: Bench, number: int) -> None:
    subject.live()
    OURS[number](subject)
    subject.run(0.3)
    assert subject.alarms() == {number}
    assert not subject.armed


@pytest.mark.requirement("ALM-4", "WDG-6")
def test_one_late_cycle_is_alarmed_until_it_is_acknowledged(subject: Bench) -> None:
    subject.late_s = 0.051
    subject.step()
    subject.late_s = 0.0
    subject.run(0.1)
    assert [(alarm.number, alarm.active) for alarm in subject.snap.alarms] == [(717, False)]
    subject.tell(ask.AcknowledgeAlarm(717))
    subject.run(0.1)
    assert not subject.snap.alarms


@pytest.mark.requirement("WDG-6")
def test_a_cycle_that_is_50_ms_late_disarms_nothing_and_one_that_is_later_does(subject: Bench) -> None:
    subject.live()
    subject.late_s = 0.050
    subject.run(1)
    assert subject.armed
    assert not subject.alarms()
    subject.late_s = 0.0501
    subject.step()
    assert not subject.armed
    assert subject.alarms() == {717}


@pytest.mark.requirement("ALM-4", "LED-12")
def test_a_record_that_cannot_be_written_is_alarmed_by_its_own_number(subject: Bench) -> None:
    subject.disk.failing = True
    subject.send(subject.arm_command())
    subject.run(0.3)
    assert subject.alarms() == {714}
    assert not subject.armed
