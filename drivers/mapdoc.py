"""The register map as a page of documentation, printed from the one table.

Only this file knows how the table looks on paper; it holds no address, width or text of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, IntFlag

import msgspec

from drivers.registers import (
    BARREL_NL,
    BLOCKS,
    EXCHANGE_REGISTERS,
    LEASE,
    LEASE_MS,
    LEASE_STEP_MAX,
    MAP_VERSION,
    RECORDS_KEPT,
    SERVICE_WORD,
    STATUS,
    UNIT,
    Access,
    Block,
    CommandKind,
    ControllerState,
    ExceptionCode,
    Fault,
    Input,
    Mode,
    Outcome,
    Refusal,
    SyringeType,
)

_CODES: tuple[type[IntEnum | IntFlag], ...] = (
    ControllerState, Fault, Input, SyringeType, Mode, CommandKind, Outcome, Refusal, ExceptionCode,
)  # fmt: skip
_KINDS = {"H": "u16", "h": "i16", "I": "u32", "i": "i32", "Q": "u64", "32s": "32 bytes"}


def register_map_markdown() -> str:
    """The whole register map as Markdown: blocks with every field, then the codes."""
    about = (
        f"Printed from `drivers/registers.py`; map version {MAP_VERSION}. Modbus RTU, unit {UNIT}. One address space: "
        "functions 3, 4 and 23 read, functions 16 and 23 write. A block is read or written whole. Values are integers; "
        "32 and 64 bit values stand high word first. A field called `crc` is the CRC-32 (zlib) of all bytes of its "
        "block before it."
    )
    lease = (
        f"The lease transaction is function 23: write {LEASE.registers} registers at {_hex(LEASE.address)}, read "
        f"{EXCHANGE_REGISTERS} registers from {_hex(STATUS.address)} (status and two records from the cursor). A lease "
        f"is fresh when its counter has grown by 1 to {LEASE_STEP_MAX}, and void {LEASE_MS} ms after the last. The "
        f"service word is {_hex(SERVICE_WORD)}. The last {RECORDS_KEPT} records survive a reset."
    )
    head = ["# Register map of the injector controller", "", about, "", lease, ""]
    blocks = [line for block in BLOCKS for line in _block(block)]
    codes = [line for code in _CODES for line in _code(code)]
    barrels = [f"| {barrel.name} | {volume} |" for barrel, volume in BARREL_NL.items()]
    tail = ["## Nominal volume of a barrel", "", "| SyringeType | nL |", "|---|---|", *barrels, ""]
    return "\n".join([*head, *blocks, *codes, *tail])


def _block(block: Block[msgspec.Struct]) -> Iterable[str]:
    ways = [word for access, word in ((Access.READ, "read"), (Access.WRITE, "write")) if access & block.access]
    yield f"## {_hex(block.address)} {block.name} ({', '.join(ways)}; {block.registers} registers)"
    yield ""
    yield "| address | registers | field | type | unit | meaning |"
    yield "|---|---|---|---|---|---|"
    address = block.address
    for field in block.fields:
        kind = _KINDS[field.code]
        yield f"| {_hex(address)} | {field.width} | `{field.name}` | {kind} | {field.unit} | {field.text} |"
        address += field.width
    yield ""


def _code(code: type[IntEnum | IntFlag]) -> Iterable[str]:
    yield f"## {code.__name__}"
    yield ""
    yield "| value | name |"
    yield "|---|---|"
    for member in code:
        value = _hex(member) if issubclass(code, IntFlag) else str(int(member))
        yield f"| {value} | {member.name} |"
    yield ""


def _hex(value: int) -> str:
    return f"0x{value:04X}"
