"""The guided checks at a terminal against the virtual bench: what is said, what is typed, and how each ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.channel import commands as ask
from kiosk.channel.checking_commands import CheckKey
from kiosk.records.facts import Fact
from kiosk.terminal.checking import Checking
from kiosk.terminal.errors import ChecksNotBegun
from kiosk.terminal.guide import Left, Terminal
from tests.session.bench import PRACTITIONER, TECHNICIAN, Bench
from tests.terminal.virtual import Seat

HANDS: tuple[tuple[str, str], ...] = (
    (r"Press the red button", "stop press"), (r"Release the red button", "stop release"),
    (r"Press the pedal", "pedal down"), (r"Let go of the pedal", "pedal up"),
    (r"Press the trigger", "trigger down"), (r"Let go of the trigger", "trigger up"),
    (r"press the skin plate", "contact on"), (r"Take the finger off", "contact off"),
    (r"Take the needle off", "needle remove"), (r"Fit a new needle", "needle fit"),
    (r"Take the syringe out", "barrel none"), (r"Clamp a syringe", "barrel 5"),
)  # fmt: skip
"""What a person does at the bench to what is written."""


class Person:
    """Reads, does what is written, and types."""

    def __init__(self, bench: Bench, *keys: CheckKey, answers: dict[str, str] | None = None) -> None:
        self.bench = bench.start()
        bench.tell(ask.SignOut())
        self.said: list[str] = []
        self.meanwhile: Callable[[str], None] = lambda _: None
        self._answers = {r"away from everybody": "yes", r"Seen|Heard": "yes"} | (answers or {})
        self._does: list[str] = []
        self.seat = Seat(bench, self._hands)
        self.terminal = Terminal(self.seat, self._hears, lambda: TECHNICIAN.pin)
        self.checking = Checking(self.terminal, keys)

    def sign_in(self, account: Any = TECHNICIAN) -> Person:
        self.checking.sign_in(account.name, account.pin)
        return self

    def plays(self) -> Checking:
        """All of it, however it ends."""
        self.sign_in()
        try:
            self.checking.run()
        finally:
            self.checking.leave()
        return self.checking

    def has_read(self, pattern: str) -> bool:
        return any(re.search(pattern, line) for line in self.said)

    def recorded(self) -> list[tuple[object, object]]:
        return [(row.body["check"], row.body["outcome"]) for row in self.bench.events(Fact.CHECKED)]

    def _hears(self, line: str) -> None:
        self.said.append(line)
        self.meanwhile(line)
        if line.startswith("? "):
            self.seat.typed.extend(answer for asked, answer in self._answers.items() if re.search(asked, line))
        self._does += [word for written, word in HANDS if re.search(written, line)]

    def _hands(self) -> None:
        if self._does:
            self.bench.do(self._does.pop(0))
        if self.bench.snap.stop.state == "released":
            self.seat.typed.append("acknowledge")


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("key", ["stop", "pedal", "trigger", "needle", "syringe", "pressure"])
def test_an_input_is_checked_by_whoever_reads_and_does(bench: Bench, key: CheckKey) -> None:
    subject = Person(bench, key)
    assert subject.plays().passed == [key]
    assert subject.recorded() == [(key, "passed")]
    assert subject.has_read("^  passed")
    assert bench.snap.user is None, "whoever leaves the terminal is signed out"


@pytest.mark.parametrize("key", ["red", "yellow", "cyan", "buzzer"])
@pytest.mark.parametrize(("typed", "outcome"), [("yes", "passed"), ("no", "failed")])
def test_lamp_and_tone_are_asked_about(bench: Bench, key: CheckKey, typed: str, outcome: str) -> None:
    subject = Person(bench, key, answers={"Seen|Heard": typed})
    assert bool(subject.plays().passed) is (typed == "yes")
    assert subject.recorded() == [(key, outcome)]
    assert subject.has_read("Heard" if key == "buzzer" else "Seen")


def test_another_word_is_no_answer(bench: Bench) -> None:
    subject = Person(bench, "red", answers={"Seen|Heard": "perhaps"})
    assert subject.plays().passed == []
    assert subject.recorded() == [("red", "not seen")]


@pytest.mark.requirement("STP-1")
@pytest.mark.parametrize("key", ["home", "relay"])
def test_what_moves_asks_before_whether_the_handpiece_is_away(bench: Bench, key: CheckKey) -> None:
    subject = Person(bench, key)
    assert subject.plays().passed == [key]
    assert subject.has_read("away from everybody")


@pytest.mark.requirement("STP-1")
def test_without_that_word_it_is_not_begun(bench: Bench) -> None:
    subject = Person(bench, "home", "pressure", answers={"away from everybody": "no"})
    before = bench.rig.controller.journal.lifetime_shots
    assert subject.plays().passed == ["pressure"], "the next one goes on"
    assert subject.has_read("not begun")
    assert bench.rig.controller.journal.lifetime_shots == before


def test_the_closed_outlet_says_first_what_has_to_be_there(bench: Bench) -> None:
    subject = Person(bench, "load")
    bench.do("needle remove")
    bench.do("fault occlusion on")
    assert subject.plays().passed == ["load"]
    assert subject.has_read("No needle, a full syringe, the outlet closed by a blind cap. Is the handpiece away")


def test_a_refusal_is_said_and_the_next_check_goes_on(bench: Bench) -> None:
    subject = Person(bench, "contact", "pressure")
    assert subject.plays().passed == ["pressure"]
    assert subject.has_read("! E300: .*a needle is fitted")


def test_a_word_that_nobody_asked_for_is_no_answer(bench: Bench) -> None:
    subject = Person(bench, "pressure")
    subject.meanwhile = lambda line: subject.seat.typed.append("yes") if "Nothing presses" in line else None
    assert subject.plays().passed == ["pressure"]
    assert subject.has_read("Type what is asked for")


@pytest.mark.requirement("STP-1")
def test_who_leaves_in_the_middle_leaves_nothing_forced(bench: Bench) -> None:
    subject = Person(bench, "red", answers={"Seen|Heard": "leave"})
    with pytest.raises(Left):
        subject.plays()
    assert subject.recorded() == [("red", "left")]
    bench.run(0.2)
    assert bench.panel.lamps == (False, False, False)
    assert bench.snap.user is None


def test_nobody_but_a_technician_begins(bench: Bench) -> None:
    subject = Person(bench, "pressure").sign_in(PRACTITIONER)
    with pytest.raises(ChecksNotBegun, match="no technician"):
        subject.checking.run()


def test_a_wrong_pin_begins_nothing(bench: Bench) -> None:
    subject = Person(bench, "pressure")
    with pytest.raises(ChecksNotBegun, match="is not signed in"):
        subject.checking.sign_in(TECHNICIAN.name, "0000")
    subject.checking.leave()


def test_who_is_signed_out_elsewhere_ends_it(bench: Bench) -> None:
    subject = Person(bench, "pressure", "pedal")
    subject.meanwhile = lambda line: bench.tell(ask.SignOut()) and None if "Nothing presses" in line else None
    with pytest.raises(ChecksNotBegun, match="has signed out"):
        subject.plays()
