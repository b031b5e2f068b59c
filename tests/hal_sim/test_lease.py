"""What is a fresh lease, and when it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal_sim.lease import LeaseWatch


@pytest.mark.requirement("WDG-1")
@given(st.integers(0, 65535), st.integers(0, 65535))
def test_fresh_is_one_to_eight_ahead_modulo_65536(last: int, new: int) -> None:
    subject = LeaseWatch()
    assert not subject.renew(0.0, last), "the first frame only gives the counter's place"
    fresh = (new - last) % 65536 in range(1, 9)
    assert subject.renew(1.0, new) == fresh == subject.live
    if fresh:
        assert subject.echo == new
        assert subject.due == pytest.approx(1.150)


@pytest.mark.requirement("LNK-1")
@pytest.mark.parametrize("new", [10, 9, 19, 65535], ids=["repeated", "older", "nine ahead", "far behind"])
def test_a_stale_frame_voids_a_live_lease(new: int) -> None:
    subject = LeaseWatch()
    subject.renew(0.0, 9)
    assert subject.renew(0.1, 10)
    assert not subject.renew(0.2, new)
    assert not subject.live
