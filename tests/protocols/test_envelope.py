"""What the envelope answers, sentence by sentence."""

from __future__ import annotations

import math
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.registers import Mode, SyringeType
from kiosk.protocols import budget
from kiosk.protocols.budget import Given, Today
from kiosk.protocols.effective import fits_projected
from kiosk.protocols.envelope import Course, Envelope, envelope_for
from kiosk.protocols.errors import (
    EnvelopeRefusal,
    LimitsInvalid,
    ZoneUnknown,
)
from kiosk.protocols.limits import Counted, Limit, Origin, Slice, Total, Totals
from kiosk.protocols.profile import Figure
from tests.protocols import parts as p


def refusals(subject: Envelope, **changed: Any) -> dict[str, str]:
    verdict = subject.check(p.setting(**changed), p.NOTHING, p.NONE)
    return {refusal.key: refusal.sentence for refusal in verdict.refusals}


def given(subject: Envelope, totals: Any = p.NOTHING, left: int | None = None, **changed: Any) -> Slice:
    setting = p.setting(**changed)
    left = setting.shots if left is None else left
    return subject.slice(setting, totals, planned_left=left, id=9, boot_count=3, confirmed=p.NONE)


# -- check --------------------------------------------------------------------------------------------------------
@pytest.mark.requirement("LIM-1")
def test_a_usual_setting_may_be_armed() -> None:
    verdict = p.envelope().check(p.SETTING, p.NOTHING, p.NONE)
    assert verdict.allowed


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
    with pytest.raises(EnvelopeRefusal, match=r"Not confirmed: Depth 1\.20 mm is above the usual") as refused:
        given(p.envelope(), depth_um=1200)
    assert [refusal.key for refusal in refused.value.refusals] == ["depth:forehead:whole:1200"]


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize(
    ("changed", "counted", "key", "words"),
    [
        (
            {},
            {"syringe_usable_nl": 20_999},
            "syringe",
            "of 20.999 uL, too little is left for a shot of 20 uL and its 5 % (syringe limit)",
        ),
        ({"product": p.product(session_nl=100_000)}, {"product_nl": 79_001}, "product", "(product limit)"),
        (
            {"product": p.product(session_shots=50)},
            {"session": Counted(50, 0)},
            "session shots",
            "50 shots counted of 50",
        ),
        ({"product": p.product(course_nl=90_000)}, {"course_nl": 70_000}, "course", "(course limit)"),
        (
            {"product": p.product(course_sessions=2)},
            {"course_sessions": 3},
            "course sessions",
            "session 3, and the product allows 2",
        ),
        (
            {},
            {"session": Counted(100, 0)},
            "session shots",
            "100 shots counted of 100 shots, none is left (protocol limit)",
        ),
    ],
)
def test_a_total_that_leaves_no_shot_refuses(changed: Any, counted: Any, key: str, words: str) -> None:
    totals = p.totals(**counted)
    verdict = p.envelope(**changed).check(p.setting(shots=10), totals, frozenset({"sessions:3"}))
    (refusal,) = [refusal for refusal in verdict.refusals if refusal.key == key]
    assert words in refusal.sentence
    with pytest.raises(EnvelopeRefusal):
        given(p.envelope(**changed), totals, shots=10)


def nearing(envelope: Envelope, totals: Totals) -> tuple[str, ...]:
    """Keys of the totals that the next shot brings to 95 % or more."""
    counted = envelope.totals(p.SETTING.zone, p.SETTING.side, totals)
    return tuple(total.key for total in budget.near(counted, p.setting(shots=1)))


@pytest.mark.requirement("LIM-6")
def test_a_total_is_near_its_limit_from_95_percent_on() -> None:
    subject = p.envelope(product=p.product(session_nl=1_000_000))
    assert nearing(subject, p.totals(product_nl=928_999)) == ()
    assert nearing(subject, p.totals(product_nl=929_000)) == ("product",)


