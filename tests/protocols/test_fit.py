"""A shot has to fit its interval, and a refusal names what binds."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.protocols.fit import Flow, flow, interval_ms, travel_us, unfit
from kiosk.protocols.limits import Origin
from tests.protocols import parts as p

DEVICE = p.LIBRARY.devices["reference"]


@pytest.mark.requirement("LIM-3")
@given(st.integers(500, 9000))
def test_an_interval_is_never_shorter_than_the_rate_asked_for(rate_mhz: int) -> None:
    subject = interval_ms(rate_mhz)
    assert 0 <= subject - 1_000_000 / rate_mhz < 1
    assert 111 <= subject <= 2000


@pytest.mark.requirement("LIM-3")
def test_an_interval_is_rounded_up_by_its_last_part() -> None:
    assert [interval_ms(rate) for rate in (999, 1000, 1001)] == [1002, 1000, 1000]


def test_a_way_that_just_reaches_full_speed_is_a_triangle() -> None:
    assert travel_us(1000, DEVICE) == 10_001  # 5 ms up, 5 ms down, and rounded up


@given(st.integers(0, 8000))
def test_the_needles_way_takes_what_its_trapezoid_takes(distance_um: int) -> None:
    metres = distance_um / 1e6
    exact = 2 * math.sqrt(metres / 40) if metres <= 0.001 else metres / 0.2 + 0.2 / 40
    assert -0.001 <= travel_us(distance_um, DEVICE) - exact * 1e6 <= 3


@pytest.mark.parametrize(
    ("needle", "changed", "expected"),
    [
        ("30g-4mm", {}, Flow(471_435, Origin.NEEDLE)),
        ("31g-4mm", {}, Flow(207_266, Origin.NEEDLE)),
        ("32g-6mm", {}, Flow(51_330, Origin.NEEDLE)),
        ("30g-4mm", {"bore_nm": 300_000}, Flow(500_000, Origin.DEVICE)),
        ("30g-4mm", {"bore_nm": 1}, Flow(1, Origin.NEEDLE)),
    ],
)
def test_the_flow_is_the_plungers_or_what_the_needle_lets_through(needle: str, changed: Any, expected: Flow) -> None:
    fitted = replace(p.LIBRARY.needles[needle], **changed)
    assert flow(DEVICE, p.IDENTITY, fitted, None) == expected


def test_of_two_flows_that_are_equal_the_nearer_one_is_named() -> None:
    needle = p.LIBRARY.needles["30g-4mm"]
    assert flow(replace(DEVICE, flow_nl_per_s=471_435), p.IDENTITY, needle, None) == Flow(471_435, Origin.NEEDLE)
    assert flow(replace(DEVICE, flow_nl_per_s=471_434), p.IDENTITY, needle, None) == Flow(471_434, Origin.DEVICE)


def test_a_thicker_product_flows_slower_and_so_does_a_lower_occlusion_threshold() -> None:
    needle = p.LIBRARY.needles["31g-4mm"]
    water = flow(DEVICE, p.IDENTITY, needle, p.product()).nl_per_s
    assert flow(DEVICE, p.IDENTITY, needle, p.product(viscosity_upas=2000)).nl_per_s == water // 2
    assert flow(DEVICE, replace(p.IDENTITY, occlusion_kpa=100), needle, None).nl_per_s == water // 2


@pytest.mark.parametrize(
    ("dose_nl", "dwell_ms", "nl_per_s", "binds", "origin"),
    [
        (200_000, 20, 500_000, "the dose at 500 uL each second takes longest: 400 ms (device limit)", Origin.DEVICE),
        (20_000, 20, 50_000, "the dose at 50 uL each second takes longest: 400 ms (needle limit)", Origin.NEEDLE),
        (20_000, 400, 500_000, "the dwell takes longest: 400 ms (controller limit)", Origin.CONTROLLER),
    ],
)
def test_what_does_not_fit_names_what_binds(
    dose_nl: int, dwell_ms: int, nl_per_s: int, binds: str, origin: Origin
) -> None:
    most = Flow(nl_per_s, Origin.NEEDLE if nl_per_s < 500_000 else Origin.DEVICE)
    subject = unfit(600, dose_nl, 5000, DEVICE, replace(p.IDENTITY, dwell_ms=dwell_ms), most)
    assert subject is not None
    assert binds in subject.sentence
    assert "5.0 shots/s leaves 200 ms" in subject.sentence
    assert subject.origin == origin


def test_the_needles_own_motion_can_bind() -> None:
    slow = replace(DEVICE, needle_um_per_s=10_000)
    subject = unfit(6000, 1000, 1000, slow, p.IDENTITY, Flow(500_000, Origin.DEVICE))
    assert subject is not None
    assert "the needle's motion takes longest" in subject.sentence
    assert subject.origin is Origin.DEVICE


def test_what_does_not_fit_says_what_it_needs_and_what_there_is() -> None:
    subject = unfit(600, 200_000, 500, DEVICE, p.IDENTITY, Flow(51_330, Origin.NEEDLE))
    assert subject is not None
    assert subject.sentence == (
        "200 uL at 0.60 mm needs 3943 ms a shot, but 0.5 shots/s leaves 2000 ms; the dose at 51.3 uL each second takes "
        "longest: 3897 ms (needle limit)"
    )


@pytest.mark.parametrize(("more_us", "fits"), [(0, True), (1, False)])
def test_a_shot_fits_to_the_last_microsecond(more_us: int, fits: bool) -> None:
    left_us = 112_000 - 2 * travel_us(DEVICE.park_um + 600, DEVICE) - 1000 * p.IDENTITY.dwell_ms
    nl_per_s = -(-20_000 * 10**6 // (left_us + more_us))
    assert -(-20_000 * 10**6 // nl_per_s) == left_us + more_us
    subject = unfit(600, 20_000, 9000, DEVICE, p.IDENTITY, Flow(nl_per_s, Origin.DEVICE))
    assert (subject is None) == fits


def test_a_shot_that_just_fits_is_let_through() -> None:
    # 2 x 13.001 ms of motion rounded up, 40 ms of dose and the dwell: the interval of 9 shots/s is 112 ms
    motion = 2 * travel_us(1600, DEVICE)
    for dwell_ms, fits in ((112 - 40 - -(-motion // 1000), True), (112 - 40 - motion // 1000 + 1, False)):
        subject = unfit(
            600, 20_000, 9000, DEVICE, replace(p.IDENTITY, dwell_ms=dwell_ms), Flow(500_000, Origin.DEVICE)
        )  # fmt: skip
        assert (subject is None) == fits


def test_a_needle_too_narrow_for_the_slowest_flow_is_refused_at_any_rate() -> None:
    narrow = replace(p.LIBRARY.needles["32g-6mm"], length_um=13_000)
    subject = unfit(600, 1000, 500, DEVICE, p.IDENTITY, flow(DEVICE, p.IDENTITY, narrow, None))
    assert subject is not None
    assert "lets through 23.6 uL each second" in subject.sentence
    assert "never pushes slower than 50 uL each second (needle limit)" in subject.sentence
    assert subject.origin == Origin.NEEDLE
