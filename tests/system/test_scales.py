"""The balance's child process against the simulated balance on its pseudo-terminal: no word of it is waited for."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock, Thread

import pytest

from hal_sim.balance import Balance
from hal_sim.weighing import Pan
from kiosk.session.exchange import BalanceTold
from kiosk.system.scales import Scales, serve
from kiosk.system.scales_client import ScalesClient

COMMAND = (sys.executable, "-m", "kiosk.system.scales")
WITHIN_S = 20.0


class Pulled:
    """A balance with a vessel on it, kept going by a thread."""

    def __init__(self, link: Path) -> None:
        self.pan = Pan(lambda: 0.0, lambda: False, seed=1)
        self.pan.put(vessel=True)
        self.balance = Balance(self.pan, link)
        self._end = Event()
        self._one = Lock()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._end.wait(0.02):
            with self._one:
                self.balance.run(time.monotonic())

    def do(self, *words: str) -> None:
        """A console command between two looks, as the bench gives it; a line is hung up while nobody reads it."""
        with self._one:
            self.balance.do(list(words))

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self.balance.close()


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "balance"


@pytest.fixture
def pulled(link: Path) -> Iterator[Pulled]:
    made = Pulled(link)
    yield made
    made.close()


@pytest.fixture
def subject(link: Path) -> Iterator[ScalesClient]:
    made = ScalesClient(str(link), COMMAND)
    yield made
    made.close()


def heard(subject: ScalesClient, wanted: str) -> BalanceTold:
    """The first word with a weight, or with a sentence that holds `wanted`."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        told = subject.poll()
        if told is not None and (wanted in told.sentence if wanted else told.stable):
            return told
        Event().wait(0.02)
    pytest.fail(f"the balance did not say {wanted or 'a stable weight'!r}")


def test_a_weight_comes_once_somebody_weighs_and_an_unplug_is_told(subject: ScalesClient, pulled: Pulled) -> None:
    assert subject.poll() is None, "nobody weighs yet"
    subject.follow(True)
    told = heard(subject, "")
    assert abs(told.ug - 12_345_670) < 500
    assert told.name == "NPB224 Simulated 220.0000 g, No. B000000001"
    pulled.do("balance", "unplug")
    assert heard(subject, "balance").sentence
    pulled.do("balance", "replug")
    assert heard(subject, "").stable


def test_a_balance_that_is_not_there_is_told_once(subject: ScalesClient) -> None:
    subject.follow(True)
    assert "balance" in heard(subject, "balance").sentence
    subject.follow(False)


def test_a_child_that_ends_is_told_once() -> None:
    subject = ScalesClient("", (sys.executable, "-c", "raise SystemExit(3)"))
    assert "exit code 3" in heard(subject, "exit code").sentence
    assert subject.poll() is None
    subject.follow(True)
    subject.close()


def test_a_child_that_does_not_end_is_killed() -> None:
    subject = ScalesClient("", (sys.executable, "-c", "import signal; signal.pause()"))
    subject.close(timeout_s=0.2)


@pytest.mark.usefixtures("pulled")
def test_it_ends_quietly_when_control_is_gone_while_it_weighs(link: Path) -> None:
    words, say = os.pipe()
    hears, out = os.pipe()
    os.close(hears)
    os.write(say, b"on\n")
    serve(Scales(str(link)), words, out)
    for end in (words, say, out):
        os.close(end)
