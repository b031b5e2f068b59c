"""A treatment: depth, dose, rate and shots, what is ready, missing and armed, in any zones."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from kiosk.view.local import Change, Offer
from tests.view.samples.catalogue import PICKS
from tests.view.samples.preparing import SESSION
from tests.view.samples.shipped import place
from tests.view.samples.surroundings import Scenes, at, replace, snap
from tests.view.samples.zones import MESOLIFT, STRETCH_MARKS

DEPTH = s.Value(600, 50, 0, 1500, "device", "zone", 600, 400, 900, "forehead skin thickness, PMC9205051", "A")
DOSE = s.Value(20_000, 1_000, 3_000, 100_000, "calibration", "protocol", 20_000, 10_000, 40_000, "pubmed 27401775", "A")
RATE = s.Value(2_000, 100, 500, 4_500, "device", "needle", 2_000)
SHOTS = s.Value(60, 1, 1, 88, "device", "syringe", 60, None, 60)
OFFERED = f"Left {place('mesolift', 'zygoma').lower()}: 60 shots of 20.0 uL at 0.60 mm, continuous, 2.0 shots/s"
TREAT = s.Treat(
    "zygoma",
    "left",
    "continuous",
    DEPTH,
    DOSE,
    RATE,
    SHOTS,
    OFFERED,
    None,
    52,
    960_000,
    2_000_000,
    920_000,
    34,
    "free",
    0,
    90,
    False,
    False,
    False,
    False,
    True,
    150,
    270,
    300,
)
ARMING = s.ArmingView(OFFERED, 60, 12, 48, "12 shots left: product limit")
TREATING = snap("treat", session=SESSION, treat=TREAT)
UNREADY = replace(
    TREATING,
    missing=(
        "The needle's place is unknown: home it.",
        "The handpiece holds no needle.",
        "The set-up waits for: prime.",
        "Trigger or pedal is held: release it.",
    ),
)
ARMED = replace(
    TREATING,
    treat=replace(
        TREAT,
        arming=ARMING,
        contact=True,
        trigger=True,
        enabled=True,
        retracted=False,
        pressure="resisting",
        pressure_kpa=190,
        needle_um=450,
    ),
)
OFFER = Offer(TREAT, SESSION.product, SESSION.syringe, SESSION.needle)
QUESTION = s.Question("depth", "Depth 0.95 mm is above the usual 0.90 mm (zone limit)", True)


def treating_zones(zones: tuple[s.Zone, ...]) -> s.Snapshot:
    """Treating the third of these zones, or the last."""
    now = zones[min(2, len(zones) - 1)]
    return replace(
        TREATING, session=replace(SESSION, zones=zones), treat=replace(TREAT, zone=now.key, side=now.side, angle_deg=60)
    )


def armed_in(zones: tuple[s.Zone, ...]) -> s.Snapshot:
    """Armed in the third of these zones, the needle on its way at 60 degrees."""
    now = treating_zones(zones)
    assert now.treat is not None
    depth = replace(DEPTH, value=500, hard_low=50, hard_high=950, soft_low=500, soft_high=None)
    arming = replace(
        ARMING, words="Left temple: 60 shots of 20.0 uL at 0.50 mm, continuous, 2.0 shots/s", done=41, note=""
    )
    assert now.session is not None
    total = s.Total("zone shots", "Shots in Between the eyebrows", 98, "shots", 100, "zone")
    running = replace(
        now.treat, depth=depth, arming=arming, needle_um=400, contact=True, trigger=True, enabled=True,
        retracted=False, pressure_kpa=60,
    )  # fmt: skip
    return replace(now, session=replace(now.session, totals=(total,)), treat=running)


SCENES: Scenes = {
    "treat": (TREATING, at()),
    "treat-undo": (
        replace(TREATING, treat=replace(TREAT, depth=replace(DEPTH, value=650))),
        at(changed=Change("depth", 600, 650, 9e9)),
    ),
    "treat-missing": (UNREADY, at()),
    "treat-paused": (replace(TREATING, treat=replace(TREAT, left=48)), at()),
    "treat-armed": (ARMED, at()),
    "treat-oblique": (treating_zones(MESOLIFT), at()),
    "treat-face-armed": (armed_in(MESOLIFT), at()),
    "treat-deep": (
        replace(
            treating_zones(STRETCH_MARKS),
            treat=replace(
                TREAT,
                zone="thigh",
                side="left",
                pressure="blocked",
                pressure_kpa=290,
                syringe_left_nl=240_000,
                usable_nl=200_000,
                depth=replace(DEPTH, value=4_200, hard_high=6_000, soft_low=2_000, soft_high=4_000),
            ),
        ),
        at(),
    ),
    "treat-syringe": (TREATING, at("syringe", picks=PICKS)),
}
