"""Numbers as people read and type them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import NappageError
from kiosk.view import numbers
from kiosk.view.errors import NotADate, NotANumber, OutsideHard, TooFine, ZerosInARow
from kiosk.view.language import ENGLISH, speak


def parse(text: str, field: numbers.FieldName = "dose", **given: int) -> int:
    limits = {"low": 1_000, "high": 200_000, "step": 1_000, **given}
    return numbers.parse(field, text, origin="syringe", **limits)


@pytest.mark.requirement("UI-2")
@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.mm(600), "0.60 mm"),
        (numbers.mm(1500), "1.50 mm"),
        (numbers.ul(20_000), "20.0 uL"),
        (numbers.ml(1_250_000), "1.25 mL"),
        (numbers.volume(999_999), "1000.0 uL"),
        (numbers.volume(1_000_000), "1.00 mL"),
        (numbers.with_unit("rate", 2_500), "2.5 shots/s"),
        (numbers.with_unit("shots", 1200), "1200 shots"),
        (numbers.amount(3, "sessions"), "3 sessions"),
        (numbers.amount(2_640_000, "nL"), "2.64 mL"),
    ],
)
def test_a_unit_stands_beside_every_number(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.requirement("UI-2")
@pytest.mark.parametrize(
    ("language", "text", "tied"),
    [
        ("en", "off -8.1 % of 5.0 %, worst 18.10 uL", "off -8.1_% of 5.0_%, worst 18.10_uL"),
        ("en", "20.0 degrees C, 50 % humidity", "20.0_degrees_C, 50_%_humidity"),
        ("en", "1 shot, 12 of 60 shots, 2.0 shots/s", "1_shot, 12 of 60_shots, 2.0_shots/s"),
        (
            "en",
            "session 17 made by hand, 3 sites, 2026-11-22 10:42",
            "session 17 made by hand, 3 sites, 2026-11-22 10:42",
        ),
        ("fr", "12 tirs sur 60, 0,60 mm", "12_tirs sur 60, 0,60_mm"),
        ("fr", "« elbow » : que faire ?", "«_elbow_»_: que faire_?"),
        ("fr", "Balance: pèse; 10:42, 60°: 0,52 mm", "Balance_: pèse_; 10:42, 60°_: 0,52_mm"),
    ],
)
def test_a_number_and_its_unit_are_tied_together(language: str, text: str, tied: str) -> None:
    speak(language)
    try:
        assert numbers.together(text) == tied.replace("_", "\u00a0")
    finally:
        speak(ENGLISH)


@pytest.mark.requirement("UI-2")
@pytest.mark.parametrize("text", ["1000", "0005", "0.0005", "20.000", "25000"])
def test_three_zeros_at_an_end_are_refused(text: str) -> None:
    with pytest.raises(ZerosInARow):
        parse(text)


@pytest.mark.requirement("UI-2")
@pytest.mark.parametrize(("text", "value"), [("25", 25_000), ("25,0", 25_000), ("25.00", 25_000), (" 7 ", 7_000)])
def test_a_comma_is_taken_as_the_decimal_sign(text: str, value: int) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("text", ["", ".", "1.", ".5", "1e3", "-5", "1.2.3", "1 000", "12345678901"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        parse(text)


@pytest.mark.requirement("LIM-3")
@pytest.mark.parametrize("text", ["20.5", "20.0001"])
def test_a_value_between_the_steps_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(TooFine):
        parse(text)


@pytest.mark.requirement("LIM-1")
@pytest.mark.parametrize("text", ["0", "201"])
def test_a_value_outside_the_hard_limits_is_refused_with_the_origin(text: str) -> None:
    with pytest.raises(OutsideHard, match="syringe"):
        parse(text)


@settings(max_examples=200)
@given(st.integers(0, 120), st.sampled_from(("depth", "dose", "rate")))
def test_what_is_shown_can_be_typed_again(steps: int, field: numbers.FieldName) -> None:
    step = {"depth": 50, "dose": 1_000, "rate": 100}[field]
    value = steps * step
    try:
        back = numbers.parse(field, numbers.digits(field, value), low=0, high=200_000, step=step, origin="device")
    except ZerosInARow:
        assert "00" in numbers.digits(field, value).replace(".", "")
    else:
        assert back == value


@settings(max_examples=200)
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_numbered_error(text: str) -> None:
    try:
        value = parse(text)
    except NappageError as fault:
        value = -fault.number
    assert 0 <= value <= 200_000 or -850 < value <= -800


def test_eight_digits_are_a_date() -> None:
    assert numbers.iso_date("20270430") == "2027-04-30"
    assert numbers.iso_date("2027-04-30") == "2027-04-30"


@pytest.mark.parametrize("text", ["", "2027043", "20271301", "abcdefgh"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        numbers.iso_date(text)


def test_a_date_grows_as_it_is_typed() -> None:
    assert numbers.dashed("202704") == "2027-04-__"
    assert numbers.dashed("") == "____-__-__"
