"""A technician's pages of inputs, checks and times, and the touch test: what they show and ask, and who sees them."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import checking_commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.checking import checks, inputs, verdict
from kiosk.view.doubled import TOGETHER_S
from kiosk.view.frame import frame
from kiosk.view.local import Local, Reached
from kiosk.view.observe import see
from kiosk.view.panels import choosing
from kiosk.view.picture import draw
from kiosk.view.timing import histogram, timing
from kiosk.view.touch import Line
from kiosk.view.touching import SETTLES_S, touching, twice
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.surroundings import ADMIN, TECHNICIAN, USER
from tests.view.samples.workshop import PINS, SENSED, TIMES, workshop


def words(lines: tuple[Line, ...]) -> dict[str, str]:
    return {line.key: line.trail for line in lines}


# -- who -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", ["inputs", "checks", "timing"])
@pytest.mark.requirement("ACC-1")
def test_only_a_technician_comes_there_also_while_the_self_test_fails(place: str) -> None:
    for phase in ("home", "starting"):
        assert draw(replace(workshop(), phase=phase), at(place), CATALOGUE).screen == place
    for user in (USER, ADMIN):
        assert draw(snap(user=user), at(place), CATALOGUE).screen == "home"


@pytest.mark.parametrize("place", ["inputs", "checks", "timing"])
def test_a_page_that_control_shows_nothing_for_is_empty(place: str) -> None:
    page = draw(snap(user=TECHNICIAN), at(place), CATALOGUE).page
    assert page == type(page)()


def test_recover_leads_a_technician_to_the_inputs_and_nobody_else() -> None:
    keys = [row.key for row in choosing(workshop(), at(panel="recover")).rows]
    assert "inputs" in keys
    assert "inputs" not in [row.key for row in choosing(snap(), at(panel="recover")).rows]


# -- the live page ---------------------------------------------------------------------------------------------------
def test_every_level_is_in_words_and_not_in_colour_alone() -> None:
    shown = inputs(workshop(pins=replace(PINS, pedal_no=True, hertz=880), sensed=replace(SENSED, trigger=True)))
    found = words(shown.lines)
    assert (found["stop_a"], found["pedal_no"], found["feedback"], found["cyan"]) == ("closed", "closed", "open", "on")
    assert (found["trigger"], found["contact"], found["home"], found["buzzer"]) == ("pressed", "no", "closed", "880 Hz")
    assert (found["pressure"], found["volts"], found["depth"], found["barrel"]) == (
        "0 kPa", "0.0 V", "0.00 mm", "3.21 mL",
    )  # fmt: skip
    assert found["state"] == "ready"
    assert len(found) == 21
    assert sorted(words(shown.tall_lines)) == sorted(found), "in portrait the same, in another order"


def test_no_syringe_and_an_unknown_state_are_said_as_they_are() -> None:
    found = words(inputs(workshop(sensed=replace(SENSED, barrel_ml=0, state="17"))).lines)
    assert (found["barrel"], found["state"]) == ("none", "17")


def test_without_an_injector_the_pins_stay_and_the_rest_says_why() -> None:
    shown = inputs(replace(workshop(sensed=None), link=s.LinkView(False, "the injector was unplugged")))
    found = words(shown.lines)
    assert (found["stop_a"], found["trigger"], found["barrel"]) == ("closed", "-", "-")
    known = inputs(workshop())
    assert [line.key for line in shown.lines] == [line.key for line in known.lines], "each keeps its place"
    assert shown.note == "the injector was unplugged"
    assert inputs(workshop(sensed=None)).note == "No injector is connected."


# -- the checks ------------------------------------------------------------------------------------------------------
def test_each_check_says_how_it_ended_and_when_it_passed_last() -> None:
    rows = {row.key: row for row in checks(workshop()).rows}
    assert rows["check:stop"].detail == "passed 2026-11-22"
    assert rows["check:pedal"].detail == "failed 2026-11-22; last pass 2026-10-02"
    assert rows["check:home"].detail == "never checked"
    assert rows["check:stop"].effect == a.Send(c.BeginCheck("stop"))
    assert rows["check:touch"].effect == a.Panel("touch")


@pytest.mark.parametrize("key", ["home", "relay"])
def test_what_moves_or_powers_is_asked_first_and_then_held(key: c.CheckKey) -> None:
    rows = {row.key: row for row in checks(workshop()).rows}
    opened = act(at("checks"), rows[f"check:{key}"].action, World(workshop(), CATALOGUE))  # type: ignore[arg-type]
    assert opened.commands == ()
    asked = choosing(workshop(), opened.local)
    assert asked.title == rows[f"check:{key}"].label
    (held,) = asked.rows
    assert held.effect == a.Send(c.BeginCheck(key, True))
    assert held.hold_ms > 0
    assert held.detail
    assert choosing(snap(), at(panel=f"away:{key}")).title == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"why": "a session is open"}, "a session is open"), ({"measuring": True}, "The lapse of the lease")],
)
def test_a_check_that_cannot_begin_says_why(changes: dict[str, Any], said: str) -> None:
    assert all(said in row.why for row in checks(workshop(**changes)).rows)


def test_a_running_check_says_what_to_do_and_asks_where_it_has_to() -> None:
    watch = checks(workshop(s.CheckNow("pedal", "Foot pedal", "Press the pedal fully.", False, 12)))
    assert (watch.title, watch.todo, watch.left) == ("Foot pedal", "Press the pedal fully.", "12 s left")
    assert watch.leave.effect == a.Send(c.LeaveCheck())
    assert not watch.yes.key
    lamp = checks(workshop(s.CheckNow("red", "Red lamp", "The red lamp is lit: look at the beacon.", True)))
    assert (lamp.yes.label, lamp.no.label, lamp.left) == ("Seen", "Not seen", "")
    assert (lamp.yes.effect, lamp.no.effect) == (a.Send(c.AnswerSeen(True)), a.Send(c.AnswerSeen(False)))
    assert checks(workshop(s.CheckNow("buzzer", "Alarm buzzer", "Listen.", True))).yes.label == "Heard"


def test_the_strip_says_how_the_last_check_did() -> None:
    assert verdict(workshop())[0] == "Foot pedal: failed. Both contacts are closed, NO and NC."
    assert verdict(workshop(ended="stop")) == ("Stop circuit: passed", "good", "check-circle")
    assert verdict(workshop(ended=""))[0] == verdict(snap())[0] == ""
    assert frame(workshop(), at("checks"), "checks").strip.text.startswith("Foot pedal: failed")
    assert "pedal" not in frame(workshop(ended=""), at("checks"), "checks").strip.text
    assert "pedal" not in frame(workshop(), at("inputs"), "inputs").strip.text


# -- the times -------------------------------------------------------------------------------------------------------
def test_a_time_says_n_percentiles_most_and_the_bound_of_the_share_over_its_limit() -> None:
    shown = timing(workshop(), at("timing"))
    assert shown.figures == "n = 89: median 0.27 ms, p99 12.10 ms, most 12.10 ms; 4 found the relay on"
    assert shown.bound == ("Over 10 ms: 1 of 89, with 95 % confidence at most 5.2 %; 1 never came to their end")
    assert shown.reset.effect == a.Send(c.ResetTimes("stop"))
    assert shown.record.effect == a.Send(c.RecordTimes())
    assert not shown.measure.enabled


def test_a_time_without_a_sample_says_how_to_get_one() -> None:
    pedal = timing(workshop(), at("timing", picks={"time": "pedal"}))
    assert (pedal.figures, pedal.bound) == ("Press the pedal.", "")
    assert pedal.reset.why == "Nothing was measured yet."
    lost = (replace(TIMES[1], lost=3),)
    assert timing(workshop(times=lost), at("timing")).bound == "3 never came to their end"
    stop, lapse = replace(TIMES[0], n=0, lost=0), replace(TIMES[2], n=0)
    assert timing(workshop(times=(stop,)), at("timing")).figures == "Press the red button."
    none = timing(workshop(times=(lapse,)), at("timing"))
    assert none.figures.startswith("Needle out")
    assert none.record.why == "Nothing was measured yet."


def test_a_lapse_is_measured_with_a_hold_and_says_why_it_cannot_be() -> None:
    local = at("timing", picks={"time": "lapse"})
    held = timing(workshop(), local).measure
    assert held.effect == a.Send(c.MeasureLapse(True))
    assert held.hold_ms > 0
    assert timing(replace(workshop(), busy="Homing the needle"), local).measure.why == "Homing the needle"
    away = replace(workshop(), link=s.LinkView(False, ""))
    assert timing(away, local).measure.why == "No injector is connected."


def test_a_bound_that_says_nothing_is_shown_as_such() -> None:
    whole = replace(TIMES[0], n=1, over=1)
    assert timing(workshop(times=(whole,)), at("timing")).bound.startswith("Over 10 ms: 1 of 1")
    assert "at most 100 %" in timing(workshop(times=(whole,)), at("timing")).bound


def test_the_histogram_puts_the_limit_between_its_bars() -> None:
    drawn = histogram(TIMES[0])
    assert len(drawn.bars) == 32
    assert max(drawn.bars) == 1.0
    assert drawn.limit == pytest.approx(24 / 32)
    assert drawn.over == 24, "the first bar over the limit"
    assert [text for _, text in drawn.ticks] == ["0.01", "0.1", "1", "10", "100"]
    assert [place for place, _ in drawn.ticks] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert histogram(TIMES[2]).limit == pytest.approx(250 / 400)
    assert histogram(s.TimeView("stop", 10_000)).bars == ()
    assert histogram(TIMES[1]).most == ""


# -- the touch test --------------------------------------------------------------------------------------------------
def begun() -> Local:
    opened = act(at("inputs", now=100.0), a.Panel("touch"), World(workshop(), CATALOGUE))
    assert opened.local.panel == "touch"
    return opened.local


def touched(local: Local, target: str, at_s: float) -> Local:
    return act(replace(local, now=at_s), a.Reach(target), World(workshop(), CATALOGUE)).local


def all_of_them(local: Local) -> Local:
    for count, target in enumerate(c.TARGETS):
        local = touched(local, target, 101.0 + count)
    return local


def test_a_target_is_reached_at_touch_down_and_goes_on_counting() -> None:
    shown = touching(workshop(), touched(begun(), "top", 101.0))
    top = next(target for target in shown.targets if target.key == "target:top")
    assert (top.label, top.on_down, top.effect) == ("1", True, a.Reach("top"))
    assert shown.found == "1 of 8 reached"
    assert shown.simulated == "SIMULATED"
    assert touching(replace(workshop(), simulated=False), begun()).simulated == ""


def test_the_same_target_twice_at_once_is_one_touch_that_arrived_twice() -> None:
    local = touched(touched(begun(), "top", 101.0), "top", 101.0 + TOGETHER_S / 2)
    assert (local.reached.targets, local.reached.doubled) == (("top", "top"), 1)
    assert "1 touch arrived twice" in touching(workshop(), local).found
    again = touched(begun(), "top", 101.0)
    assert touched(again, "top", 102.0).reached.doubled == 0, "a person may touch it again"


def test_two_providers_of_one_touch_count_as_twice_while_the_test_runs() -> None:
    assert twice(begun()).reached.doubled == 1
    assert twice(at("inputs")).reached.doubled == 0


def test_what_was_found_is_reported_once_the_last_touch_has_settled() -> None:
    local = replace(all_of_them(begun()), phase="home")
    waits = see(replace(local, now=local.reached.at + SETTLES_S / 2), workshop())
    assert (waits.commands, waits.local.panel) == ((), "touch")
    over = see(replace(local, now=local.reached.at + SETTLES_S), workshop())
    assert over.commands == (c.ReportTouches(c.TARGETS, 0),)
    assert over.local.panel == ""
    assert see(over.local, workshop()).commands == ()


def test_leaving_reports_what_was_not_reached() -> None:
    local = touched(begun(), "left", 101.0)
    left = act(local, touching(workshop(), local).leave.action, World(workshop(), CATALOGUE))  # type: ignore[arg-type]
    assert left.commands == (c.ReportTouches(("left",), 0),)
    assert left.local.panel == ""


def test_a_test_that_nobody_goes_on_with_ends_by_itself() -> None:
    local = replace(touched(begun(), "left", 101.0), phase="home", now=162.0)
    assert see(local, workshop()).commands == (c.ReportTouches(("left",), 0),)


def test_another_test_begins_from_nothing() -> None:
    again = act(all_of_them(begun()), a.Panel("touch"), World(workshop(), CATALOGUE))
    assert again.local.reached == Reached(at=again.local.now)
