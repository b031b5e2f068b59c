"""A scanner that types: fast is a code, slow is nothing, and no key starts anything."""

from __future__ import annotations

import pytest

from kiosk.view.scanner import BETWEEN_S, LEAST, MOST, SILENCE_S, Keys, ended, typed, waited

CODE = "0109506000134352"


def at_pace(text: str, seconds: float, begin: float = 10.0) -> tuple[Keys, float]:
    keys, now = Keys(), begin
    for character in text:
        keys, now = typed(keys, character, now), now + seconds
    return keys, now - seconds


@pytest.mark.parametrize("pace", [0.001, 0.01, 0.05])
def test_what_comes_fast_and_ends_with_enter_is_a_code(pace: float) -> None:
    keys, now = at_pace(CODE, pace)
    assert ended(keys, now + pace) == (Keys(), CODE)


def test_without_an_ending_silence_ends_it() -> None:
    keys, now = at_pace(CODE, 0.01)
    assert waited(keys, now + SILENCE_S / 2) == (keys, "")
    assert waited(keys, now + SILENCE_S + 0.01) == (Keys(), CODE)
    assert waited(Keys(), now + 100) == (Keys(), "")


@pytest.mark.parametrize("pace", [0.11, 0.2, 1.0])
def test_what_a_hand_types_is_nothing(pace: float) -> None:
    keys, now = at_pace(CODE, pace)
    assert len(keys.text) == 1
    assert ended(keys, now + 0.01) == (Keys(), "")


def test_enter_that_comes_late_ends_nothing() -> None:
    keys, now = at_pace(CODE, 0.01)
    assert ended(keys, now + BETWEEN_S * 2) == (Keys(), "")


def test_what_is_too_short_is_forgotten() -> None:
    keys, now = at_pace(CODE[: LEAST - 1], 0.01)
    assert ended(keys, now) == (Keys(), "")
    assert waited(keys, now + SILENCE_S + 0.01) == (Keys(), "")


def test_two_codes_are_not_one() -> None:
    keys, now = at_pace(CODE, 0.01)
    assert typed(keys, "0", now + 0.2).text == "0"


def test_a_key_that_is_stuck_fills_no_memory() -> None:
    keys, _ = at_pace("a" * (MOST * 3), 0.01)
    assert len(keys.text) <= MOST