def since(**days: int) -> Course:
    """A course in which each zone was given the product so many days ago."""
    return Course(sessions=1, nl=0, planned=1, given=tuple(Given(zone, count) for zone, count in days.items()))


@pytest.mark.requirement("LIM-1", "LIM-4")
def test_too_soon_is_asked_about_by_the_protocol_and_refused_by_the_product() -> None:
    course = since(forehead=9)
    (asked,) = p.envelope(course=course).check(p.SETTING, p.totals(course_sessions=2), p.NONE).crossings
    assert (asked.key, asked.origin) == ("interval:forehead:9", Origin.COURSE)
    assert asked.sentence == (
        "Forehead was given this product 9 days ago; the protocol leaves at least 14 days between two sessions"
    )
    subject = p.envelope(course=course, product=p.product(interval_days=10))
    (refused,) = subject.check(p.SETTING, p.NOTHING, frozenset({asked.key})).refusals
    assert (refused.key, refused.origin) == ("interval", Origin.PRODUCT)
    assert refused.sentence == (
        "Forehead was given this product 9 days ago, and the product allows it again after 10 days"
    )


@pytest.mark.requirement("LIM-1")
def test_a_reason_lets_a_zone_be_treated_too_soon_and_no_other_zone_with_it() -> None:
    subject = p.envelope(course=since(forehead=9, glabella=9))
    confirmed = frozenset({"interval:forehead:9"})
    assert subject.check(p.SETTING, p.NOTHING, confirmed).allowed
    other = p.setting(zone="glabella")
    assert [found.key for found in subject.check(other, p.NOTHING, confirmed).crossings] == ["interval:glabella:9"]


@pytest.mark.requirement("LIM-1")
def test_the_interval_is_of_the_zone_and_of_both_its_sides() -> None:
    subject = p.envelope(course=since(temple=1), product=p.product(interval_days=14))
    assert subject.check(p.SETTING, p.NOTHING, p.NONE).allowed
    for side in ("left", "right"):
        (refused,) = subject.check(p.setting(zone="temple", side=side), p.NOTHING, p.NONE).refusals
        assert refused.sentence.startswith("Temple was given this product 1 day ago")


@pytest.mark.requirement("LIM-1", "LED-4")
def test_what_no_record_can_place_counts_for_every_zone() -> None:
    course = Course(1, 0, 1, (Given("forehead", 30), Given("", 3)))
    (asked,) = p.envelope(course=course).check(p.SETTING, p.NOTHING, p.NONE).crossings
    assert asked.key == "interval:forehead:3"


def test_on_the_very_day_that_it_may_be_nothing_is_asked_or_refused() -> None:
    subject = p.envelope(course=since(forehead=14), product=p.product(interval_days=14, course_sessions=2))
    assert subject.check(p.SETTING, p.NOTHING, p.NONE).allowed


@pytest.mark.requirement("LIM-6")
def test_shots_are_near_their_limit_from_95_percent_on_as_volumes_are() -> None:
    subject = p.envelope()
    assert nearing(subject, p.totals(session=Counted(93, 0))) == ()
    assert nearing(subject, p.totals(session=Counted(94, 0))) == ("session shots",)
    assert nearing(subject, p.totals(session=Counted(100, 0))) == ("session shots",)


def test_more_sessions_than_planned_are_asked_about() -> None:
    course = Course(sessions=0, nl=0, planned=3)
    (asked,) = p.envelope(course=course).check(p.SETTING, p.NOTHING, p.NONE).crossings
    assert (asked.key, asked.sentence) == ("sessions:4", "This is session 4; the protocol plans at most 3")
    assert asked.origin is Origin.COURSE


@pytest.mark.requirement("LIM-2")
def test_a_course_with_negative_numbers_cannot_be_constructed() -> None:
    for bad in ((-1, 0, 0), (0, -1, 0), (0, 0, -1)):
        with pytest.raises(LimitsInvalid):
            Course(*bad)
    with pytest.raises(LimitsInvalid, match="days is -1"):
        Given("forehead", -1)


