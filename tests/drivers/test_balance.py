"""The balance's driver over a pseudo-terminal: against the simulated balance, and against every wrong answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.balance import SicsBalance
from drivers.errors import (
    BalanceBusy,
    BalanceError,
    BalanceForbidden,
    BalanceGone,
    BalanceMissing,
    BalanceOutOfRange,
    BalanceSilent,
    BalanceUnstable,
    BalanceUnusable,
)
from drivers.ports import Balance, Weight
from tests.drivers.far_end import FarEnd
from tests.drivers.on_bench import OnBench

SAID = {
    b"@": b'I4 A "B1"',
    b"I1": b'I1 A "01" "2.30" "2.22" "" ""',
    b"I2": b'I2 A "XS204 Excellence 220.0090 g"',
    b"I3": b'I3 A "1.2"',
    b"I4": b'I4 A "B1"',
}


@pytest.fixture
def on_bench(tmp_path: Path) -> Iterator[OnBench]:
    bench = OnBench(tmp_path, balance=True)
    yield bench
    bench.close()


@pytest.fixture
def real(on_bench: OnBench) -> Iterator[SicsBalance]:
    balance = SicsBalance(str(on_bench.places.balance))
    yield balance
    balance.close()


class Answering:
    """A far end that says who it is, and then one answer to everything."""

    def __init__(self, answer: bytes) -> None:
        self.said: list[bytes] = []
        self.answer = answer
        self.far = FarEnd(self._say)
        self.identity = dict(SAID)

    def _say(self, far: FarEnd, request: bytes) -> None:
        for line in request.split(b"\r\n")[:-1]:
            self.said.append(line)
            answer = self.identity.get(line, self.answer)
            if answer:
                far.send(answer if answer.endswith(b"!") else answer + b"\r\n")

    def balance(self) -> SicsBalance:
        return SicsBalance(self.far.port)

    def close(self) -> None:
        self.far.close()


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], Answering]]:
    made: list[Answering] = []

    def make(answer: bytes = b"") -> Answering:
        made.append(Answering(answer))
        return made[-1]

    yield make
    for far in made:
        far.close()


Answers = Callable[[bytes], Answering]


def test_it_says_who_it_is(real: Balance, on_bench: OnBench) -> None:
    assert isinstance(real, SicsBalance)
    assert real.identity.model.startswith("NPB224")
    assert real.identity.serial_number == "B000000001"
    assert real.identity.levels == "01"
    assert real.identity.software


def test_zero_tare_and_weights_are_those_of_the_pan(real: SicsBalance, on_bench: OnBench) -> None:
    assert real.weigh_stable().ug == pytest.approx(0, abs=50)
    real.zero()
    on_bench.do("vessel on")
    vessel = real.weigh_stable()
    assert vessel.stable
    assert vessel.ug == pytest.approx(12_345_670, abs=100)
    assert real.tare().ug == pytest.approx(12_345_670, abs=100)
    assert real.weigh().ug == pytest.approx(0, abs=100)
    on_bench.do("vessel off")
    assert real.weigh_stable().ug == pytest.approx(-12_345_670, abs=200)


def test_a_weight_at_once_says_whether_it_rests(real: SicsBalance, on_bench: OnBench) -> None:
    real.weigh_stable()
    assert real.weigh().stable
    on_bench.do("doors open")
    while real.weigh().stable:
        pass
    on_bench.do("doors close")
    assert real.weigh_stable().stable


def test_what_it_was_told_before_is_cancelled(on_bench: OnBench) -> None:
    port = os.open(str(on_bench.places.balance), os.O_RDWR | os.O_NOCTTY)
    os.write(port, b"SIR\r\n")
    assert os.read(port, 64).startswith(b"S ")
    os.close(port)
    balance = SicsBalance(str(on_bench.places.balance))
    assert balance.identity.serial_number == "B000000001"
    balance.weigh()
    balance.close()


def test_an_unplugged_balance_is_an_error_and_comes_back_under_its_name(real: SicsBalance, on_bench: OnBench) -> None:
    on_bench.do("balance unplug")
    with pytest.raises(BalanceGone, match="was unplugged"):
        real.weigh()
    with pytest.raises(BalanceMissing, match="does not exist"):
        SicsBalance(str(on_bench.places.balance))
    on_bench.do("balance replug")
    again = SicsBalance(str(on_bench.places.balance))
    assert again.weigh_stable().stable
    again.close()


def test_an_unplug_while_it_waits_for_rest_is_an_error(real: SicsBalance, on_bench: OnBench) -> None:
    on_bench.do("doors open")
    raised: list[Exception] = []

    def weigh() -> None:
        try:
            real.weigh_stable()
        except BalanceGone as error:
            raised.append(error)

    waiting = threading.Thread(target=weigh)
    waiting.start()
    on_bench.do("balance unplug")
    waiting.join(30)
    assert len(raised) == 1


def test_an_unplug_between_the_question_and_the_waiting_is_an_error(
    real: SicsBalance, on_bench: OnBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = real._line.write

    def write_then_lose(data: bytes) -> int | None:
        written = write(data)
        on_bench.do("balance unplug")
        return written

    monkeypatch.setattr(real._line, "write", write_then_lose)
    with pytest.raises(BalanceGone, match="was unplugged"):
        real.weigh_stable()


def test_only_one_program_may_have_it(real: SicsBalance) -> None:
    with pytest.raises(BalanceBusy, match="in use"):
        SicsBalance(real.port)


@pytest.mark.parametrize(
    ("answer", "weight"),
    [
        (b"S S     100.00 g", Weight(100_000_000, stable=True)),
        (b"S D    -0.00012 g", Weight(-120, stable=False)),
        (b"S S     12.345 mg", Weight(12_345, stable=True)),
        (b"S S    0.001 kg", Weight(1_000_000, stable=True)),
        (b"S S    7 ug", Weight(7, stable=True)),
    ],
)
def test_a_weight_is_read_exactly(answering: Answers, answer: bytes, weight: Weight) -> None:
    subject = answering(answer).balance()
    assert subject.weigh() == subject.weigh_stable() == weight
    subject.close()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"S I", BalanceUnstable, "does not come to rest"),
        (b"S +", BalanceOutOfRange, "over its range"),
        (b"S -", BalanceOutOfRange, "under its range"),
        (b"ES", BalanceError, "does not know the command"),
        (b"ET", BalanceError, "damaged command"),
        (b"EL", BalanceError, "cannot do this"),
        (b"S S 100.00 lb", BalanceError, "unit"),
        (b"S S 1e3 g", BalanceError, "does not answer"),
        (b"S S 100,00 g", BalanceError, "does not answer"),
        (b"S S nan g", BalanceError, "does not answer"),
        (b"S S", BalanceError, "does not answer"),
        (b"T S 100.00 g", BalanceError, "does not answer"),
        (b"", BalanceSilent, "did not answer"),
        (b"S S 100.0!", BalanceSilent, "did not answer"),
        (b"x" * 300 + b"!", BalanceError, "no line of text"),
        (b"S S\xff 100.00 g", BalanceError, "no plain text"),
    ],
)
def test_whatever_is_no_weight_is_an_error_and_never_a_weight(
    answering: Answers, monkeypatch: pytest.MonkeyPatch, answer: bytes, error: type[Exception], words: str
) -> None:
    monkeypatch.setattr("drivers.balance.ANSWER_S", 0.3)
    subject = answering(answer).balance()
    with pytest.raises(error, match=words):
        subject.weigh()
    subject.close()


@pytest.mark.parametrize(("answer", "error"), [(b"Z I", BalanceUnstable), (b"Z +", BalanceOutOfRange)])
def test_zero_is_not_taken_when_it_was_refused(answering: Answers, answer: bytes, error: type[Exception]) -> None:
    subject = answering(answer).balance()
    with pytest.raises(error):
        subject.zero()
    subject.close()


def test_tare_is_read_from_its_own_answer_only(answering: Answers) -> None:
    subject = answering(b"S S 100.00 g").balance()
    with pytest.raises(BalanceError):
        subject.tare()
    subject.close()


@pytest.mark.parametrize("identity", [b"", b"hello", b'I2 B "x"', b"I2 A", b"ES"])
def test_what_does_not_say_who_it_is_is_no_balance_and_the_port_is_let_go(
    answering: Answers, monkeypatch: pytest.MonkeyPatch, identity: bytes
) -> None:
    monkeypatch.setattr("drivers.balance.ANSWER_S", 0.3)
    far = answering(b"")
    far.identity[b"I2"] = identity
    with pytest.raises((BalanceSilent, BalanceError)):
        far.balance()
    far.identity = dict(SAID)
    far.balance().close()


def test_what_is_left_on_the_line_answers_nothing(answering: Answers) -> None:
    far = answering(b"S S 1.0 g")
    subject = far.balance()
    far.far.send(b"S S 999.0 g\r\n")
    assert subject.weigh().ug == 1_000_000
    subject.close()


def test_what_is_no_serial_port_is_told(tmp_path: Path) -> None:
    with pytest.raises(BalanceMissing):
        SicsBalance(str(tmp_path / "none"))
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BalanceUnusable, match="cannot be used"):
        SicsBalance(str(file))


def test_a_forbidden_port_is_told() -> None:
    master, slave = os.openpty()
    Path(os.ttyname(slave)).chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(BalanceForbidden, match="no permission"):
            SicsBalance(os.ttyname(slave))
    finally:
        if root:
            os.seteuid(0)
        os.close(master)
        os.close(slave)
