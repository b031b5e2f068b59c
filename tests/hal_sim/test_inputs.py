"""Who owns a run: every rule as a short story of presses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal_sim.inputs import NEVER, Inputs, Owner


def inputs() -> Inputs:
    subject = Inputs(0.0, trigger=False)
    subject.frame(0.0, pedal=False)
    subject.update(0.0, trigger=False, takes=True)
    return subject


def press(subject: Inputs, now: float, *, trigger: bool = False, pedal: bool = False, takes: bool = True) -> Owner:
    subject.frame(now, pedal)
    subject.update(now, trigger, takes=takes)
    return subject.owner


@pytest.mark.parametrize(
    ("trigger", "pedal", "owner"),
    [
        (True, False, Owner.TRIGGER),
        (False, True, Owner.PEDAL),
        (True, True, Owner.NONE),
        (False, False, Owner.NONE),
    ],
)
def test_the_input_that_is_pressed_owns_the_run_and_both_together_start_nothing(
    trigger: bool, pedal: bool, owner: Owner
) -> None:
    assert press(inputs(), 1.0, trigger=trigger, pedal=pedal) == owner


def test_the_owners_release_ends_the_run() -> None:
    subject = inputs()
    press(subject, 1.0, trigger=True)
    assert press(subject, 2.0) == Owner.NONE


def test_the_other_input_neither_ends_nor_inherits_a_run_that_has_shot() -> None:
    subject = inputs()
    press(subject, 1.0, trigger=True)
    subject.shots = 1
    assert press(subject, 2.0, trigger=True, pedal=True) == Owner.TRIGGER
    assert press(subject, 3.0, pedal=True) == Owner.NONE


def test_a_second_input_before_the_first_shot_counts_as_pressed_together() -> None:
    subject = inputs()
    press(subject, 1.0, pedal=True)
    assert press(subject, 1.01, pedal=True, trigger=True) == Owner.NONE


def test_both_must_be_up_before_another_run_starts() -> None:
    subject = inputs()
    press(subject, 1.0, trigger=True, pedal=True)
    assert press(subject, 2.0, trigger=True) == Owner.NONE
    assert press(subject, 3.0) == Owner.NONE
    assert press(subject, 4.0, trigger=True) == Owner.TRIGGER


def test_a_press_that_nothing_waited_for_is_not_kept() -> None:
    subject = inputs()
    press(subject, 1.0, trigger=True, takes=False)
    assert press(subject, 2.0, trigger=True, takes=True) == Owner.NONE


@pytest.mark.requirement("LIM-11")
@pytest.mark.parametrize("which", ["trigger", "pedal"])
def test_held_over_sixty_seconds_is_a_failed_input(which: str) -> None:
    subject = inputs()
    press(subject, 1.0, **{which: True})
    while subject.due < 61.0:
        now = subject.due
        assert press(subject, now - 0.01, **{which: True}) != Owner.NONE
        assert not subject.stuck
    subject.frame(60.99, which == "pedal")
    assert subject.update(61.0, which == "trigger", takes=True)
    assert subject.stuck
    assert not subject.update(62.0, which == "trigger", takes=True), "it fails once"
    subject.frame(63.0, pedal=False)
    subject.update(63.0, trigger=False, takes=True)
    assert not subject.stuck


@pytest.mark.requirement("LIM-11")
def test_held_at_start_up_is_a_failed_input() -> None:
    assert Inputs(0.0, trigger=True).stuck
    subject = Inputs(0.0, trigger=False)
    subject.frame(0.1, pedal=True)
    assert subject.stuck


def test_the_pedal_is_up_75_ms_after_its_frame_but_starts_nothing_before_it_was_seen_up() -> None:
    subject = inputs()
    press(subject, 1.0, pedal=True)
    subject.shots = 1
    assert subject.due == pytest.approx(1.075)
    subject.update(subject.due, trigger=False, takes=True)
    assert (subject.pedal, subject.owner) == (False, Owner.NONE)
    assert not subject.up
    assert press(subject, 1.1, pedal=True) == Owner.NONE
    press(subject, 1.2)
    assert press(subject, 1.3, pedal=True) == Owner.PEDAL


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=30))
def test_a_run_never_begins_without_both_having_been_up_since_the_last(story: list[tuple[bool, bool, bool]]) -> None:
    subject = inputs()
    fresh, before, now = True, Owner.NONE, 0.0
    for trigger, pedal, takes in story:
        now += 0.05
        owner = press(subject, now, trigger=trigger, pedal=pedal, takes=takes)
        if owner != Owner.NONE and before == Owner.NONE:
            assert fresh
            assert takes
            assert trigger != pedal
        if not trigger and not pedal:
            fresh = True
        elif owner != Owner.NONE or trigger or pedal:
            fresh = False
        before = owner
    assert subject.due == NEVER or subject.due > now
