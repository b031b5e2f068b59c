"""What a person may choose from: protocols, needles, syringes, products, answers, presets."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.surroundings import USER

CATALOGUE = s.Catalogue(
    (
        s.ProtocolCard(
            "mesolift",
            "Facial mesolift",
            "Quick shallow injections over the face.",
            ("nappage", "papule"),
            ("forehead", "cheek", "temple", "neck"),
            "4 sessions",
            "every 14 to 21 days",
            True,
        ),
        s.ProtocolCard(
            "eyelid", "Lower eyelid", "", ("papule",), ("lower eyelid",), "1 to 2 sessions", "every 42 days", True,
            ("dose",),
        ),
        s.ProtocolCard(
            "scalp", "Scalp", "", ("nappage",), ("vertex", "temples"), "4 to 10 sessions", "every 7 to 14 days", False
        ),
        s.ProtocolCard(
            "cellulite",
            "Cellulite",
            "",
            ("point by point",),
            ("thigh",),
            "3 to 4 sessions",
            "every 21 to 28 days",
            True,
            ("sessions", "zones.thigh.depth_mm", "zones.thigh.dose_ul", "zones.hip.depth_mm"),
        ),
        s.ProtocolCard(
            "fat", "Localised fat", "", ("point by point",), ("abdomen",), "2 to 4 sessions", "every 14 days", True
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
    versions=(("nappage", "0.1.0"), ("kivy", "2.3.1"), ("pymodbus", "3.8.6"), ("msgspec", "0.19"), ("python", "3.11")),
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
PICKS = {"protocol": "mesolift", "product": "hyaluron", "needle": "n30g4", "syringe": "s2", "account": USER.name}
