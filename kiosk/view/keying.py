"""What a key of the glass's own keyboard or number pad does to the text that is typed."""

from __future__ import annotations

import msgspec

from kiosk.view import editing
from kiosk.view.instruments import DUE
from kiosk.view.local import Local

TEXT_LENGTH = 60
PIN_LENGTH = 12
NUMERIC = frozenset({"pin", "expiry", "review", "next", "clock", DUE})
DIGITS = {"expiry": 8, "review": 8, "next": 8, "clock": 12, DUE: 8}


def typed(local: Local, key: str) -> Local:
    """The local state after one key; a key that does not belong to the field changes nothing."""
    replace = msgspec.structs.replace
    if local.draft is not None:
        return replace(local, draft=editing.typed(local.draft, key, local.now))
    field = local.focus or "pin"
    text = local.text(field)
    if key == "shift":
        return replace(local, shift=not local.shift)
    if key == "back":
        return _retyped(local, field, text[:-1])
    length = DIGITS.get(field, PIN_LENGTH) if field in NUMERIC else TEXT_LENGTH
    letter = key.upper() if local.shift or field == "patient" else key
    if len(text) >= length or (field in NUMERIC and not letter.isdigit()):
        return local
    return _retyped(local, field, text + letter)


def _retyped(local: Local, field: str, text: str) -> Local:
    changed = local.with_text(field, text)
    return msgspec.structs.replace(changed, patient=None) if field == "patient" else changed
