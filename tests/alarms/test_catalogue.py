"""Every alarm says all it has to (ALM-4)."""

from __future__ import annotations

import pytest

from kiosk.alarms.catalogue import CATALOGUE
from kiosk.alarms.conditions import ARMING, A, Condition
from kiosk.alarms.signals import PRIORITIES

EVERY = list(CATALOGUE.values())


@pytest.mark.requirement("ALM-4")
def test_every_number_has_its_line_and_every_line_its_number() -> None:
    assert set(CATALOGUE) == set(A)
    assert all(number == condition.number for number, condition in CATALOGUE.items())
    assert all(700 < number < 800 for number in A)


@pytest.mark.requirement("ALM-4")
@pytest.mark.parametrize("condition", EVERY, ids=lambda condition: condition.title)
def test_every_alarm_says_what_happened_whether_the_patient_is_safe_and_what_to_do(condition: Condition) -> None:
    assert 3 <= len(condition.title) <= 40
    for sentence in (condition.what, condition.patient, condition.todo):
        assert sentence[0].isupper()
        assert sentence.endswith(".")


@pytest.mark.requirement("ALM-4")
@pytest.mark.parametrize("condition", EVERY, ids=lambda condition: condition.title)
def test_no_alarm_calls_the_needle_or_the_patient_safe(condition: Condition) -> None:
    told = f"{condition.title} {condition.what} {condition.patient} {condition.todo}".lower()
    assert "safe" not in told


@pytest.mark.requirement("ALM-1")
@pytest.mark.parametrize("condition", EVERY, ids=lambda condition: condition.title)
def test_a_condition_only_suppresses_what_is_no_louder_and_never_its_own_suppressor(condition: Condition) -> None:
    for number in condition.suppresses:
        other = CATALOGUE[number]
        assert PRIORITIES.index(other.priority) >= PRIORITIES.index(condition.priority)
        assert condition.number not in other.suppresses


def test_a_high_alarm_always_inhibits_arming() -> None:
    assert all(c.inhibits == ARMING for c in EVERY if c.priority == "high")
