"""The panel's wires: mock pins on one side, the simulated panel on the other, a socket between them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import gpiozero
import msgspec
import pytest

from drivers.errors import StaleEpoch
from drivers.panel import GpioPanel, PinNumbers
from drivers.ports import PanelInputs
from drivers.stop import StopLatch
from hal_sim.panel import PanelWire, attach
from tests.drivers.on_bench import OnBench

PINS = PinNumbers()
NUMBERS: dict[str, int] = msgspec.structs.asdict(PINS)


class Program:
    """What control has: the wire's thread, a panel on its pins, and an event that every edge sets."""

    def __init__(self, path: Path) -> None:
        self.edge = threading.Event()
        self.latch = StopLatch()
        self.threads: list[int] = []
        self.wire: PanelWire = attach(path, NUMBERS, thread_started=self.threads.append)
        self.panel = GpioPanel(PINS, "mock", self.latch, wake=self.edge.set)

    def until(self, happened: Callable[[PanelInputs], bool]) -> PanelInputs:
        """Wait from edge to edge until the levels are as wanted."""
        levels = self.panel.read()
        for _ in range(100):
            self.edge.clear()
            levels = self.panel.read()
            if happened(levels):
                return levels
            self.edge.wait(1)
        raise AssertionError(f"it never happened: {levels}")

    def close(self) -> None:
        self.panel.close()
        self.wire.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[OnBench]:
    running = OnBench(tmp_path)
    yield running
    running.close()


@pytest.fixture
def subject(bench: OnBench) -> Iterator[Program]:
    program = Program(bench.panel)
    assert program.wire.connected(10)
    yield program
    program.close()


def test_the_contacts_arrive_at_the_pins(subject: Program) -> None:
    levels = subject.until(lambda levels: levels.stop_a and levels.stop_b and levels.pedal_nc)
    assert not levels.pedal_no
    assert not levels.feedback
    assert subject.wire.alive()
    assert subject.threads == [subject.wire.native_id]


@pytest.mark.requirement("STP-4")
def test_the_red_button_drops_enable_without_anybody_looking(subject: Program, bench: OnBench) -> None:
    subject.until(lambda levels: levels.stop_a and levels.stop_b)
    subject.panel.enable(subject.latch.epoch)
    subject.until(lambda levels: levels.feedback)
    assert bench.until(lambda state: state["supply_mv"] > 20_000)["enable"]
    epoch = subject.latch.epoch
    bench.do("stop press")
    levels = subject.until(lambda levels: not levels.stop_a and not levels.stop_b)
    assert not levels.enable
    assert subject.latch.epoch > epoch
    state = bench.until(lambda state: state["supply_mv"] < 1_000)
    assert not state["enable"]
    with pytest.raises(StaleEpoch):
        subject.panel.enable(subject.latch.epoch)


@pytest.mark.requirement("STP-3")
def test_one_contact_alone_shows_as_a_contradiction(subject: Program, bench: OnBench) -> None:
    bench.do("stop-b open")
    levels = subject.until(lambda levels: not levels.stop_b)
    assert levels.stop_a


def test_the_pedal_moves_both_its_contacts(subject: Program, bench: OnBench) -> None:
    bench.do("pedal down")
    levels = subject.until(lambda levels: levels.pedal_no and not levels.pedal_nc)
    assert levels.pedal_no
    bench.do("pedal up")
    subject.until(lambda levels: not levels.pedal_no and levels.pedal_nc)


def test_lamps_and_buzzer_arrive_at_the_bench(subject: Program, bench: OnBench) -> None:
    subject.panel.beacon(red=True, yellow=False, cyan=True)
    subject.panel.buzzer(2300)
    state = bench.until(lambda state: state["buzzer"] == 2300 and state["beacon"] == [True, False, True])
    assert not state["enable"]
    subject.panel.buzzer(None)
    bench.until(lambda state: state["buzzer"] is None)


def test_enable_is_not_the_consoles_while_a_program_is_wired(subject: Program, bench: OnBench) -> None:
    assert bench.do("panel") == "wired"
    assert bench.do("enable on").startswith("error")


@pytest.mark.requirement("STP-3")
def test_a_bench_that_dies_reads_as_an_open_stop_circuit_and_one_that_comes_back_as_a_closed_one(
    tmp_path: Path,
) -> None:
    first = OnBench(tmp_path)
    program = Program(first.panel)
    assert program.wire.connected(10)
    program.until(lambda levels: levels.stop_a and levels.stop_b)
    program.panel.enable(program.latch.epoch)
    program.until(lambda levels: levels.feedback)
    first.close()
    levels = program.until(lambda levels: not levels.feedback)
    assert (levels.stop_a, levels.stop_b, levels.pedal_no, levels.pedal_nc) == (False, False, False, False)
    assert not levels.enable
    assert not program.wire.connected()
    second = OnBench(tmp_path)
    assert program.wire.connected(10)
    program.until(lambda levels: levels.stop_a and levels.stop_b)
    assert not second.state()["enable"]
    program.close()
    second.close()


@pytest.mark.requirement("WDG-4")
def test_a_program_that_dies_leaves_the_relay_open_and_the_lamps_dark(bench: OnBench) -> None:
    program = Program(bench.panel)
    program.until(lambda levels: levels.stop_a and levels.stop_b)
    program.panel.enable(program.latch.epoch)
    program.panel.beacon(red=True, yellow=True, cyan=True)
    program.panel.buzzer(2300)
    bench.until(lambda state: state["enable"] and state["buzzer"] == 2300)
    program.wire.close()
    state = bench.until(lambda state: not state["enable"])
    assert (state["beacon"], state["buzzer"]) == ([False, False, False], None)
    program.close()


def test_a_second_program_is_sent_away(subject: Program, bench: OnBench) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as second:
        second.settimeout(10)
        second.connect(str(bench.panel))
        assert second.recv(64) == b""
    assert bench.do("panel") == "wired"


def test_rubbish_on_the_panel_socket_unplugs_who_sent_it(bench: OnBench) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.settimeout(10)
        stranger.connect(str(bench.panel))
        stranger.send(b"hello")
        while stranger.recv(64):
            pass
    assert bench.do("panel") == "not wired"


def test_an_output_that_a_stalled_panel_could_not_take_arrives_later(tmp_path: Path) -> None:
    """The far end takes nothing until the socket is full, and then sees the last state all the same."""
    path = tmp_path / "panel"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(path))
        listener.listen(1)
        program = Program(path)
        stalled, _ = listener.accept()
        with stalled:
            stalled.settimeout(10)
            for _ in range(2_000):
                program.panel.beacon(red=True, yellow=False, cyan=False)
                program.panel.beacon(red=False, yellow=False, cyan=False)
            program.panel.beacon(red=False, yellow=True, cyan=False)
            seen = b""
            while not seen or seen[0] != 0b0100:
                seen = stalled.recv(64)
        program.close()


def test_the_wire_is_attached_before_the_first_pin_is_taken(subject: Program, bench: OnBench) -> None:
    with pytest.raises(RuntimeError, match="before the first pin"):
        attach(bench.panel, NUMBERS)


def test_closing_gives_the_pin_factory_back(bench: OnBench) -> None:
    program = Program(bench.panel)
    program.close()
    program.wire.close()
    assert gpiozero.Device.pin_factory is None
    assert not program.wire.alive()
