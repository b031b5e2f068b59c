"""A scanner that types: which keys are a code, and which are not. Pure, with the time as an argument.

A scanner types faster than any hand and ends with Enter or Tab, or with nothing at all; then silence ends the code.
What is slower, or shorter than any code, is nobody's code and is forgotten: a key starts nothing on this screen.
"""

from __future__ import annotations

import msgspec

BETWEEN_S = 0.1
"""Seconds between two keys of a scanner at most; slow ones need 0.05."""
SILENCE_S = 0.3
"""Seconds without a key after which a code without an ending is complete."""
LEAST = 16
"""Characters of the shortest code: a product number with its identifier."""
MOST = 200


class Keys(msgspec.Struct, frozen=True):
    """What was typed at a scanner's pace, and when last."""

    text: str = ""
    last: float = 0.0


def typed(keys: Keys, character: str, now: float) -> Keys:
    """One more character; after a pause, or beyond any code's length, a new beginning."""
    hurried = now - keys.last <= BETWEEN_S and len(keys.text) < MOST
    return Keys((keys.text if hurried else "") + character, now)


def ended(keys: Keys, now: float) -> tuple[Keys, str]:
    """Enter or Tab: the code, or "" where it was too slow or too short."""
    hurried = now - keys.last <= BETWEEN_S
    return Keys(), keys.text if hurried and len(keys.text) >= LEAST else ""


def waited(keys: Keys, now: float) -> tuple[Keys, str]:
    """Time has passed: after silence what was typed is a code, or forgotten."""
    if not keys.text or now - keys.last < SILENCE_S:
        return keys, ""
    return Keys(), keys.text if len(keys.text) >= LEAST else ""
