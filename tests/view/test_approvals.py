"""An administrator's pages about approval: nothing is approved that was never on the glass (LIM-9)."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.approvals import approvals, approving, pin_to_approve
from kiosk.view.local import Local
from kiosk.view.observe import hear, see
from kiosk.view.picture import draw
from kiosk.view.start import home
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.people import APPROVAL, APPROVALS
from tests.view.samples.surroundings import ADMIN, TECHNICIAN

ADMINISTERING = snap(user=ADMIN)
WORLD = World(ADMINISTERING, CATALOGUE)
READ = frozenset({"approval"})


def after(local: Local, *touches: a.Action) -> tuple[Local, tuple[Any, ...]]:
    sent: tuple[Any, ...] = ()
    for touch in touches:
        outcome = act(local, touch, WORLD)
        local, sent = outcome.local, sent + outcome.commands
    return local, sent


@pytest.mark.requirement("ACC-1", "LIM-9")
def test_home_offers_approvals_to_administrators_only() -> None:
    assert home(ADMINISTERING, at()).repeat.effect == a.Go("service"), "which leads to them"
    assert home(snap(user=TECHNICIAN), at()).repeat.key == "calibration"
    for place in ("approvals", "approval"):
        assert draw(ADMINISTERING, at(place), CATALOGUE).screen == place
        assert draw(snap(), at(place), CATALOGUE).screen == "home"
        assert draw(snap("starting", user=ADMIN), at(place), CATALOGUE).screen == place, (
            "the self-test may fail for long"
        )
        assert draw(snap("starting", user=TECHNICIAN), at(place), CATALOGUE).screen == "selftest"
        assert see(at(place), ADMINISTERING).local.place == place
        assert see(at(place), snap("setup")).local.place == ""


def test_the_list_is_asked_for_and_says_who_and_when() -> None:
    local, sent = after(at(approvals=APPROVALS), a.Go("approvals"))
    assert sent == (c.ListApprovals(),)
    assert approvals(local).note == "Reading the approvals"
    shown = approvals(hear(local, s.Reply(1, True, page=APPROVALS)))
    assert shown.note.startswith("1 of 4 treatments is approved.")
    assert [row.detail for row in shown.rows] == [
        "Changed since it was approved. Clinic administrator, 2026-11-02 09:14",
        "Approved. Ada Byron, 2026-11-20 17:40",
        "Needs the clinic's figures",
        "Never approved",
    ]
    assert shown.rows[0].trail == "3f1a9c07"


@pytest.mark.requirement("LIM-9")
def test_every_change_is_told_whole_however_long() -> None:
    shown = approving(at("approval", approval=APPROVAL))
    whole = " ".join(row.detail for row in shown.rows)
    for change in APPROVAL.changes:
        assert change.key in [row.title for row in shown.rows]
        assert (change.new or "is gone") in whole
    assert "1.50 mm -> 2.00 mm" in whole
    assert shown.fingerprint.replace(" ", "") == APPROVAL.line.sha256
    assert shown.note == "This has changed since it was approved; nothing else differs."
    assert all(len(row.detail) <= 74 for row in shown.rows)
    assert approving(at("approval", approval=s.ApprovalPage(APPROVAL.line, (s.Change("title", "x", ""),)))).rows


@pytest.mark.requirement("LIM-9", "LIM-8")
def test_the_way_to_the_pin_leads_through_all_pages() -> None:
    local = at("approval", approval=APPROVAL)
    assert approving(local).go_on.effect == a.Turn("approval", 1)
    assert approving(local).earlier.key == ""
    local, _ = after(local, a.Turn("approval", 1))
    assert approving(local).earlier.effect == a.Turn("approval", -1)
    assert approving(replace(local, ends=READ)).go_on.effect == a.Panel("pin:approve")
    assert pin_to_approve(at(texts={"pin": "915837"})).confirm.hold_ms >= 500
    assert pin_to_approve(at(approval=APPROVAL, texts={"pin": "91"})).confirm.why


@pytest.mark.requirement("LIM-9")
def test_another_treatment_is_read_from_its_first_page_again() -> None:
    local = at("approval", approvals=APPROVALS, approval=APPROVAL, ends=READ, turned={"approval": 3, "screening": 1})
    local, sent = after(local, a.Go("approval:scalp"))
    assert sent == (c.ReadApproval("scalp"),)
    assert approving(local).heading == "Reading what changed"
    local = replace(local, ends=READ)
    other = s.ApprovalPage(replace(APPROVALS.lines[2], needs=()), APPROVAL.changes, "nothing")
    local = hear(local, s.Reply(1, True, page=other))
    assert local.turned == {"screening": 1}
    assert approving(local).go_on.effect == a.Turn("approval", 1)
    assert approving(local).note == "Never approved: all of it is to be read."
    assert local.approvals is not None
    assert local.approvals.lines[2] == other.line


@pytest.mark.requirement("LIM-9")
def test_what_was_read_is_what_is_approved() -> None:
    local = at("approval", approval=APPROVAL, ends=READ)
    typed = [a.Type(digit) for digit in "915837"]
    local, sent = after(local, a.Panel("pin:approve"), *typed, a.SubmitPin("approve"))
    assert sent == (c.Approve("mesolift", APPROVAL.line.sha256, "915837"),)
    assert (local.panel, local.text("pin")) == ("", "")
    given = s.ApprovalPage(replace(APPROVAL.line, state="approved"), ())
    local = replace(hear(local, s.Reply(2, True, page=given)), ends=READ)
    shown = approving(local)
    assert shown.go_on.why == "Exactly this is approved."
    assert shown.note == "Nothing differs from what was approved."
    assert after(at(panel="pin:approve", focus="pin"), a.SubmitPin("approve"))[1] != ()


@pytest.mark.requirement("LIM-9")
def test_what_lacks_a_figure_says_which() -> None:
    lacking = s.ApprovalPage(APPROVALS.lines[2], APPROVAL.changes, "nothing")
    shown = approving(at("approval", approval=lacking, ends=READ))
    assert shown.go_on.why == "The clinic has to give its figures first: sessions, interval_days."
