"""The simulated balance, spoken to line by line as any laboratory program does, in time that the test owns."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.balance import SicsBalance
from drivers.injector import connect
from drivers.registers import Command, CommandKind, ControllerState
from drivers.stop import StopLatch
from hal_sim.balance import GIVES_UP_S, KNOWN, Balance
from hal_sim.weighing import Pan, Place
from tests.drivers.on_bench import OnBench
from tests.drivers.test_injector import insist, make_ready, until

STILL = Place(noise_ug=0.0, drift_ug_s=0.0)


class Table:
    """A balance, a hand that puts things on it, and a line."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.fallen = 0.0
        self.pan = Pan(lambda: self.fallen, lambda: False, STILL)
        self.subject = Balance(self.pan, folder / "balance")
        self._line = os.open(folder / "balance", os.O_RDWR | os.O_NOCTTY)
        self._unread = 0
        self._write = self.subject._line.write
        self.subject._line.write = self._count
        self.wait(5)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            self.subject.run(self.now)

    def _count(self, data: bytes) -> bool:
        self._unread += len(data)
        return self._write(data)

    def send(self, data: bytes) -> None:
        """Bytes that have reached the balance's end: a pseudo-terminal delivers in its own time."""
        os.write(self._line, data)
        there = self.subject._line.fileno
        assert there is not None
        assert select.select([there], [], [], 10)[0]

    def ask(self, line: bytes, seconds: float = 0.02) -> list[str]:
        self.send(line + b"\r\n")
        self.wait(seconds)
        return self.heard()

    def heard(self) -> list[str]:
        """Every line that the balance has sent and nobody has read."""
        data = b""
        while len(data) < self._unread:
            data += os.read(self._line, 65536)
        self._unread = 0
        return data.decode().split("\r\n")[:-1]

    def close(self) -> None:
        os.close(self._line)
        self.subject.close()


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"@", 'I4 A "B000000001"'),
        (b"I1", 'I1 A "01" "2.30" "2.22" "" ""'),
        (b"I2", 'I2 A "NPB224 Simulated 220.0000 g"'),
        (b"I4", 'I4 A "B000000001"'),
        (b"SI", "S S    0.00000 g"),
        (b"ZI", "ZI S"),
        (b"TI", "TI S    0.00000 g"),
        (b"TA", "TA A    0.00000 g"),
        (b"TAC", "TAC A"),
        (b'D "HELLO"', "D A"),
        (b"DW", "DW A"),
        (b"D", "EL"),
        (b"SI 3", "EL"),
        (b"si", "ES"),
        (b"X", "ES"),
        (b"", "ES"),
        (b"S\xff", "ET"),
    ],
)
def test_an_immediate_command_is_answered_at_once(table: Table, line: bytes, answer: str) -> None:
    assert table.ask(line) == [answer]


def test_it_lists_every_command_with_its_level(table: Table) -> None:
    listed = table.ask(b"I0")
    assert [line.split() for line in listed] == [
        ["I0", "A" if name == "TI" else "B", str(level), f'"{name}"'] for name, level in KNOWN.items()
    ]


@pytest.mark.parametrize(("line", "answer"), [(b"S", "S S"), (b"T", "T S"), (b"Z", "Z A")])
def test_a_command_that_needs_rest_waits_for_it(table: Table, line: bytes, answer: str) -> None:
    table.pan.doors_open = True
    table.wait(2)
    assert table.ask(line, 0.5) == []
    table.pan.doors_open = False
    table.wait(8)
    assert [said[:3] for said in table.heard()] == [answer[:3]]


@pytest.mark.parametrize("name", ["S", "T", "Z"])
def test_it_says_when_it_does_not_come_to_rest(table: Table, name: str) -> None:
    table.pan.doors_open = True
    table.wait(2)
    assert table.ask(name.encode(), GIVES_UP_S - 0.5) == []
    table.wait(1)
    assert table.heard() == [f"{name} I"]


def test_cancel_ends_a_waiting_and_a_repeating_command(table: Table) -> None:
    table.pan.doors_open = True
    table.wait(2)
    table.ask(b"S")
    assert table.ask(b"@", GIVES_UP_S + 1) == ['I4 A "B000000001"']
    said = table.ask(b"SIR", 1)
    assert len(said) >= 8
    assert all(line.startswith("S D") for line in said)
    table.ask(b"@")
    table.wait(1)
    assert table.heard() == []


def test_it_repeats_from_the_first_stable_weight_on(table: Table) -> None:
    said = table.ask(b"SR", 2)
    assert len(said) > 5
    assert set(said) == {"S S    0.00000 g"}


def test_tare_is_the_vessel_and_zero_forgets_it(table: Table) -> None:
    table.pan.put(vessel=True)
    assert table.ask(b"T", 8) == ["T S   12.34567 g"]
    assert table.ask(b"TA") == ["TA A   12.34567 g"]
    assert table.ask(b"SI") == ["S S    0.00000 g"]
    assert table.ask(b"TAC") == ["TAC A"]
    assert table.ask(b"SI") == ["S S   12.34567 g"]


def test_a_load_beyond_the_capacity_is_no_weight(table: Table) -> None:
    table.pan.put(vessel=True)
    table.fallen += 210_000_000
    table.wait(8)
    for line, answer in ((b"SI", "S +"), (b"TI", "TI +"), (b"ZI", "ZI +"), (b"Z", "Z +"), (b"T", "T +")):
        assert table.ask(line, 1) == [answer]


def test_a_line_that_never_ends_is_a_damaged_command(table: Table) -> None:
    table.send(b"S" * 100)
    table.wait(0.02)
    assert table.heard() == ["ET"]


def test_the_bench_has_it_under_the_nozzle_and_in_its_help(tmp_path: Path) -> None:
    bench = OnBench(tmp_path, balance=True)
    try:
        assert bench.said[0].startswith("balance /dev/pts/")
        assert "vessel on|off" in bench.do("help")
        assert bench.do("vessel on") == "ok"
        assert bench.do("vessel full").startswith("error")
        assert bench.do("balance").endswith(" g")
        assert bench.do("trigger down") == "ok"
    finally:
        bench.close()


def test_without_a_balance_its_words_are_unknown(tmp_path: Path) -> None:
    bench = OnBench(tmp_path)
    try:
        assert "no command 'vessel'" in bench.do("vessel on")
        assert "vessel" not in bench.do("help")
    finally:
        bench.close()


def test_what_the_injector_delivers_is_what_the_balance_weighs(tmp_path: Path) -> None:
    bench = OnBench(tmp_path, balance=True)
    injector = connect(bench.port, StopLatch(), parity="N", timeout_ms=400)
    balance = SicsBalance(str(bench.places.balance))
    try:
        make_ready(bench, injector)
        bench.do("lift")
        bench.do("vessel on")
        balance.tare()
        left = outflow(bench)
        insist(injector, lambda: injector.command(Command(10, CommandKind.PRIME, 300_000), 0))
        until(injector, lambda status: status.state == ControllerState.READY)
        fallen_ug = (outflow(bench) - left) * 0.9982 * (1 - 1.2 / 998.2) / (1 - 1.2 / 8000)
        assert fallen_ug > 200_000
        assert balance.weigh_stable().ug == pytest.approx(fallen_ug, abs=150)
    finally:
        balance.close()
        injector.close()
        bench.close()


def outflow(bench: OnBench) -> float:
    """Liquid that left the tip, ever, nL, as the physical model has it."""
    return float(json.loads(bench.do("truth"))["outflow_nl"])
