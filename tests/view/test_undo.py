"""The value changed last can be taken back for a moment, in two deliberate steps like any other change (LIM-8)."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.editing import shown
from kiosk.view.frame import frame
from kiosk.view.local import Change, Local
from kiosk.view.observe import see, tick
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.catalogue import PICKS
from tests.view.samples.preparing import setup
from tests.view.samples.treating import ARMED, TREAT, TREATING, UNREADY

UNDO = a.Panel("edit:depth:600")
DEEPER = replace(TREATING, treat=replace(TREAT, depth=replace(TREAT.depth, value=650)))


def after(local: Local, *touches: a.Action, snapshot: s.Snapshot = TREATING) -> tuple[Local, tuple[Any, ...]]:
    sent: tuple[Any, ...] = ()
    for touch in touches:
        outcome = act(local, touch, World(snapshot, CATALOGUE))
        local, sent = outcome.local, sent + outcome.commands
    return local, sent


def deeper() -> Local:
    local, sent = after(at(now=100.0), a.Panel("edit:depth"), a.StepBy(1), a.ConfirmDraft())
    assert sent == (c.Edit("depth", 650),)
    return local


def test_the_strip_says_what_changed_and_offers_to_take_it_back() -> None:
    strip = frame(DEEPER, deeper(), "treat").strip
    assert (strip.text, strip.touch.effect) == ("Depth: 0.65 mm, it was 0.60 mm", UNDO)


@pytest.mark.requirement("LIM-8")
def test_taking_back_opens_the_value_as_it_was_and_changes_nothing_by_itself() -> None:
    local, sent = after(deeper(), UNDO, snapshot=DEEPER)
    assert sent == ()
    assert local.panel == "edit:depth"
    assert local.draft is not None
    assert shown(local.draft) == "0.60"
    local, sent = after(local, a.ConfirmDraft(), snapshot=DEEPER)
    assert sent == (c.Edit("depth", 600),)


def test_the_fill_of_a_syringe_is_taken_back_too() -> None:
    filling = setup("syringe")
    local, _ = after(at(picks=PICKS, fill_nl=2_000_000, session=18, phase="setup"), a.Panel("edit:fill"),
                     a.StepBy(-1), a.ConfirmDraft(), snapshot=filling)  # fmt: skip
    assert frame(filling, local, "syringe").strip.touch.key == "undo"
    local, sent = after(local, a.Panel("edit:fill:2000000"), a.ConfirmDraft(), snapshot=filling)
    assert (sent, local.fill_nl) == ((), 2_000_000)


@pytest.mark.parametrize(
    "snapshot",
    [
        TREATING,
        replace(DEEPER, user=None),
        ARMED,
        replace(UNREADY, treat=DEEPER.treat),
        replace(DEEPER, busy="Priming 250 uL"),
    ],
    ids=["control did not take it", "nobody is there", "armed", "something is missing", "something runs"],
)
def test_it_is_not_offered_where_it_does_not_hold_or_something_else_matters_more(snapshot: s.Snapshot) -> None:
    assert frame(snapshot, deeper(), "treat").strip.touch.key != "undo"


def test_it_is_offered_for_a_moment_and_goes_with_the_session() -> None:
    local = replace(deeper(), session=18, phase="treat")
    assert tick(local, 107.0, 20).changed is not None
    assert tick(local, 108.0, 20).changed is None
    assert see(local, snap()).local.changed is None


def test_what_did_not_change_or_cannot_be_taken_back_is_not_offered() -> None:
    same, _ = after(at(), a.Panel("edit:depth"), a.ConfirmDraft())
    assert same.changed is None
    gone, _ = after(at(changed=Change("depth", 600, 650, 9.0)), UNDO, snapshot=snap())
    assert (gone.draft, gone.panel) == (None, "")
    assert frame(snap(), at(changed=Change("fill", 1, 2, 9.0)), "home").strip.touch.key != "undo"
