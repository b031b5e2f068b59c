"""LIM-11: the pedal's two contacts, to the millisecond."""

from __future__ import annotations

import pytest

from drivers.ports import PanelInputs
from kiosk.session.pedal import CONTRADICTION_AFTER, HELD_TOO_LONG, Pedal

UP, DOWN, BOTH, NEITHER = (False, True), (True, False), (True, True), (False, False)
contradicting = pytest.mark.parametrize("contacts", [BOTH, NEITHER], ids=["both closed", "both open"])


def levels(contacts: tuple[bool, bool]) -> PanelInputs:
    no, nc = contacts
    return PanelInputs(True, True, no, nc, False, False, 0.0)


@pytest.fixture
def subject() -> Pedal:
    made = Pedal()
    assert not made.read(levels(UP), 10.0)
    return made


@pytest.mark.requirement("LIM-11")
@contradicting
def test_contacts_that_contradict_each_other_press_nothing_from_the_first_cycle_on(
    subject: Pedal, contacts: tuple[bool, bool]
) -> None:
    assert not subject.read(levels(contacts), 11.0)
    assert not subject.read(levels(contacts), 11.0 + CONTRADICTION_AFTER)
    assert not subject.failed, "a foot moves through it"
    assert not subject.read(levels(contacts), 11.001 + CONTRADICTION_AFTER)
    assert subject.failed


@pytest.mark.requirement("LIM-11")
@contradicting
def test_a_failed_pedal_stays_ignored_until_it_was_seen_released_and_sound(
    subject: Pedal, contacts: tuple[bool, bool]
) -> None:
    subject.read(levels(contacts), 11.0)
    for at, seen in ((11.2, contacts), (11.3, DOWN), (11.4, contacts)):
        assert not subject.read(levels(seen), at)
        assert subject.failed
    assert not subject.read(levels(UP), 11.5)
    assert not subject.failed
    assert subject.read(levels(DOWN), 11.6)


@pytest.mark.requirement("LIM-11")
def test_held_for_60_s_it_counts_and_longer_it_is_a_failed_one(subject: Pedal) -> None:
    assert subject.read(levels(DOWN), 11.0)
    assert subject.read(levels(DOWN), 11.0 + HELD_TOO_LONG)
    assert not subject.read(levels(DOWN), 11.001 + HELD_TOO_LONG)
    assert "60 s" in subject.failed


def test_the_figures_are_those_of_the_requirement() -> None:
    assert (CONTRADICTION_AFTER, HELD_TOO_LONG) == (0.100, 60.0)
