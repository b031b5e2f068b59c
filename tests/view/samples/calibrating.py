"""A calibration that runs: what is weighed, what the gauge reads, and what they propose."""

from __future__ import annotations

from typing import cast

from kiosk.channel import snapshot as s
from kiosk.channel.calibration_views import BenchStep, GaugeView, RunView
from kiosk.session.present_calibration import DO_NOW
from kiosk.view.local import Draft
from tests.view.samples.catalogue import PICKS
from tests.view.samples.surroundings import IN_FORCE, TECHNICIAN, Scenes, at, replace, snap

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
    711, "medium", "Motor supply lost", "The motors lost their supply during a motion.",
    "The spring pulls the needle back.",
    "Lift the handpiece away. Check the power supply, then home the needle again.", "Arming and firing", True, True,
)  # fmt: skip


def weighing(name: str, **changes: object) -> s.Snapshot:
    """A calibration that is open and waits for this step."""
    step = cast("BenchStep", name)
    view = s.CalibratingView(
        step, DO_NOW[step], "Dose, 2 mL syringe", room="20.4 degrees, 1008 hPa, 47 % humidity",
        blank="0.56 ug/s evaporate", runs=RUNS, last_ug=12_987_650, left_nl=1_640_000,
    )  # fmt: skip
    return snap("calibrate", user=TECHNICIAN, calibrating=replace(view, **changes), in_force=IN_FORCE)


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


SCENES: Scenes = {
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
        weighing(
            "shot",
            running="middle",
            note="The handpiece touches something: take it away. The run goes on where it was left.",
        ),
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
}
