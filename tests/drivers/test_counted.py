"""Answer times are kept in steps, and two links in a row are one."""

from __future__ import annotations

from drivers.counted import STEP_US, STEPS, LinkStatistics, step_of


def test_a_percentile_is_the_upper_edge_of_its_step_and_never_over_the_slowest() -> None:
    waits = [0] * STEPS
    waits[step_of(1.6)], waits[step_of(9.1)] = 99, 1
    subject = LinkStatistics(good=100, slowest_ms=9.1, waits=tuple(waits))
    assert subject.took_us(0.5) == 7 * STEP_US
    assert subject.took_us(0.99) == 7 * STEP_US
    assert subject.took_us(1.0) == 9_100
    assert LinkStatistics().took_us(0.5) == 0


def test_what_takes_longer_than_counted_is_in_the_last_step() -> None:
    assert step_of(0.0) == 0
    assert step_of(1e6) == STEPS - 1


def test_two_links_add_up() -> None:
    one = LinkStatistics(1, 2, 3, 4, 5, 6.0, 1, (1, 0, 2))
    other = LinkStatistics(10, 20, 30, 40, 50, 5.0, 2, (4,))
    assert one.and_(other) == LinkStatistics(11, 22, 33, 44, 55, 6.0, 3, (5, 0, 2))
    assert LinkStatistics().and_(one) == one
