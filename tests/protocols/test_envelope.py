"""What the envelope answers, sentence by sentence."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from drivers.ports import claim_mint
from drivers.registers import Mode, SyringeType
from kiosk.protocols.effective import Parts
from kiosk.protocols.envelope import Course, Envelope, envelope_for
from kiosk.protocols.errors import (
    CalibrationUnusable,
    ClinicFigureMissing,
    EnvelopeRefusal,
    LimitsInvalid,
    NothingAllowed,
    WrongParts,
    ZoneUnknown,
)
from kiosk.protocols.limits import Counted, Limit, Origin, Slice
from kiosk.protocols.profile import Figure
from tests.protocols import parts as p


def refusals(subject: Envelope, **changed: Any) -> dict[str, str]:
    verdict = subject.check(p.setting(**changed), p.NOTHING, p.NONE)
    return {refusal.key: refusal.sentence for refusal in verdict.refusals}


def given(subject: Envelope, totals: Any = p.NOTHING, left: int | None = None, **changed: Any) -> Slice:
    setting = p.setting(**changed)
    left = setting.shots if left is None else left
    return subject.slice(setting, totals, planned_left=left, id=9, boot_count=3, confirmed=p.NONE)


# -- who may build ------------------------------------------------------------------------------------------------
def test_an_envelope_is_built_by_envelope_for_and_by_nothing_else() -> None:
    whole = p.parts()
    with pytest.raises(TypeError, match="envelope_for"):
        Envelope(object(), Parts(**{name: whole[name] for name in Parts.__struct_fields__}), p.FIRST)


def test_an_envelope_never_changes() -> None:
    subject = p.envelope()
    with pytest.raises(AttributeError, match="never changes"):
        subject._course = Course(0, 0, None)  # type: ignore[misc]


def test_nobody_else_can_have_the_mint() -> None:
    with pytest.raises(RuntimeError, match="kiosk.protocols.envelope"):
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
    usual = {"dose": Figure("s", "A", default=15_000, hard=(1000, 25_000))} if setting == "dose" else {}
    alone = p.with_zone(**usual)
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
    assert p.envelope().ranges("forehead").shots.default == 20
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
            {"protocol": p.with_zone(dose=Figure("s", "A", soft=(1000, 4000), hard=(1000, 25_000))),
             "calibration": replace(p.CALIBRATION, smallest_dose_5_nl=5000)},
            r"No usual dose .* at least 5 uL \(calibration limit\), at most 4 uL \(zone limit\)",
        ),
    ],
)  # fmt: skip
def test_parts_that_leave_nothing_between_them_are_refused_and_both_are_named(changed: Any, words: str) -> None:
    with pytest.raises(NothingAllowed, match=words):
        p.envelope(**changed)


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


@pytest.mark.parametrize("barrel", ["1ml", "2ml", "5ml", "10ml"])
def test_every_barrel_has_its_own_smallest_dose(barrel: str) -> None:
    subject = p.envelope(syringe=p.LIBRARY.syringes[barrel])
    assert subject.ranges("forehead").dose.hard_low.value == {"5ml": 2000, "10ml": 5000}.get(barrel, 1000)


@pytest.mark.requirement("LIM-9")
def test_a_missing_figure_of_the_clinic_stops_hardware_and_leaves_simulation_the_devices_smallest() -> None:
    scalp = p.LIBRARY.protocols["scalp"]
    with pytest.raises(ClinicFigureMissing, match="zones.frontal.depth_mm"):
        p.envelope(protocol=scalp)
    ranges = p.envelope(protocol=scalp, simulated=True).ranges("crown")
    assert (ranges.depth.default, ranges.dose.default) == (50, 2000)
    assert ranges.depth.hard_high == Limit(4000, Origin.NEEDLE)
    assert ranges.depth.needs_clinic
    assert not ranges.rate.needs_clinic


def test_totals_that_the_clinic_has_still_to_give_limit_nothing_in_simulation() -> None:
    missing = Figure("clinic", "")
    protocol = replace(p.with_zone(zone_nl=missing, zone_shots=missing), session_shots=missing, session_nl=missing)
    with pytest.raises(ClinicFigureMissing, match="session_shots, session_ul, zones.forehead.shots, .*total_ul"):
        p.envelope(protocol=protocol)
    subject = p.envelope(protocol=protocol, simulated=True)
    assert subject.ranges("forehead").shots.hard_high == Limit(1000, Origin.DEVICE)
    assert {total.key for total in subject.totals("forehead", p.NOTHING) if total.limit} == {"syringe"}


# -- check --------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-1")
def test_a_usual_setting_may_be_armed() -> None:
    verdict = p.envelope().check(p.SETTING, p.NOTHING, p.NONE)
    assert verdict.allowed
    assert verdict.warnings == ()


@pytest.mark.requirement("LIM-1", "LIM-3")
@pytest.mark.parametrize(
    ("changed", "key", "words"),
    [
        ({"depth_um": 1400}, "depth", "Depth 1.40 mm is above 1.35 mm (zone limit); allowed: 0.05 mm (zone limit) to"),
        ({"depth_um": 0}, "depth", "Depth 0.00 mm is below 0.05 mm (zone limit)"),
        ({"depth_um": 620}, "depth", "Depth 0.62 mm is not on the step of 0.05 mm"),
        ({"depth_um": 600.0}, "depth", "Depth 600.0 is not on the step of 0.05 mm"),
        ({"dose_nl": 26_000}, "dose", "Dose 26 uL is above 25 uL (zone limit)"),
        ({"dose_nl": float("nan")}, "dose", "Dose nan is not on the step of 1 uL"),
        ({"rate_mhz": 9100}, "rate", "Rate 9.1 shots/s is above 9.0 shots/s (protocol limit)"),
        ({"shots": 101}, "shots", "Shots 101 shots is above 100 shots (protocol limit)"),
        ({"side": "left"}, "side", "Forehead is given on the side whole, not 'left'"),
        ({"mode": Mode.BENCH}, "mode", "The protocol allows the modes single, burst, continuous"),
        ({"zone": "knee"}, "zone", "The protocol has no zone 'knee'; it has: forehead, "),
    ],
)
def test_what_is_outside_is_refused_with_value_limit_and_origin(changed: Any, key: str, words: str) -> None:
    found = refusals(p.envelope(), **changed)
    assert list(found) == [key]
    assert words in found[key]


@pytest.mark.requirement("LIM-1")
def test_a_soft_limit_asks_for_exactly_this_value_zone_and_side() -> None:
    subject = p.envelope()
    setting = p.setting(depth_um=1200, dose_nl=19_000)
    first, second = subject.check(setting, p.NOTHING, p.NONE).crossings
    assert (first.key, first.origin) == ("depth:forehead:whole:1200", Origin.ZONE)
    assert first.sentence == "Depth 1.20 mm is above the usual 1.05 mm (zone limit)"
    assert second.sentence == "Dose 19 uL is below the usual 20 uL (zone limit)"
    both = frozenset({first.key, second.key})
    assert subject.check(setting, p.NOTHING, both).allowed
    assert not subject.check(replace(setting, depth_um=1250), p.NOTHING, both).allowed


@pytest.mark.requirement("LIM-1")
def test_a_slice_is_not_given_over_an_unconfirmed_crossing() -> None:
    with pytest.raises(EnvelopeRefusal, match="Not confirmed: Depth 1.20 mm is above the usual") as refused:
        given(p.envelope(), depth_um=1200)
    assert [refusal.key for refusal in refused.value.refusals] == ["depth:forehead:whole:1200"]


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize(
    ("changed", "counted", "key", "words"),
    [
        ({}, {"syringe_usable_nl": 20_999}, "syringe", "Left in the syringe above its reserve: 0 uL counted of 21.0 uL"),
        ({"product": p.product(session_nl=100_000)}, {"product_nl": 79_001}, "product", "(product limit)"),
        ({"product": p.product(session_shots=50)}, {"session": Counted(50, 0)}, "session shots", "50 shots counted of 50"),
        ({"product": p.product(course_nl=90_000)}, {"course_nl": 70_000}, "course", "(course limit)"),
        ({"product": p.product(course_sessions=2)}, {"course_sessions": 3}, "course sessions", "session 3, and the product allows 2"),
        ({}, {"session": Counted(100, 0)}, "session shots", "100 shots counted of 100 shots"),
    ],
)  # fmt: skip
def test_a_total_that_leaves_no_shot_refuses(changed: Any, counted: Any, key: str, words: str) -> None:
    totals = p.totals(**counted)
    verdict = p.envelope(**changed).check(p.setting(shots=10), totals, frozenset({"sessions:3"}))
    (refusal,) = [refusal for refusal in verdict.refusals if refusal.key == key]
    assert words in refusal.sentence.replace("20.999", "21.0")
    with pytest.raises(EnvelopeRefusal):
        given(p.envelope(**changed), totals, shots=10)


@pytest.mark.requirement("LIM-6")
def test_a_total_warns_from_95_percent_on_and_a_plan_that_will_not_fit_is_told() -> None:
    subject = p.envelope(product=p.product(session_nl=1_000_000))

    def warned(nl: int) -> tuple[str, ...]:
        return subject.check(p.setting(shots=1), p.totals(product_nl=nl), p.NONE).warnings

    assert warned(928_999) == ()
    assert warned(929_000) == ("This product today: 929 uL of 1000 uL (product limit)",)
    plan = subject.check(p.setting(shots=40), p.totals(product_nl=500_000), p.NONE).warnings
    assert plan == ("40 shots are planned, this product today leaves 23 (product limit)",)


def test_too_soon_is_asked_about_by_the_protocol_and_refused_by_the_product() -> None:
    course = Course(sessions=1, nl=0, days_since_last=9)
    (asked,) = p.envelope(course=course).check(p.SETTING, p.totals(course_sessions=2), p.NONE).crossings
    assert asked.key == "interval:9"
    assert asked.sentence == "The last session was 9 days ago; the protocol leaves at least 14 days between two"
    verdict = p.envelope(course=course, product=p.product(interval_days=10)).check(p.SETTING, p.NOTHING, p.NONE)
    assert [refusal.sentence for refusal in verdict.refusals] == [
        "The last session was 9 days ago, and the product allows the next after 10 days"
    ]


def test_more_sessions_than_planned_are_asked_about() -> None:
    course = Course(sessions=3, nl=0, days_since_last=20)
    (asked,) = p.envelope(course=course).check(p.SETTING, p.NOTHING, p.NONE).crossings
    assert (asked.key, asked.sentence) == ("sessions:4", "This is session 4; the protocol plans at most 3")


@pytest.mark.requirement("LIM-2")
def test_a_course_with_negative_numbers_cannot_be_constructed() -> None:
    for bad in ((-1, 0, None), (0, -1, None), (0, 0, -1)):
        with pytest.raises(LimitsInvalid):
            Course(*bad)


# -- slices -------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize(
    ("changed", "left", "shots"),
    [
        ({"rate_mhz": 2000}, 40, 6),
        ({"rate_mhz": 500}, 40, 1),
        ({"rate_mhz": 2000}, 2, 2),
        ({"rate_mhz": 2000, "mode": Mode.BURST}, 40, 6),
        ({"rate_mhz": 2000, "mode": Mode.SINGLE}, 40, 1),
        ({"rate_mhz": 9000, "dose_nl": 20_000}, 40, 20),
    ],
)
def test_a_slice_is_the_fewest_of_20_shots_3_s_and_what_is_planned(changed: Any, left: int, shots: int) -> None:
    subject = given(p.envelope(identity=replace(p.IDENTITY, dwell_ms=0)), left=left, **changed)
    assert (subject.authorisation.shots, subject.note) == (shots, "")


@pytest.mark.requirement("LIM-6")
def test_a_shortened_slice_says_which_limit_shortened_it() -> None:
    subject = p.envelope(product=p.product(session_nl=1_000_000))
    assert given(subject, p.totals(product_nl=916_000)).note == "4 shots left: product limit"
    assert given(subject, p.totals(product_nl=979_000)).note == "1 shot left: product limit"


@pytest.mark.requirement("LIM-6")
def test_the_shots_of_a_burst_add_up_to_a_point_and_those_of_a_run_do_not() -> None:
    subject = p.envelope(product=p.product(point_nl=63_000))
    assert given(subject, mode=Mode.BURST).authorisation.shots == 3
    assert given(subject, p.totals(point_nl=42_000), mode=Mode.BURST).note == "1 shot left: product limit"
    assert given(subject, p.totals(point_nl=42_000), mode=Mode.CONTINUOUS).authorisation.shots == 6


@pytest.mark.parametrize("left", [0, -1, 41])
def test_a_slice_outside_what_is_planned_is_refused(left: int) -> None:
    with pytest.raises(EnvelopeRefusal, match=f"{left} shots of 40 planned"):
        given(p.envelope(), left=left)


def test_an_authorisation_repeats_the_setting_and_what_the_controller_must_still_have() -> None:
    authorisation = given(p.envelope()).authorisation
    assert (authorisation.depth_um, authorisation.dose_nl, authorisation.interval_ms) == (600, 20_000, 500)
    assert (authorisation.mode, authorisation.valid_ms) == (Mode.CONTINUOUS, 30_000)
    assert (authorisation.syringe_type, authorisation.calibration_id) == (SyringeType.ML_5, 7)
    assert (authorisation.id, authorisation.boot_count) == (9, 3)


# -- totals, prime ------------------------------------------------------------------------------------------------
def test_the_totals_of_the_screen_carry_their_limit_and_its_origin() -> None:
    subject = p.envelope(product=p.LIBRARY.products["example-label"])
    totals = {total.key: total for total in subject.totals("forehead", p.totals(session=Counted(7, 140_000)))}
    assert (totals["session shots"].used, totals["session shots"].limit) == (7, Limit(50, Origin.PRODUCT))
    assert (totals["session"].used, totals["session"].limit) == (140_000, None)
    assert totals["course sessions"].limit == Limit(6, Origin.COURSE)
    with pytest.raises(ZoneUnknown, match="forehead, glabella"):
        subject.totals("knee", p.NOTHING)
    with pytest.raises(ZoneUnknown):
        subject.ranges("knee")


def test_a_prime_fills_the_path_and_a_refill_only_its_opening() -> None:
    subject = p.envelope()
    assert subject.dead_volume_nl == 75_400 + 5_000 + 62  # 0.14 mm bore over 4 mm holds 61.6 nL
    assert subject.prime_nl(refill=False) == 101_000
    assert subject.prime_nl(refill=True) == 10_000
    assert subject.reserve_nl == 100_000
    assert subject.check_prime(101_000, p.NOTHING).allowed


@pytest.mark.parametrize(
    ("nl", "usable", "words"),
    [
        (0, 10**6, "1 uL to 500 uL in whole uL, not 0 uL"),
        (501_000, 10**6, "not 501 uL"),
        (10_500, 10**6, "not 10.5 uL"),
        (10_000.0, 10**6, "not 10000.0"),
        (100_000, 104_999, "too little to prime 100 uL"),
    ],
)
def test_a_prime_beyond_one_command_or_the_syringe_is_refused(nl: Any, usable: int, words: str) -> None:
    (refusal,) = p.envelope().check_prime(nl, p.totals(syringe_usable_nl=usable)).refusals
    assert words in refusal.sentence


def test_every_shipped_protocol_gives_an_envelope_with_every_needle_and_syringe_in_simulation() -> None:
    for protocol in p.LIBRARY.protocols.values():
        for needle in p.LIBRARY.needles.values():
            for syringe in p.LIBRARY.syringes.values():
                subject = envelope_for(
                    **p.parts(protocol=protocol, needle=needle, syringe=syringe, simulated=True)
                )  # fmt: skip
                for zone in protocol.zones:
                    ranges = subject.ranges(zone.key)
                    assert ranges.depth.hard_low.value <= ranges.depth.default <= ranges.depth.hard_high.value
                    offer = p.setting(
                        zone=zone.key, side=zone.sides[0], depth_um=ranges.depth.default, dose_nl=ranges.dose.default,
                        mode=Mode.SINGLE, rate_mhz=ranges.rate.default, shots=ranges.shots.default,
                    )  # fmt: skip
                    assert given_offer(subject, offer).authorisation.shots == 1


def given_offer(subject: Envelope, offer: Any) -> Slice:
    return subject.slice(offer, p.NOTHING, planned_left=offer.shots, id=1, boot_count=1, confirmed=p.NONE)
