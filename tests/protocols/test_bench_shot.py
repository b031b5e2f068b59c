"""A bench shot for a technician: every cap of what is there, exactly, and one shot at a time."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from drivers.ports import Authorisation
from drivers.registers import Mode
from kiosk.protocols.envelope import bench_authorisation
from kiosk.protocols.errors import EnvelopeRefusal
from kiosk.protocols.limits import Origin
from tests.protocols import parts as p

DEVICE = p.LIBRARY.devices["reference"]
SYRINGE = p.LIBRARY.syringes["5ml"]
PLENTY = 4_000_000


def shot(**changed: Any) -> Authorisation:
    asked: dict[str, Any] = {
        "device": DEVICE, "identity": p.IDENTITY, "syringe": SYRINGE, "depth_um": 500, "dose_nl": 10_000,
        "usable_nl": PLENTY, "id": 64,
    }  # fmt: skip
    return bench_authorisation(**{**asked, **changed})


def refused(**changed: Any) -> dict[str, tuple[str, Origin]]:
    with pytest.raises(EnvelopeRefusal) as found:
        shot(**changed)
    return {refusal.key: (refusal.sentence, refusal.origin) for refusal in found.value.refusals}


@pytest.mark.requirement("ACU-1")
def test_it_is_one_shot_of_what_was_asked_with_what_the_injector_must_still_have() -> None:
    given = shot()
    assert (given.id, given.depth_um, given.dose_nl, given.shots) == (64, 500, 10_000, 1)
    assert (given.interval_ms, given.mode, given.valid_ms) == (2000, Mode.BENCH, 30_000)
    assert given.syringe_type == SYRINGE.type
    assert (given.calibration_id, given.boot_count) == (p.IDENTITY.calibration_id, p.IDENTITY.boot_count)


def _most(**changed: Any) -> int:
    """The highest dose that is given, by trying each step."""
    device = changed.get("device", DEVICE)
    doses = range(device.dose.low, device.dose.high + 5 * device.dose.step, device.dose.step)
    return max(dose for dose in doses if _given(dose_nl=dose, **changed))


def _given(**changed: Any) -> bool:
    try:
        shot(**changed)
    except EnvelopeRefusal:
        return False
    return True


@pytest.mark.requirement("LIM-1", "LIM-4", "LIM-12")
@pytest.mark.parametrize(
    ("parts", "highest"),
    [
        ({"identity": replace(p.IDENTITY, cap_dose_nl=30_000)}, 30_000),
        ({"syringe": replace(SYRINGE, dose_nl=40_000)}, 40_000),
        ({"device": replace(DEVICE, dose=replace(DEVICE.dose, high=35_000))}, 35_000),
        ({"device": replace(DEVICE, barrel_sensed=False, unsensed_dose_nl=20_000)}, 20_000),
        (
            {
                "device": replace(DEVICE, barrel_sensed=False, unsensed_dose_nl=20_000),
                "identity": replace(p.IDENTITY, cap_dose_nl=15_000),
            },
            15_000,
        ),
    ],
)
def test_the_tightest_cap_of_the_dose_holds(parts: dict[str, Any], highest: int) -> None:
    assert _most(**parts) == highest


@pytest.mark.requirement("LIM-12")
def test_where_the_barrel_is_sensed_the_smallest_barrels_dose_binds_nothing() -> None:
    assert _given(dose_nl=30_000, device=replace(DEVICE, barrel_sensed=True, unsensed_dose_nl=20_000))


@pytest.mark.requirement("LIM-1")
def test_the_tightest_cap_of_the_depth_holds() -> None:
    shallow = replace(p.IDENTITY, cap_depth_um=1500)
    assert _given(depth_um=1500, identity=shallow)
    assert refused(depth_um=1550, identity=shallow)["depth"] == (
        "Depth 1.55 mm is no bench shot: 0.05 mm to 1.50 mm in steps of 0.05 mm", Origin.DEVICE,
    )  # fmt: skip
    bounded = replace(DEVICE, depth=replace(DEVICE.depth, high=1000))
    assert _given(depth_um=1000, device=bounded)
    assert not _given(depth_um=1050, device=bounded)


@pytest.mark.requirement("LIM-1", "LIM-3")
@pytest.mark.parametrize(
    ("changed", "keys"),
    [
        ({"depth_um": 0}, {"depth"}),
        ({"depth_um": 520}, {"depth"}),
        ({"depth_um": 500.0}, {"depth"}),
        ({"depth_um": True}, {"depth"}),
        ({"dose_nl": 0}, {"dose"}),
        ({"dose_nl": 10_500}, {"dose"}),
        ({"dose_nl": 10_000.0}, {"dose"}),
        ({"dose_nl": -10_000}, {"dose"}),
        ({"depth_um": 0, "dose_nl": 0}, {"depth", "dose"}),
    ],
)
def test_what_is_outside_or_off_a_step_is_refused_by_name(changed: dict[str, Any], keys: set[str]) -> None:
    assert set(refused(**changed)) == keys


def test_the_lowest_of_both_is_given() -> None:
    least = shot(depth_um=DEVICE.depth.low, dose_nl=DEVICE.dose.low)
    assert (least.depth_um, least.dose_nl) == (DEVICE.depth.low, DEVICE.dose.low)


@pytest.mark.requirement("LIM-6")
def test_it_must_fit_into_the_syringe_at_1_05() -> None:
    assert _given(dose_nl=20_000, usable_nl=21_000)
    assert refused(dose_nl=20_000, usable_nl=20_999) == {
        "syringe": ("The syringe holds 20.999 uL above its reserve", Origin.SYRINGE)
    }
    assert set(refused(dose_nl=10_500, usable_nl=0)) == {"dose"}