@pytest.mark.requirement("LIM-4")
@pytest.mark.parametrize(
    ("changed", "origin"),
    [
        ({"zone": "knee"}, Origin.PROTOCOL),
        ({"side": "left"}, Origin.ZONE),
        ({"mode": Mode.BENCH}, Origin.PROTOCOL),
        ({"depth_um": 620}, Origin.DEVICE),
        ({"depth_um": 1400}, Origin.ZONE),
    ],
)
def test_a_refusal_names_the_origin_of_its_limit(changed: Any, origin: Origin) -> None:
    (refusal,) = p.envelope().check(p.setting(**changed), p.NOTHING, p.NONE).refusals
    assert refusal.origin is origin


@pytest.mark.requirement("LIM-4", "LIM-6")
def test_every_total_names_the_origin_of_its_limit() -> None:
    def figure(most: int) -> Figure:
        return Figure("s", "A", hard=(1, most))

    protocol = replace(p.with_zone(zone_nl=figure(10), zone_shots=figure(11)), session_nl=figure(12))
    product = p.product(point_nl=50_000, session_nl=14, session_shots=15, course_nl=16, course_sessions=17)
    needle = replace(p.LIBRARY.needles["30g-4mm"], shots_max=19)
    subject = p.envelope(protocol=protocol, product=product, needle=needle)
    totals = subject.totals("forehead", "whole", p.totals(syringe_usable_nl=18))
    assert {total.key: total.limit for total in totals} == {
        "point": Limit(50_000, Origin.PRODUCT),
        "zone": Limit(10, Origin.ZONE),
        "zone shots": Limit(11, Origin.ZONE),
        "session": Limit(12, Origin.PROTOCOL),
        "session shots": Limit(15, Origin.PRODUCT),
        "product": Limit(14, Origin.PRODUCT),
        "syringe": Limit(18, Origin.SYRINGE),
        "needle": Limit(19, Origin.NEEDLE),
        "course": Limit(16, Origin.COURSE),
        "course sessions": Limit(17, Origin.COURSE),
    }


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize("grade", ["A", "clinic"])
def test_a_zones_own_number_of_shots_does_not_limit_the_other_zones_of_the_session(grade: Any) -> None:
    protocol = p.with_zone(zone_shots=Figure("s", grade, hard=(1, 30)))
    totals = {total.key: total.limit for total in p.envelope(protocol=protocol).totals("forehead", "whole", p.NOTHING)}
    assert totals["session shots"] == Limit(100, Origin.PROTOCOL)
    assert totals["zone shots"] == Limit(30, Origin.CLINIC if grade == "clinic" else Origin.ZONE)


@pytest.mark.requirement("LIM-6")
def test_a_syringe_that_holds_exactly_one_shot_and_its_5_percent_gives_it() -> None:
    assert given(p.envelope(), p.totals(syringe_usable_nl=21_000)).authorisation.shots == 1
    assert given(p.envelope(), p.totals(syringe_usable_nl=42_000)).authorisation.shots == 2


@pytest.mark.requirement("LIM-6")
def test_what_a_course_was_given_is_what_the_ledger_knows_and_what_this_session_gave() -> None:
    subject = p.envelope(course=Course(1, 50_000, 1), product=p.product(course_nl=90_000))
    totals = {
        total.key: total.used for total in subject.totals("forehead", "whole", p.totals(session=Counted(1, 30_000)))
    }
    assert totals["course"] == 80_000


def earlier_today(zone: str = "glabella", side: str = "whole", *, shots: int = 0, nl: int = 0) -> Course:
    """A course of which a session of this day gave so much, with this product and under this protocol."""
    counted = Counted(shots, nl)
    return Course(1, nl, 1, product_today=counted, today=(Today(zone, side, counted),))


