"""Accounts, and the protocols that an administrator approves."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.shipped import treatment
from tests.view.samples.surroundings import ACCOUNTS, ADMIN, Scenes, at, replace, snap

SHA = "3f1a9c07" * 8
APPROVALS = s.ApprovalList(
    (
        s.ApprovalLine("mesolift", treatment("mesolift"), SHA, "changed", "Clinic administrator", "2026-11-02 09:14"),
        s.ApprovalLine(
            "face-and-skin", treatment("face-and-skin"), "0b" * 32, "approved", "Ada Byron", "2026-11-20 17:40"
        ),
        s.ApprovalLine("scalp", treatment("scalp"), "77" * 32, "never", needs=("sessions", "interval_days")),
        s.ApprovalLine("tender-points", "Tender points: shoulder, lower back and knee", "5d" * 32, "never"),
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

SCENES: Scenes = {
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
}
