"""One touch is one event."""

from __future__ import annotations

import pytest

from kiosk.view.doubled import OneFinger


@pytest.mark.parametrize(
    ("device", "x", "y", "later", "doubled"),
    [
        ("mouse", 0.51, 0.5, 0.02, True),
        ("mouse", 0.5, 0.5, 0.16, False),
        ("mouse", 0.6, 0.5, 0.02, False),
        ("mouse", 0.5, 0.6, 0.02, False),
        ("mtdev", 0.5, 0.5, 0.02, False),
    ],
)
def test_one_touch_from_two_providers_is_noticed(device: str, x: float, y: float, later: float, doubled: bool) -> None:
    subject = OneFinger()
    assert subject.begins("mtdev", 0.5, 0.5, 10.0) is None
    fault = subject.begins(device, x, y, 10.0 + later)
    assert (fault is not None) is doubled
    if fault is not None:
        assert str(fault).startswith("E807: One touch came twice, from mtdev and from mouse")


def test_every_doubled_touch_is_noticed_not_only_the_first() -> None:
    subject = OneFinger()
    for at in (10.0, 20.0):
        assert subject.begins("mtdev", 0.5, 0.5, at) is None
        assert subject.begins("mouse", 0.5, 0.5, at + 0.01) is not None
