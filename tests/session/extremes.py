"""A controller that is out of its mind: whole frames, in which one value is another than it has."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

from drivers.registers import RECORD, STATUS, Block

Says = Callable[[int, bytes], bytes]


def size_of(block: Block[Any], name: str) -> tuple[int, int]:
    """Where a value begins in its block, and how many bytes it has."""
    begins = 0
    for field in block.fields:
        size = struct.calcsize(">" + field.code)
        if field.name == name:
            return begins, size
        begins += size
    raise LookupError(name)


def edges(block: Block[Any], name: str) -> tuple[int, ...]:
    """Nothing, one, both sides of the sign, all ones: as the registers hold them."""
    _, size = size_of(block, name)
    half = 1 << (8 * size - 1)
    return 0, 1, half - 1, half, 2 * half - 1


def instead(block: Block[Any], name: str, value: int) -> Says:
    """What is said when one value of a block is another; of every record that is written, where it is theirs."""
    begins, size = size_of(block, name)

    def says(address: int, answer: bytes) -> bytes:
        said = bytearray(answer)
        for start in _starts(block, address, answer):
            said[start + begins : start + begins + size] = value.to_bytes(size, "big")
        if block.sealed and address == block.address:
            said[-4:] = zlib.crc32(said[:-4]).to_bytes(4, "big")
        return bytes(said)

    return says


def throughout(byte: int) -> Says:
    """A status of which every byte is the same, as a half-dead one tells it; its lease is echoed."""
    begins, size = size_of(STATUS, "lease_echo")

    def says(address: int, answer: bytes) -> bytes:
        if address != STATUS.address:
            return answer
        said = bytearray(byte.to_bytes(1, "big") * len(answer))
        said[begins : begins + size] = answer[begins : begins + size]
        return bytes(said)

    return says


def _starts(block: Block[Any], address: int, answer: bytes) -> range | list[int]:
    if block is RECORD and address == STATUS.address:
        places = range(STATUS.size, len(answer), RECORD.size)
        return [start for start in places if answer[start : start + 4] != bytes(4)]
    return range(1 if address == block.address else 0)