@pytest.mark.requirement("LIM-6", "LIM-4")
@pytest.mark.parametrize(
    ("limit", "sentence", "origin"),
    [
        (
            {"session_nl": 1_000_000},
            (
                "This product today: 980 uL counted of 1 mL, too little is left for a shot of 20 uL and its 5 % "
                "(product limit)"
            ),
            Origin.PRODUCT,
        ),
        (
            {"session_shots": 49},
            "Shots of this product today: 49 shots counted of 49 shots, none is left (product limit)",
            Origin.PRODUCT,
        ),
    ],
)
def test_a_products_limit_of_a_session_is_not_got_anew_by_another_session_of_the_day_in_another_zone(
    limit: dict[str, int], sentence: str, origin: Origin
) -> None:
    subject = p.envelope(course=earlier_today(shots=49, nl=980_000), product=p.product(**limit))
    (refused,) = subject.check(p.SETTING, p.NOTHING, p.NONE).refusals
    assert (refused.sentence, refused.origin) == (sentence, origin)


@pytest.mark.requirement("LIM-6")
def test_what_a_product_gave_today_and_gives_now_are_counted_together() -> None:
    subject = p.envelope(course=earlier_today(nl=500_000, shots=25), product=p.product(session_nl=1_000_000))
    totals = {total.key: total for total in subject.totals("forehead", "whole", p.totals(product_nl=60_000))}
    assert (totals["product"].title, totals["product"].used) == ("This product today", 560_000)
    assert given(subject, p.totals(product_nl=416_000)).note == "4 shots left: product limit"


@pytest.mark.requirement("LIM-6")
def test_a_protocols_limit_of_a_session_counts_every_session_of_the_day() -> None:
    protocol = replace(p.with_zone(), session_nl=Figure("s", "A", hard=(1, 1_000_000)))
    subject = p.envelope(course=earlier_today(shots=98, nl=980_000), protocol=protocol)
    refused = {refusal.key: refusal for refusal in subject.check(p.SETTING, p.NOTHING, p.NONE).refusals}
    assert refused["session"].sentence.startswith("Today's sessions: 980 uL counted of 1 mL")
    assert refused["session"].origin is Origin.PROTOCOL
    alone = p.envelope(protocol=protocol).check(p.SETTING, p.totals(session=Counted(1, 980_000)), p.NONE).refusals
    assert [refusal.sentence.split(":")[0] for refusal in alone] == ["This session"]
    shots = subject.check(p.setting(shots=1), p.totals(session=Counted(2, 0)), p.NONE).refusals[-1]
    assert shots.sentence.startswith("Shots in today's sessions: 100 shots counted of 100 shots")
    (one,) = p.envelope(protocol=protocol).check(p.setting(shots=1), p.totals(session=Counted(100, 0)), p.NONE).refusals
    assert one.sentence.startswith("Shots in this session: 100 shots counted of 100 shots")


@pytest.mark.requirement("LIM-6")
def test_a_night_after_which_it_is_another_day_has_twelve_hours() -> None:
    assert budget.NIGHT_MS == 12 * 60 * 60 * 1000


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize(
    ("given_in", "left", "right"),
    [(("temple", "left"), 30, 0), (("temple", "right"), 0, 30), (("", ""), 30, 30), (("forehead", "whole"), 0, 0)],
)
def test_a_zones_limit_counts_what_its_side_got_today_and_what_no_record_can_place(
    given_in: tuple[str, str], left: int, right: int
) -> None:
    subject = p.envelope(course=earlier_today(*given_in, shots=30, nl=600_000))

    def used(side: str) -> tuple[int, int]:
        totals = {total.key: total.used for total in subject.totals("temple", side, p.NOTHING)}
        return totals["zone shots"], totals["zone"]

    assert used("left") == (left, 20_000 * left)
    assert used("right") == (right, 20_000 * right)


