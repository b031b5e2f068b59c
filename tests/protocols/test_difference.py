"""The difference between two contents: every change of any value is told, under a key of its own, in units."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.protocols.difference import Difference, differences, everything, lines
from tests.protocols.parts import LIBRARY

CONTENT = LIBRARY.content("mesolift")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every single value of a content, keys of entries excepted."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "key":
                yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        entry = len(value) == 2 and isinstance(value[1], dict)
        for at, inner in enumerate(value):
            if not (entry and at == 0):
                yield from leaves(inner, (*path, at))
    else:
        yield path


def other(value: Any) -> Any:
    """A value of the same kind that is as near as can be."""
    if value is None:
        return 1
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value + "x"


def changed(path: tuple[Any, ...]) -> str:
    whole: Any = json.loads(CONTENT)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = other(inner[path[-1]])
    return json.dumps(whole)


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize("key", sorted(LIBRARY.protocols))
def test_no_two_values_share_a_key(key: str) -> None:
    keys = [key for key, _ in lines(LIBRARY.content(key))]
    assert len(keys) == len(set(keys))


@pytest.mark.requirement("LIM-9")
def test_a_change_of_any_one_value_is_exactly_one_difference() -> None:
    for path in leaves(json.loads(CONTENT)):
        found = differences(CONTENT, changed(path))
        assert len(found) == 1, path
        assert found[0].old != found[0].new


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"depth":{"default":500', '"depth":{"default":2000', "zones.forehead.depth.default 0.50 mm -> 2.00 mm"),
        ('"hard":[500,9000]', '"hard":[500,8500]',
         "rate.hard 0.5 shots/s to 9.0 shots/s -> 0.5 shots/s to 8.5 shots/s"),
        ('"pressure_kpa":200', '"pressure_kpa":210', "shared.needles.30g-4mm.pressure_kpa 200 kPa -> 210 kPa"),
        ('"bore_nm":140000', '"bore_nm":140500', "shared.needles.30g-4mm.bore_nm 140 um -> 140.5 um"),
        ('"low":14,', '"low":15,', "interval_days.low 14 days -> 15 days"),
        ('"modes":["single","burst","continuous"]', '"modes":[]', "modes single, burst, continuous -> (empty)"),
        ('"barrel_sensed":true', '"barrel_sensed":false', "shared.devices.reference.barrel_sensed yes -> no"),
        ('"soft":[500,1050]', '"soft":null', "zones.forehead.depth.soft 0.50 mm to 1.05 mm -> none"),
    ],
)  # fmt: skip
def test_a_change_reads_as_a_person_says_it(old: str, new: str, said: str) -> None:
    assert old in CONTENT
    assert str(differences(CONTENT, CONTENT.replace(old, new, 1))[0]) == said


def test_what_came_and_what_went_says_so() -> None:
    whole = json.loads(CONTENT)
    zone = whole["protocol"]["zones"].pop(0)
    less = json.dumps(whole)
    gone = {one.key: str(one) for one in differences(CONTENT, less)}
    assert gone["zones.forehead.title"] == "zones.forehead.title Forehead -> (gone)"
    assert gone["zones.order"].startswith("zones.order forehead, glabella")
    come = {one.key: str(one) for one in differences(less, CONTENT)}
    assert come["zones.forehead.title"] == "zones.forehead.title (new) -> Forehead"
    assert zone["key"] == "forehead"


def test_another_order_is_a_difference() -> None:
    whole = json.loads(CONTENT)
    whole["screening"].reverse()
    assert [one.key for one in differences(CONTENT, json.dumps(whole))] == ["shared.screening.order"]


def test_what_is_the_same_has_no_difference() -> None:
    assert differences(CONTENT, CONTENT) == ()


def test_all_that_is_read_the_first_time_names_the_shared_lists_by_what_they_hold() -> None:
    told = everything(CONTENT)
    assert Difference("title", "", "Mesolift") in told
    assert any(one.key == "shared.syringes" and one.new == "1ml, 2ml, 5ml, 10ml" for one in told)
    assert not any(one.key.startswith("shared.needles.") for one in told)
