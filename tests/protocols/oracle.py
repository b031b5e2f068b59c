"""A second opinion on what may be given, written from the requirements alone, with fractions and floats.

It shares no function with the envelope: it reads the parts and says everything that stands against so many shots.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from drivers.registers import Mode
from kiosk.protocols.budget import Course, Given, Today
from kiosk.protocols.limits import Counted, Setting, Totals
from kiosk.protocols.profile import Figure
from tests.protocols import parts as p

FIVE_PERCENT_MORE = Fraction(105, 100)


def stroke_ms(setting: Setting, parts: dict[str, Any]) -> float:
    """Needle down and up, dose and dwell."""
    device, identity, needle = parts["device"], parts["identity"], parts["needle"]
    way, speed, acceleration = (device.park_um + setting.depth_um) / 1e6, 0.2, 40.0
    if way < speed**2 / acceleration:
        one_way = 2 * math.sqrt(way / acceleration)
    else:
        one_way = way / speed + speed / acceleration
    pascal = min(needle.pressure_kpa, identity.occlusion_kpa) * 1000
    radius = needle.bore_nm / 2 * 1e-9
    product = parts["product"]
    viscosity = 1e-3 if product is None or product.viscosity_upas is None else product.viscosity_upas * 1e-6
    through = math.pi * pascal * radius**4 / (8 * viscosity * needle.length_um * 1e-6)
    flow = min(500e-9, through)
    if flow < 49.9995e-9:  # the plunger never pushes slower than 50 uL/s
        return math.inf
    return 1000 * (2 * one_way + setting.dose_nl * 1e-12 / flow) + identity.dwell_ms


def against(shots: int, setting: Setting, totals: Totals, parts: dict[str, Any], confirmed: frozenset[str]) -> set[str]:
    """Everything that stands against `shots` shots now, by name."""
    protocol, product, course = parts["protocol"], parts["product"], parts["course"]
    zone = next((zone for zone in protocol.zones if zone.key == setting.zone), None)
    if zone is None:
        return {"zone"}
    found: set[str] = set()
    if (setting.side in {"left", "right"}) != zone.paired or setting.side not in {"left", "right", "whole"}:
        found.add("side")
    if setting.mode.name.lower() not in protocol.modes:
        found.add("mode")
    found |= _values(setting, parts, zone)
    found |= _soft(setting, zone, parts, confirmed)
    interval = Fraction(1_000_000, setting.rate_mhz) if setting.rate_mhz > 0 else Fraction(1)
    if stroke_ms(setting, parts) > math.ceil(interval) + 0.005:
        found.add("fit")
    found |= _totals(shots, setting, totals, parts, zone)
    session = max(course.sessions + 1, totals.course_sessions)
    if product is not None:
        if product.course_sessions is not None and session > product.course_sessions:
            found.add("course sessions")
        days = _days(course, setting.zone)
        if product.interval_days is not None and days is not None and days < product.interval_days:
            found.add("interval")
    return found


def _values(setting: Setting, parts: dict[str, Any], zone: Any) -> set[str]:
    device, identity, calibration = parts["device"], parts["identity"], parts["calibration"]
    syringe, product, protocol = parts["syringe"], parts["product"], parts["protocol"]
    smallest = getattr(calibration, f"smallest_dose_{syringe.barrel_nl // 1_000_000}_nl")
    stored = Fraction(identity.occlusion_kpa * identity.compliance_nl_per_100kpa, 100)
    found: set[str] = set()
    depth, dose, rate, shots = setting.depth_um, setting.dose_nl, setting.rate_mhz, setting.shots
    if depth % 50 or not 50 <= depth <= min(6000, identity.cap_depth_um, parts["needle"].length_um):
        found.add("depth")
    if dose % 1000 or not max(1000, smallest) <= dose <= min(200_000, identity.cap_dose_nl, syringe.dose_nl):
        found.add("dose")
    if not device.barrel_sensed and dose > device.unsensed_dose_nl:
        found.add("dose")
    if stored > 1000 and stored > Fraction(dose, 20):
        found.add("dose")
    if product is not None and product.point_nl is not None and dose * FIVE_PERCENT_MORE > product.point_nl:
        found.add("dose")
    if rate % 100 or not 500 <= rate <= min(9000, identity.cap_rate_mhz):
        found.add("rate")
    if not 1 <= shots <= 1000:
        found.add("shots")
    if product is not None and product.session_shots is not None and shots > product.session_shots:
        found.add("shots")
    for name, value, figure in (
        ("depth", depth, zone.depth), ("dose", dose, zone.dose), ("rate", rate, protocol.rate),
        ("shots", shots, protocol.session_shots), ("shots", shots, zone.zone_shots),
    ):  # fmt: skip
        if figure is not None and figure.hard is not None and not figure.hard[0] <= value <= figure.hard[1]:
            found.add(name)
    return found


def _soft(setting: Setting, zone: Any, parts: dict[str, Any], confirmed: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for name, value, figure in (
        ("depth", setting.depth_um, zone.depth), ("dose", setting.dose_nl, zone.dose),
        ("rate", setting.rate_mhz, parts["protocol"].rate), ("shots", setting.shots, zone.zone_shots),
    ):  # fmt: skip
        if figure is not None and figure.soft is not None and not figure.soft[0] <= value <= figure.soft[1]:
            key = f"{name}:{setting.zone}:{setting.side}:{value}"
            if key not in confirmed:
                found.add(f"soft {name}")
    protocol, course = parts["protocol"], parts["course"]
    usual, days = protocol.interval_days.low, _days(course, setting.zone)
    if usual is not None and days is not None and days < usual and f"interval:{setting.zone}:{days}" not in confirmed:
        found.add("soft interval")
    this, planned = course.planned + 1, protocol.sessions.high
    if planned is not None and this > planned and f"sessions:{this}" not in confirmed:
        found.add("soft sessions")
    return found


def _days(course: Course, zone: str) -> int | None:
    found = [given.days for given in course.given if given.zone in ("", zone)]
    return min(found, default=None)


def _totals(shots: int, setting: Setting, totals: Totals, parts: dict[str, Any], zone: Any) -> set[str]:
    protocol, product, course = parts["protocol"], parts["product"], parts["course"]
    more = shots * setting.dose_nl * FIVE_PERCENT_MORE
    found: set[str] = set()

    def over(name: str, used: int, limit: int | None, adds: Fraction | int) -> None:
        if limit is not None and used + adds > limit:
            found.add(name)

    all_day = [today.given for today in course.today]
    here = [
        today.given
        for today in course.today
        if today.zone == "" or (today.zone == setting.zone and today.side == setting.side)
    ]
    over("syringe", 0, totals.syringe_usable_nl, more)
    over("zone", totals.zone.nl + sum(one.nl for one in here), _most(zone.zone_nl), more)
    over("zone shots", totals.zone.shots + sum(one.shots for one in here), _most(zone.zone_shots), shots)
    over("session", totals.session.nl + sum(one.nl for one in all_day), _most(protocol.session_nl), more)
    over(
        "session shots",
        totals.session.shots + sum(one.shots for one in all_day),
        _most(protocol.session_shots),
        shots,
    )
    over("needle", totals.needle_shots, parts["needle"].shots_max or None, shots)
    if product is not None:
        one = setting.dose_nl * FIVE_PERCENT_MORE
        if setting.mode == Mode.CONTINUOUS:
            over("point", 0, product.point_nl, one)
        else:
            over("point", totals.point_nl, product.point_nl, more)
        over("session shots", totals.session.shots + course.product_today.shots, product.session_shots, shots)
        over("product", totals.product_nl + course.product_today.nl, product.session_nl, more)
        over("course", max(totals.course_nl, course.nl + totals.session.nl), product.course_nl, more)
    return found


def _most(figure: Figure | None) -> int | None:
    return None if figure is None or figure.hard is None else figure.hard[1]


def near(*values: int) -> st.SearchStrategy[int]:
    """Around limits, where a wrong comparison shows."""
    return st.one_of(
        *(st.integers(max(0, value - 60_000), value + 60_000) for value in values),
        *(st.sampled_from([max(0, value - 1), value, value + 1]) for value in values),
    )


MAYBE_NL = st.none() | st.integers(100_000, 900_000)
VOLUME = near(0, 100_000, 500_000, 900_000)
COUNT = st.sampled_from([0, 1, 10]) | st.integers(0, 105)
FIGURE = st.integers(100, 900).map(lambda most: Figure(source="s", grade="A", hard=(1000, most * 1000)))
SHOTS = st.builds(
    lambda most, soft: Figure(source="s", grade="A", soft=(1, min(soft, most)), hard=(1, most)),
    st.integers(1, 60),
    st.integers(1, 60),
)
GIVEN = st.lists(
    st.builds(Given, st.sampled_from(["forehead", "temple", "glabella", ""]), st.integers(0, 40)), max_size=3
).map(tuple)
COUNTED = st.builds(Counted, COUNT, VOLUME)
TODAY = st.lists(
    st.builds(Today, st.sampled_from(["forehead", "temple", ""]), st.sampled_from(["whole", "left", "right"]), COUNTED),
    max_size=3,
).map(tuple)
UNUSUAL: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    # what is usual, and what it may be instead
    "cap_depth_um": (6000, st.sampled_from([1000, 730, 550])),
    "cap_dose_nl": (200_000, st.sampled_from([22_000, 19_500])),
    "cap_rate_mhz": (9000, st.sampled_from([2500, 1900])),
    "dwell_ms": (20, st.sampled_from([0, 120, 480])),
    "compliance_nl_per_100kpa": (250, st.sampled_from([333, 334, 350, 400])),
    "smallest": (1000, st.sampled_from([3000, 3500, 20_000, 20_500, 21_000])),
    "point_nl": (None, st.sampled_from([19_000, 20_999, 21_000, 26_250, 63_000, 200_000])),
    "session_nl": (None, MAYBE_NL),
    "session_shots": (None, st.integers(1, 60)),
    "course_sessions": (None, st.integers(1, 4)),
    "course_nl": (None, MAYBE_NL),
    "interval_days": (None, st.integers(0, 31)),
    "viscosity_upas": (None, st.sampled_from([1000, 4000])),
    "no product": (False, st.just(True)),
    "zone_nl": (None, FIGURE),
    "zone_shots": (None, SHOTS),
    "protocol_nl": (None, FIGURE),
    "barrel_sensed": (True, st.just(False)),
    "needle": ("30g-4mm", st.sampled_from(list(p.LIBRARY.needles))),
    "shots_max": (0, st.integers(1, 60)),
    "syringe": ("5ml", st.sampled_from(["1ml", "2ml"])),
    "course": (p.FIRST, st.builds(Course, st.integers(0, 4), VOLUME, st.integers(0, 5), GIVEN)),
    "product_today": (Counted(0, 0), COUNTED),
    "today": ((), TODAY),
    "zone": ("forehead", st.sampled_from(["temple", "knee"])),
    "side": ("whole", st.sampled_from(["left", "right", "up"])),
    "depth_um": (600, st.sampled_from([0, 50, 450, 500, 630, 700, 750, 950, 1000, 1050, 1100, 1350, 1400, 6050, -50])),
    "dose_nl": (
        20_000,
        st.sampled_from([0, 1000, 2000, 3000, 4000, 18_000, 20_500, 22_000, 23_000, 25_000, 26_000, 200_000]),
    ),
    "mode": (Mode.CONTINUOUS, st.sampled_from(list(Mode))),
    "rate_mhz": (2000, st.sampled_from([0, 400, 500, 550, 2500, 2600, 5000, 7000, 9000, 9100])),
    "shots": (40, st.integers(0, 110)),
    "given_point_nl": (0, near(0, 60_000)),
    "given_zone": (Counted(0, 0), COUNTED),
    "given_session": (Counted(0, 0), COUNTED),
    "usable_nl": (5_000_000, near(0, 21_000, 420_000)),
    "given_product_nl": (0, VOLUME),
    "given_course_nl": (0, VOLUME),
    "given_sessions": (1, st.integers(0, 5)),
    "given_by_needle": (0, COUNT),
}
NAMES = st.sampled_from(list(UNUSUAL))
TOGETHER = (  # a limit and what runs into it
    ("smallest", "dose_nl"), ("point_nl", "mode"), ("point_nl", "given_point_nl", "mode"),
    ("session_nl", "given_product_nl"), ("session_shots", "given_session"), ("session_shots", "shots"),
    ("course_sessions", "given_sessions"), ("course_sessions", "course"), ("course_nl", "given_course_nl"),
    ("course_nl", "course"), ("interval_days", "course"), ("zone_nl", "given_zone"), ("zone_shots", "given_zone"),
    ("protocol_nl", "given_session"), ("barrel_sensed", "dose_nl"), ("rate_mhz", "dose_nl", "needle"),
    ("compliance_nl_per_100kpa", "dose_nl"), ("zone", "side"), ("zone", "side", "depth_um"), ("rate_mhz", "usable_nl"),
    ("session_nl", "product_today"), ("session_shots", "product_today"), ("session_shots", "product_today", "today"),
    ("zone_nl", "today"), ("zone_shots", "today"), ("protocol_nl", "today"), ("today", "given_session"),
    ("zone_nl", "today", "zone", "side"), ("shots_max", "given_by_needle"),
)  # fmt: skip

Case = tuple[dict[str, Any], Setting, Totals]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Parts, an arming's values and what was counted: all usual but for a few things that belong together."""
    odd = set(draw(st.sampled_from(TOGETHER))) | draw(st.sets(NAMES, max_size=2))
    value = {name: draw(unusual) if name in odd else usual for name, (usual, unusual) in UNUSUAL.items()}
    replace = p.msgspec.structs.replace
    caps = ("cap_depth_um", "cap_dose_nl", "cap_rate_mhz", "dwell_ms", "compliance_nl_per_100kpa")
    limits = ("point_nl", "session_nl", "session_shots", "course_sessions", "course_nl", "interval_days")
    smallest = {f"smallest_dose_{barrel}_nl": value["smallest"] for barrel in (1, 2, 5)}
    protocol = p.with_zone(
        zone_key="temple" if value["zone"] == "temple" else "forehead",
        zone_nl=value["zone_nl"],
        zone_shots=value["zone_shots"],
    )
    device = p.LIBRARY.devices["reference"]
    whole = p.parts(
        device=replace(device, barrel_sensed=value["barrel_sensed"], unsensed_dose_nl=19_000),
        identity=replace(p.IDENTITY, **{cap: value[cap] for cap in caps}),
        calibration=replace(p.CALIBRATION, **smallest),
        needle=replace(p.LIBRARY.needles[value["needle"]], shots_max=value["shots_max"]),
        syringe=p.LIBRARY.syringes[value["syringe"]],
        protocol=replace(protocol, session_nl=value["protocol_nl"]),
        product=None
        if value["no product"]
        else p.product(viscosity_upas=value["viscosity_upas"], **{limit: value[limit] for limit in limits}),
        course=replace(value["course"], product_today=value["product_today"], today=value["today"]),
    )
    setting = Setting(
        **{name: value[name] for name in ("zone", "side", "depth_um", "dose_nl", "mode", "rate_mhz", "shots")}
    )
    counted = Totals(
        point_nl=value["given_point_nl"],
        zone=value["given_zone"],
        session=value["given_session"],
        syringe_usable_nl=value["usable_nl"],
        product_nl=value["given_product_nl"],
        course_nl=value["given_course_nl"],
        course_sessions=value["given_sessions"],
        needle_shots=value["given_by_needle"],
    )
    return whole, setting, counted
