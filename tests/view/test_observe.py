"""What news does: snapshots, replies, time."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view.local import Draft, Local
from kiosk.view.observe import hear, see, tick
from kiosk.view.setup import STEPS
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.preparing import KNOWN, SESSION, setup
from tests.view.samples.records import RECORD
from tests.view.samples.treating import ARMED, OFFER, TREAT, TREATING

assert CATALOGUE


def seen(local: Local, snapshot: s.Snapshot) -> Local:
    return see(local, snapshot).local


@pytest.mark.requirement("LIM-10")
def test_a_value_not_confirmed_for_a_minute_is_thrown_away_with_a_notice() -> None:
    local = at(panel="edit:dose", draft=Draft("dose", 25_000, 100.0))
    kept = tick(local, 159.9, 20)
    assert kept.draft is not None
    gone = tick(local, 160.0, 20)
    assert (gone.panel, gone.draft) == ("", None)
    assert "60 s" in gone.notice


@pytest.mark.requirement("LIM-10")
def test_a_text_not_confirmed_for_a_minute_is_thrown_away() -> None:
    local = at(panel="text:lot", focus="lot", texts={"lot": "LX"}, touched=100.0)
    assert tick(local, 159.0, 20).text("lot") == "LX"
    gone = tick(local, 160.0, 20)
    assert (gone.text("lot"), gone.panel, gone.focus) == ("", "", "")
    page = at("patient", focus="patient", texts={"patient": "MK"}, touched=100.0)
    assert tick(page, 160.0, 20).focus == "patient"


def test_a_notice_ends() -> None:
    local = tick(at().saying("hello"), 7.9, 20)
    assert local.notice == "hello"
    assert tick(local, 8.0, 20).notice == ""


def test_the_age_and_the_reason_are_kept() -> None:
    local = tick(at(), 5.0, 700, "control ended the connection")
    assert (local.now, local.age_ms, local.reason) == (5.0, 700, "control ended the connection")


@pytest.mark.requirement("LIM-14")
def test_nothing_is_carried_from_one_session_to_the_next() -> None:
    local = at(
        "protocols",
        picks={"account": "A", "product": "p"},
        texts={"lot": "1"},
        ticks=frozenset({"adult"}),
        fill_nl=3,
        turned={"screening": 2},
        ends=frozenset({"screening"}),
    )
    new = seen(local, setup("screening"))
    assert (new.picks, new.texts, new.ticks, new.fill_nl) == ({"account": "A"}, {}, frozenset(), None)
    assert (new.turned, new.ends) == ({}, frozenset())
    assert (new.place, new.session) == ("", 18)
    assert seen(new, setup("screening")) == new


def test_a_place_of_another_phase_is_left() -> None:
    local = seen(at("product", phase="setup", session=18), TREATING)
    assert local.place == ""
    assert seen(at("about", phase="setup", session=18), TREATING).place == "about"


def test_steps_are_places_of_the_setup_only() -> None:
    for step in STEPS:
        assert seen(at(step, phase="setup", session=18), setup("prime")).place == step
        assert seen(at(step, phase="home"), snap()).place == ""


@pytest.mark.parametrize("panel", ["edit:dose", "arm", "zone"])
@pytest.mark.parametrize(
    "snapshot",
    [
        replace(TREATING, stop=s.StopView("open")),
        ARMED,
        replace(TREATING, user=None),
        replace(TREATING, user=s.User("A", "practitioner", True)),
    ],
)
def test_panels_close_on_stop_arming_lock_and_sign_out(panel: str, snapshot: s.Snapshot) -> None:
    local = seen(at(panel=panel, phase="treat", session=18, offer=OFFER if panel == "arm" else None), snapshot)
    assert (local.panel, local.offer) == ("", None)


@pytest.mark.requirement("LIM-8")
def test_an_offer_whose_values_changed_closes_with_a_notice() -> None:
    local = at(panel="arm", offer=OFFER, phase="treat", session=18)
    assert seen(local, TREATING).panel == "arm"
    changed = seen(local, replace(TREATING, treat=replace(TREAT, side="right")))
    assert changed.panel == ""
    assert changed.notice.startswith("E805")


def test_a_notice_of_control_is_said_once() -> None:
    told = replace(snap(), notices=(s.Notice(4, "Slice shortened"),))
    local = seen(at(), told)
    assert local.notice == "Slice shortened"
    assert seen(replace(local, notice=""), told).notice == ""


def test_the_first_start_has_its_name_field_open() -> None:
    assert seen(at(), snap(user=None, first_start=True)).focus == "name"


def test_the_record_opens_by_itself_after_signing() -> None:
    before = seen(at(last_session=-1), snap(last_session=0))
    assert before.place == ""
    outcome = see(before, snap(last_session=18))
    assert outcome.commands == (c.ReadSession(18), c.ListDue())
    assert outcome.local.place == "record"
    assert see(outcome.local, snap(last_session=18)).commands == ()


def test_a_kiosk_that_starts_later_opens_no_record() -> None:
    assert see(Local(), snap(last_session=18)).commands == (c.ListDue(),)


@pytest.mark.parametrize(
    ("page", "field"), [(KNOWN, "patient"), (s.SessionList((), False), "sessions"), (RECORD, "record")]
)
def test_a_page_is_kept(page: Any, field: str) -> None:
    assert getattr(hear(at(), s.Reply(1, True, page=page)), field) == page


def test_an_export_says_where_it_is() -> None:
    local = hear(at(), s.Reply(1, True, page=s.Exported("/media/usb/17.pdf")))
    assert local.exported == "/media/usb/17.pdf"
    assert "/media/usb/17.pdf" in local.notice


def test_a_plain_yes_changes_nothing() -> None:
    assert hear(at(), s.Reply(1, True)) == at()


def test_a_refusal_is_said_with_number_and_remedy() -> None:
    local = hear(at(), s.Reply(1, False, 312, "The zone's limit is reached", "Choose another zone."))
    assert local.notice == "E312: The zone's limit is reached. Choose another zone."


assert SESSION
