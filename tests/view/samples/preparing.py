"""From the list of protocols to the prime: a session as its set-up has filled it, and the pages that did so."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.catalogue import PICKS
from tests.view.samples.shipped import LIBRARY, place, treatment
from tests.view.samples.surroundings import Scenes, at, replace, snap
from tests.view.samples.zones import ZONES

TOTALS = (
    s.Total("session", "Session", 1_040_000, "nL", 4_000_000, "protocol"),
    s.Total("syringe", "Syringe", 1_040_000, "nL", 1_960_000, "syringe"),
    s.Total("needle", "Needle", 52, "shots", 100, "needle"),
    s.Total("course", "Course", 2, "sessions", 4, "protocol"),
)
SESSION = s.SessionView(
    18,
    "mesolift",
    treatment("mesolift"),
    "MK-2291",
    "Dr. Amelie Laurent",
    None,
    ("screening", "product", "needle", "syringe", "preparation", "prime"),
    "hyaluron",
    "Hyaluron mix (example)",
    "LX-4471",
    "2027-04-30",
    "n30g4",
    "30G, 4 mm",
    52,
    "s2",
    LIBRARY.syringes["2ml"].title,
    120_000,
    250_000,
    False,
    ZONES,
    TOTALS,
    tuple(item.text for item in LIBRARY.protocols["mesolift"].preparation),
    tuple(item.text for item in LIBRARY.protocols["mesolift"].aftercare),
    next_visit=s.NextVisit("2026-12-06", "2026-11-22", f"{treatment('mesolift')}: 14 days between two sessions"),
)


def setup(step: str, **changes: object) -> s.Snapshot:
    """A snapshot in one step of the set-up."""
    order = ("screening", "product", "needle", "syringe", "preparation", "prime")
    session = replace(SESSION, step=step, done=order[: order.index(step)], **changes)
    return snap("setup", session=session, missing=("The set-up waits for: product.",))


KNOWN = s.PatientPage(
    "MK-2291", True, "2026-11-01", place("mesolift", "zygoma"), "Hyaluron mix (example)", treatment("mesolift"),
    ("MK-2281",), last_zones=ZONES[:2],
)  # fmt: skip
NEW = s.PatientPage("ZT-0007", False)

SCENES: Scenes = {
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
}
