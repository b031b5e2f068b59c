"""How bytes are spoiled: bits flipped, pieces cut, doubled, swapped, spliced, stretched, and numbers that lie at edges.

Only this file knows the ways in which a string of bytes goes wrong; what the bytes mean is for the parts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

EDGES_8 = (0, 1, 2, 3, 4, 15, 16, 23, 0x7F, 0x80, 0x83, 0x84, 0x90, 0x97, 0xFE, 0xFF)
EDGES_16 = (0, 1, 2, 124, 125, 126, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
EDGES_32 = (0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF)


def flip(chance: random.Random, data: bytes) -> bytes:
    """One to six bits changed."""
    spoiled = bytearray(data)
    for _ in range(1 + int(chance.random() ** 2 * 6)):
        place = int(chance.random() * len(spoiled) * 8)
        spoiled[place >> 3] ^= 1 << (place & 7)
    return bytes(spoiled)


def overwrite(chance: random.Random, data: bytes) -> bytes:
    """One byte, word or double word set to an edge or to anything."""
    spoiled = bytearray(data)
    width = (1, 1, 2, 4)[int(chance.random() * 4)]
    edges = EDGES_8 if width == 1 else EDGES_16 if width == 2 else EDGES_32
    place = int(chance.random() * len(spoiled))
    value = edges[int(chance.random() * len(edges))] if chance.random() < 0.6 else chance.getrandbits(8 * width)
    spoiled[place : place + width] = value.to_bytes(width, "big")[: len(spoiled) - place]
    return bytes(spoiled)


def truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: int(chance.random() * len(data))]


def behead(chance: random.Random, data: bytes) -> bytes:
    return data[1 + int(chance.random() * (len(data) - 1)) :]


def extend(chance: random.Random, data: bytes) -> bytes:
    """Up to 40 bytes more: zeros, ones or anything."""
    more = 1 + int(chance.random() ** 3 * 40)
    kind = chance.random()
    return data + (bytes(more) if kind < 0.3 else b"\xff" * more if kind < 0.5 else chance.randbytes(more))


def insert(chance: random.Random, data: bytes) -> bytes:
    place = int(chance.random() * (len(data) + 1))
    return data[:place] + chance.randbytes(1 + int(chance.random() ** 3 * 8)) + data[place:]


def cut(chance: random.Random, data: bytes) -> bytes:
    """A piece is missing."""
    place = int(chance.random() * len(data))
    return data[:place] + data[place + 1 + int(chance.random() ** 2 * 12) :]


def double(chance: random.Random, data: bytes) -> bytes:
    """A piece stands twice."""
    place = int(chance.random() * len(data))
    piece = data[place : place + 1 + int(chance.random() * 16)]
    return data[:place] + piece + data[place:]


def swap(chance: random.Random, data: bytes) -> bytes:
    """Two neighbouring pieces change places."""
    if len(data) < 2:
        return data
    middle = 1 + int(chance.random() * (len(data) - 1))
    reach = 1 + int(chance.random() * 8)
    left, right = max(0, middle - reach), min(len(data), middle + reach)
    return data[:left] + data[middle:right] + data[left:middle] + data[right:]


def splice(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The begin of one and the end of another."""
    other = others[int(chance.random() * len(others))]
    return data[: int(chance.random() * (len(data) + 1))] + other[int(chance.random() * (len(other) + 1)) :]


WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    flip,
    flip,
    overwrite,
    overwrite,
    truncate,
    behead,
    extend,
    insert,
    cut,
    double,
    swap,
)


def spoil(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """One to three of the ways after another; never empty in, may be empty out."""
    for _ in range(1 + int(chance.random() ** 3 * 3)):
        if not data:
            return data
        way = int(chance.random() * (len(WAYS) + 1))
        data = splice(chance, data, others) if way == len(WAYS) else WAYS[way](chance, data)
    return data
