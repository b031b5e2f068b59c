"""The zones of a session, as protocols list them, for each figure of the body map."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.shipped import zone, zones_of

ZONES = (
    zone("mesolift", "forehead", "whole", 40, 40),
    zone("mesolift", "zygoma", "left", 60, 12),
    zone("mesolift", "zygoma", "right", 60, 0),
    zone("mesolift", "nose", "whole", 40, 0),
)
MESOLIFT = zones_of("mesolift")
EYELID = zones_of("lower-eyelid", technique="clinic")
SCALP = zones_of("scalp")
STRETCH_MARKS = zones_of("stretch-marks")
PAIN = zones_of("pain-points")
NECK = zones_of("neck-and-decollete")
ABSENT = (
    MESOLIFT[0],
    *(
        s.Zone("left_ring_finger", "Ring finger", side, 40, 12, 240_000, "nappage", "2 to 4", 60)
        for side in ("left", "right")
    ),
)
"""With a zone that a clinic named itself and no figure has."""
