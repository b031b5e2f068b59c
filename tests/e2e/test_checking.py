"""Checks and times on the real processes: pins over the panel's socket, the injector over its serial line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.channel.checking_commands import BeginCheck, CheckKey, MeasureLapse, RecordTimes
from kiosk.channel.checking_views import CheckingView, CheckLine, TimeView
from kiosk.channel.commands import AcknowledgeStop, AnswerCheck, SignIn
from kiosk.protocols.library import SHIPPED
from kiosk.records import cli_checks
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.stage import Stage
from kiosk.system.storage import ledger_path

pytestmark = pytest.mark.timeout(120)
_, TECHNICIAN, _ = DEMO_ACCOUNTS


class Technician:
    """Signed in on a device that has passed its self-test."""

    def __init__(self, stage: Stage, console: Console, person: Person) -> None:
        self.stage, self.console, self.person = stage, console, person
        for check in ("homing", "buzzer"):
            self.person.sees_that(
                lambda seen, key=check: any(each.key == key and each.state == "asks" for each in seen.checks), check
            )
            self.person.do(AnswerCheck(check, True))
        self.person.do(SignIn(TECHNICIAN.name, TECHNICIAN.pin))
        self.person.sees_that(lambda seen: seen.ready and seen.checking is not None, "the technician's pages")

    @property
    def work(self) -> CheckingView:
        work = self.person.sees.checking
        assert work is not None
        return work

    def line(self, key: str) -> CheckLine:
        return next(line for line in self.work.lines if line.key == key)

    def time(self, key: str) -> TimeView:
        return next(time for time in self.work.times if time.key == key)

    def _asked_other_than(self, before: str) -> str:
        self.person.until(lambda: self.work.now is not None and self.work.now.todo != before, "another thing to do")
        assert self.work.now is not None
        return self.work.now.todo

    def do(self, *words: str) -> None:
        """What a hand does to the device; control has heard of it."""
        for word in words:
            self.console.tell(word, "the bench")
        heard = self.person.sees.number
        self.person.sees_that(lambda seen: seen.number >= heard + 3, "the injector to be asked")

    def check(self, key: CheckKey, *words: str, away: bool = False) -> CheckLine:
        """Do one check; each word is given once what it answers is asked."""
        self.person.do(BeginCheck(key, away))
        asked = ""
        for word in words:
            asked = self._asked_other_than(asked)
            self.console.tell(word, key)
        self.person.until(lambda: self.work.ended == key, f"the end of {key}")
        return self.line(key)


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Technician]:
    with Stage(tmp_path, SHIPPED, 5) as stage, Console(stage.console) as console, closing(Person(stage)) as person:
        yield Technician(stage, console, person)


@pytest.mark.requirement("STP-1", "STP-4", "STP-5")
def test_checks_and_times_from_the_pins_and_the_line_to_the_record(subject: Technician, tmp_path: Path) -> None:
    assert subject.check("pedal", "pedal down", "pedal up").outcome == "passed"
    assert subject.check("trigger", "trigger down", "trigger up").outcome == "passed"
    relay = subject.check("relay", away=True)
    assert relay.outcome == "passed", relay.detail
    subject.do("needle remove", "fault occlusion on")
    load = subject.check("load", away=True)
    assert load.outcome == "passed", load.detail
    subject.do("fault occlusion off", "needle fit")
    assert subject.check("stop", "stop press", "stop release").outcome == "passed"
    subject.person.sees_that(lambda seen: seen.stop.state == "released", "the stop circuit closed")
    subject.person.do(AcknowledgeStop())
    subject.person.do(MeasureLapse(True))
    assert (subject.time("stop").n, subject.time("stop").lost) == (1, 0)
    assert subject.time("pedal").n + subject.time("pedal").lost == 2, "one press, one release, none left out"
    lapse = subject.time("lapse")
    assert lapse.n == 1
    assert lapse.max_us >= 150_000, "no lease lapses sooner"
    subject.person.do(RecordTimes())
    subject.stage.end_control()
    path = ledger_path(tmp_path, simulated=True)
    assert "relay       passed" in cli_checks.checks(path)
    assert "load        passed" in cli_checks.checks(path)
    told = cli_checks.times(path)
    assert "Stop edge to enable off" in told
    assert "n = 1; p50" in told
    assert "with 95 % confidence at most 95 %" in told


@pytest.mark.requirement("STP-1")
def test_two_pedal_contacts_alike_fail_their_check(subject: Technician) -> None:
    found = subject.check("pedal", "pedal-no close")
    assert (found.outcome, found.detail) == ("failed", "both contacts are closed, NO and NC")
