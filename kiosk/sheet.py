"""The patient's sheet after a session: its text, and the code that holds this very text, without network or server.

Only this file knows how much a code may hold. On the smallest screen (800x480, 154 mm wide) a code has 322 pixels;
with 3 of them or 0.58 mm to a module a telephone reads it at arm's length. That is version 20 at most, which holds 858
bytes at the lowest error correction; a screen is not torn or soiled. It never holds a patient code.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

LARGEST_VERSION = 20
BYTES_MAX = 858
"""UTF-8 bytes that a code of the largest version holds at error correction L."""
QUIET = 4
"""Modules of white around a code."""


class Code(msgspec.Struct, frozen=True):
    """A code as its modules, row by row from the top, 1 for dark; `size` modules wide, quiet zone included."""

    size: int
    modules: bytes


def text(heading: str, lines: tuple[str, ...], dates: tuple[tuple[str, str], ...] = ()) -> str:
    """The sheet as plain text: heading, a dash before each line, dates that were agreed at the end."""
    told = [f"{what}: {day}" for what, day in dates if day]
    return "\n".join([heading, *(f"- {line}" for line in lines), *told])


@lru_cache(maxsize=4)
def code(words: str) -> Code | None:
    """The code that holds these words; None for more than a code may hold."""
    import segno  # here, because it brings more modules than the rest of the first screen
    from segno.encoder import DataOverflowError

    if len(words.encode()) > BYTES_MAX:
        return None
    try:
        made = segno.make_qr(words, error="l", mode="byte", encoding="utf-8", boost_error=False)
    except DataOverflowError:
        return None
    if not isinstance(made.version, int) or made.version > LARGEST_VERSION:
        return None
    rows = [bytes(1 if module else 0 for module in row) for row in made.matrix_iter(border=QUIET)]
    return Code(len(rows), b"".join(rows))
