"""What is kept is given again for the same inputs, and for none else."""

from __future__ import annotations

import pytest

from drivers.registers import Mode
from kiosk.protocols.budget import Today
from kiosk.protocols.kept import kept
from kiosk.protocols.limits import Counted
from tests.protocols import parts as p


def test_an_answer_is_made_anew_when_an_input_is_another_and_only_then() -> None:
    made: list[tuple[int, str]] = []

    @kept
    def words(count: int, unit: str) -> str:
        made.append((count, unit))
        return f"{count} {unit}"

    assert [words(3, "shots"), words(3, "shots"), words(4, "shots"), words(4, "nL"), words(3, "shots")] == [
        "3 shots", "3 shots", "4 shots", "4 nL", "3 shots",
    ]  # fmt: skip
    assert made == [(3, "shots"), (4, "shots"), (4, "nL"), (3, "shots")]


@pytest.mark.requirement("LIM-6")
def test_an_envelope_asked_again_counts_whatever_changed_as_one_that_was_never_asked() -> None:
    course = p.Course(0, 0, 0, today=(Today("forehead", "whole", Counted(3, 60_000)),))
    asked = p.envelope(product=p.product(session_shots=90), course=course)
    protocol = p.LIBRARY.protocols["mesolift"]
    places = [(zone.key, side) for zone in protocol.zones for side in zone.sides]
    changes = [
        {},
        {"point_nl": 1},
        {"zone": Counted(1, 1000)},
        {"session": Counted(2, 2000)},
        {"syringe_usable_nl": 4},
        {"product_nl": 5},
        {"course_nl": 700_000},
        {"course_sessions": 7},
        {"needle_shots": 8},
        {},
    ]
    for zone, side in places:
        for change in changes:
            fresh = p.envelope(product=p.product(session_shots=90), course=course)
            totals = p.totals(**change)
            assert asked.totals(zone, side, totals) == fresh.totals(zone, side, totals), change
            setting = p.setting(zone=zone, side=side, mode=Mode.CONTINUOUS)
            assert asked.check(setting, totals, p.NONE) == fresh.check(setting, totals, p.NONE), change
