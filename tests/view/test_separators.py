"""No thousands separator in any number that a person reads: one would be taken for a decimal sign (UI-2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import get_args

import pytest

from kiosk.session import words
from kiosk.view import numbers
from kiosk.view.language import ENGLISH, speak
from kiosk.view.picture import draw
from tests.view.samples import CATALOGUE, SCENES
from tests.words.test_pages import local_in, texts

pytestmark = pytest.mark.requirement("UI-2")
GROUPED = {
    "en": re.compile(r"\b\d{1,3}[,' \u2019\u00a0\u2009\u202f]\d{3}(?!\d)"),
    "fr": re.compile(r"\b\d{1,3}[' \u2019\u00a0\u2009\u202f]\d{3}(?!\d)"),
}
"""A group of three digits set apart; in French a comma is the decimal sign."""
NUMBER = {"en": r"\d+(\.\d+)?", "fr": r"\d+(,\d+)?"}


@pytest.fixture(params=GROUPED)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    speak(request.param)
    yield request.param
    speak(ENGLISH)


@pytest.mark.parametrize("field", get_args(numbers.FieldName))
def test_a_large_value_is_one_row_of_digits(language: str, field: numbers.FieldName) -> None:
    shown = numbers.digits(field, 1_234_567 * numbers.UNITS[field].scale)
    assert re.fullmatch(NUMBER[language], shown)
    assert shown.startswith("1234567")


@pytest.mark.parametrize("write", [words.mm, words.ul, words.ml, words.rate])
def test_control_too_says_a_large_value_as_one_row_of_digits(write: Callable[[int], str]) -> None:
    assert re.fullmatch(r"\d{4,}\.\d+ \S+", write(1_234_567_890_123))


@pytest.mark.parametrize("scene", SCENES)
def test_no_number_of_any_scene_is_grouped(language: str, scene: str) -> None:
    snapshot, local = SCENES[scene]
    page = draw(snapshot, local_in(local, language), CATALOGUE)
    assert [text for text in texts(page) if GROUPED[language].search(text)] == []


def test_a_grouped_number_would_be_found() -> None:
    for text in ("1,234 shots", "12 345 shots", "1'234 shots", "1\u202f234 shots"):
        assert GROUPED["en"].search(text)
    assert not GROUPED["fr"].search("1,234 mm")
