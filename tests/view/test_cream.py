"""The timer of the anaesthetic cream, and the click of a shot."""

from __future__ import annotations

import pytest

from kiosk.view import actions as a
from kiosk.view.cream import is_due, minutes, timer
from kiosk.view.observe import clicks, see
from kiosk.view.settings import Settings
from kiosk.view.sleep import rest
from kiosk.view.steps import preparation
from kiosk.view.touch import NOTHING
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.catalogue import PICKS
from tests.view.samples.preparing import SESSION, setup
from tests.view.samples.treating import TREAT, TREATING

CREAM = {**PICKS, "anaesthetic": "cream"}


@pytest.mark.parametrize(
    ("worn", "label", "words", "tone"),
    [
        (0, "0:00 min", "Leave the cream on 30:00 min more", "plain"),
        (1799, "29:59 min", "Leave the cream on 0:01 min more", "plain"),
        (1800, "30:00 min", "Long enough: take the cream off", "good"),
        (2400, "40:00 min", "Long enough: take the cream off", "good"),
        (2401, "40:01 min", "Over 40 min: take it off now", "warn"),
    ],
)
def test_the_cream_stays_on_for_30_to_40_minutes(worn: int, label: str, words: str, tone: str) -> None:
    shown = timer(at(now=5000.0 + worn, cream_since=5000.0))
    assert (shown.label, shown.detail, shown.tone) == (label, words, tone)


def test_a_touch_starts_it_and_only_a_hold_starts_it_again() -> None:
    local = at(now=100.0, picks=CREAM)
    first = timer(local)
    assert first.effect == a.StartCream()
    assert first.hold_ms == 0
    started = act(local, a.StartCream(), World(setup("preparation"), CATALOGUE))
    assert started.commands == ()
    assert started.local.cream_since == 100.0
    assert timer(started.local).hold_ms > 0


def test_it_is_there_for_cream_only_and_never_for_the_next_patient() -> None:
    assert preparation(setup("preparation"), at(picks=PICKS)).cream == NOTHING
    assert preparation(setup("preparation"), at(picks=CREAM)).cream.key == "cream"
    worn = at(picks=CREAM, cream_since=1.0, session=17)
    assert see(worn, setup("screening")).local.cream_since is None


@pytest.mark.requirement("UI-3")
def test_a_cream_that_may_come_off_wakes_the_screen_once() -> None:
    quiet = setup("preparation", number=18)
    local = rest(at(now=0.0, cream_since=0.0), quiet)
    dozing = rest(replace(local, now=1799.0), quiet)
    assert dozing.asleep
    woken = rest(replace(dozing, now=1800.0), quiet)
    assert is_due(woken)
    assert not woken.asleep
    assert rest(replace(woken, now=2200.0), quiet).asleep


def test_minutes_are_written_with_two_digits_of_seconds() -> None:
    assert [minutes(s) for s in (-3, 0, 65.9, 3600)] == ["0:00", "0:00", "1:05", "60:00"]


def test_each_recorded_shot_clicks_where_clicks_are_wanted() -> None:
    local = at(session=SESSION.number)
    more = replace(TREATING, treat=replace(TREAT, shot_count=TREAT.shot_count + 1))
    assert clicks(local, TREATING, more)
    assert not clicks(local, TREATING, TREATING)
    assert not clicks(replace(local, settings=Settings(click=False)), TREATING, more)
    assert not clicks(replace(local, session=17), TREATING, more)
    assert not clicks(local, None, more)
    assert not clicks(local, snap(), more)
    assert not clicks(local, TREATING, snap())
