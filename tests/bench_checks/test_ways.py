"""The bench pairs what left the device with what came back, and hides none that did not."""

from __future__ import annotations

import pytest

from tests.bench.evaluate import behind_wire, blocks, stop_ways, ways


def test_an_edge_ends_at_the_first_frame_of_the_same_sense() -> None:
    stamps = [
        ("pedal edge", True, 1.000), ("pedal bit", True, 1.004), ("pedal edge", False, 2.000),
        ("pedal bit", False, 2.002),
    ]  # fmt: skip

    found, lost = ways(stamps, "pedal edge", "pedal bit")

    assert (found, lost) == (pytest.approx([4, 2]), 0)


def test_a_press_that_never_reached_the_wire_is_counted_as_lost() -> None:
    stamps = [
        ("pedal edge", True, 1.0),
        ("pedal edge", False, 1.1),
        ("pedal edge", True, 2.0),
        ("pedal bit", True, 2.1),
    ]

    found, lost = ways(stamps, "pedal edge", "pedal bit")

    assert (found, lost) == (pytest.approx([100]), 1)


def test_a_stop_counts_only_where_enable_was_on() -> None:
    stamps = [
        ("stop edge", True, 0.5), ("stop edge", False, 0.6), ("enable", True, 1.0), ("stop edge", True, 2.0),
        ("enable", False, 2.003), ("stop edge", False, 2.5),
    ]  # fmt: skip

    assert stop_ways(stamps) == (pytest.approx([3]), 0)


def test_an_enable_that_outlives_a_stop_is_counted() -> None:
    stamps = [("enable", True, 1.0), ("stop edge", True, 2.0), ("stop edge", False, 2.5)]

    assert stop_ways(stamps) == ([], 1)


def test_a_block_holds_what_was_due_in_its_time() -> None:
    found = blocks([0.0, 1.0, 16.0, 29.9, 31.0], [0.001, 0.002, 0.003, 0.004, 0.005], 0.5, 30.5)

    assert found == [[2], [3, 4]]


def test_a_late_cycle_is_told_apart_by_what_stood_before_it() -> None:
    due, late = [1.0, 2.0, 3.0], [0.015, 0.015, 0.001]
    began = [0.98, 1.0151, 1.98, 2.0151, 3.0011]
    wire = [0.034, 0.002, 0.001, 0.020, 0.001]

    assert behind_wire(due, late, began, wire) == 1


def test_a_cycle_that_an_event_began_early_is_that_cycle_and_0_late() -> None:
    assert blocks([1.0, 2.0], [-0.008, 0.003], 0.0, 15.0) == [[0.0, pytest.approx(3)]]
