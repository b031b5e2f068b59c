"""The end of a session by touch: clean-up line by line, the patient's sheet, reactions, up to the signature.

The one thing only this file knows is what has to be touched before a session can be signed.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.rehearsal.touch import Glass, Outline

Reach = Callable[[str], Outline]
"""Waits for a screen with no panel over it."""


def answer_all(glass: Glass, reach: Reach) -> None:
    """From the end page back to it, with everything answered that a signature needs."""
    glass.tap("cleanup")
    reach("cleanup")
    for widget in glass.settled().widgets:
        if widget.key.startswith("clean:"):
            glass.tap(widget.key)
    glass.picture("clean-up", still=True)
    glass.tap("done")
    reach("end")
    glass.tap("aftercare")
    reach("aftercare")
    glass.tap("aftercare")
    glass.picture("aftercare", still=True)
    glass.tap("back")
    reach("end")
    glass.tap("reactions")
    reach("reactions")
    glass.tap("reaction:redness")
    glass.tap_to("field:reactions", lambda seen: seen.panel == "text", "the panel for reactions")
    glass.type("redness")
    glass.tap_to("confirm", lambda seen: seen.panel == "", "the reactions to be taken")
    glass.tap("done")
    reach("end")
