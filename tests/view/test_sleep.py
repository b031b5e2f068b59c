"""When the screen may sleep, what keeps it awake and what wakes it."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import snapshot as s
from kiosk.view.local import Draft, Local
from kiosk.view.picture import draw
from kiosk.view.settings import BRIGHT_LOW, SLEEPS_S, Settings, brighter
from kiosk.view.sleep import rest, touched
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.alarms import ALARMS
from tests.view.samples.surroundings import USER
from tests.view.samples.treating import ARMED, ARMING, OFFER, QUESTION, TREAT, TREATING

SLEEP_S = 300.0


def later(local: Local, seconds: float, snapshot: s.Snapshot | None = None) -> Local:
    """So many seconds after a moment at which all was as it is now."""
    shown = snapshot or snap()
    return rest(replace(local, now=local.now + seconds), shown)


def resting(**changes: Any) -> Local:
    return rest(at(**changes), snap())


def asleep(snapshot: s.Snapshot | None = None) -> Local:
    return later(rest(at(), snapshot or snap()), SLEEP_S, snapshot)


@pytest.mark.requirement("UI-3")
def test_an_untouched_screen_sleeps_after_the_time_that_was_set() -> None:
    assert not later(resting(), SLEEP_S - 0.1).asleep
    assert later(resting(), SLEEP_S).asleep
    soon = resting(settings=Settings(sleep_s=60))
    assert later(soon, 60.0).asleep


@pytest.mark.requirement("UI-3")
def test_a_touch_wakes_it_and_the_time_begins_anew() -> None:
    woken = touched(asleep(), 1000.0)
    assert not woken.asleep
    assert not later(woken, 1000.0 + SLEEP_S - 1 - woken.now).asleep
    assert later(woken, 1000.0 + SLEEP_S - woken.now).asleep


def test_it_sleeps_on_while_nothing_happens() -> None:
    assert later(later(asleep(), 5000.0), 0.1).asleep


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize(
    "snapshot",
    [
        ARMED,
        replace(TREATING, treat=replace(TREAT, enabled=True)),
        replace(TREATING, treat=replace(TREAT, arming=ARMING)),
        snap(busy="Priming 250 uL"),
        replace(TREATING, treat=replace(TREAT, contact=True)),
        replace(TREATING, treat=replace(TREAT, trigger=True)),
        replace(TREATING, treat=replace(TREAT, pedal=True)),
        snap(alarms=ALARMS[:1]),
        snap(alarms=ALARMS[1:2]),
    ],
)
def test_it_does_not_sleep_while_enable_is_on_or_somebody_must_look(snapshot: s.Snapshot) -> None:
    awake = later(rest(at(), snapshot), 100_000.0, snapshot)
    assert not awake.asleep
    assert not later(awake, SLEEP_S - 1, snap()).asleep  # the time begins when that ends


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize("change", [{"treat": ARMED.treat, "phase": "treat"}, {"busy": "Homing the needle"}])
def test_enable_that_comes_on_wakes_it(change: dict[str, Any]) -> None:
    assert not later(asleep(), 0.1, replace(snap(), **change)).asleep


@pytest.mark.requirement("ACC-3")
def test_while_nothing_is_known_of_enable_it_does_not_sleep() -> None:
    assert not rest(replace(at(), now=9999.0, age_ms=501), snap()).asleep
    assert not rest(replace(at(), now=9999.0), None).asleep
    assert not rest(replace(asleep(), age_ms=501), snap()).asleep


@pytest.mark.parametrize("alarm", [replace(ALARMS[0], acknowledged=True), replace(ALARMS[0], active=False), ALARMS[2]])
def test_an_alarm_that_waits_for_nobody_lets_it_sleep(alarm: s.Alarm) -> None:
    assert asleep(snap(alarms=(alarm,))).asleep


@pytest.mark.requirement("UI-3")
@pytest.mark.parametrize(
    "news",
    [
        snap(stop=s.StopView("open")),
        snap(alarms=ALARMS[2:]),
        snap(checks=(s.Check("home", "Homing", "asks", "", "Away?"),)),
        replace(snap(), question=QUESTION),
    ],
)
def test_what_calls_for_somebody_wakes_it_once(news: s.Snapshot) -> None:
    quiet = snap(checks=())
    woken = later(asleep(quiet), 0.1, news)
    assert not woken.asleep
    assert later(woken, SLEEP_S, news).asleep


def test_a_call_that_ends_and_comes_again_wakes_it_again() -> None:
    stop = snap(stop=s.StopView("open"))
    dozing = later(later(asleep(), 0.1, stop), SLEEP_S, stop)
    assert dozing.asleep
    ended = later(dozing, 1.0, snap())
    assert ended.asleep
    assert not later(ended, 1.0, stop).asleep


def test_falling_asleep_closes_what_was_open() -> None:
    open_offer = resting(panel="arm", offer=OFFER, draft=Draft("depth", 1, 0.0))
    dozing = later(open_offer, SLEEP_S, TREATING)
    assert (dozing.panel, dozing.offer, dozing.draft) == ("", None, None)


@pytest.mark.requirement("STP-2", "UI-4")
def test_in_the_dark_there_are_stop_and_simulated_and_nothing_else() -> None:
    shown = draw(snap(user=replace(USER, locked=True)), replace(asleep(), age_ms=20), CATALOGUE)
    assert shown.panel == "dark"
    assert shown.frame.simulated
    assert (shown.frame.back.key, shown.frame.alarms.key, shown.frame.lock.key) == ("", "", "")
    assert shown.frame.stop.key == "stop"


def test_brightness_goes_in_steps_between_visible_and_full() -> None:
    assert brighter(Settings(), 1).brightness == 100
    assert brighter(Settings(brightness=50), -1).brightness == 40
    assert brighter(Settings(brightness=BRIGHT_LOW), -1).brightness == BRIGHT_LOW
    assert Settings().sleep_s in SLEEPS_S
