"""From the self-test to the first page of each role, and whose visit is due."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.catalogue import PICKS
from tests.view.samples.surroundings import (
    ACCOUNTS,
    ADMIN,
    CHECKS,
    CLOCK,
    NO_ANSWER,
    TECHNICIAN,
    Scenes,
    at,
    replace,
    snap,
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

UNPROVED = s.Check(
    "calibration", "Calibration", "failed",
    "The injector's calibration is not the one last certified: a technician calibrates it.",
)  # fmt: skip
"""An injector as it comes: no certificate of this device proves it."""

SCENES: Scenes = {
    "selftest": (snap("starting", user=None, ready=False), at()),
    "selftest-failed": (
        snap(
            "starting",
            user=None,
            checks=(
                *CHECKS[:5],
                s.Check(
                    "link",
                    "Injector link",
                    "failed",
                    f"{NO_ANSWER}. Check the cable and the injector's supply.",
                ),
            ),
        ),
        at(),
    ),
    "selftest-alone": (
        snap(
            "starting",
            user=ADMIN,
            accounts=ACCOUNTS[2:],
            checks=(*CHECKS[:7], UNPROVED, replace(CHECKS[8], state="waiting"), *CHECKS[9:]),
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
    "home-missing": (
        snap(missing=("The calibration expired on 2026-11-01.", f"The clock is not trusted: t{CLOCK[1:]}")),
        at(),
    ),
    "home-technician": (snap(user=TECHNICIAN), at()),
    "home-administrator": (snap(user=ADMIN, last_session=17), at()),
}
