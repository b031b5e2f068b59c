"""What a terminal says of a snapshot, beside what is being done."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from kiosk.terminal.guide import news
from tests.view.samples import replace, snap

FOUND = s.Notice(4, "A calibration was left half-way: number 1 is in force")
ALARM = s.Alarm(703, "high", "No connection", "The cable is out.", "Safe.", "Plug it in.", "Arming", True, False)


def test_the_first_says_what_is_there_and_nothing_that_is_past() -> None:
    first = news(None, replace(snap(), simulated=True, notices=(FOUND,)))
    assert first[0].startswith("SIMULATED injector: ")
    assert len(first) == 1


def test_a_notice_is_said_once() -> None:
    before, now = snap(), replace(snap(), notices=(FOUND,))
    assert news(before, now) == [f"- {FOUND.sentence}"]
    assert news(now, now) == []


def test_an_alarm_is_said_when_it_begins() -> None:
    now = replace(snap(), alarms=(ALARM,))
    assert news(snap(), now) == ["! E703 No connection: The cable is out. Plug it in."]
    assert news(now, now) == []
    assert news(now, replace(now, alarms=(replace(ALARM, active=False),))) == []


def test_a_stop_is_said_with_the_way_out_once_it_is_released() -> None:
    pressed = replace(snap(), stop=s.StopView("open", "button", "The red button is pressed."))
    released = replace(snap(), stop=s.StopView("released", "button", "The red button was pressed."))
    assert news(snap(), pressed) == ["! STOP: The red button is pressed. (open)"]
    assert news(pressed, released) == ["! STOP: The red button was pressed. (type acknowledge to go on)"]


def test_a_cable_that_is_pulled_is_said() -> None:
    away = replace(snap(), link=s.LinkView(False, "The injector was unplugged."))
    assert news(snap(), away) == ["! The injector was unplugged."]
    assert news(away, snap())[0].startswith("! ")
