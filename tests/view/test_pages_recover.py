"""What may be asked after something went wrong, by touch: retract, clear, home, the clock, a reason for the record."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.alarms import alarm, alarms
from kiosk.view.errors import NotADate
from kiosk.view.numbers import iso_moment, moment_typed
from kiosk.view.panels import choosing, texting
from kiosk.view.recover import REASON_WHY, SERVICE_WHY, SIGN_IN
from kiosk.view.route import route
from kiosk.view.start import selftest
from kiosk.view.touch import NOTHING, Touch
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.surroundings import ADMIN, TECHNICIAN
from tests.view.samples.treating import TREATING

FAILED = (s.Check("clock", "Clock", "failed", "The clock is not trusted."),)
OUT = s.Alarm(706, "high", "Needle may be out", "w", "p", "t", "arming", active=True, acknowledged=False)


def rows(snapshot: s.Snapshot) -> dict[str, Touch]:
    return {row.key: row for row in choosing(snapshot, at(panel="recover")).rows}


@pytest.mark.requirement("LED-3")
def test_a_retract_is_asked_by_those_who_treat_or_serve_where_the_alarm_is_and_under_recover() -> None:
    assert rows(TREATING)["retract"].effect == a.Send(c.Retract())
    assert rows(snap(user=ADMIN))["retract"].why == SERVICE_WHY
    assert rows(snap(user=None))["retract"].why == SIGN_IN
    shown = snap(user=TECHNICIAN, alarms=(OUT,))
    assert alarms(shown).retract.effect == a.Send(c.Retract())
    for number in (705, 706, 727, 728):  # may be out, spring broken, shot cut off, needle not found
        told = snap(user=TECHNICIAN, alarms=(replace(OUT, number=number),))
        assert alarm(told, replace(at("alarm"), alarm=number)).retract.effect == a.Send(c.Retract())
    assert alarms(snap(user=ADMIN, alarms=(OUT,))).retract.why == SERVICE_WHY
    assert alarms(snap(user=None, alarms=(OUT,))).retract == NOTHING
    over = replace(OUT, active=False)
    assert alarms(snap(alarms=(over,))).retract == NOTHING
    other = replace(OUT, number=707)
    assert alarm(snap(alarms=(OUT, other)), replace(at("alarm"), alarm=707)).retract == NOTHING


@pytest.mark.requirement("ALM-4", "STP-5")
def test_recover_lists_first_what_puts_a_needle_right_in_the_order_in_which_the_alarm_says_it() -> None:
    assert list(rows(TREATING))[:3] == ["retract", "clear", "rehome"]


@pytest.mark.requirement("LED-11")
def test_an_administrator_gives_the_reason_for_a_finding() -> None:
    found = s.RecordView("Row 7 was changed", "row 7 ab")
    assert "record" not in rows(snap(user=ADMIN))
    assert rows(snap(user=ADMIN, record=found))["record"].effect == a.Panel("text:record")
    assert rows(snap(user=TECHNICIAN, record=found))["record"].why == "This takes an administrator."
    shown = snap(user=ADMIN, record=found)
    assert texting(shown, at(panel="text:record")).confirm.why == REASON_WHY
    told = texting(shown, at(panel="text:record", texts={"record": " known "}))
    assert told.confirm.effect == a.Send(c.AcceptFinding("row 7 ab", "known"))


@pytest.mark.requirement("LED-8")
def test_date_and_time_are_typed_on_the_pad_by_anybody_signed_in() -> None:
    wanted = s.ClockView("Nobody set it.", settable=True)
    assert "clock" not in rows(snap())
    assert rows(snap(clock=wanted))["clock"].effect == a.Panel("text:clock")
    assert rows(snap(clock=wanted, user=None))["clock"].why == SIGN_IN
    world = World(snap(clock=wanted), CATALOGUE)
    local = act(replace(at(), texts={"clock": "1"}), a.Panel("text:clock"), world).local
    for key in "2026112218449x":
        local = act(local, a.Type(key), world).local
    assert texting(world.snapshot, local).text == "2026-11-22 18:44"
    assert texting(world.snapshot, local).confirm.effect == a.Send(c.SetClock("2026-11-22 18:44"))
    short = act(local, a.Type("back"), world).local
    assert texting(world.snapshot, short).text == "2026-11-22 18:4_"
    assert not texting(world.snapshot, short).confirm.enabled


@pytest.mark.requirement("LED-8")
def test_a_technician_confirms_the_time_that_is_shown() -> None:
    asks = s.ClockView("45 days.", asks_technician=True, now="2026-11-22 18:44")
    confirm = rows(snap(user=TECHNICIAN, clock=asks))["clock:right"]
    assert confirm.effect == a.Send(c.ConfirmClock("2026-11-22 18:44"))
    assert confirm.hold_ms
    assert not rows(snap(clock=asks))["clock:right"].enabled


@pytest.mark.parametrize("typed", ["202611222400", "202611221860", "20261122184", "202602301200", "20261122 184"])
def test_a_moment_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(NotADate):
        iso_moment(typed)
    assert len(moment_typed(typed)) == len("2026-11-22 18:44")


@pytest.mark.requirement("PST-1", "LED-5")
def test_what_fails_the_self_test_can_be_put_right_by_somebody_who_signs_in() -> None:
    before = snap("starting", user=None, checks=FAILED)
    assert selftest(before, at()).done.effect == a.Go("signin")
    assert route(before, at("signin")) == "signin"
    assert route(snap("starting", user=None, first_start=True), at("signin")) == "first"
    signed = snap("starting", checks=FAILED, user=ADMIN)
    assert route(signed, at("signin")) == "selftest"
    assert selftest(signed, at("signin")).done.effect == a.Panel("recover")
    assert selftest(snap("starting", checks=()), at()).done == NOTHING
