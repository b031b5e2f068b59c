"""What choosing one of several does besides: what hangs on the old choice is forgotten, what hangs on the new comes."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Catalogue
from kiosk.view.local import Local
from kiosk.view.presets import preset_or_protocol

WIPED = {"account": "pin", "next": "next"}
"""What is typed and forgotten when one of these is picked."""


def picked(local: Local, field: str, value: str, catalogue: Catalogue) -> Local:
    """The local state after a choice."""
    if field == "focus":
        return msgspec.structs.replace(local, focus=value)
    picks = {**local.picks, field: value}
    if field in ("protocol", "preset"):
        picks |= preset_or_protocol(field, value, catalogue)
    chosen = msgspec.structs.replace(local, picks=picks)
    if field == "syringe":
        return msgspec.structs.replace(chosen, fill_nl=None, printed_nl=0)
    return chosen.with_text(WIPED[field], "") if field in WIPED else chosen
