"""STP-4 on the real bench: the contacts cut the motor supply and the spring retracts, whoever is hung or dead.

The relay is closed by a program of its own at the panel's socket; the lease is kept over the pseudo-terminal by this
test, so that it is the contact and not the lease that ends the stroke.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.registers import Fault, Input, Mode, Outcome, Status
from tests.conformance.subject import Subject, undisturbed
from tests.conformance.wires import OnBench

ROOT = Path(__file__).parents[2]


class Panelled(OnBench):
    """The bench with a program wired to its panel, which drives the relay."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, f"--panel={folder / 'panel'}")
        self._panel = folder / "panel"
        self._program: subprocess.Popen[str] | None = None

    def wire_a_program(self) -> None:
        """A fresh one, which has closed the relay."""
        self._unwire()
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.hal_sim.wired", str(self._panel)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._program.stdout is not None
        assert self._program.stdout.readline() == "enabled\n"

    def send(self, number: signal.Signals) -> None:
        """Send it to the program, and see that it arrived: a stopped one is stopped, a killed one is gone."""
        assert self._program is not None
        self._program.send_signal(number)
        if number == signal.SIGKILL:
            self._program.wait(10)
            return
        stat = Path(f"/proc/{self._program.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "T":
            pass

    def close(self, how: signal.Signals = signal.SIGTERM) -> None:
        self._unwire()
        super().close(how)

    def _unwire(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program.communicate()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Panelled]:
    running = Panelled(tmp_path)
    yield running
    running.close()


def broken_off(bench: Panelled, number: signal.Signals, *commands: str) -> tuple[Subject, Status]:
    """A stroke, the needle 4 mm out: a signal to the program, then what a hand does; again when we were late."""

    def begin() -> Subject:
        for command in ("fault spring-broken off", "stop release", "reset"):
            bench.do(command, lambda: None)
        bench.wire_a_program()
        return Subject(bench)

    def act(subject: Subject) -> tuple[Subject, Status]:
        subject.in_stroke(depth_um=4_000, dose_nl=90_000, interval_ms=2_000, mode=Mode.CONTINUOUS)
        subject.until(lambda status: status.needle_um > 3_900 or status.faults)
        assert bench.state()["enable"]
        bench.send(number)
        if number == signal.SIGSTOP:
            assert subject.beat().shots_left > 0, "a hung program alone ends nothing: the lease is kept"
        for command in commands:
            bench.do(command, subject.beat)
        return subject, subject.rest()

    return undisturbed(begin, act)


def retracted(subject: Subject, status: Status) -> None:
    assert status.inputs & Input.HOME
    assert not status.inputs & Input.SUPPLY
    assert status.supply_mv < 18_000
    assert Fault(status.faults) == Fault.SUPPLY
    assert Outcome(subject.records[-1].outcome) == Outcome.PARTIAL_SUPPLY
    assert subject.records[-1].measured_dose_nl < 90_000


@pytest.mark.requirement("STP-4")
@pytest.mark.parametrize("contact", ["stop press", "stop-a open", "stop-b open"])
def test_with_the_program_stopped_the_contact_cuts_the_supply_and_the_spring_retracts(
    bench: Panelled, contact: str
) -> None:
    retracted(*broken_off(bench, signal.SIGSTOP, contact))
    state = bench.state()
    assert state["enable"], "the program still holds its output up: no software dropped it"
    assert state["feedback"], "nor did the relay open"


@pytest.mark.requirement("STP-4", "WDG-4")
def test_with_the_program_dead_the_relay_falls_and_the_spring_retracts(bench: Panelled) -> None:
    retracted(*broken_off(bench, signal.SIGKILL))
    state = bench.state()
    assert (state["enable"], state["feedback"]) == (False, False)


@pytest.mark.requirement("STP-4", "STP-5")
def test_a_broken_spring_is_said_where_nothing_can_bring_the_needle_back(bench: Panelled) -> None:
    _, status = broken_off(bench, signal.SIGSTOP, "fault spring-broken on", "stop press")
    assert Fault(status.faults) == Fault.SUPPLY | Fault.RETRACT | Fault.SPRING
    assert not status.inputs & Input.HOME
    assert bench.state()["sounding"]
