"""Modbus clients that are not ours: `mbpoll` and libmodbus, as Debian packages them.

Nothing of the driver stands between them and the wire: they prove that the controller speaks Modbus, not our dialect of
it. Both are system packages, installed by set-up; where one is missing its tests fail and say which.
"""

from __future__ import annotations

import ctypes
import re
import struct
import subprocess
from typing import Any, NoReturn

from drivers.link import BAUD
from drivers.registers import UNIT
from tests.conformance.wires import Line, Rejected

_EXCEPTIONS = {
    "Illegal function": 1,
    "Illegal data address": 2,
    "Illegal data value": 3,
    "Slave device or server failure": 4,
}
"""How both clients call a Modbus exception: the words are libmodbus's."""
_VALUE = re.compile(r"^\[(\d+)\]:\s+0x([0-9A-Fa-f]{4})$", re.MULTILINE)
_ENOBASE = 112_345_678
"""libmodbus reports exception n as this error number plus n."""
_WAIT_S = 10


class MbPoll:
    """The command line tool: one process for each transaction, values of a write on its command line."""

    def __init__(self, line: Line) -> None:
        parity = {"N": "none", "E": "even"}[line.parity]
        self._port = line.port
        self._settings = ["-m", "rtu", "-a", str(UNIT), "-b", str(BAUD), "-P", parity, "-0", "-1", "-o", "1.00"]

    def read(self, address: int, registers: int) -> bytes:
        """Function 3."""
        return self._read("4:hex", address, registers)

    def read_input(self, address: int, registers: int) -> bytes:
        """Function 4."""
        return self._read("3:hex", address, registers)

    def write(self, address: int, data: bytes) -> None:
        """Function 16, the whole block in one write."""
        said = self._run("-t", "4", "-r", str(address), self._port, "--", *(str(word) for word in _words(data)))
        assert f"Written {len(data) // 2} references." in said, said

    def close(self) -> None:
        """Nothing stays open between two transactions."""

    def _read(self, table: str, address: int, registers: int) -> bytes:
        said = self._run("-t", table, "-r", str(address), "-c", str(registers), self._port)
        found = [(int(place), int(value, 16)) for place, value in _VALUE.findall(said)]
        assert [place for place, _ in found] == list(range(address, address + registers)), said
        return struct.pack(f">{registers}H", *(value for _, value in found))

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            ["mbpoll", *self._settings, *words], capture_output=True, text=True, timeout=_WAIT_S, check=False
        )
        failed = re.search(r"(?:Read|Write) .* failed: (.*)", done.stderr)
        if failed is not None:
            _raise(failed[1])
        assert done.returncode == 0, done.stderr
        return done.stdout


class LibModbus:
    """The C library, through ctypes. It is a wire as well: the rules can be stated through it."""

    def __init__(self, line: Line) -> None:
        library: Any = ctypes.CDLL("libmodbus.so.5", use_errno=True)
        library.modbus_new_rtu.restype = ctypes.c_void_p
        library.modbus_new_rtu.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char, ctypes.c_int, ctypes.c_int]
        library.modbus_strerror.restype = ctypes.c_char_p
        self._library = library
        self._context = ctypes.c_void_p(library.modbus_new_rtu(line.port.encode(), BAUD, line.parity.encode(), 8, 1))
        assert self._context
        self._checked(library.modbus_set_slave(self._context, UNIT))
        self._checked(library.modbus_set_response_timeout(self._context, 1, 0))
        self._checked(library.modbus_connect(self._context))

    def read(self, address: int, registers: int) -> bytes:
        """Function 3."""
        return self._reads(self._library.modbus_read_registers, address, registers)

    def read_input(self, address: int, registers: int) -> bytes:
        """Function 4."""
        return self._reads(self._library.modbus_read_input_registers, address, registers)

    def write(self, address: int, data: bytes) -> None:
        """Function 16, the whole block in one write."""
        words = _words(data)
        self._checked(self._library.modbus_write_registers(self._context, address, len(words), _array(words)))

    def exchange(self, address: int, data: bytes, read_address: int, read_registers: int) -> bytes:
        """Function 23."""
        words, found = _words(data), (ctypes.c_uint16 * read_registers)()
        self._checked(
            self._library.modbus_write_and_read_registers(
                self._context, address, len(words), _array(words), read_address, read_registers, found
            )
        )
        return struct.pack(f">{read_registers}H", *found)

    def write_one(self, address: int, value: int) -> None:
        """Function 6, which the controller does not know."""
        self._checked(self._library.modbus_write_register(self._context, address, value))

    def read_bits(self, address: int, count: int) -> None:
        """Function 1, which the controller does not know either."""
        self._checked(self._library.modbus_read_bits(self._context, address, count, (ctypes.c_uint8 * count)()))

    def close(self) -> None:
        self._library.modbus_close(self._context)
        self._library.modbus_free(self._context)

    def _reads(self, function: Any, address: int, registers: int) -> bytes:
        found = (ctypes.c_uint16 * registers)()
        self._checked(function(self._context, address, registers, found))
        return struct.pack(f">{registers}H", *found)

    def _checked(self, result: int) -> None:
        if result == -1:
            number = ctypes.get_errno()
            if 1 <= number - _ENOBASE <= 4:
                raise Rejected(number - _ENOBASE)
            _raise(self._library.modbus_strerror(number).decode())


def _raise(words: str) -> NoReturn:
    """A Modbus exception by its words; anything else failed before the controller said anything."""
    if words in _EXCEPTIONS:
        raise Rejected(_EXCEPTIONS[words])
    raise AssertionError(words)


def _words(data: bytes) -> list[int]:
    return list(struct.unpack(f">{len(data) // 2}H", data))


def _array(words: list[int]) -> Any:
    return (ctypes.c_uint16 * len(words))(*words)
