"""The zones of a session, as protocols list them, for each figure of the body map."""

from __future__ import annotations

from kiosk.channel import snapshot as s

ZONES = (
    s.Zone("forehead", "Forehead", "whole", 40, 40, 800_000, "nappage", "2 to 4", 90),
    s.Zone("cheek", "Cheek", "left", 60, 12, 240_000, "nappage", "2 to 4", 90),
    s.Zone("cheek", "Cheek", "right", 60, 0, 0, "nappage", "2 to 4", 90),
    s.Zone("neck", "Neck", "whole", 40, 0, 0, "papule", "10", 90),
)


def zones_of(*places: tuple[str, str, bool], technique: str = "nappage") -> tuple[s.Zone, ...]:
    """Zones as a protocol lists them: key, title, and whether it is a pair; the first is done, the second begun."""
    found: list[s.Zone] = []
    for key, title, paired in places:
        for side in ("left", "right") if paired else ("whole",):
            planned, done = ((60, 60), (40, 12))[len(found)] if len(found) < 2 else (0, 0)
            found.append(s.Zone(key, title, side, planned, done, done * 20_000, technique, "2 to 4", 60))
    return tuple(found)


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
