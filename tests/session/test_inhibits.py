"""What an alarm says it inhibits is refused while it stands, and one that inhibits nothing stands in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.registers import STATUS, Fault
from kiosk.alarms.by_fault import BY_FAULT
from kiosk.alarms.catalogue import CATALOGUE
from kiosk.alarms.conditions import ON_HARDWARE, A
from kiosk.channel import commands as ask
from kiosk.records.facts import Fact
from kiosk.records.rows import CalibrationRow, EventRow, Room
from kiosk.records.verdict import Verdict
from kiosk.session import guards
from tests.session.bench import Bench
from tests.session.extremes import instead
from tests.session.test_totals import clinic, most

pytestmark = pytest.mark.requirement("ALM-4")


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Bench]:
    """One that can be armed, in a zone that gets 0.2 mL at most."""
    bench = Bench(tmp_path, shelf=clinic({"zone_nl": most(200_000)})).prepare()
    bench.set(shots=9, rate=2000).mode("continuous")
    yield bench
    bench.close()


def fault(which: Fault) -> Callable[[Bench], None]:
    def act(bench: Bench) -> None:
        bench.rig.controller.faults = which

    return act


def says(line: str) -> Callable[[Bench], object]:
    return lambda bench: bench.do(line)


def found(alarm: A) -> Callable[[Bench], None]:
    def act(bench: Bench) -> None:
        bench.engine.recovery.stand([EventRow(Fact.RECOVERED, 0, 1, "", "20.0 uL were given", {"alarm": int(alarm)})])

    return act


def certified_until(expires: str) -> Callable[[Bench], None]:
    def act(bench: Bench) -> None:
        calibration = bench.engine.calibrating.calibration
        assert calibration is not None
        row = CalibrationRow(calibration.id, 0, "Tom", 1001, calibration.crc, "2026-01-01", expires, "x")
        bench.engine.in_force.certify(row)

    return act


def record_fails(bench: Bench) -> None:
    bench.disk.failing = True
    bench.engine.desk.event("note", "a row")


def record_slow(bench: Bench) -> None:
    bench.disk.took_ms = 700
    bench.engine.desk.event("note", "a row")


def screen_stops(bench: Bench) -> None:
    bench.live()
    bench.seat.shows = False
    bench.run(1)


def relay_sticks(bench: Bench) -> None:
    bench.live()
    bench.do("fault relay-stuck on")
    bench.tell(ask.Disarm())
    bench.until(lambda: bench.engine.slot.free, 3)


def zone_is_full(bench: Bench) -> None:
    bench.live().fire(9)
    bench.quiet()


def zone_is_nearly_full(bench: Bench) -> None:
    zone_is_full(bench)
    bench.set(dose=15_000, shots=1)


COMES_ABOUT: dict[A, Callable[[Bench], object]] = {
    **{number: fault(which) for which, number in BY_FAULT.items()},
    A.STOP_CIRCUIT: says("stop press"),
    A.STOP_CONTRADICTION: says("stop-a open"),
    A.LINK_LOST: says("unplug"),
    A.PEDAL_CONTRADICTION: says("fault pedal-contradiction on"),
    A.LEDGER_FAILED: record_fails,
    A.LEDGER_SLOW: record_slow,
    A.KIOSK_LOST: screen_stops,
    A.CYCLE_LATE: lambda bench: setattr(bench, "late_s", 0.051),
    A.CLOCK_UNTRUSTED: lambda bench: setattr(bench, "wall_trusted", False),
    A.CALIBRATION_EXPIRED: certified_until("2026-11-17"),
    A.CALIBRATION_SOON: certified_until("2026-11-25"),
    A.TOTAL_NEAR: zone_is_nearly_full,
    A.TOTAL_REACHED: zone_is_full,
    A.UNATTRIBUTED_DOSE: found(A.UNATTRIBUTED_DOSE),
    A.RELAY_FAILED: relay_sticks,
    A.PIN_EVENTS_SILENT: lambda bench: setattr(bench.panel, "alive", lambda: False),
    A.BAD_FRAMES: lambda bench: setattr(bench.cycle.line, "bad_lately", lambda: 3),
    A.BLOCKED_LEDGER: lambda bench: setattr(bench.engine.record, "finding", Verdict("changed", 1, "Row 1 was changed")),
    A.PAIRING_NEEDED: lambda bench: bench.swap_injector(),
    A.PATH_EXPIRED: lambda bench: setattr(bench, "wall_ms", bench.wall_ms + 5 * 3_600_000),
    A.NOT_REALTIME: lambda bench: setattr(bench.cycle, "_realtime", False),
    A.STORAGE_LOW: lambda bench: bench.cycle.post(Room(499)),
    A.STORAGE_FULL: lambda bench: bench.cycle.post(Room(49)),
    A.RECOVERED: found(A.RECOVERED),
    A.NOT_BELIEVED: lambda bench: setattr(bench, "says", instead(STATUS, "state", 77)),
}
"""How each alarm comes about while everything else is ready to be armed."""


def test_every_alarm_is_looked_at() -> None:
    assert set(COMES_ABOUT) == set(CATALOGUE)


def until_it_stands(bench: Bench, number: A) -> None:
    COMES_ABOUT[number](bench)
    bench.until(lambda: number in bench.alarms(), 3)


@pytest.mark.parametrize("number", set(COMES_ABOUT) - {A.NOT_REALTIME}, ids=lambda number: number.name)
def test_what_an_alarm_says_it_inhibits_is_refused_and_what_it_does_not_say_is_not(subject: Bench, number: A) -> None:
    command = subject.arm_command()
    assert not subject.snap.missing
    until_it_stands(subject, number)
    if number is A.TOTAL_NEAR:
        command = subject.arm_command()  # what brings it near is another dose
    reply = subject.ask(command)
    assert reply.ok is not bool(CATALOGUE[number].inhibits), reply.sentence


def test_without_real_time_priority_only_a_real_injector_is_not_armed(subject: Bench) -> None:
    until_it_stands(subject, A.NOT_REALTIME)
    assert CATALOGUE[A.NOT_REALTIME].inhibits == ON_HARDWARE
    assert not subject.snap.missing
    subject.engine.desk.simulated = False
    assert "control has no real-time priority" in list(guards.against_arming(subject.engine))


@pytest.mark.requirement("STP-5", "LIM-9")
def test_no_needle_is_homed_by_control_over_a_fault_that_homing_does_not_end(subject: Bench) -> None:
    """It is not left to the injector to refuse it."""
    for fault in set(Fault) - {Fault.NONE, Fault.SPRING, Fault.RESERVE, Fault.PISTON, Fault.CALIBRATION}:
        subject.rig.controller.faults = fault
        subject.run(0.05)
        sent = list(subject.sent)
        assert subject.refused(ask.Rehome(True))
        assert subject.sent == sent, fault
