"""Beacon and buzzer at every instant (ALM-2, ALM-3), asserted on the whole timeline of a 25 ms loop."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.alarms.signals import BLINKS, BURSTS, PRIORITIES, lit, tone
from kiosk.channel.snapshot import Priority

CYCLE_MS = 25


def runs(priority: Priority, until_ms: int) -> list[tuple[int | None, int]]:
    """Tone and how long it stays, over the cycles until `until_ms`."""
    heard = (tone(priority, 0, at) for at in range(0, until_ms, CYCLE_MS))
    return [(hertz, sum(CYCLE_MS for _ in same)) for hertz, same in groupby(heard)]


@pytest.mark.requirement("ALM-3")
@pytest.mark.parametrize(("priority", "pulses"), [("high", 10), ("medium", 3), ("low", 1)])
def test_a_burst_has_ten_three_or_one_pulses(priority: Priority, pulses: int) -> None:
    sounded = [run for run in runs(priority, 7500) if run[0] is not None]
    assert len(sounded) == pulses


@pytest.mark.requirement("ALM-3")
def test_the_high_burst_is_heard_exactly_like_this() -> None:
    gap, group = (None, 100), (880, 100)
    assert runs("high", 7500) == [
        group, gap, group, gap, group, (None, 300), group, gap, group, (None, 500),
        group, gap, group, gap, group, (None, 300), group, gap, group, (None, 4800),
    ]  # fmt: skip


@pytest.mark.requirement("ALM-3")
def test_the_medium_burst_is_heard_exactly_like_this_and_comes_again() -> None:
    once = [(660, 200), (None, 200), (660, 200), (None, 200), (660, 200), (None, 14_000)]
    assert runs("medium", 30_000) == once * 2


@pytest.mark.requirement("ALM-3")
def test_the_low_pulse_is_heard_once() -> None:
    assert runs("low", 120_000) == [(440, 200), (None, 119_800)]


@pytest.mark.requirement("ALM-2")
@pytest.mark.parametrize(("priority", "millihertz"), [("high", 2000), ("medium", 500)])
def test_lamps_blink_at_their_frequency_with_a_duty_of_20_to_60_percent(priority: Priority, millihertz: int) -> None:
    levels = [lit(priority, 0, at) for at in range(0, 20_000, CYCLE_MS)]
    rises = sum(1 for before, after in zip([False, *levels], levels, strict=False) if after and not before)
    assert rises * 1000 == millihertz * 20
    assert 0.2 <= sum(levels) / len(levels) <= 0.6


@pytest.mark.requirement("ALM-2")
@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_the_low_lamp_is_steady(since_ms: int, later_ms: int) -> None:
    assert lit("low", since_ms, since_ms + later_ms)


@pytest.mark.parametrize("priority", PRIORITIES)
def test_every_edge_falls_on_a_cycle(priority: Priority) -> None:
    blink, burst = BLINKS[priority], BURSTS[priority]
    assert all(ms % CYCLE_MS == 0 for ms in (blink.period_ms, blink.on_ms, burst.pulse_ms, *burst.starts_ms))
