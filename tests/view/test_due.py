"""Whose next date is near or past: for a practitioner who is signed in, and a touch repeats that treatment."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.due import due, on_home
from kiosk.view.local import Local
from kiosk.view.observe import hear, see
from kiosk.view.picture import draw
from kiosk.view.start import home
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, at, replace, snap
from tests.view.samples.home import DUE
from tests.view.samples.preparing import KNOWN, SESSION
from tests.view.samples.surroundings import ADMIN, TECHNICIAN, USER


def asked(local: Local, snapshot: s.Snapshot) -> tuple[Local, bool]:
    outcome = see(local, snapshot)
    return outcome.local, c.ListDue() in outcome.commands


def test_control_is_asked_once_for_each_person_day_and_signed_session() -> None:
    local, sent = asked(at(), snap())
    assert sent
    local, sent = asked(local, snap())
    assert not sent
    local, sent = asked(local, snap(wall="2026-11-23 08:00"))
    assert sent
    local, sent = asked(local, snap(wall="2026-11-23 08:01", last_session=18))
    assert sent
    local, sent = asked(local, snap(wall="2026-11-23 08:01", last_session=18, user=replace(USER, name="Another")))
    assert sent


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("user", [None, TECHNICIAN, ADMIN])
def test_who_does_not_treat_asks_nothing_and_sees_nothing(user: s.User | None) -> None:
    local, sent = asked(at(due=DUE, due_for="x"), snap(user=user))
    assert (sent, local.due, local.due_for) == (False, None, "")
    assert home(snap(user=user), at(due=DUE)).due == ()


def test_nothing_is_asked_behind_a_lock_or_in_a_session() -> None:
    assert not asked(at(), snap(user=replace(USER, locked=True)))[1]
    assert not asked(at(), snap("closing", session=SESSION))[1]


def test_home_shows_codes_and_dates_and_nothing_else() -> None:
    local = hear(at(), s.Reply(1, True, page=s.DueList(DUE.lines[:4])))
    shown = home(snap(), local).due
    assert [(row.label, row.detail) for row in shown] == [
        ("MK-2291", "2026-11-15"),
        ("ZT-0007", "2026-11-21"),
        ("AB-1180", "2026-11-22"),
        ("QP-0412", "2026-11-23"),
    ]
    assert [row.detail for row in due(local).rows] == [
        "2026-11-15, 7 days ago", "2026-11-21, 1 day ago", "2026-11-22, today", "2026-11-23, in 1 day",
    ]  # fmt: skip
    assert on_home(at()) == ()


def test_who_does_not_fit_on_home_stands_on_a_page_of_all() -> None:
    shown = on_home(at(due=DUE))
    assert (len(shown), shown[-1].label, shown[-1].effect) == (4, "All 5", a.Go("due"))
    assert len(due(at(due=DUE)).rows) == 5
    assert due(at()).empty == "Nobody is due within a week."
    assert draw(snap(), at("due", due=DUE), CATALOGUE).screen == "due"
    assert see(at("due"), snap()).local.place == "due"


@pytest.mark.requirement("LIM-15")
def test_touching_a_code_looks_it_up_and_repeats_its_treatment() -> None:
    action = on_home(at(due=DUE))[0].effect
    assert action == a.Go("patient:repeat:MK-2291")
    outcome = act(at(due=DUE), a.Go("patient:repeat:MK-2291"), World(snap(), CATALOGUE))
    assert outcome.commands == (c.FindPatient("MK-2291"),)
    local = hear(outcome.local, s.Reply(2, True, page=replace(KNOWN, similar=())))
    page: Any = draw(snap(), local, CATALOGUE).page
    assert (page.question, page.yes.label, page.yes.enabled) == ("Same person?", "Same person: Mesolift", True)


def test_without_a_code_repeat_asks_for_one() -> None:
    outcome = act(at(), a.Go("patient:repeat"), World(snap(), CATALOGUE))
    assert outcome.commands == ()
    assert outcome.local.picks["repeat"] == "repeat"