@pytest.mark.requirement("LIM-6", "LIM-4")
@pytest.mark.parametrize(
    ("of_product", "limit", "used"),
    [
        (None, Limit(100, Origin.PROTOCOL), 70),
        (91, Limit(100, Origin.PROTOCOL), 70),
        (89, Limit(89, Origin.PRODUCT), 60),
    ],
)
def test_of_two_limits_on_shots_the_one_that_leaves_fewer_binds(
    of_product: int | None, limit: Limit, used: int
) -> None:
    """Under the protocol 40 were given today, 30 of them of this product, and 30 more in this session."""
    course = Course(1, 0, 1, product_today=Counted(30, 0), today=(Today("glabella", "whole", Counted(40, 0)),))
    subject = p.envelope(course=course, product=p.product(session_shots=of_product))
    totals = {total.key: total for total in subject.totals("forehead", "whole", p.totals(session=Counted(30, 0)))}
    assert (totals["session shots"].limit, totals["session shots"].used) == (limit, used)


@pytest.mark.requirement("LIM-6")
def test_this_session_is_one_more_than_those_that_the_ledger_knows_whatever_was_counted() -> None:
    subject = p.envelope(course=Course(2, 0, 0), product=p.product(course_sessions=2))
    (refused,) = subject.check(p.SETTING, p.totals(course_sessions=1), p.NONE).refusals
    assert refused.sentence == "This is session 3, and the product allows 2 in a course"


@pytest.mark.requirement("LIM-6")
def test_a_product_limits_the_shots_of_a_protocol_that_does_not() -> None:
    protocol = replace(p.LIBRARY.protocols["mesolift"], session_shots=None)
    subject = p.envelope(protocol=protocol, product=p.product(session_shots=50))
    totals = {total.key: total for total in subject.totals("forehead", "whole", p.totals(session=Counted(30, 0)))}
    found = totals["session shots"]
    assert (found.title, found.used, found.limit) == ("Shots in this session", 30, Limit(50, Origin.PRODUCT))


@pytest.mark.requirement("LIM-6")
def test_a_total_that_was_passed_leaves_nothing_not_less() -> None:
    passed = (
        Total("session shots", "", 103, "shots", Limit(100, Origin.PROTOCOL)),
        Total("session", "", 103_000, "nL", Limit(100_000, Origin.PROTOCOL)),
        Total("point", "", 0, "nL", Limit(20_999, Origin.PRODUCT)),
    )
    assert [room.shots for room in budget.rooms(passed, p.SETTING)] == [0, 0, 0]
    assert fits_projected(-1, 1) == 0


@pytest.mark.requirement("LIM-6")
@pytest.mark.parametrize(
    ("unit", "used", "nears", "refuses"),
    [
        ("shots", 93, False, False), ("shots", 94, True, False), ("shots", 99, True, False), ("shots", 100, True, True),
        ("nL", 73_999, False, False), ("nL", 74_000, True, False), ("nL", 79_000, True, False),
        ("nL", 79_001, True, True), ("sessions", 94_999, False, False), ("sessions", 95_000, True, False),
        ("sessions", 100_000, True, False), ("sessions", 100_001, True, True),
    ],
)  # fmt: skip
def test_a_total_nears_its_limit_from_95_percent_and_reaches_it_where_it_refuses(
    unit: Any, used: int, nears: bool, refuses: bool
) -> None:
    limit = Limit(100 if unit == "shots" else 100_000, Origin.PROTOCOL)
    total = Total("session", "", used, unit, limit)
    unlimited = Total("zone", "", used, unit, None)
    renewed = tuple(Total(key, "", used, "nL", limit) for key in ("point", "syringe"))
    told = (total,)
    assert budget.near((unlimited, *renewed, total), p.SETTING) == told * nears
    assert budget.reached((unlimited, *renewed, total), p.SETTING) == told * refuses


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
    with pytest.raises(EnvelopeRefusal, match=f"{left} shots of 40 planned") as refused:
        given(p.envelope(), left=left)
    assert [refusal.origin for refusal in refused.value.refusals] == [Origin.PROTOCOL]


def test_a_rate_under_one_shot_in_a_slice_gives_one_shot_all_the_same() -> None:
    device = p.LIBRARY.devices["reference"]
    slow = replace(device, rate=replace(device.rate, low=200))
    protocol = replace(p.LIBRARY.protocols["mesolift"], rate=Figure("s", "A", default=500, hard=(200, 9000)))
    subject = given(p.envelope(device=slow, protocol=protocol), rate_mhz=200).authorisation
    assert (subject.shots, subject.interval_ms) == (1, 5000)


