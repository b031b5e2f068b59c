"""What home offers to each role, and an administrator's pages."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.frame import frame
from kiosk.view.local import Local
from kiosk.view.observe import see, tick
from kiosk.view.panels import choosing
from kiosk.view.people import account, people, pin_for
from kiosk.view.picture import draw
from kiosk.view.start import home
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.surroundings import ACCOUNTS, ADMIN, TECHNICIAN

ADMINISTERING = snap(user=ADMIN)
WORLD = World(ADMINISTERING, CATALOGUE)


def after(local: Local, *touches: a.Action, world: World = WORLD) -> tuple[Local, tuple[Any, ...]]:
    sent: tuple[Any, ...] = ()
    for touch in touches:
        outcome = act(local, touch, world)
        local, sent = outcome.local, sent + outcome.commands
    return local, sent


def keys(text: str) -> list[a.Action]:
    return [a.Type(letter) for letter in text]


# -- home -------------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("UI-5")
@pytest.mark.parametrize(
    ("snapshot", "said", "tone"),
    [
        (snap(), "Ready for a new session", "quiet"),
        (snap(user=TECHNICIAN), "Here: calibration, self-test, recover, alarms. Treating takes a practitioner.",
         "quiet"),
        (ADMINISTERING, "Here: people, approvals, history. Treating takes a practitioner.", "quiet"),
        (replace(ADMINISTERING, accounts=ACCOUNTS[2:]), "Nobody here may treat yet: add a practitioner under People.",
         "primary"),
        (snap(missing=("The needle's place is unknown: home it.",)),
         "Not ready: The needle's place is unknown: home it.", "warn"),
    ],
)  # fmt: skip
def test_home_says_quietly_what_can_be_done_and_loudly_what_stands_against_it(
    snapshot: s.Snapshot, said: str, tone: str
) -> None:
    strip = frame(snapshot, at(), "home").strip
    assert (strip.text, strip.tone) == (said, tone)


@pytest.mark.requirement("ACC-1")
def test_home_offers_each_role_what_it_may() -> None:
    treats, serves, administers = home(snap(), at()), home(snap(user=TECHNICIAN), at()), home(ADMINISTERING, at())
    assert treats.start.effect == a.Go("protocols")
    assert treats.history.effect == a.Go("history")
    assert serves.start.effect == a.Go("service")
    assert serves.history.effect == a.Go("inputs"), "records are for others; this place is the technician's"
    assert serves.last.effect == a.Panel("recover")
    assert administers.start.effect == a.Go("people")
    assert administers.history.effect == a.Go("history")
    rows = choosing(ADMINISTERING, at(panel="recover")).rows
    assert [row.enabled for row in rows] == [False, False, False, True, True]
    assert all(row.enabled for row in choosing(snap(user=TECHNICIAN), at(panel="recover")).rows)


# -- people -----------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("place", ["people", "account"])
def test_the_pages_for_an_administrator_are_for_nobody_else(place: str) -> None:
    assert draw(ADMINISTERING, at(place), CATALOGUE).screen == place
    assert draw(snap(), at(place), CATALOGUE).screen == "home"
    assert draw(snap(user=TECHNICIAN), at(place), CATALOGUE).screen == "home"


@pytest.mark.requirement("ACC-2")
def test_people_are_listed_with_role_and_state() -> None:
    listed = (ACCOUNTS[0], replace(ACCOUNTS[1], disabled=True), replace(ACCOUNTS[2], wait_s=30))
    snapshot = replace(ADMINISTERING, accounts=listed)
    shown = people(snapshot, at("people"))
    assert [(row.label, row.detail, row.trail) for row in shown.rows] == [
        ("Dr. Amelie Laurent", "practitioner", "active"),
        ("Jonas Weber", "technician", "disabled"),
        ("Clinic administrator", "administrator", "waits 30 s"),
    ]
    assert shown.renew.why == "Choose a name first."
    chosen = people(snapshot, at("people", picks={"person": "Jonas Weber"}))
    assert chosen.renew.effect == a.Panel("pin:renew")
    assert chosen.note == "A new PIN for Jonas Weber also enables the account again."


def test_a_new_account_needs_a_name_and_a_role_before_its_pin() -> None:
    assert account(at()).pin.why == "Type the name."
    assert account(at(texts={"person": " Ada "})).pin.why == "Choose the role."
    shown = account(at(texts={"person": " Ada "}, picks={"role": "technician"}))
    assert shown.pin.effect == a.Panel("pin:new")
    assert [row.selected for row in shown.roles] == [False, True, False]


@pytest.mark.requirement("ACC-2")
def test_an_account_is_made_with_a_pin_typed_twice() -> None:
    local, _ = after(at("people", trail=("",)), a.Go("account"), a.Panel("text:person"), *keys("A"), a.Type("shift"),
                     *keys("da"), a.ConfirmText(), a.Pick("role", "practitioner"), a.Panel("pin:new"))  # fmt: skip
    local, sent = after(local, *keys("482915"), a.SubmitPin("new"))
    assert sent == ()
    assert pin_for(ADMINISTERING, local, "new").title == "The same PIN again, for Ada"
    assert local.text("pin") == ""
    local, sent = after(local, *keys("482915"), a.SubmitPin("new"))
    assert sent == (c.CreateAccount("Ada", "practitioner", "482915"),)
    assert (local.place, local.panel, local.text("again"), local.text("pin")) == ("people", "", "", "")


@pytest.mark.requirement("ACC-2")
def test_two_pins_that_differ_are_both_forgotten() -> None:
    local = at("people", panel="pin:renew", focus="pin", picks={"person": "Jonas Weber"})
    local, sent = after(local, *keys("482915"), a.SubmitPin("renew"), *keys("482916"), a.SubmitPin("renew"))
    assert sent == ()
    assert local.notice.startswith("E806")
    assert (local.panel, local.text("again"), local.text("pin")) == ("pin:renew", "", "")
    local, sent = after(local, *keys("739164"), a.SubmitPin("renew"), *keys("739164"), a.SubmitPin("renew"))
    assert sent == (c.SetPin("Jonas Weber", "739164"),)
    assert local.panel == ""


def test_what_is_not_chosen_any_more_sends_nothing() -> None:
    twice = (*keys("482915"), a.SubmitPin("renew"), *keys("482915"), a.SubmitPin("renew"))
    assert after(at("people", panel="pin:renew", focus="pin"), *twice)[1] == ()
    roleless = (*keys("482915"), a.SubmitPin("new"), *keys("482915"), a.SubmitPin("new"))
    assert after(at("account", panel="pin:new", focus="pin", texts={"person": "Ada"}), *roleless)[1] == ()


@pytest.mark.requirement("LIM-10")
def test_a_pin_typed_once_is_forgotten_when_it_is_cancelled_or_left() -> None:
    half = at("people", panel="pin:renew", focus="pin", texts={"again": "482915", "pin": "48"}, now=100.0)
    assert after(half, a.Cancel())[0].text("again") == ""
    left = tick(replace(half, touched=100.0), 160.0, 20)
    assert (left.panel, left.text("again"), left.text("pin")) == ("", "", "")
    between = tick(replace(half, touched=100.0, texts={"again": "482915", "pin": ""}), 160.0, 20)
    assert (between.panel, between.text("again")) == ("", "")
    stopped = tick(replace(half, panel="", touched=100.0), 101.0, 20)
    assert (stopped.text("again"), stopped.notice) == ("", "")


def test_an_account_that_has_come_is_chosen_and_its_form_is_empty() -> None:
    local = at("people", texts={"person": "Ada  Byron"}, picks={"role": "practitioner"})
    assert see(local, ADMINISTERING).local.text("person") == "Ada  Byron"
    made = replace(ADMINISTERING, accounts=(*ACCOUNTS, s.Account("Ada Byron", "practitioner")))
    seen = see(local, made).local
    assert seen.text("person") == ""
    assert seen.picks == {"person": "Ada Byron"}


# -- ways back --------------------------------------------------------------------------------------------------------
ROOTS = {"selftest", "first", "signin", "home", "treat", "end", "calibrating", "proposal"}
"""Where a phase begins; what leaves them is their own button."""


@pytest.mark.parametrize("scene", [name for name in SCENES if not name.startswith("panel")])
def test_every_page_has_a_way_back_or_out(scene: str) -> None:
    shown: Any = draw(*SCENES[scene], CATALOGUE)
    step = getattr(shown.page, "step", None)
    leads = shown.frame.back.enabled and shown.frame.back.key == "back"
    assert leads or (step is not None and step.leave.key) or shown.screen in ROOTS


@pytest.mark.parametrize("scene", ["treat", "treat-armed", "screening", "prime", "end", "home-technician"])
def test_alarms_can_be_looked_at_from_everywhere_and_left_again(scene: str) -> None:
    snapshot, local = SCENES[scene]
    assert snapshot is not None
    world, here = World(snapshot, CATALOGUE), draw(snapshot, local, CATALOGUE).screen
    there, _ = after(local, draw(snapshot, local, CATALOGUE).frame.alarms.effect or a.Cancel(), world=world)
    there = see(replace(there, phase=snapshot.phase, session=snapshot.session.number if snapshot.session else 0),
                snapshot).local  # fmt: skip
    assert draw(snapshot, there, CATALOGUE).screen == "alarms"
    back, _ = after(there, draw(snapshot, there, CATALOGUE).frame.back.effect or a.Cancel(), world=world)
    assert draw(snapshot, back, CATALOGUE).screen == here
