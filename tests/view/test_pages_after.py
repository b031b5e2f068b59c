"""What the pages after a treatment show, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.picture import draw
from kiosk.view.records import record
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.surroundings import LINK


@pytest.mark.requirement("LED-7")
def test_a_record_keeps_asked_and_measured_apart() -> None:
    shown = record(SCENES["record"][1])
    assert shown.shots[8] == ("9", "Forehead", "0.60 mm of 0.60 mm", "9.2 uL of 20.0 uL", "partial: blocked")
    assert "SIMULATED" in shown.heading
    page = SCENES["record"][1].record
    assert page is not None
    open_page = replace(page, line=replace(page.line, signed=False, simulated=False))
    assert record(at(record=open_page)).heading == "Session 17, MK-2291, not signed"
    assert shown.shots[-1][1] == "Cheekbone, left"
    unknown = replace(page, zones=(), shots=(replace(page.shots[0], zone="toe"), replace(page.shots[-1], zone="toe")))
    assert [row[1] for row in record(at(record=unknown)).shots] == ["toe", "toe left"]
    assert record(at()).heading == "Reading the record"


def test_history_pages_back() -> None:
    page = draw(*SCENES["history"], CATALOGUE).page
    assert page.more.effect == a.Go("history:9")  # type: ignore[attr-defined]
    lines = s.SessionList((replace(s.SessionLine(1, "", "A", "p", "d", 1, 1, False, False)),), False)
    shown = draw(snap(), at("history", sessions=lines), CATALOGUE).page
    assert shown.rows[0].trail == "not signed, 1 shot, 0.0 uL"  # type: ignore[attr-defined]
    assert draw(snap(), at("history"), CATALOGUE).page.empty == "Reading the history"  # type: ignore[attr-defined]


def test_about_says_the_plain_sentence() -> None:
    page: Any = draw(snap(link=replace(LINK, serial=0)), at("about"), CATALOGUE).page
    assert page.disclaimer == "Nappage is a reference design, not a certified medical device."
    assert page.lines[5].detail == LINK.sentence
