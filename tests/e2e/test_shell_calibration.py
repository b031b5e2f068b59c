"""`nappage calibrate dose` on a terminal: the real control, bench and balance, a PIN typed, Ctrl-C in a run."""

from __future__ import annotations

import json
import os
import pty
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.protocols.library import SHIPPED
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.stage import Stage
from tests.rehearsal.played import ROOT, a_shell_s, command, started

pytestmark = pytest.mark.timeout(180)
_, TECHNICIAN, _ = DEMO_ACCOUNTS
PATIENCE_S = 120.0
ROOM = ("--temperature", "20", "--pressure-hpa", "1013", "--humidity", "50")


class Shell:
    """A command on a pseudo-terminal: what it says is read, what a person types is written."""

    def __init__(self, *words: str | Path) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command(*words), cwd=ROOT, env=a_shell_s(), stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.said = ""
        self._read_to = 0

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Read what comes until `condition` holds."""
        by = time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ)
            while not condition():
                assert time.monotonic() < by, f"{what} did not come; it said:\n{self.said}"
                if selector.select(0.05):
                    try:
                        self.said += os.read(self._master, 65536).decode()
                    except OSError as gone:
                        raise AssertionError(f"it ended before {what}; it said:\n{self.said}") from gone

    def reads(self, pattern: str) -> Shell:
        """Wait for something that it says, after what was read before."""
        found: list[re.Match[str]] = []

        def said() -> bool:
            found[:] = re.compile(pattern).finditer(self.said, self._read_to)
            return bool(found)

        self.until(said, f"'{pattern}'")
        self._read_to = found[0].end()
        return self

    def types(self, line: str = "") -> Shell:
        os.write(self._master, line.encode() + b"\n")
        return self

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        self.reads("Left half-way")
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, SHIPPED, 5, balance=True) as made:
        yield made


def begun(stage: Stage) -> Shell:
    shell = Shell(
        "calibrate", "dose", "--barrel", "5ml", "--smallest-nl", "2000", *ROOM, "--name", TECHNICIAN.name,
        "--channel", stage.channel,
    )  # fmt: skip
    shell.reads("PIN").types(TECHNICIAN.pin)
    return shell


@pytest.mark.requirement("ACU-3", "ACC-1")
def test_a_shell_weighs_with_the_balance_and_left_half_way_keeps_the_old_calibration(stage: Stage) -> None:
    with closing(begun(stage)) as subject, Console(stage.console) as console:
        subject.reads("away from everybody").types("yes")
        subject.reads("Clamp the")
        console.tell("syringe fill 5000", "the syringe")
        subject.types()
        subject.reads("Beaker").types()
        subject.reads("Vessel on")
        console.tell("vessel on", "the vessel")
        subject.types()
        subject.reads("Enter weighs 25 shots").types()
        for shot in (1, 2):
            subject.reads("Press the trigger")
            subject.until(lambda: json.loads(console.ask("state"))["shots_left"] == 1, "the authorisation")
            console.tell("trigger down", "the trigger")
            subject.until(lambda: json.loads(console.ask("state"))["shots_left"] == 0, "the shot")
            console.tell("trigger up", "the trigger")
            subject.reads(rf"smallest shot {shot} of 25: [12]\.\d+ uL")
        code = subject.end()
    assert code == 1
    assert TECHNICIAN.pin not in subject.said
    assert "Calibration left (asked): number 1 is in force" in subject.said
    with closing(Person(stage)) as kiosk:
        assert (kiosk.sees.user, kiosk.sees.calibrating) == (None, None)


@pytest.mark.requirement("ACC-1")
def test_beside_a_kiosk_that_operates_the_device_a_shell_takes_nothing_over(stage: Stage) -> None:
    with closing(Person(stage)) as kiosk, closing(begun(stage)) as subject:
        subject.reads("E880")
        assert subject.process.wait(PATIENCE_S) == 2
        kiosk.until(lambda: True, "the seat to be ours still")


def test_beside_a_run_without_a_screen_a_shell_takes_its_place(tmp_path: Path) -> None:
    with started("run", "--simulated", "--no-screen", "--data", tmp_path) as running:
        running.await_word("listening at")
        (channel,) = re.findall(r"NAPPAGE_CHANNEL=(\S+)", running.said)
        assert not [words for words in running.family().values() if "cli kiosk" in words]
        shell = Shell("service", "check", "home", "--name", TECHNICIAN.name, "--channel", channel)
        with closing(shell) as subject:
            subject.reads("PIN").types(TECHNICIAN.pin)
            subject.reads("Home switch:")
        running.end()


@pytest.mark.requirement("STP-1", "ACC-1")
def test_a_shell_checks_the_relay_and_the_line_against_a_closed_outlet(stage: Stage) -> None:
    words = ("service", "check", "home", "relay", "load", "--name", TECHNICIAN.name, "--channel", stage.channel)
    with closing(Shell(*words)) as subject, Console(stage.console) as console:
        subject.reads("PIN").types(TECHNICIAN.pin)
        subject.reads("Home switch:").reads("away from everybody").types("yes").reads("passed")
        subject.reads("Enable relay and feedback:").reads("away from everybody").types("yes")
        subject.reads(r"passed: feedback \d+ ms, supply \d+ ms, open \d+ ms")
        console.tell("needle remove", "the needle")
        console.tell("fault occlusion on", "the blind cap")
        subject.reads("No needle, a full syringe").types("yes")
        subject.reads(r"passed: the plunger stopped at \d+ kPa and was drawn back")
        subject.reads("3 of 3 passed")
        assert subject.process.wait(PATIENCE_S) == 0
