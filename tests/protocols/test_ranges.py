"""Who may build an envelope, of what, and which limit of which origin each setting gets."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from drivers.ports import claim_mint
from drivers.registers import SyringeType
from kiosk.protocols.effective import Parts, smallest_dose_nl
from kiosk.protocols.envelope import Course, Envelope
from kiosk.protocols.errors import (
    CalibrationUnusable,
    ClinicFigureMissing,
    NothingAllowed,
    WrongParts,
)
from kiosk.protocols.limits import Limit, Origin
from kiosk.protocols.profile import Figure
from tests.protocols import parts as p


# -- who may build ------------------------------------------------------------------------------------------------
def test_an_envelope_is_built_by_envelope_for_and_by_nothing_else() -> None:
    whole = p.parts()
    with pytest.raises(TypeError, match="envelope_for"):
        Envelope(object(), Parts(**{name: whole[name] for name in Parts.__struct_fields__}), p.FIRST)


def test_an_envelope_never_changes() -> None:
    subject = p.envelope()
    with pytest.raises(AttributeError, match="never changes"):
        subject._course = Course(0, 0, 0)


def test_nobody_else_can_have_the_mint() -> None:
    with pytest.raises(RuntimeError, match=r"kiosk\.protocols\.envelope"):
        claim_mint("somebody.else")


# -- ranges -------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-4")
@pytest.mark.parametrize(
    ("changed", "setting", "expected"),
    [
        ({}, "depth", Limit(1350, Origin.ZONE)),
        ({"identity": replace(p.IDENTITY, cap_depth_um=1020)}, "depth", Limit(1000, Origin.CONTROLLER)),
        (
            {"needle": replace(p.LIBRARY.needles["30g-4mm"], length_um=900)},
            "depth",
            Limit(900, Origin.NEEDLE),
        ),
        ({"protocol": p.with_zone(depth=Figure("s", "A", hard=(50, 9000)))}, "depth", Limit(4000, Origin.NEEDLE)),
        ({"protocol": p.with_zone(depth=Figure("Dr X", "clinic", hard=(50, 700)))}, "depth", Limit(700, Origin.CLINIC)),
        ({}, "dose", Limit(25_000, Origin.ZONE)),
        ({"product": p.product(point_nl=21_000)}, "dose", Limit(20_000, Origin.PRODUCT)),
        ({"product": p.product(point_nl=20_999)}, "dose", Limit(19_000, Origin.PRODUCT)),
        (
            {"identity": replace(p.IDENTITY, cap_dose_nl=25_000)},
            "dose",
            Limit(25_000, Origin.ZONE),
        ),
        (
            {"syringe": replace(p.LIBRARY.syringes["5ml"], dose_nl=25_000)},
            "dose",
            Limit(25_000, Origin.SYRINGE),
        ),
        ({}, "rate", Limit(9000, Origin.PROTOCOL)),
        ({"identity": replace(p.IDENTITY, cap_rate_mhz=3333)}, "rate", Limit(3300, Origin.CONTROLLER)),
        ({}, "shots", Limit(100, Origin.PROTOCOL)),
        ({"product": p.product(session_shots=50)}, "shots", Limit(50, Origin.PRODUCT)),
    ],
)
def test_the_tightest_limit_wins_and_names_itself(changed: Any, setting: str, expected: Limit) -> None:
    alone = (
        p.with_zone(dose=Figure("s", "A", default=15_000, hard=(1000, 25_000))) if setting == "dose" else p.with_zone()
    )
    changed = {"protocol": replace(alone, zones=alone.zones[:1])} | changed
    ranges = p.envelope(**changed).ranges("forehead")
    assert getattr(ranges, setting).hard_high == expected


@pytest.mark.requirement("STP-6", "ACU-1")
@pytest.mark.parametrize(
    ("changed", "low"),
    [
        ({}, Limit(2000, Origin.CALIBRATION)),
        ({"calibration": replace(p.CALIBRATION, smallest_dose_5_nl=1)}, Limit(1000, Origin.ZONE)),
        ({"identity": replace(p.IDENTITY, compliance_nl_per_100kpa=334)}, Limit(21_000, Origin.CONTROLLER)),
        ({"identity": replace(p.IDENTITY, compliance_nl_per_100kpa=333)}, Limit(2000, Origin.CALIBRATION)),
        (
            {"identity": replace(p.IDENTITY, occlusion_kpa=143, compliance_nl_per_100kpa=700)},
            Limit(21_000, Origin.CONTROLLER),  # 1.001 uL is stored
        ),
        (
            {"identity": replace(p.IDENTITY, occlusion_kpa=250, compliance_nl_per_100kpa=400)},
            Limit(2000, Origin.CALIBRATION),  # exactly 1 uL is stored: any dose may be given
        ),
    ],
)
def test_the_smallest_dose_is_the_largest_of_what_asks_for_one(changed: Any, low: Limit) -> None:
    assert p.envelope(**changed).ranges("forehead").dose.hard_low == low


@pytest.mark.requirement("LIM-12")
def test_without_a_barrel_sensor_the_smallest_barrels_dose_binds() -> None:
    device = replace(p.LIBRARY.devices["reference"], barrel_sensed=False, unsensed_dose_nl=22_000)
    assert p.envelope(device=device).ranges("forehead").dose.hard_high == Limit(22_000, Origin.SYRINGE)


def test_a_default_that_a_tighter_limit_passes_is_offered_at_that_limit() -> None:
    subject = p.envelope(identity=replace(p.IDENTITY, cap_depth_um=700))
    depth = subject.ranges("forehead").depth
    assert (depth.default, depth.soft_low, depth.soft_high) == (
        500,
        Limit(500, Origin.ZONE),
        Limit(700, Origin.CONTROLLER),
    )
    protocol = p.with_zone(depth=Figure("s", "A", default=900, hard=(50, 1000)))
    subject = p.envelope(identity=replace(p.IDENTITY, cap_depth_um=700), protocol=protocol)
    assert subject.ranges("forehead").depth.default == 700


def test_the_number_of_shots_offered_is_the_zones_own_else_the_devices() -> None:
    shots = p.envelope().ranges("forehead").shots
    assert (shots.default, shots.hard_low) == (20, Limit(1, Origin.DEVICE))
    protocol = p.with_zone(zone_shots=Figure("s", "A", default=12, hard=(1, 30)))
    shots = p.envelope(protocol=protocol).ranges("forehead").shots
    assert (shots.default, shots.hard_high) == (12, Limit(30, Origin.ZONE))


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"product": p.product(point_nl=2000)},
            r"No dose is allowed in Forehead: at least 2 uL \(calibration limit\), at most 1 uL \(product limit\)",
        ),
        (
            {"identity": replace(p.IDENTITY, cap_depth_um=450)},
            r"No usual depth .* at least 0.50 mm \(zone limit\), at most 0.45 mm \(controller limit\)",
        ),
        (
            {"calibration": replace(p.CALIBRATION, smallest_dose_5_nl=25_500)},
            r"No dose .* at least 26 uL \(calibration limit\), at most 25 uL \(zone limit\)",
        ),
        (
            {
                "protocol": p.with_zone(dose=Figure("s", "A", soft=(1000, 4000), hard=(1000, 25_000))),
                "calibration": replace(p.CALIBRATION, smallest_dose_5_nl=5000),
            },
            r"No usual dose .* at least 5 uL \(calibration limit\), at most 4 uL \(zone limit\)",
        ),
    ],
)
def test_parts_that_leave_nothing_between_them_are_refused_and_both_are_named(changed: Any, words: str) -> None:
    with pytest.raises(NothingAllowed, match=words):
        p.envelope(**changed)


def test_a_single_value_that_is_left_is_enough() -> None:
    protocol = p.with_zone(dose=Figure("s", "A", soft=(2000, 2000), hard=(1000, 2000)))
    dose = p.envelope(protocol=protocol).ranges("forehead").dose
    assert dose.hard_low.value == dose.default == dose.hard_high.value == 2000


# -- what an envelope needs ---------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-5", "LIM-9")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"identity": replace(p.IDENTITY, calibration_id=0)}, "none in force"),
        ({"identity": replace(p.IDENTITY, calibration_id=8)}, "number 7 was read.*number 8"),
        ({"identity": replace(p.IDENTITY, calibration_crc=1)}, "checks differ"),
        ({"calibration": replace(p.CALIBRATION, smallest_dose_5_nl=0)}, "no dose passed with 5 mL"),
    ],
)
def test_without_the_calibration_in_force_there_is_no_envelope(changed: Any, words: str) -> None:
    with pytest.raises(CalibrationUnusable, match=words):
        p.envelope(**changed)


@pytest.mark.requirement("LIM-12")
@pytest.mark.parametrize("kind", [SyringeType.NONE, SyringeType.ML_1])
def test_a_syringe_whose_barrel_is_not_its_types_is_refused(kind: SyringeType) -> None:
    with pytest.raises(WrongParts, match="5 mL"):
        p.envelope(syringe=replace(p.LIBRARY.syringes["5ml"], type=kind))


def test_no_dose_passed_without_a_barrel() -> None:
    assert smallest_dose_nl(p.CALIBRATION, SyringeType.NONE) == 0


@pytest.mark.parametrize("barrel", ["1ml", "2ml", "5ml", "10ml"])
def test_every_barrel_has_its_own_smallest_dose(barrel: str) -> None:
    subject = p.envelope(syringe=p.LIBRARY.syringes[barrel])
    assert subject.ranges("forehead").dose.hard_low.value == {"5ml": 2000, "10ml": 5000}.get(barrel, 1000)


@pytest.mark.requirement("LIM-9")
def test_a_missing_figure_of_the_clinic_stops_hardware_and_leaves_simulation_the_devices_smallest() -> None:
    scalp = p.LIBRARY.protocols["scalp"]
    with pytest.raises(ClinicFigureMissing, match=r"zones\.frontal\.depth_mm"):
        p.envelope(protocol=scalp)
    ranges = p.envelope(protocol=scalp, simulated=True).ranges("crown")
    assert (ranges.depth.default, ranges.dose.default) == (50, 2000)
    assert ranges.depth.hard_high == Limit(4000, Origin.NEEDLE)
    assert ranges.depth.needs_clinic
    assert not ranges.rate.needs_clinic


def test_totals_that_the_clinic_has_still_to_give_limit_nothing_in_simulation() -> None:
    missing = Figure("clinic", "")
    protocol = replace(p.with_zone(zone_nl=missing, zone_shots=missing), session_shots=missing, session_nl=missing)
    with pytest.raises(ClinicFigureMissing, match=r"session_shots, session_ul, zones\.forehead\.shots, .*total_ul"):
        p.envelope(protocol=protocol)
    subject = p.envelope(protocol=protocol, simulated=True)
    assert subject.ranges("forehead").shots.hard_high == Limit(1000, Origin.DEVICE)
    assert {total.key for total in subject.totals("forehead", "whole", p.NOTHING) if total.limit} == {"syringe"}
