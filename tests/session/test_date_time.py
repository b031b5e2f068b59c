"""Date and time that a person has to give or confirm: who may, what is refused, and what is recorded (LED-8)."""

from __future__ import annotations

from datetime import datetime

import pytest

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import PatientPage
from kiosk.protocols.budget import Given
from kiosk.session.exchange import ClockState
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, WALL_MS, Bench

pytestmark = pytest.mark.requirement("LED-8")
NOBODY_SET_IT = ClockState("Nobody set the clock since the start. Set date and time.", settable=True)
LONG_REST = ClockState(
    "The last record is 45 days old. A technician confirms date and time first.", asks_technician=True
)


def untrusted(bench: Bench, says: ClockState = NOBODY_SET_IT) -> Bench:
    bench.settable.says, bench.wall_trusted = says, False
    bench.run(0.2)
    return bench


@pytest.mark.parametrize("account", [PRACTITIONER, TECHNICIAN, ADMINISTRATOR])
@pytest.mark.requirement("ACC-4")
def test_any_signed_in_person_sets_it_and_it_is_recorded_with_old_new_and_who(subject: Bench, account: object) -> None:
    untrusted(subject).sign_in(account)
    old = subject.snap.clock.now
    assert subject.snap.wall == ""
    assert subject.snap.clock.settable
    subject.tell(ask.SetClock("2026-12-24 18:30"))
    subject.run(0.1)
    (row,) = subject.events("clock set")
    assert row.user == account.name  # type: ignore[attr-defined]
    assert (row.body["old"], row.body["new"]) == (old, "2026-12-24 18:30")
    assert row.body["wall_ms"] == datetime.fromisoformat("2026-12-24 18:30").timestamp() * 1000
    assert subject.snap.clock.now == "2026-12-24 18:30"
    assert "clock" not in " ".join(subject.snap.missing)


def test_an_untrusted_clock_blocks_arming_and_not_reading(subject: Bench) -> None:
    untrusted(subject)
    said = "The clock is not trusted: nobody set the clock since the start. Set date and time."
    assert said in subject.snap.missing
    assert 718 in subject.alarms()
    assert said.rstrip(".") in subject.refused(subject.arm_command())
    assert "There is no such page" in subject.refused(ask.ListSessions()), "the clerk was asked all the same"


DAY_MS = 24 * 3600 * 1000


@pytest.mark.requirement("LIM-6")
def test_a_course_is_counted_by_the_clock_that_is_trusted_however_far_ahead_it_was_before(subject: Bench) -> None:
    """A clock 40 days ahead at a restart was kept for the whole session: the product's interval seemed to be over."""
    subject.live().fire(1)
    subject.do("lift")
    subject.tell(ask.Disarm())
    subject.quiet()
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    subject.patients["P1"] = PatientPage("P1", True)
    subject.open(new=False).screen()
    subject.wall_ms += 40 * DAY_MS
    subject.wall_trusted = False
    subject.restart(after_s=5)
    subject.run(1)
    subject.wall_ms -= 40 * DAY_MS
    subject.wall_trusted = True
    subject.start().product()
    facts = subject.engine.setup.facts
    assert facts is not None
    assert facts.course.given == (Given("forehead", 0),)
    assert facts.course.all_today.shots == 1


@pytest.mark.requirement("LIM-6")
def test_no_product_is_chosen_by_a_clock_that_is_not_trusted(subject: Bench) -> None:
    chosen = ask.UseProduct("example-saline", "L1", "2027-12-01")
    assert "the clock is not trusted" in untrusted(subject).refused(chosen)
    subject.wall_trusted = True
    subject.tell(chosen)


def test_nobody_who_is_not_signed_in_sets_it(subject: Bench) -> None:
    untrusted(subject)
    subject.tell(ask.Lock())
    assert "not signed in" in subject.refused(ask.SetClock("2026-12-24 18:30"))


def test_a_clock_that_something_better_tells_is_not_set(subject: Bench) -> None:
    subject.settable.says = ClockState("Date and time come from network time.")
    assert "come from network time" in subject.refused(ask.SetClock("2026-12-24 18:30"))
    subject.settable.says = ClockState()
    assert "trusted as it is" in subject.refused(ask.SetClock("2026-12-24 18:30"))
    assert not subject.events("clock set")


@pytest.mark.parametrize("text", ["2026-02-30 10:00", "2026-13-01 10:00", "2026-11-22 24:01", "0001-01-01 00:00"])
def test_a_moment_that_does_not_exist_is_refused(subject: Bench, text: str) -> None:
    assert subject.ask(ask.SetClock(text)).error
    assert not untrusted(subject).ask(ask.SetClock(text)).ok
    assert not subject.events("clock set")


def test_before_the_last_row_it_is_not_set(subject: Bench) -> None:
    untrusted(subject, ClockState("Set it.", settable=True, not_before_ms=WALL_MS))
    assert "the last record is of 2026-11-18" in subject.refused(ask.SetClock("2026-11-01 10:00"))


def test_it_is_not_set_while_a_treatment_is_armed(subject: Bench) -> None:
    subject.live()
    assert "disarm first" in subject.refused(ask.SetClock("2026-12-24 18:30"))


def test_after_a_long_rest_a_technician_confirms_what_the_screen_shows(subject: Bench) -> None:
    untrusted(subject, LONG_REST)
    assert "45 days old" in " ".join(subject.snap.missing)
    shown = subject.snap.clock.now
    assert "may not do this" in subject.refused(ask.ConfirmClock(shown))
    subject.sign_in(TECHNICIAN)
    assert "not 2026-01-01 00:00" in subject.refused(ask.ConfirmClock("2026-01-01 00:00"))
    subject.tell(ask.ConfirmClock(subject.snap.clock.now))
    subject.run(0.1)
    assert subject.settable.confirmed
    (row,) = subject.events("clock confirmed")
    assert row.user == TECHNICIAN.name
    subject.settable.says = ClockState()
    assert "nothing waits for it" in subject.refused(ask.ConfirmClock(shown))


def test_a_clock_that_cannot_be_recorded_is_not_set(subject: Bench) -> None:
    untrusted(subject)
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(ask.SetClock("2026-12-24 18:30"))
    assert not subject.wall_trusted


def test_where_nobody_may_set_it_the_screen_still_says_what_to_do(subject: Bench) -> None:
    subject.cycle.clock = None
    subject.wall_trusted = False
    subject.run(0.2)
    assert "The clock is not trusted: set the time." in subject.snap.missing
