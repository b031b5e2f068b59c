"""What a run of registers is: fields in wire order, their bytes, and the CRC of a sealed one.

Only this file knows how a struct becomes the bytes of its block and back; which blocks there are: `drivers.registers`.
"""

from __future__ import annotations

import struct
import zlib
from enum import IntFlag
from typing import Generic, TypeVar

import msgspec


class Access(IntFlag):
    READ = 1
    WRITE = 2


class Field(msgspec.Struct, frozen=True):
    """One value of a block. `width` is in registers of 16 bits; `code` is its struct format."""

    name: str
    code: str
    unit: str
    text: str

    @property
    def width(self) -> int:
        return struct.calcsize(">" + self.code) // 2


T = TypeVar("T", bound=msgspec.Struct)


class Block(Generic[T]):
    """A run of registers that is read or written whole.

    `encode` and `decode` translate between the struct and its bytes in wire order. A block whose last field is `crc`
    is sealed by `encode` and checked by `intact`.
    """

    def __init__(self, name: str, address: int, access: Access, struct_type: type[T], fields: list[Field]) -> None:
        self.name = name
        self.address = address
        self.access = access
        self.struct_type = struct_type
        self.fields = tuple(fields)
        self._packer = struct.Struct(">" + "".join(field.code for field in fields))
        assert [field.name for field in fields] == list(struct_type.__struct_fields__), (
            f"bytes and struct of {name} are made from each other field by field, in one order"
        )
        self.size = self._packer.size
        self.registers = self.size // 2
        self.sealed = fields[-1].name == "crc"

    def encode(self, value: T) -> bytes:
        """Bytes of `value` in wire order; the CRC of a sealed block is computed here, whatever `value.crc` says.

        Raises:
            struct.error: a value does not fit its registers.
        """
        data = self._packer.pack(*msgspec.structs.astuple(value))
        if not self.sealed:
            return data
        body = data[:-4]
        return body + struct.pack(">I", zlib.crc32(body))

    def decode(self, data: bytes) -> T:
        """The struct that `data` (exactly `size` bytes) holds. Does not check the CRC; see `intact`."""
        return self.struct_type(*self._packer.unpack(data))

    def intact(self, data: bytes) -> bool:
        """Whether `data` has the block's size and, when sealed, its CRC."""
        if len(data) != self.size:
            return False
        return not self.sealed or zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "big")
