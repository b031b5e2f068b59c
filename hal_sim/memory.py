"""The controller's non-volatile memory: bytes of a FRAM, and the discipline of two alternating slots.

Only this file knows how a write can go wrong: a power cut leaves the first bytes of it, a dead memory none.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import zlib
from pathlib import Path

SIZE = 16_384
"""A common FRAM of 128 kbit; it does not wear."""


class PowerCut(Exception):
    """The supply of the logic failed in the middle of a write; the device starts again."""


class MemoryFailed(Exception):
    """The memory takes no write."""


class Memory:
    """Bytes that survive a reset, in a file when `path` is given (made when it is missing).

    A file is one device's at a time, as a FRAM is: two that write into it would forget each other's shots.

    Raises:
        OSError: the file cannot be opened, or another bench has it.
        ValueError: the file has another size.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._bytes = bytearray(SIZE)
        self._file: int | None = None
        self.dead = False
        self.cut_after: int | None = None
        """When set, the next write is cut after so many bytes."""
        if path is None:
            return
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise OSError(errno.EBUSY, "Another bench has this memory", str(path)) from error
        stored = os.pread(self._file, SIZE + 1, 0)
        if stored and len(stored) != SIZE:
            os.close(self._file)
            raise ValueError(f"{path} holds {len(stored)} bytes; a memory has {SIZE}")
        if stored:
            self._bytes[:] = stored
        else:
            self._make(self._file, path)

    def _make(self, file: int, path: Path) -> None:
        """Give a fresh file all its room at once: a FRAM is never too small for what is written into it later."""
        try:
            os.posix_fallocate(file, 0, SIZE)
        except OSError as error:
            os.ftruncate(file, 0)  # else the next start would find a memory of another size
            os.close(file)
            raise OSError(error.errno, error.strerror, str(path)) from error
        os.pwrite(file, bytes(self._bytes), 0)

    @property
    def blank(self) -> bool:
        """Whether it was never written: the factory's state."""
        return not any(self._bytes)

    def image(self) -> bytes:
        return bytes(self._bytes)

    def read(self, offset: int, size: int) -> bytes:
        return bytes(self._bytes[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        """Write `data` in ascending order of its bytes.

        Raises:
            MemoryFailed: it takes no write.
            PowerCut: the supply failed after the first bytes.
        """
        if self.dead:
            raise MemoryFailed("the memory takes no write")
        cut, self.cut_after = self.cut_after, None
        if cut is not None:
            data = data[:cut]
        self._bytes[offset : offset + len(data)] = data
        if self._file is not None:
            os.pwrite(self._file, data, offset)
        if cut is not None:
            raise PowerCut("the supply of the logic failed in a write")

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class TwoSlots:
    """A value kept in two slots, each with a growing sequence and a CRC-32: a torn write leaves the older one whole."""

    __slots__ = ("_memory", "_offset", "_sequence", "_size", "_slot")

    def __init__(self, memory: Memory, offset: int, size: int) -> None:
        self._memory = memory
        self._offset = offset
        self._size = size
        self._sequence = 0
        self._slot = 1

    def load(self) -> bytes | None:
        """The newest whole value, or None when neither slot is whole."""
        newest: bytes | None = None
        self._sequence = 0
        for slot in (0, 1):
            raw = self._memory.read(self._offset + slot * (self._size + 8), self._size + 8)
            sequence, crc = int.from_bytes(raw[:4], "big"), int.from_bytes(raw[-4:], "big")
            if sequence and zlib.crc32(raw[:-4]) == crc and sequence > self._sequence:
                newest, self._sequence, self._slot = raw[4:-4], sequence, slot
        return newest

    def store(self, value: bytes) -> None:
        """Write `value` (exactly the size given) into the older slot; it counts once its CRC is there."""
        body = struct.pack(">I", self._sequence + 1) + value
        slot = 1 - self._slot
        self._memory.write(self._offset + slot * (self._size + 8), body + struct.pack(">I", zlib.crc32(body)))
        self._sequence += 1
        self._slot = slot