def test_an_authorisation_repeats_the_setting_and_what_the_controller_must_still_have() -> None:
    authorisation = given(p.envelope()).authorisation
    assert (authorisation.depth_um, authorisation.dose_nl, authorisation.interval_ms) == (600, 20_000, 500)
    assert (authorisation.mode, authorisation.valid_ms) == (Mode.CONTINUOUS, 30_000)
    assert (authorisation.syringe_type, authorisation.calibration_id) == (SyringeType.ML_5, 7)
    assert (authorisation.id, authorisation.boot_count) == (9, 3)


# -- totals, prime ------------------------------------------------------------------------------------------------
def test_the_totals_of_the_screen_carry_their_limit_and_its_origin() -> None:
    subject = p.envelope(product=p.LIBRARY.products["example-label"])
    totals = {total.key: total for total in subject.totals("forehead", "whole", p.totals(session=Counted(7, 140_000)))}
    assert (totals["session shots"].used, totals["session shots"].limit) == (7, Limit(50, Origin.PRODUCT))
    assert (totals["session"].used, totals["session"].limit) == (140_000, None)
    assert totals["course sessions"].limit == Limit(6, Origin.COURSE)
    with pytest.raises(ZoneUnknown, match="forehead, glabella"):
        subject.totals("knee", "whole", p.NOTHING)
    with pytest.raises(ZoneUnknown):
        subject.ranges("knee")


def test_a_prime_fills_the_path_and_a_refill_only_its_opening() -> None:
    subject = p.envelope()
    assert subject.dead_volume_nl == 75_400 + 5_000 + 62  # 0.14 mm bore over 4 mm holds 61.6 nL
    assert subject.prime_nl(refill=False) == 101_000
    assert subject.prime_nl(refill=True) == 10_000
    assert subject.reserve_nl == 100_000
    assert subject.check_prime(101_000, p.NOTHING).allowed
    assert subject.check_prime(1000, p.NOTHING).allowed
    assert subject.check_prime(500_000, p.NOTHING).allowed
    assert subject.check_prime(100_000, p.totals(syringe_usable_nl=105_000)).allowed


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
    assert refusal.origin is (Origin.CONTROLLER if usable == 10**6 else Origin.SYRINGE)


def test_the_bore_of_a_needle_is_a_cylinder() -> None:
    wide = replace(p.LIBRARY.needles["30g-4mm"], bore_nm=1_000_000, length_um=13_000, hub_nl=0)
    device = replace(p.LIBRARY.devices["reference"], tubing_nl=0)
    assert p.envelope(needle=wide, device=device).dead_volume_nl == math.ceil(math.pi / 4 * 13_000)


def test_every_shipped_protocol_gives_an_envelope_with_every_needle_and_syringe_in_simulation() -> None:
    for protocol in p.LIBRARY.protocols.values():
        for needle in p.LIBRARY.needles.values():
            for syringe in p.LIBRARY.syringes.values():
                subject = envelope_for(**p.parts(protocol=protocol, needle=needle, syringe=syringe, simulated=True))
                for zone in protocol.zones:
                    ranges = subject.ranges(zone.key)
                    assert ranges.depth.hard_low.value <= ranges.depth.default <= ranges.depth.hard_high.value
                    offer = p.setting(
                        zone=zone.key,
                        side=zone.sides[0],
                        depth_um=ranges.depth.default,
                        dose_nl=ranges.dose.default,
                        mode=Mode.SINGLE,
                        rate_mhz=ranges.rate.default,
                        shots=ranges.shots.default,
                    )
                    assert given_offer(subject, offer).authorisation.shots == 1


def given_offer(subject: Envelope, offer: Any) -> Slice:
    return subject.slice(offer, p.NOTHING, planned_left=offer.shots, id=1, boot_count=1, confirmed=p.NONE)
