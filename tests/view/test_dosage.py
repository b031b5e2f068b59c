"""Ring, syringe and pressure: shares of what they say they are shares of."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.view.dosage import barrel, pressure, ring
from tests.view.samples import replace
from tests.view.samples.treating import ARMED, ARMING, TREAT


def test_the_ring_counts_what_was_armed_for() -> None:
    assert ARMED.treat is not None
    shown = ring(ARMED.treat)
    assert (shown.number, shown.words, shown.share, shown.running) == ("12", "of 60 shots", 0.2, True)
    assert (ring(TREAT).number, ring(TREAT).words, ring(TREAT).share) == ("60", "to arm", 0.0)
    full = ring(replace(TREAT, arming=replace(ARMING, done=70)))
    assert (full.number, full.share) == ("70", 1.0)
    assert ring(replace(TREAT, arming=replace(ARMING, planned=0))).share == 0.0


@pytest.mark.parametrize(
    ("left", "usable", "tone"), [(960_000, 920_000, "primary"), (100_000, 60_000, "warn"), (40_000, 0, "danger")]
)
def test_the_syringe_shows_what_can_still_be_given(left: int, usable: int, tone: str) -> None:
    shown = barrel(replace(TREAT, syringe_left_nl=left, usable_nl=usable))
    assert shown.text == f"{usable / 1000:.1f} uL usable"
    assert shown.detail == f"of {left / 1000:.1f} uL, 40.0 uL kept"
    assert (shown.left, shown.kept, shown.tone) == (left / 2_000_000, 0.02, tone)


def test_a_syringe_of_unknown_fill_is_drawn_empty() -> None:
    assert barrel(replace(TREAT, syringe_fill_nl=0)).left == 0.0


@pytest.mark.parametrize(
    ("state", "word", "tone"),
    [("free", "free", "good"), ("resisting", "resisting", "warn"), ("blocked", "nearly blocked", "warn")],
)
def test_the_pressure_bar_ends_at_the_occlusion_threshold(state: Any, word: str, tone: str) -> None:
    shown = pressure(replace(TREAT, pressure=state, pressure_kpa=150))
    assert (shown.text, shown.tone) == (f"{word}, 150 kPa", tone)
    assert (shown.level, shown.resisting, shown.blocked) == (0.5, 0.5, 0.9)
    assert shown.limit == "Line: stops at 300 kPa"
    assert pressure(replace(TREAT, pressure_kpa=900)).level == 1.0


def test_without_a_threshold_the_bar_promises_none() -> None:
    shown = pressure(replace(TREAT, occlusion_kpa=0))
    assert (shown.limit, shown.level, shown.blocked) == ("Line: threshold not known", 0.0, 0.0)
