"""Frames of the wire as the fuzz builds and judges them: its own CRC and its own reading of the register map.

Only this file says, for the fuzz, what a frame may do to a device. It shares nothing with driver and device but the
numbers printed in the register map, so that both can be wrong and it notices.
"""

from __future__ import annotations

import struct
import zlib

import msgspec

UNIT = 1
LEASE, AUTHORISATION, COMMAND, CALIBRATION, SELECT, ANCHOR = 0x1000, 0x1010, 0x1030, 0x1040, 0x105C, 0x1060
SIZES = {LEASE: 8, AUTHORISATION: 34, COMMAND: 10, CALIBRATION: 48, SELECT: 6, ANCHOR: 36}
"""Bytes of every block that can be written, by its address."""
SEALED = frozenset({AUTHORISATION, CALIBRATION})
"""Blocks whose last four bytes are the CRC-32 of those before."""
NAMES = {
    LEASE: "lease",
    AUTHORISATION: "authorisation",
    COMMAND: "command",
    CALIBRATION: "calibration",
    SELECT: "calibration select",
    ANCHOR: "anchor",
}
LEASE_FORM = struct.Struct(">HHI")
AUTHORISATION_FORM = struct.Struct(">IHIHHHHHIIHI")
COMMAND_FORM = struct.Struct(">IHI")
SERVICE_WORD = 0x5E1C
PRIME, SYRINGE = 2, 8
PRIME_MOST_NL = 500_000


def _table() -> tuple[int, ...]:
    table: list[int] = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC = _table()


def crc16(data: bytes) -> bytes:
    """CRC-16/MODBUS as it stands on the wire, low byte first."""
    crc, table = 0xFFFF, _CRC
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return bytes((crc & 0xFF, crc >> 8))


def closed(body: bytes) -> bytes:
    """A frame of `body` with its right CRC."""
    return body + crc16(body)


def sealed(block: bytes) -> bytes:
    """A block with the right CRC-32 over all but its last four bytes."""
    return block[:-4] + zlib.crc32(block[:-4]).to_bytes(4, "big")


def write_frame(address: int, block: bytes) -> bytes:
    """Function 16."""
    return closed(struct.pack(">BBHHB", UNIT, 16, address, len(block) // 2, len(block)) + block)


def exchange_frame(address: int, block: bytes, read_address: int, registers: int) -> bytes:
    """Function 23."""
    head = struct.pack(">BBHHHHB", UNIT, 23, read_address, registers, address, len(block) // 2, len(block))
    return closed(head + block)


class Write(msgspec.Struct, frozen=True):
    """A frame that carries a whole block to its own address, sound in every check of the wire."""

    address: int
    block: bytes


def sound(frame: bytes) -> bool:
    """Whether it is a frame for this unit: its length, unit and CRC."""
    return len(frame) >= 4 and frame[0] == UNIT and crc16(frame[:-2]) == frame[-2:]


def written(frame: bytes) -> Write | None:
    """The block that a frame writes, None for anything else: a reading, rubbish, half a block, a broken seal."""
    if len(frame) < 10 or frame[0] != UNIT or frame[1] not in (16, 23) or crc16(frame[:-2]) != frame[-2:]:
        return None
    at = 2 if frame[1] == 16 else 6
    address, words = struct.unpack_from(">HH", frame, at)
    block = frame[at + 5 : -2]
    if SIZES.get(address) != len(block) or words * 2 != len(block) or frame[at + 4] != len(block):
        return None
    if address in SEALED and zlib.crc32(block[:-4]) != int.from_bytes(block[-4:], "big"):
        return None
    return Write(address, block)


class Known(msgspec.Struct, frozen=True):
    """What the device has before a frame: what its ids, restarts and parts ask of a block that shall be taken."""

    newest_id: int
    boot_count: int
    calibration_id: int
    syringe_type: int
    barrel_nl: int


def why_not_authorised(block: bytes, known: Known) -> str:
    """The first reason against an authorisation whose seal is whole, "" when it is in order; its own second reading."""
    (number, depth, dose, shots, interval, mode, valid, syringe, calibration, boot, word, _) = (
        AUTHORISATION_FORM.unpack(block)
    )
    reasons = (
        ("old id", number <= known.newest_id),
        ("boot count", boot != known.boot_count),
        ("mode", not 1 <= mode <= 4),
        ("service word", word != (SERVICE_WORD if mode == 4 else 0)),
        ("depth", depth > 6000 or depth % 50),
        ("dose", not 1000 <= dose <= 200_000 or dose % 1000),
        ("shots", not 1 <= shots <= 20),
        ("interval", not 111 <= interval <= 2000),
        ("validity", not 1 <= valid <= 65_000),
        ("syringe", syringe != known.syringe_type or syringe == 0),
        ("calibration", calibration != known.calibration_id),
    )
    return next((reason for reason, holds in reasons if holds), "")


def why_not_commanded(block: bytes, known: Known) -> str:
    """The first reason against a command, "" when it is in order."""
    number, kind, argument = COMMAND_FORM.unpack(block)
    if number <= known.newest_id:
        return "old id"
    if kind > SYRINGE:
        return "kind"
    if kind == PRIME:
        return "" if 1 <= argument <= PRIME_MOST_NL else "volume"
    if kind == SYRINGE:
        return "" if 1 <= argument <= known.barrel_nl else "volume"
    return "argument" if argument else ""
