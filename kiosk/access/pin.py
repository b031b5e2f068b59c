"""Which PINs are good enough, and how one is hashed and checked (ACC-2).

Hashing takes a tenth of a second and 32 MB on purpose: only the clerk, a process of its own, ever calls it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from kiosk.access.errors import HashDamaged, PinRefused

DIGITS_MIN, DIGITS_MAX = 6, 12
COMMON = frozenset({
    102030, 112233, 121314, 123321, 123654, 124578, 131313, 135790, 142536, 147258, 147852, 159357, 159753, 192837,
    246810, 258456, 314159, 321654, 332211, 357159, 369258, 415263, 456123, 456789, 456852, 520131, 654123, 741852,
    753159, 753951, 789123, 789456, 852456, 951753, 963852, 987123, 998877, 112211, 123789, 271828, 161803, 141421,
})  # fmt: skip
"""Known to be chosen often: keypad patterns, famous numbers, counting in pairs."""
LOG2_N, R, P = 15, 8, 3
"""scrypt cost: 2**15 blocks of 1 KiB, three times; 32 MB (OWASP's figure for these)."""
_MEMORY = 128 * R * (1 << LOG2_N) + (1 << 20)


def check_pin(pin: str) -> None:
    """Refuse a PIN that is easily guessed.

    Raises:
        PinRefused: says why, never repeats the PIN.
    """
    why = _weakness(pin)
    if why:
        raise PinRefused(why=why)


def _repeats(pin: str) -> bool:
    return any(pin == pin[:size] * (len(pin) // size) for size in range(1, len(pin) // 2 + 1))


def _counts(pin: str) -> bool:
    return {(int(b) - int(a)) % 10 for a, b in pairwise(pin)} in ({1}, {9})


_WEAKNESSES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda pin: not (pin.isascii() and pin.isdigit()), "it may hold digits only"),
    (lambda pin: len(pin) < DIGITS_MIN, f"it has fewer than {DIGITS_MIN} digits"),
    (lambda pin: len(pin) > DIGITS_MAX, f"it has more than {DIGITS_MAX} digits"),
    (_repeats, "it repeats itself"),
    (lambda pin: len(set(pin)) < 3, "it has fewer than three different digits"),
    (_counts, "it counts up or down"),
    (lambda pin: any(_is_date(*parts) for parts in _readings(pin)), "it can be read as a date"),
    (lambda pin: len(pin) == DIGITS_MIN and int(pin) in COMMON, "it is one that many people choose"),
)
"""Looked at in this order; each may count on those before it."""


def _weakness(pin: str) -> str:
    return next((why for weak, why in _WEAKNESSES if weak(pin)), "")


def _readings(pin: str) -> list[tuple[str, str, str]]:
    """Year, month and day in every usual order; a year of two digits stands for 2000 to 2099, leap years included."""
    if len(pin) == 6:
        a, b, c = pin[:2], pin[2:4], pin[4:]
        return [("20" + c, b, a), ("20" + c, a, b), ("20" + a, b, c)]
    if len(pin) == 8:
        return [(pin[4:], pin[2:4], pin[:2]), (pin[4:], pin[:2], pin[2:4]), (pin[:4], pin[4:6], pin[6:])]
    return []


def _is_date(year: str, month: str, day: str) -> bool:
    if not 1900 <= int(year) < 2100:
        return False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """A salted scrypt hash, as text that names its own cost: "scrypt$15$8$3$salt$hash".

    Raises:
        PinRefused: the PIN breaks the rules.
    """
    check_pin(pin)
    salt = secrets.token_bytes(16) if salt is None else salt
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=1 << LOG2_N, r=R, p=P, maxmem=_MEMORY, dklen=32)
    return "$".join(("scrypt", str(LOG2_N), str(R), str(P), _text(salt), _text(digest)))


def pin_is(pin: str, hashed: str) -> bool:
    """Whether `pin` is the one that was hashed; takes as long for a wrong one.

    Raises:
        HashDamaged: `hashed` is none of ours.
    """
    parts = hashed.split("$")
    if len(parts) != 6 or parts[0] != "scrypt":
        raise HashDamaged(why="it is no scrypt hash")
    try:
        log2_n, r, p = (int(part) for part in parts[1:4])
        salt, digest = (base64.b64decode(part, validate=True) for part in parts[4:])
    except (ValueError, binascii.Error):
        raise HashDamaged(why="its fields are garbled") from None
    if (log2_n, r, p) != (LOG2_N, R, P):
        raise HashDamaged(why="it was made at another cost")
    found = hashlib.scrypt(pin.encode(), salt=salt, n=1 << log2_n, r=r, p=p, maxmem=_MEMORY, dklen=32)
    return hmac.compare_digest(found, digest)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
