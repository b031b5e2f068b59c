"""The clock of control: what vouches for it, what a person set in this boot, and what rows are stamped with (LED-8)."""

from __future__ import annotations

import pytest

from kiosk.system.clock import DAY_MS, FIRST_RELEASE_MS
from kiosk.system.wall import HOST, Sources, WallClock

NOW_MS = FIRST_RELEASE_MS + 40 * DAY_MS
pytestmark = pytest.mark.requirement("LED-8")


class World:
    """Everything that tells a time, moved by the test alone."""

    def __init__(self, *, battery: bool = False, simulated: bool = False) -> None:
        self.mono_ms = 5_000
        self.system_ms = NOW_MS
        self.synchronised = False
        sources = Sources(
            lambda: self.mono_ms, lambda: self.system_ms, NOW_MS if battery else None, lambda: self.synchronised
        )
        self.clock = WallClock(sources, simulated=simulated)

    def passes(self, ms: int) -> World:
        self.mono_ms += ms
        self.system_ms += ms
        return self


def test_a_battery_clock_is_trusted_for_as_long_as_both_run_on() -> None:
    world = World(battery=True)
    assert world.clock() == (NOW_MS, True)
    assert world.passes(3 * DAY_MS).clock() == (NOW_MS + 3 * DAY_MS, True)
    world.system_ms += 3_600_000  # somebody sets the system's clock by hand
    assert not world.passes(20_000).clock()[1]


def test_without_anything_to_vouch_for_it_it_is_not_trusted_and_stamps_nothing() -> None:
    world = World()
    assert world.clock() == (NOW_MS, False)
    assert world.clock.stamp() == 0, "the last row's time holds"
    state = world.clock.state()
    assert (state.settable, state.asks_technician) == (True, False)
    assert "Set date and time" in state.why


def test_what_a_person_set_runs_on_whatever_the_systems_clock_does() -> None:
    world = World()
    world.clock.found(NOW_MS - DAY_MS, None, confirmed=False)
    world.clock()
    given = NOW_MS + 2 * DAY_MS
    world.clock.set(given, world.mono_ms)
    assert world.clock() == (given, True)
    assert world.clock.stamp() == given
    world.mono_ms += 60_000
    world.system_ms -= 400 * DAY_MS
    assert world.clock() == (given + 60_000, True)
    assert world.clock.state().settable, "it can be set again"
    assert world.clock.state().why == ""


def test_what_a_person_set_is_found_again_in_the_same_boot() -> None:
    world = World()
    world.clock.found(NOW_MS - DAY_MS, (NOW_MS + DAY_MS, world.mono_ms - 1000), confirmed=False)
    assert world.clock() == (NOW_MS + DAY_MS + 1000, True)


def test_network_time_comes_before_what_a_person_set() -> None:
    world = World()
    world.clock.set(NOW_MS + DAY_MS, world.mono_ms)
    world.synchronised = True
    assert world.clock() == (NOW_MS, True)
    state = world.clock.state()
    assert not state.settable
    assert "network time" in state.why


def test_before_the_last_row_nothing_is_trusted_and_a_person_may_set_it_right() -> None:
    world = World()
    world.synchronised = True
    world.clock.found(NOW_MS + DAY_MS, None, confirmed=False)
    assert world.clock() == (NOW_MS, False)
    assert world.clock.state().not_before_ms == NOW_MS + DAY_MS
    world.clock.set(NOW_MS, world.mono_ms)
    assert not world.clock()[1], "people are bound by it, too"
    world.clock.set(NOW_MS + 2 * DAY_MS, world.mono_ms)
    assert world.clock() == (NOW_MS + 2 * DAY_MS, True)


def test_a_clock_that_falls_behind_a_row_of_its_own_is_not_trusted() -> None:
    world = World()
    world.synchronised = True
    world.clock()
    assert world.clock.stamp() == NOW_MS
    world.system_ms -= 5_000
    world.mono_ms += 20_000
    assert not world.clock()[1]
    assert world.clock.stamp() == 0


@pytest.mark.parametrize("by_person", [True, False])
def test_over_thirty_days_after_the_last_row_a_technician_is_asked(by_person: bool) -> None:
    world = World()
    world.synchronised = not by_person
    world.clock.found(NOW_MS - 31 * DAY_MS, None, confirmed=False)
    if by_person:
        world.clock.set(NOW_MS, world.mono_ms)
    assert not world.clock()[1]
    assert world.clock.state().asks_technician
    assert world.clock.stamp() == 0
    world.clock.confirm()
    assert world.clock() == (NOW_MS, True)
    again = World()
    again.synchronised = True
    again.clock.found(NOW_MS - 31 * DAY_MS, None, confirmed=True)
    assert again.clock()[1], "confirmed in this boot"


def test_in_simulation_the_hosts_clock_is_taken_and_nobody_sets_it() -> None:
    world = World(simulated=True)
    assert world.clock() == (NOW_MS, True)
    assert world.clock.stamp() == NOW_MS
    assert world.clock.state().why == HOST
    assert not world.clock.state().settable
