"""What a person may choose from: protocols, needles, syringes, products, answers, presets."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.shipped import LIBRARY, card, place
from tests.view.samples.surroundings import USER

LABEL, SALINE = LIBRARY.products["example-label"], LIBRARY.products["example-saline"]

CATALOGUE = s.Catalogue(
    (
        card("mesolift", ("nappage", "papule"), "4 sessions", "every 14 to 21 days"),
        card("lower-eyelid", ("papule",), "1 to 2 sessions", "every 42 days", needs=("dose",)),
        card("scalp", ("nappage",), "4 to 10 sessions", "every 7 to 14 days", approved=False),
        card(
            "cellulite", ("point by point",), "3 to 4 sessions", "every 21 to 28 days",
            needs=("sessions", "zones.thigh.depth_mm", "zones.thigh.dose_ul", "zones.hip.depth_mm"),
        ),
        card("localised-fat", ("point by point",), "2 to 4 sessions", "every 14 days"),
        card("neck-and-decollete", ("nappage",), needs=("sessions",)),
        card("scars", ("papule",), approved=False, needs=("depth", "dose", "sessions")),
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
        s.SyringeChoice("s1", LIBRARY.syringes["1ml"].title, 1_000_000, 20_000),
        s.SyringeChoice("s2", LIBRARY.syringes["2ml"].title, 2_000_000, 40_000),
        s.SyringeChoice("s5", LIBRARY.syringes["5ml"].title, 5_000_000, 100_000),
        s.SyringeChoice("s10", LIBRARY.syringes["10ml"].title, 10_000_000, 200_000),
    ),
    (
        s.ProductChoice("hyaluron", "Hyaluron mix", "not cross-linked, 15 mg/mL", gtin="09506000134352"),
        s.ProductChoice("label", LABEL.title, LABEL.detail),
        s.ProductChoice("saline", SALINE.title, SALINE.detail),
    ),
    tuple(
        s.Choice(f"c{at}", item.text, f"grade {item.grade}")
        for at, item in enumerate(LIBRARY.protocols["mesolift"].screening)
    ),
    versions=(("nappage", "0.1.0"), ("kivy", "2.3.1"), ("pymodbus", "3.8.6"), ("msgspec", "0.19"), ("python", "3.11")),
    cleanup=tuple(s.Choice(item.key, item.text) for item in LIBRARY.cleanup.values()),
    reactions=tuple(s.Choice(item.key, item.text) for item in LIBRARY.reactions.values()),
    presets=(
        s.Preset(3, "Dr. Martin, forehead", "mesolift", "forehead", place("mesolift", "forehead"), "whole", 650, 20_000,
                 "continuous", 2_000, 40, "Dr. Amelie Laurent", "2026-11-20 17:40"),
        s.Preset(4, "Second visit, crown", "scalp", "crown", place("scalp", "crown"), "whole", 3_000, 80_000, "single",
                 1_000, 60, "Dr. Amelie Laurent", "2026-11-21 09:12"),
    ),
)  # fmt: skip
PICKS = {"protocol": "mesolift", "product": "hyaluron", "needle": "n30g4", "syringe": "s2", "account": USER.name}
