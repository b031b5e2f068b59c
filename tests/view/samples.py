"""Hand-made snapshots and local states: one scene for each screen and panel, with realistic texts."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from kiosk.channel import snapshot as s
from kiosk.channel.calibration_views import BenchStep, GaugeView, RunView
from kiosk.channel.checking_views import CheckOutcome
from kiosk.channel.service import (
    BackupLine,
    BackupList,
    Counters,
    FaultCount,
    FaultLine,
    FaultList,
    PartLine,
    WearPage,
)
from kiosk.session.present_calibration import DO_NOW
from kiosk.session.timing import EDGE_SCALE, LAPSE_SCALE
from kiosk.view.local import Change, Draft, Left, Lesson, Local, Offer, Reached

replace = msgspec.structs.replace

LINK = s.LinkView(True, "", 1042, "1.3", 48211, 0, 7)
IN_FORCE = s.InForceView(8, "2026-11-18", "2027-11-18", 358)
LOOP = s.LoopView(True, 48211, 310, 1420, 3100, 0)
CLEAR = s.StopView("clear")
ACCOUNTS = (
    s.Account("Dr. Amelie Laurent", "practitioner", demo_pin="482915"),
    s.Account("Jonas Weber", "technician", demo_pin="730264"),
    s.Account("Clinic administrator", "administrator", demo_pin="915837"),
)
USER = s.User("Dr. Amelie Laurent", "practitioner")
ADMIN = s.User("Clinic administrator", "administrator")
TECHNICIAN = s.User("Jonas Weber", "technician")
CHECKS = (
    s.Check("ledger", "Record", "passed", ""),
    s.Check("profiles", "Treatment profiles", "passed", "11 protocols"),
    s.Check("clock", "Clock", "passed", "2026-11-22 10:42"),
    s.Check("stop", "Stop circuit", "passed", ""),
    s.Check("inputs", "Pedal, trigger and pins", "passed", ""),
    s.Check("link", "Injector and its record", "passed", "Serial 1042, firmware 1.3"),
    s.Check("faults", "Injector without faults", "passed", ""),
    s.Check("calibration", "Calibration", "passed", "Number 8, due again on 2027-11-18"),
    s.Check(
        "homing", "Needle homes, relay and feedback", "asks", "",
        "Is the handpiece away from the patient? The needle moves home.",
    ),
    s.Check("buzzer", "Alarm tone", "waiting", ""),
)  # fmt: skip
ZONES = (
    s.Zone("forehead", "Forehead", "whole", 40, 40, 800_000, "nappage", "2 to 4", 90),
    s.Zone("cheek", "Cheek", "left", 60, 12, 240_000, "nappage", "2 to 4", 90),
    s.Zone("cheek", "Cheek", "right", 60, 0, 0, "nappage", "2 to 4", 90),
    s.Zone("neck", "Neck", "whole", 40, 0, 0, "papule", "10", 90),
)
TOTALS = (
    s.Total("session", "Session", 1_040_000, "nL", 4_000_000, "protocol"),
    s.Total("syringe", "Syringe", 1_040_000, "nL", 1_960_000, "syringe"),
    s.Total("needle", "Needle", 52, "shots", 100, "needle"),
    s.Total("course", "Course", 2, "sessions", 4, "protocol"),
)
SESSION = s.SessionView(
    18,
    "mesolift",
    "Facial mesolift",
    "MK-2291",
    "Dr. Amelie Laurent",
    None,
    ("screening", "product", "needle", "syringe", "preparation", "prime"),
    "hyaluron",
    "Hyaluron mix (example)",
    "LX-4471",
    "2027-04-30",
    "n30g4",
    "30G x 4 mm",
    52,
    "s2",
    "2 mL Luer lock",
    120_000,
    250_000,
    False,
    ZONES,
    TOTALS,
    (
        "Syringe, line and needle are new for this patient, out of unopened packets",
        "Disinfect the area carefully and let it dry",
        "Where anaesthetic cream is used: leave it on for 30 to 40 minutes, then remove it",
        "Cold spray is an alternative to the cream",
    ),
    (
        "Keep the area disinfected",
        "No cream and no touching by hand for 2 hours",
        "Redness and swelling for up to 2 days are known",
        "Bruising, pain, burning for minutes and numbness for days to weeks are known",
        "An infection may show 1 to 12 weeks later: see the clinic at any lump, redness or pain",
        "Agree on a date to look at the area again",
    ),
    next_visit=s.NextVisit("2026-12-06", "2026-11-22", "Facial mesolift: 14 days between two sessions"),
)
DEPTH = s.Value(600, 50, 0, 1500, "device", "zone", 600, 400, 900, "forehead skin thickness, PMC9205051", "A")
DOSE = s.Value(20_000, 1_000, 3_000, 100_000, "calibration", "protocol", 20_000, 10_000, 40_000, "pubmed 27401775", "A")
RATE = s.Value(2_000, 100, 500, 4_500, "device", "needle", 2_000)
SHOTS = s.Value(60, 1, 1, 88, "device", "syringe", 60, None, 60)
TREAT = s.Treat(
    "cheek",
    "left",
    "continuous",
    DEPTH,
    DOSE,
    RATE,
    SHOTS,
    "Left cheek: 60 shots of 20.0 uL at 0.60 mm, continuous, 2.0 shots/s",
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
ARMING = s.ArmingView("Armed: Cheek, LEFT, 0.60 mm, 20.0 uL", 60, 12, 48, "12 shots left: product limit")
ALARMS = (
    s.Alarm(
        301,
        "high",
        "Occlusion",
        "The pressure in the line says that nothing flows. (310 kPa)",
        "The shot was cut short and the plunger drawn back.",
        "Take the needle out, change it, prime, and arm again.",
        "arming",
        True,
        False,
    ),
    s.Alarm(
        214,
        "medium",
        "Needle is worn",
        "The needle has made 104 shots.",
        "Nothing has happened to the patient.",
        "Change the needle.",
        "",
        True,
        False,
    ),
    s.Alarm(
        120,
        "low",
        "Storage is slow",
        "A commit took 430 ms.",
        "The patient is safe.",
        "Check the storage.",
        "",
        True,
        True,
    ),
)
CATALOGUE = s.Catalogue(
    (
        s.ProtocolCard(
            "mesolift",
            "Facial mesolift",
            "Quick shallow injections over the face.",
            ("nappage", "papule"),
            ("forehead", "cheek", "temple", "neck"),
            "4",
            "2 to 3 weeks",
            True,
        ),
        s.ProtocolCard(
            "eyelid", "Lower eyelid", "", ("papule",), ("lower eyelid",), "1 to 2", "6 weeks", True, ("dose",)
        ),
        s.ProtocolCard("scalp", "Scalp", "", ("nappage",), ("vertex", "temples"), "4 to 10", "1 to 2 weeks", False),
        s.ProtocolCard(
            "cellulite",
            "Cellulite",
            "",
            ("point by point",),
            ("thigh",),
            "3 to 4",
            "3 to 4 weeks",
            True,
            ("sessions", "zones.thigh.depth_mm", "zones.thigh.dose_ul", "zones.hip.depth_mm"),
        ),
        s.ProtocolCard(
            "fat", "Localised fat", "", ("point by point",), ("abdomen", "flank"), "2 to 4", "2 to 4 weeks", True
        ),
        s.ProtocolCard(
            "neck", "Neck and decollete", "", ("nappage",), ("neck", "decollete"), "", "", True, ("sessions",)
        ),
        s.ProtocolCard("scars", "Scars", "", ("papule",), ("scar",), "", "", False, ("depth", "dose", "sessions")),
    ),
    (
        s.Choice("n30g4", "30G, 4 mm"),
        s.Choice("n30g6", "30G, 6 mm"),
        s.Choice("n30g13", "30G, 13 mm"),
        s.Choice("n31g4", "31G, 4 mm"),
        s.Choice("n31g13", "31G, 13 mm"),
        s.Choice("n32g4", "32G, 4 mm", "at most 100 shots"),
    ),
    (
        s.SyringeChoice("s1", "1 mL", 1_000_000, 20_000),
        s.SyringeChoice("s2", "2 mL", 2_000_000, 40_000),
        s.SyringeChoice("s5", "5 mL Luer lock", 5_000_000, 100_000),
        s.SyringeChoice("s10", "10 mL", 10_000_000, 200_000),
    ),
    (
        s.ProductChoice("hyaluron", "Hyaluron mix", "not cross-linked, 15 mg/mL", gtin="09506000134352"),
        s.ProductChoice(
            "label",
            "Example: product with a label's hard limits",
            "The shape of a drug label: 0.2 mL a point, 50 points and 10 mL a session, 6 sessions, a month apart.",
        ),
        s.ProductChoice("saline", "Saline 0.9 %", "for training and tests", False),
    ),
    tuple(
        s.Choice(f"c{at}", title, "grade C")
        for at, title in enumerate(
            (
                "Pregnancy",
                "Breastfeeding",
                "Paralysis or stroke in the past",
                "Diabetes that needs insulin",
                "Cancer",
                "Blood coagulation disorder, or anticoagulants",
                "Allergy to any substance in the mix",
                "Urticaria",
                "Heart disease treated with several medicines",
                "Under 18 years of age",
                "Active infection, herpes, wound or burn at the site",
                "Tendency to keloids",
                "Immunosuppression",
                "Autoimmune disease",
                "Isotretinoin within the last 12 months",
                "Laser treatment within the last 6 weeks",
                "Vaccination within the last week",
            )
        )
    ),
    versions=(("Nappage", "0.1.0"), ("Channel", "1"), ("Register map", "1"), ("Python", "3.11.2"), ("Kivy", "2.3.1")),
    cleanup=(
        s.Choice("needle", "Needle into the sharps container, never capped again"),
        s.Choice("path", "Syringe and line thrown away, none is kept for another patient"),
        s.Choice("no_tap_water", "The injector's fluid path was not rinsed with tap water"),
        s.Choice("rest", "What is left of the product thrown away or labelled as its pack says"),
        s.Choice("surfaces", "Handpiece, tray and screen wiped with the clinic's disinfectant"),
    ),
    reactions=(
        s.Choice("redness", "Redness or swelling for longer than 2 days"),
        s.Choice("bruising", "Bruising"),
        s.Choice("pain", "Pain"),
        s.Choice("burning", "Burning for longer than minutes"),
        s.Choice("numbness", "Numbness"),
        s.Choice("allergic", "Rash, hives or another allergic reaction"),
        s.Choice("infection", "Lump, nodule or sign of an infection"),
    ),
    presets=(
        s.Preset(3, "Dr. Martin, forehead", "mesolift", "forehead", "Forehead", "whole", 650, 20_000, "continuous",
                 2_000, 40, "Dr. Amelie Laurent", "2026-11-20 17:40"),
        s.Preset(4, "Crown, second visit", "scalp", "crown", "Crown", "whole", 3_000, 80_000, "single", 1_000, 60,
                 "Dr. Amelie Laurent", "2026-11-21 09:12"),
    ),
)  # fmt: skip
LINE = s.SessionLine(
    17, "2026-11-20 10:42", "MK-2291", "Facial mesolift", "Dr. Amelie Laurent", 132, 2_640_000, True, True
)
RECORD = s.SessionPage(
    LINE,
    "Hyaluron mix (example)",
    "LX-4471",
    "2027-04-30",
    "30G x 4 mm",
    "2 mL Luer lock",
    ZONES,
    tuple(
        s.ShotLine(
            at,
            "forehead" if at <= 28 else "cheek",
            "whole" if at <= 28 else "left",
            600,
            590 + at % 20,
            20_000,
            19_800 + at * 10 % 400 if at != 9 else 9_200,
            "completed" if at != 9 else "partial: blocked",
            "10:51:02",
        )
        for at in range(1, 41)
    ),
    (("10:42", "Session opened"),),
    ("1 shot is uncertain",),
    (
        s.PlanLimits("forehead", "whole", 50, 1_350, 1_000, 25_000),
        s.PlanLimits("cheek", "left", 50, 1_050, 1_000, 25_000),
    ),
)


DUE = s.DueList(
    (
        s.DueLine("MK-2291", "2026-11-15", -7),
        s.DueLine("ZT-0007", "2026-11-21", -1),
        s.DueLine("AB-1180", "2026-11-22", 0),
        s.DueLine("QP-0412", "2026-11-23", 1),
        s.DueLine("demo-patient-12", "2026-11-29", 7),
    )
)
SHA = "3f1a9c07" * 8
APPROVALS = s.ApprovalList(
    (
        s.ApprovalLine("mesolift", "Facial mesolift", SHA, "changed", "Clinic administrator", "2026-11-02 09:14"),
        s.ApprovalLine("face", "Face and skin, general", "0b" * 32, "approved", "Ada Byron", "2026-11-20 17:40"),
        s.ApprovalLine("scalp", "Scalp", "77" * 32, "never", needs=("sessions", "interval_days")),
        s.ApprovalLine("pain", "Pain points: shoulder, lower back and knee", "5d" * 32, "never"),
    )
)
CITED = "skin thickness by ultrasound, forehead: women 1.06 mm, men 1.39 mm (PMC9205051); under 0.5 mm is the epidermal"
APPROVAL = s.ApprovalPage(
    APPROVALS.lines[0],
    (
        s.Change("zones.forehead.depth.default", "1.50 mm", "2.00 mm"),
        s.Change("zones.forehead.depth.hard", "0.05 mm to 1.35 mm", "0.05 mm to 1.30 mm"),
        s.Change("zones.forehead.depth.source", CITED, CITED.replace("1.39 mm", "1.30 mm")),
        s.Change("zones.temple.zone_shots.hard", "", "1 shots to 60 shots"),
        s.Change("shared.products.example-label.course_sessions", "6", "4"),
        s.Change("shared.screening.laser.text", "Laser treatment within the last 6 weeks", ""),
    ),
)


def snap(phase: str = "home", **changes: object) -> s.Snapshot:
    """A snapshot with the usual surroundings."""
    base = s.Snapshot(
        1, 0.0, True, "home", CLEAR, LINK, LOOP, ACCOUNTS, user=USER, checks=CHECKS, ready=True,
        wall="2026-11-22 10:42", in_force=IN_FORCE,
    )  # fmt: skip
    return replace(base, phase=phase, **changes)


def setup(step: str, **changes: object) -> s.Snapshot:
    """A snapshot in one step of the set-up."""
    order = ("screening", "product", "needle", "syringe", "preparation", "prime")
    session = replace(SESSION, step=step, done=order[: order.index(step)], **changes)
    return snap("setup", session=session, missing=("The set-up waits for: product.",))


def at(place: str = "", **changes: object) -> Local:
    """A local state with a live connection."""
    base = Local(age_ms=20, place=place, trail=("",) if place else (), phase="home", last_session=0)
    return replace(base, **changes)


TREATING = snap("treat", session=SESSION, treat=TREAT)
UNREADY = replace(
    TREATING,
    missing=(
        "The needle is not homed",
        "Alarm A301 stands: change the needle",
        "Prime 10 uL or confirm a drop",
        "Handpiece",
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
PICKS = {"protocol": "mesolift", "product": "hyaluron", "needle": "n30g4", "syringe": "s2", "account": USER.name}
KNOWN = s.PatientPage(
    "MK-2291", True, "2026-11-01", "Cheek, left", "Hyaluron mix (example)", "Facial mesolift", ("MK-2281",),
    last_zones=ZONES[:2],
)  # fmt: skip
NEW = s.PatientPage("ZT-0007", False)
QUESTION = s.Question("depth", "Depth 0.95 mm is above the usual 0.90 mm (zone limit)", True)


def zones_of(*places: tuple[str, str, bool], technique: str = "nappage") -> tuple[s.Zone, ...]:
    """Zones as a protocol lists them: key, title, and whether it is a pair; the first is done, the second begun."""
    found: list[s.Zone] = []
    for key, title, paired in places:
        for side in ("left", "right") if paired else ("whole",):
            planned, done = ((60, 60), (40, 12))[len(found)] if len(found) < 2 else (0, 0)
            found.append(s.Zone(key, title, side, planned, done, done * 20_000, technique, "2 to 4", 60))
    return tuple(found)


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
    arming = replace(ARMING, words="Armed: Temple, LEFT, 0.50 mm, 20.0 uL", done=41, note="")
    assert now.session is not None
    total = s.Total("zone shots", "Shots in Between the eyebrows", 98, "shots", 100, "zone")
    running = replace(
        now.treat, depth=depth, arming=arming, needle_um=400, contact=True, trigger=True, enabled=True,
        retracted=False, pressure_kpa=60,
    )  # fmt: skip
    return replace(now, session=replace(now.session, totals=(total,)), treat=running)


MESOLIFT = zones_of(
    ("forehead", "Forehead", False), ("glabella", "Between the eyebrows", False), ("temple", "Temple", True),
    ("nose", "Nose", False), ("zygoma", "Cheekbone", True), ("submandibular", "Below the jaw", True),
)  # fmt: skip
EYELID = zones_of(("lower_eyelid", "Lower eyelid", True), technique="clinic")
SCALP = zones_of(
    ("frontal", "Front of the scalp", False), ("crown", "Crown", False), ("temporal", "Side of the scalp", True)
)
STRETCH_MARKS = zones_of(
    ("abdomen", "Abdomen", False), ("thigh", "Thigh", True), ("hip", "Hip", True), ("breast", "Breast", True)
)
PAIN = zones_of(("shoulder", "Shoulder", True), ("lower_back", "Lower back", True), ("knee", "Knee", True))
NECK = zones_of(("neck", "Neck", False), ("decollete", "Decollete", False))
ABSENT = zones_of(("forehead", "Forehead", False), ("left_ring_finger", "Ring finger", True))


WEIGHED = (*(19_800 + 70 * (place * 7 % 11) for place in range(18)), 18_100)
RUNS = (
    RunView("smallest", 2_000, 25, tuple(1_960 + 9 * (place * 5 % 9) for place in range(25)), (), 1_996, 18, 1_960,
            -2_000, 150_000, 11_300, 15_800, passes=True),
    RunView("middle", 20_000, 25, WEIGHED, (18,), 20_050, 240, 18_100, 2_500, 50_000, 24_100),
    RunView("largest", 200_000, 12),
)  # fmt: skip
DONE = (
    RUNS[0],
    replace(RUNS[1], volumes_nl=(*WEIGHED, *WEIGHED[:6]), error_ppm=-81_000, cv_most_ppm=31_000, passes=False),
    RunView("largest", 200_000, 12, (184_200,) * 12, (), 184_200, 900, 183_100, -79_000, 50_000, 4_000, 6_000,
            passes=False),
)  # fmt: skip
PROPOSED = s.ProposalView(
    "1f", passes=False,
    sentence="Not all doses pass with calibration 8; a step moves 0.9210 of what is believed.",
    changes=(
        s.ChangeView("2 mL: one step of the plunger", 19_400, 17_867, "pL"),
        s.ChangeView("2 mL: smallest dose", 1_000, 2_000, "nL"),
    ),
    why_not_certify="what is in force does not pass",
)  # fmt: skip


SUPPLY_LOST = s.Alarm(
    711, "medium", "Motor supply lost", "The injector sees no motor supply.", "No motion is possible.",
    "Look at the supply, then clear the fault.", "arming", True, True,
)  # fmt: skip


def weighing(name: str, **changes: object) -> s.Snapshot:
    """A calibration that is open and waits for this step."""
    step = cast("BenchStep", name)
    view = s.CalibratingView(
        step, DO_NOW[step], "Dose, 2 mL syringe", room="20.4 degrees, 1008 hPa, 47 % humidity",
        blank="0.56 ug/s evaporate", runs=RUNS, last_ug=12_987_650, left_nl=1_640_000,
    )  # fmt: skip
    return snap("calibrate", user=TECHNICIAN, calibrating=replace(view, **changes), in_force=IN_FORCE)


CLOSING = snap("closing", session=SESSION)
ENDED = frozenset({f"clean:{entry.key}" for entry in CATALOGUE.cleanup} | {"aftercare", "reaction:none"})
"""All that stands before a signature is ticked."""
DEPTH_PROPOSED = s.ProposalView(
    "2f", passes=False,
    sentence="Depth or backlash does not pass with calibration 8; farthest off 0.41 mm, backlash 0.04 mm.",
    changes=(
        s.ChangeView("Depth: zero", 0, -243, "um"),
        s.ChangeView("Depth: scale", 1_000_000, 970_874, "ppm"),
    ),
    why_not_certify="what is in force does not pass",
)  # fmt: skip


def under_gauge(step: str, read: int, **changes: object) -> s.Snapshot:
    """The depth under a gauge, so many readings taken."""
    depths = [(depth, below) for depth in (500, 1_500, 2_500, 3_500, 4_500, 5_500) for below in (False, True)]
    gauge = tuple(
        GaugeView(depth, below, round(250 + depth * 1.03 + 40 * below) if at < read else None)
        for at, (depth, below) in enumerate(depths)
    )
    known = {"part": "Depth under a gauge", "runs": (), "room": "", "blank": "", "last_ug": None, "gauge": gauge}
    return weighing(step, **{**known, **changes})


NAMED = (
    s.InstrumentView("balance", "NPB224", "B000417", "K-2026-118", "2027-03-01", 10, 40),
    s.InstrumentView("gauge", "Dial 12.5", "G7", "K-2026-119", "2027-03-01", 1_000, 1_500),
    s.InstrumentView(
        "thermometer", "T100", "T3", "K-2025-120", "2026-11-01", 10, 50,
        "It was due on 2026-11-01: it proves nothing until it is calibrated itself.",
    ),
    s.InstrumentView("barometer"),
)  # fmt: skip
CERTIFICATES = s.CertificateList(
    (
        s.CertificateLine(3, "2026-11-18", "2027-11-18", 8, 1042, "Jonas Weber", ("depth", "2", "5"), False, True),
        s.CertificateLine(2, "2025-11-20", "2026-11-20", 5, 1042, "Jonas Weber", ("depth", "5"), False, False),
        s.CertificateLine(1, "2024-11-22", "2025-11-22", 2, 1042, "Ada Byron", ("depth", "5"), True, False),
    ),
    more=True,
)
CERTIFICATE = s.CertificatePage(
    CERTIFICATES.lines[0],
    "8773c4886d44a767dd79017bcc21bda6720530c97784aa08370ac70d8704150d",
    "Reference injector",
    (
        s.ProvedLine("Depth, farthest off", "+0.012 of 0.10 mm, n 12, U 0.004 mm", True),
        s.ProvedLine("Backlash of the needle", "+0.021 +/- 0.004 of 0.05 mm, n 6", True),
        s.ProvedLine("Line through the depths", "zero +0.003 +/- 0.004 mm, scale 1.0012 +/- 0.0011"),
        s.ProvedLine("5 mL, 2 uL: mean", "1.964 +/- 0.008 uL, off -1.80 of 15.0 %, n 25, U 0.042 uL", True),
        s.ProvedLine("5 mL, 2 uL: scatter", "CV 0.95 of 10 %, n 25, 1 apart and counted, worst 1.937 uL", True),
        s.ProvedLine("5 mL, 200 uL: mean", "199.782 +/- 1.298 uL, off -0.11 of 5.0 %, n 12, U 1.298 uL", True),
        s.ProvedLine("5 mL, 200 uL: scatter", "CV 1.02 of 10 %, n 12, worst 204.110 uL", True),
    ),
    NAMED[:2],
    ("1", "10"),
)
YEARS = ("2023-12-04", "2024-11-22", "2025-11-20", "2026-11-18")


def drifting(key: str, dose_nl: int, allowed: int, *values: tuple[int, int]) -> s.DriftSeries:
    """One figure over four years, as found and as left."""
    points = tuple(
        s.DriftPoint(day, 2 + at, found, left)
        for at, (day, (found, left)) in enumerate(zip(YEARS, values, strict=True))
    )
    return s.DriftSeries(cast("Any", key), dose_nl, "ppm" if dose_nl else "um", allowed, points)


DRIFT = s.DriftPage(
    (
        s.DriftPart("depth", 1042, (
            drifting("zero", 0, 100, (243, 4), (21, 21), (64, 2), (38, 38)),
            drifting("scale", 0, 100, (165, -3), (-12, -12), (-30, 1), (-22, -22)),
        )),
        s.DriftPart("2", 1042, (
            drifting("smallest", 2_000, 150_000, (41_000, 3_000), (12_000, 12_000), (-20_000, -20_000), (8_000, 8_000)),
            drifting("middle", 20_000, 50_000, (61_000, 2_000), (9_000, 9_000), (31_000, -1_000), (14_000, 14_000)),
            drifting("largest", 200_000, 50_000, (58_000, 1_000), (7_000, 7_000), (28_000, 500), (11_000, 11_000)),
        )),
    )
)  # fmt: skip
BENCH = snap(user=TECHNICIAN, in_force=IN_FORCE, instruments=NAMED)
PINS = s.PinsView(True, True, False, True, False, False, False, False, True)
SENSED = s.SensedView(False, False, True, True, False, False, 5, 0, 0, 0, "ready", 3_210_000)
PRESSED_IN_VAIN = (
    "it rose to 12 kPa and not to 300 kPa: the outlet is open, the line holds air, or the sensor reads too little. "
    "Open the outlet with care"
)
CHECKED: tuple[tuple[str, str, CheckOutcome, str, str], ...] = (
    ("stop", "Stop circuit", "passed", "", "2026-11-22"),
    ("pedal", "Foot pedal", "failed", "both contacts are closed, NO and NC", "2026-10-02"),
    ("trigger", "Trigger of the handpiece", "passed", "", "2026-11-22"),
    ("contact", "Skin contact", "not seen", "nothing was seen", ""),
    ("needle", "Needle sensor", "passed", "", "2026-11-22"),
    ("syringe", "Syringe clamp", "passed", "a barrel of 5 mL is sensed", "2026-11-22"),
    ("pressure", "Line pressure at rest", "passed", "it reads 0 kPa to 1 kPa", "2026-11-22"),
    ("load", "Line pressure, outlet closed", "failed", PRESSED_IN_VAIN, "2026-10-02"),
    ("home", "Home switch", "", "", ""),
    ("relay", "Enable relay and feedback", "passed", "feedback 6 ms, supply 24 ms, open 7 ms", "2026-11-22"),
    ("red", "Red lamp", "passed", "", "2026-11-22"),
    ("yellow", "Yellow lamp", "stopped", "an alarm flashes this lamp", "2026-11-22"),
    ("cyan", "Cyan lamp", "passed", "", "2026-11-22"),
    ("buzzer", "Alarm buzzer", "left", "", ""),
    ("touch", "Touch of the screen", "failed", "not reached: left bottom", ""),
)
EDGE_BARS = (0,) * 10 + (2, 9, 31, 24, 11, 6, 3, 0, 1, 0, 0, 1, 0, 0, 1) + (0,) * 7
TIMES = (
    s.TimeView("stop", 10_000, 89, 270, 12_100, 12_100, 1, 1, 4, EDGE_SCALE, EDGE_BARS),
    s.TimeView("pedal", 10_000, edges_us=EDGE_SCALE, counts=(0,) * 32),
    s.TimeView("lapse", 250_000, 20, 184_000, 188_000, 188_000, 0, 0, 0, LAPSE_SCALE, (0,) * 18 + (20,) + (0,) * 21),
)


def workshop(now: s.CheckNow | None = None, **changes: object) -> s.Snapshot:
    """A technician between sessions, with inputs, checks and times."""
    lines = tuple(
        s.CheckLine(key, title, outcome, detail, "2026-11-22 10:42" if outcome else "", TECHNICIAN.name, passed)
        for key, title, outcome, detail, passed in CHECKED
    )
    work = s.CheckingView(PINS, SENSED, lines, now, TIMES, "" if now else "pedal")
    return snap(user=TECHNICIAN, checking=replace(work, **changes))


TAUGHT = Lesson(on=True, begun="2026-11-22 10:42", session=18)
STOPPED = replace(TAUGHT, seen=frozenset({"stopped"}))
SIGNED = replace(TAUGHT, seen=frozenset({"stopped", "refilled", "signed"}), session=17)
RELEASED = s.StopView(
    "released", "STOP on the screen", "The stop was released. Nothing moves until you acknowledge it."
)
RENEWED = replace(TREATING, session=replace(SESSION, needle_shots=0))
FIRST = replace(TREATING, treat=replace(TREAT, zone="forehead", side="whole", shot_count=0))
"""Nothing is given yet: the lesson has not come to its first shot."""
LESSON_SCENES: dict[str, tuple[s.Snapshot | None, Local]] = {
    "lesson-selftest": (snap("starting", user=None, ready=False), at(lesson=TAUGHT)),
    "lesson-signin": (snap(user=None), at(picks=PICKS, texts={"pin": "482"}, lesson=TAUGHT)),
    "lesson-home": (snap(), at(lesson=TAUGHT)),
    "lesson-protocols": (snap(), at("protocols", lesson=TAUGHT)),
    "lesson-code": (snap(), at("patient", texts={"patient": "T10"}, focus="patient", lesson=TAUGHT)),
    "lesson-screening": (setup("screening"), at(ticks=frozenset({"adult", "consent"}), session=18, lesson=TAUGHT)),
    "lesson-lot": (setup("product"), at(panel="text:lot", focus="lot", picks={"product": "hyaluron"}, shift=True,
                                        lesson=TAUGHT)),
    "lesson-needle": (setup("needle"), at(picks=PICKS, lesson=TAUGHT)),
    "lesson-syringe": (setup("syringe"), at(picks=PICKS, fill_nl=2_000_000, lesson=TAUGHT)),
    "lesson-prime": (setup("prime"), at(lesson=TAUGHT)),
    "lesson-map": (FIRST, at(panel="zone", lesson=TAUGHT)),
    "lesson-depth": (
        replace(FIRST, treat=replace(TREAT, zone="neck", side="whole", shot_count=0)),
        at(panel="edit:depth", draft=Draft("depth", 600, 0.0), lesson=TAUGHT),
    ),
    "lesson-contact": (
        replace(ARMED, treat=replace(TREAT, zone="neck", side="whole", shot_count=0, arming=ARMING, enabled=True)),
        at(lesson=TAUGHT),
    ),
    "lesson-stop": (ARMED, at(lesson=TAUGHT)),
    "lesson-stopped": (
        replace(TREATING, stop=RELEASED),
        at(lesson=STOPPED),
    ),
    "lesson-alarm": (replace(TREATING, alarms=ALARMS), at(lesson=STOPPED)),
    "lesson-alarm-page": (replace(TREATING, alarms=ALARMS), at("alarm", alarm=301, lesson=STOPPED)),
    "lesson-renew": (TREATING, at(lesson=STOPPED)),
    "lesson-refill": (RENEWED, at(lesson=STOPPED)),
    "lesson-astray": (TREATING, at("settings", lesson=STOPPED)),
    "lesson-end": (CLOSING, at(ticks=frozenset({"clean:needle", "clean:path"}), lesson=STOPPED)),
    "lesson-record": (snap(last_session=17), at("record", record=RECORD, lesson=SIGNED)),
    "lesson-over": (
        snap(last_session=17),
        at("record", record=RECORD, lesson=replace(SIGNED, seen=SIGNED.seen | {"exported"})),
    ),
    "panel-lesson": (
        snap(last_session=17),
        at("record", record=RECORD, panel="lesson", lesson=replace(SIGNED, seen=SIGNED.seen | {"exported"})),
    ),
}  # fmt: skip
"""The first session that the kiosk leads, at steps whose pages are full."""

WEAR = WearPage(
    20_412, 612, 233, 181, 486_310_000, 1_904, 1_312, 88,
    (
        PartLine("needle carriage", 4_104, "strokes", "2026-09-02", "Jonas Weber"),
        PartLine("return spring", 21_257, "strokes"),
        PartLine("tubing", 96_420_000, "nL", "2026-10-18", "Jonas Weber"),
        PartLine("enable relay", 1_904, "cycles"),
    ),
    Counters(1042, 22_004, 531_870_000, 91, 13_460, 402, 377),
)  # fmt: skip
NO_ANSWER = "The injector did not answer"
FAULTS = FaultList(
    tuple(
        FaultLine(row, number, title, at, lasted, by, detail, session)
        for row, number, title, at, lasted, by, detail, session in (
            (9_120, 703, "No connection to the injector", "2026-11-21 16:40:12", 3, "Jonas Weber", NO_ANSWER, 0),
            (8_411, 708, "Skin contact lost", "2026-11-20 10:51:02", 41, "Dr. Amelie Laurent", "", 17),
            (8_002, 717, "Controller was too slow", "2026-11-18 09:12:44", 0, "", "61 ms", 0),
            (7_644, 707, "Blocked", "2026-11-12 15:20:09", -1, "Dr. Amelie Laurent", "", 12),
            (7_100, 720, "Calibration expires soon", "2026-11-01 08:00:01", 7_420, "Jonas Weber", "in 30 days", 0),
            (6_980, 708, "Skin contact lost", "2026-10-28 14:02:55", 12, "Dr. Amelie Laurent", "", 9),
        )
    ),
    True,
    (FaultCount(708, "Skin contact lost", 14), FaultCount(703, "No connection to the injector", 3),
     FaultCount(707, "Blocked", 2), FaultCount(717, "Controller was too slow", 1)),
)  # fmt: skip
BACKUPS = BackupList(
    "/var/lib/nappage/backups",
    (
        BackupLine("settings-20261121-171502.json", SHA, "2026-11-21 17:15", "Clinic administrator", 4, 19),
        BackupLine("settings-20260901-090110.json", "0b" * 32, "2026-09-01 09:01", "Clinic administrator", 3, 19),
        BackupLine("copied.json", why="it is damaged: its SHA-256 does not fit"),
    ),
)
BUILT = s.ProposalView(
    "9f", passes=False, sentence="Nothing is armed with these figures: depth and dose are measured and proved first.",
    changes=(
        s.ChangeView("Depth: zero", 0, 0, "um"),
        s.ChangeView("Depth: scale", 0, 1_000_000, "ppm"),
        *(s.ChangeView(f"{ml} mL: one step of the plunger", 0, pl, "pL")
          for ml, pl in ((1, 5_422), (2, 19_400), (5, 35_750), (10, 51_600))),
        *(s.ChangeView(f"{ml} mL: smallest dose", 0, 0, "nL") for ml in (1, 2, 5, 10)),
    ),
)  # fmt: skip
NO_CALIBRATION = s.InForceView(sentence="The injector has no valid calibration.", restorable=True)
WIRE = s.WireView(1_204_118, 3, 12, 9, 4, 63, 2, 1_500, 2_250, 31_400)


SCENES: dict[str, tuple[s.Snapshot | None, Local]] = {
    "instruments": (BENCH, at("instruments")),
    "instrument": (BENCH, at("instrument", picks={"instrument": "gauge"}, figures={"gauge_step": 2_000})),
    "instrument-answers": (
        replace(BENCH, instruments=(replace(NAMED[0], answers=("NPB224", "B000417")), *NAMED[1:])),
        at("instrument", picks={"instrument": "balance"}),
    ),
    "instrument-new": (
        BENCH,
        at("instrument", picks={"instrument": "barometer"}, texts={"instrument_model": "P20"}),
    ),
    "certificates": (BENCH, at("certificates", certificates=CERTIFICATES)),
    "certificates-none": (BENCH, at("certificates", certificates=s.CertificateList((), more=False))),
    "certificate": (BENCH, at("certificate", certificate=CERTIFICATE)),
    "certificate-exported": (
        BENCH,
        at("certificate", certificate=CERTIFICATE, exported="/var/lib/nappage/exports/certificate-00003.pdf"),
    ),
    "drift": (BENCH, at("drift", drift=DRIFT)),
    "drift-dose": (BENCH, at("drift", drift=DRIFT, picks={"drift": "1042:2"})),
    "drift-once": (
        BENCH,
        at(
            "drift",
            drift=s.DriftPage(
                (
                    replace(
                        DRIFT.parts[0],
                        series=tuple(replace(each, points=each.points[:1]) for each in DRIFT.parts[0].series),
                    ),
                )
            ),
        ),
    ),
    "drift-none": (BENCH, at("drift", drift=s.DriftPage(()))),
    "home-soon": (snap(in_force=s.InForceView(8, "2025-12-04", "2026-12-04", 12)), at()),
    "home-expired": (
        snap(
            in_force=s.InForceView(8, "2025-11-01", "2026-11-01", -21, "The calibration expired on 2026-11-01."),
            missing=("The calibration expired on 2026-11-01.",),
        ),
        at(),
    ),
    "inputs": (workshop(), at("inputs")),
    "inputs-lost": (
        replace(workshop(sensed=None), link=s.LinkView(False, "The injector on /dev/ttyACM0 was unplugged")),
        at("inputs"),
    ),
    "inputs-driven": (
        workshop(
            pins=replace(PINS, stop_b=False, feedback=True, enable=True, red=True, hertz=880),
            sensed=replace(SENSED, trigger=True, supply=True, supply_mv=24_100, pressure_kpa=118, needle_um=5_500),
        ),
        at("inputs"),
    ),
    "checks": (workshop(), at("checks")),
    "checks-busy": (workshop(measuring=True), at("checks")),
    "checks-watch": (
        workshop(s.CheckNow("stop", "Stop circuit", "Release the red button, then acknowledge the stop.", False, 14)),
        at("checks"),
    ),
    "checks-relay": (
        workshop(
            s.CheckNow("relay", "Enable relay and feedback", "The enable relay closes for a moment. No needle moves.")
        ),
        at("checks"),
    ),
    "checks-seen": (
        workshop(s.CheckNow("red", "Red lamp", "The red lamp is lit: look at the beacon.", True, 27)),
        at("checks"),
    ),
    "checks-heard": (
        workshop(s.CheckNow("buzzer", "Alarm buzzer", "The buzzer sounds once a second: listen.", True, 27)),
        at("checks"),
    ),
    "panel-away": (workshop(), at("checks", panel="away:relay")),
    "checks-failed": (workshop(ended="load"), at("checks")),
    "panel-away-load": (workshop(), at("checks", panel="away:load")),
    "timing": (workshop(), at("timing")),
    "timing-none": (workshop(), at("timing", picks={"time": "pedal"})),
    "timing-lapse": (workshop(), at("timing", picks={"time": "lapse"})),
    "panel-touch": (
        workshop(),
        at("inputs", panel="touch", reached=Reached(("left top", "middle", "right"), 1, "", 9e9)),
    ),
    "panel-recover-technician": (replace(workshop(), phase="starting"), at(panel="recover")),
    **LESSON_SCENES,
    "calibration": (snap(user=TECHNICIAN, in_force=IN_FORCE), at("calibration")),
    "calibration-expired": (
        snap(
            "starting",
            user=TECHNICIAN,
            checks=(*CHECKS[:7], replace(CHECKS[7], state="failed", detail="The calibration expired on 2026-11-01.")),
            in_force=replace(
                IN_FORCE, expires="2026-11-01", days_left=-21, sentence="The calibration expired on 2026-11-01."
            ),
        ),
        at("calibration"),
    ),
    "calibration-none": (
        snap(
            "starting",
            user=TECHNICIAN,
            checks=(*CHECKS[:7], replace(CHECKS[7], state="failed", detail="The injector has no valid calibration.")),
            in_force=NO_CALIBRATION,
        ),
        at("calibration"),
    ),
    "proposal-factory": (
        replace(
            weighing("factory", part="No calibration", runs=(), room="", blank="", last_ug=None, proposal=BUILT),
            in_force=NO_CALIBRATION,
        ),
        at(phase="calibrate"),
    ),
    "service": (snap(user=TECHNICIAN), at("service")),
    "service-administrator": (
        snap(user=ADMIN),
        at("service", exported="/var/lib/nappage/exports/support-20261122-104201.zip"),
    ),
    "wear": (snap(user=TECHNICIAN), at("wear", wear=WEAR)),
    "wear-part": (snap(user=TECHNICIAN), at("wear", wear=replace(WEAR, counters=Counters()), picks={"part": "tubing"})),
    "faults": (snap(user=TECHNICIAN), at("faults", faults=FAULTS)),
    "faults-one": (
        snap(user=ADMIN),
        at("faults", faults=replace(FAULTS, lines=FAULTS.lines[1:2], more=False, number=708)),
    ),
    "faults-none": (snap(user=ADMIN), at("faults", faults=FaultList((), False, ()))),
    "link": (snap(user=TECHNICIAN, wire=WIRE), at("link")),
    "backup": (snap(user=ADMIN), at("backup", backups=BACKUPS)),
    "backup-chosen": (
        snap(user=ADMIN),
        at("backup", backups=BACKUPS, picks={"backup": "settings-20261121-171502.json"}),
    ),
    "calibrating-syringe": (
        weighing("syringe", part="", room="", blank="", runs=(), reads_barrel=True),
        at(phase="calibrate", picks=PICKS),
    ),
    "calibrating-restore": (
        replace(weighing("syringe", part="", room="", blank="", runs=()), in_force=replace(IN_FORCE, restorable=True)),
        at(phase="calibrate"),
    ),
    "calibrating-flush": (weighing("flush", room="", blank="", flush_nl=95_400), at(phase="calibrate")),
    "calibrating-room": (weighing("room", room="", blank=""), at(phase="calibrate")),
    "calibrating-blank": (
        weighing("blank end", blank="", balance="NPB224, No. B1", balance_ug=12_987_560),
        at(phase="calibrate"),
    ),
    "calibrating-balance": (
        weighing("weight", running="middle", balance="NPB224, No. B1", balance_ug=13_007_860),
        at(phase="calibrate"),
    ),
    "calibrating-runs": (weighing("runs"), at(phase="calibrate", picks={"level": "smallest"})),
    "calibrating-refill": (weighing("flush", flush_nl=127_200), at(phase="calibrate")),
    "calibrating-fault": (replace(weighing("runs"), alarms=(SUPPLY_LOST,)), at(phase="calibrate")),
    "calibrating-recover": (weighing("runs"), at(phase="calibrate", panel="recover")),
    "calibrating-shot": (
        weighing("shot", running="middle", note="The handpiece touches something: take it away. The run goes on."),
        at(phase="calibrate"),
    ),
    "calibrating-weight": (
        weighing("weight", running="middle"),
        at(phase="calibrate", panel="edit:weight", draft=Draft("weight", 12_987_650, 100.0, typed="13.00786")),
    ),
    "calibrating-zero": (under_gauge("zero", 0), at(phase="calibrate")),
    "calibrating-move": (under_gauge("gauge begin", 7), at(phase="calibrate")),
    "calibrating-gauge": (
        under_gauge("gauge", 6),
        at(phase="calibrate", panel="edit:gauge", draft=Draft("gauge", 3_500, 100.0, "3.855")),
    ),
    "proposal-depth": (under_gauge("proposal", 12, proposal=DEPTH_PROPOSED), at(phase="calibrate")),
    "proposal": (weighing("proposal", runs=DONE, proposal=PROPOSED), at(phase="calibrate")),
    "proposal-passes": (
        weighing(
            "proposal",
            runs=tuple(replace(run, error_ppm=4_000, passes=True) for run in DONE),
            written=True,
            proposal=replace(
                PROPOSED,
                passes=True,
                sentence="All three doses pass with calibration 9.",
                changes=(),
                why_not_certify="",
            ),
        ),
        at(phase="calibrate"),
    ),
    "proposal-writing": (weighing("writing", runs=DONE, writing="read_back"), at(phase="calibrate")),
    "selftest": (snap("starting", user=None, ready=False), at()),
    "selftest-failed": (
        snap(
            "starting",
            user=None,
            checks=(
                *CHECKS[:5],
                s.Check(
                    "link",
                    "Injector and its record",
                    "failed",
                    "The injector did not answer within 40 ms. Check cable and supply of the injector.",
                ),
            ),
        ),
        at(),
    ),
    "first": (snap(user=None, accounts=(), first_start=True), at(focus="name", texts={"name": "Anna", "pin": "4829"})),
    "signin": (snap(user=None), at(picks=PICKS, texts={"pin": "482"})),
    "home": (snap(last_session=17), at()),
    "home-due": (snap(last_session=17), at(due=DUE)),
    "home-due-one": (snap(last_session=17), at(due=s.DueList(DUE.lines[:1]))),
    "due": (snap(), at("due", due=DUE)),
    "due-none": (snap(), at("due", due=s.DueList(()))),
    "home-missing": (snap(missing=("Calibration expired on 2026-11-01", "The clock is not trusted")), at()),
    "home-technician": (snap(user=TECHNICIAN), at()),
    "home-administrator": (snap(user=ADMIN, last_session=17), at()),
    "people": (
        snap(user=ADMIN, accounts=(*ACCOUNTS[:2], replace(ACCOUNTS[2], disabled=True))),
        at("people", picks={"person": "Clinic administrator"}),
    ),
    "people-chosen": (snap(user=ADMIN), at("people", picks={"person": "Jonas Weber"})),
    "account": (snap(user=ADMIN), at("account", texts={"person": "Ada Byron"}, picks={"role": "technician"})),
    "approvals": (snap(user=ADMIN), at("approvals", approvals=APPROVALS)),
    "approval": (snap(user=ADMIN), at("approval", approvals=APPROVALS, approval=APPROVAL)),
    "approval-read": (
        snap(user=ADMIN),
        at("approval", approvals=APPROVALS, approval=APPROVAL, turned={"approval": 9}, ends=frozenset({"approval"})),
    ),
    "approval-given": (
        snap(user=ADMIN),
        at(
            "approval",
            approval=s.ApprovalPage(replace(APPROVAL.line, state="approved"), ()),
            ends=frozenset({"approval"}),
        ),
    ),
    "protocols": (snap(), at("protocols", picks=PICKS)),
    "protocols-search": (snap(), at("protocols", picks=PICKS, texts={"search": "papule"})),
    "protocols-preset": (snap(), at("protocols", picks={"protocol": "mesolift", "preset": "3"})),
    "protocols-none": (snap(), at("protocols", texts={"search": "elbow"})),
    "protocols-clinic": (snap(), at("protocols", picks={"protocol": "cellulite"})),
    "patient": (snap(), at("patient", texts={"patient": "MK-22"}, focus="patient")),
    "patient-known": (snap(), at("patient", texts={"patient": "MK-2291"}, patient=KNOWN)),
    "patient-repeat": (
        snap(),
        at(
            "patient",
            texts={"patient": "MK-2291"},
            patient=KNOWN,
            picks={"repeat": "repeat"},
            ticks=frozenset({"similar"}),
        ),
    ),
    "patient-new": (snap(), at("patient", texts={"patient": "ZT-0007"}, patient=NEW)),
    "screening": (setup("screening"), at(ticks=frozenset({"adult", "screen:c3"}), session=18)),
    "screening-end": (
        setup("screening"),
        at(ticks=frozenset({"adult", "consent"}), turned={"screening": 1}, ends=frozenset({"screening"}), session=18),
    ),
    "product": (setup("product"), at(picks=PICKS, texts={"lot": "LX-4471", "expiry": "202704"})),
    "needle": (setup("needle"), at(picks=PICKS, ticks=frozenset({"needle:new"}))),
    "syringe": (setup("syringe"), at(picks=PICKS, fill_nl=1_800_000)),
    "syringe-read": (setup("syringe", reads_barrel=True), at(picks=PICKS)),
    "preparation": (setup("preparation"), at(picks=PICKS)),
    "preparation-cream": (
        setup("preparation"),
        at(picks={**PICKS, "anaesthetic": "cream"}, now=2000.0, cream_since=62.0, ticks=frozenset({"disinfected"})),
    ),
    "prime": (setup("prime"), at()),
    "prime-drop": (setup("prime", prime_asks_drop=True), at()),
    "treat": (TREATING, at()),
    "treat-undo": (
        replace(TREATING, treat=replace(TREAT, depth=replace(DEPTH, value=650))),
        at(changed=Change("depth", 600, 650, 9e9)),
    ),
    "treat-missing": (UNREADY, at()),
    "treat-paused": (TREATING, at(left=Left("cheek", "left", 48))),
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
    "end": (CLOSING, at(ticks=frozenset({"clean:needle", "clean:path"}))),
    "end-ready": (CLOSING, at(ticks=ENDED, texts={"review": "20261129"})),
    "end-no-date": (
        snap(
            "closing",
            session=replace(
                SESSION,
                next_visit=s.NextVisit(
                    "",
                    "2026-12-23",
                    "This was the last of 4 sessions",
                    "Example: product with a label's hard limits: at least 31 days between two sessions",
                ),
            ),
        ),
        at(ticks=ENDED | {"reaction:bruising", "reaction:pain"}, texts={"reactions": "left cheek only"}),
    ),
    "cleanup": (CLOSING, at("cleanup", ticks=frozenset({"clean:needle", "clean:path"}))),
    "aftercare": (CLOSING, at("aftercare")),
    "aftercare-long": (
        snap("closing", session=replace(SESSION, aftercare=SESSION.aftercare * 4)),
        at("aftercare", ticks=ENDED, texts={"review": "20261129"}),
    ),
    "reactions": (CLOSING, at("reactions", ticks=frozenset({"reaction:bruising", "reaction:pain"}))),
    "reactions-none": (CLOSING, at("reactions", ticks=frozenset({"reaction:none"}))),
    "reactions-later": (
        snap(),
        at("reactions", record=RECORD, ticks=frozenset({"reaction:infection"}), texts={"reactions": "after 3 weeks"}),
    ),
    "record": (snap(), at("record", record=RECORD)),
    "record-list": (snap(), at("record", record=RECORD, picks={"record": "list"})),
    "record-empty": (
        snap(),
        at("record", record=replace(RECORD, zones=(), shots=(), limits=(), line=replace(LINE, shots=0))),
    ),
    "record-body": (
        snap(),
        at(
            "record",
            record=replace(
                RECORD,
                zones=(*PAIN, *ABSENT[1:]),
                limits=(),
                shots=tuple(replace(shot, zone="knee", side="left") for shot in RECORD.shots),
            ),
        ),
    ),
    "history": (
        snap(),
        at("history", sessions=s.SessionList(tuple(replace(LINE, number=17 - n) for n in range(9)), True)),
    ),
    "history-empty": (snap(), at("history", sessions=s.SessionList((), False))),
    "alarms": (snap(alarms=ALARMS), at("alarms")),
    "alarm": (snap(alarms=ALARMS), at("alarm", alarm=301)),
    "alarm-known": (snap(alarms=ALARMS), at("alarm", alarm=120)),
    "alarm-over": (snap(), at("alarm", alarm=301)),
    "alarms-none": (snap(), at("alarms")),
    "about": (snap(), at("about")),
    "settings": (snap(), at("settings", has_light=True)),
    "settings-fixed": (snap("starting", user=None, wall=""), at("settings")),
    "panel-help": (TREATING, at(panel="help")),
    "panel-help-preparation": (setup("preparation"), at(panel="help")),
    "panel-cover": (snap(), at(age_ms=900, reason="connection refused")),
    "panel-before": (None, Local()),
    "panel-lock": (snap(user=replace(USER, locked=True)), at(texts={"pin": "48"})),
    "panel-stop-open": (
        replace(
            ARMED, stop=s.StopView("open", "red button or its plug", "The stop button is pressed or its plug is out.")
        ),
        at(),
    ),
    "panel-stop-released": (
        replace(
            TREATING,
            treat=replace(TREAT, retracted=False),
            stop=s.StopView(
                "released", "STOP on the screen", "The stop was released. Nothing moves until you acknowledge it."
            ),
        ),
        at(),
    ),
    "panel-question": (replace(TREATING, question=QUESTION), at()),
    "panel-question-plain": (replace(TREATING, question=replace(QUESTION, needs_reason=False)), at()),
    "panel-reason": (
        replace(TREATING, question=QUESTION),
        at(panel="text:soft", focus="soft", texts={"soft": "thick skin"}),
    ),
    "panel-depth": (TREATING, at(panel="edit:depth", draft=Draft("depth", 650, 0.0))),
    "panel-dose-fault": (TREATING, at(panel="edit:dose", draft=Draft("dose", 20_000, 0.0, "250"))),
    "panel-printed": (
        setup("syringe", reads_barrel=True),
        at(panel="edit:printed", draft=Draft("printed", 0, 0.0, "2"), picks=PICKS),
    ),
    "panel-fill": (setup("syringe"), at(panel="edit:fill", draft=Draft("fill", 1_800_000, 0.0), picks=PICKS)),
    "panel-lot": (setup("product"), at(panel="text:lot", focus="lot", texts={"lot": "LX-44"}, shift=True)),
    "panel-expiry": (setup("product"), at(panel="text:expiry", focus="expiry", texts={"expiry": "202704"})),
    "panel-more": (snap(), at("record", panel="more", record=replace(RECORD, sheet=True))),
    "panel-next": (CLOSING, at(panel="text:next", focus="next", texts={"next": "202612"})),
    "panel-sign": (snap("closing", session=SESSION), at(panel="pin:sign", focus="pin", texts={"pin": "482915"})),
    "panel-person": (snap(user=ADMIN), at("account", panel="text:person", focus="person", texts={"person": "Ada"})),
    "panel-new-pin": (
        snap(user=ADMIN),
        at("account", panel="pin:new", focus="pin", texts={"person": "Ada Byron", "pin": "482915"}),
    ),
    "panel-renew": (
        snap(user=ADMIN),
        at(
            "people",
            panel="pin:renew",
            focus="pin",
            texts={"pin": "4829", "again": "482915"},
            picks={"person": "Jonas Weber"},
        ),
    ),
    "panel-approve": (
        snap(user=ADMIN),
        at("approval", approval=APPROVAL, panel="pin:approve", focus="pin", texts={"pin": "915837"}),
    ),
    "panel-preset": (TREATING, at(panel="text:preset", focus="preset", texts={"preset": "Dr. Martin, f"})),
    "panel-arm": (TREATING, at(panel="arm", offer=OFFER)),
    "panel-arm-oblique": (
        replace(TREATING, treat=replace(TREAT, angle_deg=60)),
        at(panel="arm", offer=Offer(replace(TREAT, angle_deg=60), SESSION.product, SESSION.syringe, SESSION.needle)),
    ),
    "panel-zone": (TREATING, at(panel="zone", patient=KNOWN)),
    "panel-zone-mesolift": (treating_zones(MESOLIFT), at(panel="zone")),
    "panel-zone-eyelid": (treating_zones(EYELID), at(panel="zone")),
    "panel-zone-scalp": (treating_zones(SCALP), at(panel="zone")),
    "panel-zone-front": (treating_zones(STRETCH_MARKS), at(panel="zone")),
    "panel-zone-back": (treating_zones(PAIN), at(panel="zone", picks={"figure": "back"})),
    "panel-zone-neck": (treating_zones(NECK), at(panel="zone")),
    "panel-zone-absent": (treating_zones(ABSENT), at(panel="zone")),
    "panel-zones": (TREATING, at(panel="zones")),
    "panel-mode": (TREATING, at(panel="mode")),
    "panel-recover": (TREATING, at(panel="recover")),
    "panel-recover-all": (
        replace(
            TREATING,
            user=ADMIN,
            record=s.RecordView("Rows were lost after row 812: the injector has seen row 840", "anchor 840 ab"),
            clock=s.ClockView("The last record is 45 days old.", True, True, "2026-11-22 18:44"),
        ),
        at(panel="recover"),
    ),
    "panel-clock": (snap(), at(panel="text:clock", focus="clock", texts={"clock": "202611221"})),
    "panel-instrument": (
        BENCH,
        at(
            "instrument",
            panel="text:instrument_due",
            focus="instrument_due",
            texts={"instrument_due": "202703"},
            picks={"instrument": "gauge"},
        ),
    ),
    "panel-instrument-step": (
        BENCH,
        at(
            "instrument",
            panel="edit:gauge_u",
            draft=Draft("gauge_u", 1_500, 100.0, "2.0"),
            picks={"instrument": "gauge"},
        ),
    ),
    "panel-record": (snap(user=ADMIN), at(panel="text:record", focus="record", texts={"record": "The card"})),
}
