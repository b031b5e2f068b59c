"""A session that closes: what is cleaned, said and ticked before it is signed."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from tests.view.samples.catalogue import CATALOGUE
from tests.view.samples.preparing import SESSION
from tests.view.samples.records import RECORD
from tests.view.samples.surroundings import Scenes, at, replace, snap

CLOSING = snap("closing", session=SESSION)
ENDED = frozenset({f"clean:{entry.key}" for entry in CATALOGUE.cleanup} | {"aftercare", "reaction:none"})
"""All that stands before a signature is ticked."""

SCENES: Scenes = {
    "end": (CLOSING, at(ticks=frozenset({"clean:needle", "clean:path"}))),
    "end-ready": (CLOSING, at(ticks=ENDED, texts={"review": "20261129"})),
    "end-no-date": (
        snap(
            "closing",
            session=replace(
                SESSION,
                next_visit=s.NextVisit(
                    "",
                    "2026-12-23",
                    "This was the last of 4 sessions",
                    "Example: product with a label's hard limits: at least 31 days between two sessions",
                ),
            ),
        ),
        at(ticks=ENDED | {"reaction:bruising", "reaction:pain"}, texts={"reactions": "left cheekbone only"}),
    ),
    "cleanup": (CLOSING, at("cleanup", ticks=frozenset({"clean:needle", "clean:path"}))),
    "aftercare": (CLOSING, at("aftercare")),
    "aftercare-long": (
        snap("closing", session=replace(SESSION, aftercare=SESSION.aftercare * 4)),
        at("aftercare", ticks=ENDED, texts={"review": "20261129"}),
    ),
    "reactions": (CLOSING, at("reactions", ticks=frozenset({"reaction:bruising", "reaction:pain"}))),
    "reactions-none": (CLOSING, at("reactions", ticks=frozenset({"reaction:none"}))),
    "reactions-later": (
        snap(),
        at("reactions", record=RECORD, ticks=frozenset({"reaction:infection"}), texts={"reactions": "after 3 weeks"}),
    ),
}
