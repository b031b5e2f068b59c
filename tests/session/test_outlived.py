"""A session is of one day: opened over a night ago it can be signed, and nothing else (LIM-6, UI-5)."""

from __future__ import annotations

import pytest

from drivers.registers import Outcome
from kiosk.channel import commands as ask
from kiosk.protocols.budget import NIGHT_MS
from kiosk.records.rows import ClosingRow
from kiosk.session.facts import DATED
from tests.session.bench import PRACTITIONER, WALL_MS, Bench

pytestmark = pytest.mark.requirement("LIM-6")
NIGHT_S = NIGHT_MS / 1000
SAID = "the session was opened over 12 h ago: sign it, and open another for today"


def sign(bench: Bench) -> None:
    bench.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True))
    bench.run(0.1)
    assert bench.rows(ClosingRow), "it was signed"
    assert bench.snap.phase == "home"


def test_a_session_that_is_left_open_over_night_is_finished_by_itself_and_can_only_be_signed(subject: Bench) -> None:
    subject.set(shots=2).mode("continuous").live().fire(2)
    subject.quiet()
    subject.restart(after_s=21 * 24 * 3600)
    subject.start()
    assert subject.snap.phase == "closing"
    assert f"Treating is over: {SAID}" in subject.notices
    assert any(SAID in said.lower() for said in subject.snap.missing)
    shown = subject.snap.session
    assert shown is not None
    assert shown.over.lower() == f"{SAID}."
    assert SAID in subject.refused(ask.ResumeTreating())
    sign(subject)


def test_a_session_of_the_same_evening_goes_on_after_midnight(subject: Bench) -> None:
    subject.restart(after_s=NIGHT_S - 3600)
    subject.start()
    assert subject.snap.phase != "closing"
    assert not any("12 h" in said for said in subject.snap.missing)


def test_an_arming_that_lives_when_the_night_is_over_ends(subject: Bench) -> None:
    subject.live()
    subject.wall_ms += NIGHT_MS
    subject.run(0.1)
    assert not subject.armed
    assert SAID in subject.events("disarmed")[-1].sentence
    assert all(shot.outcome is Outcome.COMPLETED for shot in subject.shot_rows())
    assert subject.snap.phase == "closing"


@pytest.mark.requirement("LED-8")
def test_a_clock_that_is_set_back_makes_no_session_younger(bench: Bench) -> None:
    bench.start().open().run(0.1)
    bench.clock.now += NIGHT_S
    bench.wall_ms -= NIGHT_MS - 3_600_000
    bench.run(0.1)
    assert bench.snap.phase == "closing"


@pytest.mark.requirement("LED-8")
def test_a_session_that_is_opened_before_the_clock_is_trusted_counts_from_its_opening(bench: Bench) -> None:
    bench.start()
    bench.wall_trusted = False
    bench.open()
    bench.run(60)
    assert not bench.events(DATED)
    bench.wall_trusted = True
    bench.run(0.1)
    (row,) = bench.events(DATED)
    opened_ms = row.body["wall_ms"]
    assert isinstance(opened_ms, int)
    now_ms = WALL_MS + round(bench.clock.now * 1000)
    assert 60_000 <= now_ms - opened_ms <= 60_500
    assert bench.snap.phase == "setup"


@pytest.mark.requirement("LED-8")
def test_a_session_that_is_found_again_and_does_not_say_when_it_was_opened_is_only_signed(bench: Bench) -> None:
    bench.start()
    bench.wall_trusted = False
    bench.open()
    bench.run(1)
    bench.restart()
    bench.run(1)
    facts = bench.engine.setup.facts
    assert facts is not None
    assert not facts.finished, "an untrusted clock says nothing about it, and blocks by itself"
    bench.wall_trusted = True
    bench.start()
    assert bench.snap.phase == "closing"
    sign(bench)


def test_what_a_wrong_clock_ended_is_resumed_once_it_is_right(subject: Bench) -> None:
    subject.wall_ms += 30 * 24 * 3_600_000
    subject.run(0.1)
    assert subject.snap.phase == "closing"
    subject.wall_ms -= 30 * 24 * 3_600_000
    subject.run(0.1)
    subject.tell(ask.ResumeTreating())
    assert subject.snap.phase != "closing"
