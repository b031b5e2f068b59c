"""WDG-5: which frames of the screen keep the kiosk's lease alive."""

from __future__ import annotations

import pytest

from kiosk.session.lease import LEASE_S, REMEMBERED_S, KioskLease


@pytest.fixture
def lease() -> KioskLease:
    made = KioskLease()
    made.published(1, 10.0)
    return made


@pytest.mark.requirement("WDG-5")
def test_it_is_live_for_750_ms_after_the_snapshot_that_a_frame_showed_was_published(lease: KioskLease) -> None:
    assert not lease.live(10.0), "nothing was shown yet"
    lease.flipped(1)
    assert lease.live(10.0 + LEASE_S)
    assert not lease.live(10.001 + LEASE_S)


@pytest.mark.requirement("WDG-5")
@pytest.mark.parametrize("number", [0, 2, 1000])
def test_a_frame_of_a_snapshot_that_was_never_published_counts_for_nothing(lease: KioskLease, number: int) -> None:
    lease.flipped(number)
    assert not lease.live(10.0)
    assert not lease.showed(number)


@pytest.mark.requirement("WDG-5")
def test_a_frame_of_a_snapshot_that_is_no_longer_remembered_counts_for_nothing(lease: KioskLease) -> None:
    lease.published(2, 10.001 + REMEMBERED_S)
    lease.flipped(1)
    assert not lease.live(10.001 + REMEMBERED_S)
    assert not lease.showed(1)
    assert lease.showed(2)


def test_an_older_frame_that_is_told_later_takes_nothing_back(lease: KioskLease) -> None:
    lease.published(2, 10.7)
    lease.flipped(2)
    lease.flipped(1)
    assert lease.live(10.7 + LEASE_S)
