"""The calibration that is in force, has expired, or was never made."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.calibrating import weighing
from tests.view.samples.surroundings import CHECKS, IN_FORCE, TECHNICIAN, Scenes, at, replace, snap

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

SCENES: Scenes = {
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
}
