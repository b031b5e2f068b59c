"""A session that is over: its line, its record, and all of them in a list."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.shipped import LIBRARY, treatment
from tests.view.samples.surroundings import Scenes, at, replace, snap
from tests.view.samples.zones import ABSENT, PAIN, ZONES

LINE = s.SessionLine(
    17, "2026-11-20 10:42", "MK-2291", treatment("mesolift"), "Dr. Amelie Laurent", 132, 2_640_000, True, True
)
RECORD = s.SessionPage(
    LINE,
    "Hyaluron mix (example)",
    "LX-4471",
    "2027-04-30",
    "30G, 4 mm",
    LIBRARY.syringes["2ml"].title,
    ZONES,
    tuple(
        s.ShotLine(
            at,
            "forehead" if at <= 28 else "zygoma",
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
    ("Shot 10 is uncertain and counted at its commanded 20.0 uL",),
    (
        s.PlanLimits("forehead", "whole", 50, 1_350, 1_000, 25_000),
        s.PlanLimits("zygoma", "left", 50, 1_050, 1_000, 25_000),
    ),
)

SCENES: Scenes = {
    "record": (snap(), at("record", record=RECORD)),
    "record-exported": (
        snap(),
        at("record", record=RECORD, exported="/var/lib/nappage/exports/SIMULATED-session-00001.pdf"),
    ),
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
}
