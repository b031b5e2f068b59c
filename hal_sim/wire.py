"""The simulated device's serial line: a Modbus RTU server on a pseudo-terminal.

Only this file knows the wire's bytes at the far end: where a frame ends, which of them are answered, and how each fault
of the wire spoils an answer. It is driven by its owner's loop and never waits: `readable` when bytes have come, `run`
when `due` has passed.
"""

from __future__ import annotations

import heapq
import random
import struct
from pathlib import Path
from typing import Protocol

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    ReadWriteMultipleRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
)

from drivers.registers import UNIT, ExceptionCode
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.faults import Faults
from hal_sim.terminal import Terminal

SILENCE_S = 0.005
"""What has not become a frame after this silence is thrown away, or is a function that nobody knows."""
LATE_S = 0.1
"""How late the fault `slow-answer` is: well over the client's time-out of 40 ms."""
EVERY = 10
"""A fault of single frames strikes each tenth."""
BROADCAST = 0
MOST = 257
"""A frame has at most 256 bytes; of what is longer no more is kept than shows that it is none."""


class Registers(Protocol):
    """What the wire needs of the device: its registers, its faults and whether its cable is in."""

    faults: Faults
    plugged: bool

    def read(self, now: float, address: int, registers: int) -> bytes: ...

    def write(self, now: float, address: int, data: bytes) -> None: ...

    def exchange(self, now: float, address: int, data: bytes, read_address: int, read_registers: int) -> bytes: ...


class Wire:
    """One pseudo-terminal at a time, found by its own name and by a symbolic link that follows it.

    Attributes:
        requests: Sound frames for this unit that arrived, acted on or not.
        dropped: Runs of bytes that were no frame.
    """

    def __init__(self, device: Registers, *, link: Path | None = None, seed: int = 0) -> None:
        self._device = device
        self._line = Terminal(link)
        self._random = random.Random(seed)
        self._framer = FramerRTU(DecodePDU(is_server=True))
        self._buffer = b""
        self._last_byte = 0.0
        self._late: list[tuple[float, int, bytes]] = []
        self._answers = 0
        self.requests = 0
        self.dropped = 0

    @property
    def port(self) -> str | None:
        """Path of the present pseudo-terminal, None while unplugged."""
        return self._line.port

    @property
    def fileno(self) -> int | None:
        """What to watch for bytes, None while unplugged."""
        return self._line.fileno

    def follow(self) -> bool:
        """Plug or unplug as the device's cable says. True when that changed something."""
        if self._device.plugged == (self._line.port is not None):
            return False
        if self._device.plugged:
            self._line.plug()
        else:
            self.unplug()
        return True

    def unplug(self) -> None:
        """Hang up: whoever has the port open sees a device that went away. The symbolic link goes with it."""
        self._line.unplug()
        self._buffer = b""
        self._late.clear()

    def due(self) -> float | None:
        """When `run` has something to do, in monotonic seconds."""
        times = [self._late[0][0]] if self._late else []
        if self._buffer:
            times.append(self._last_byte + SILENCE_S)
        return min(times, default=None)

    def readable(self, now: float) -> None:
        """Take the bytes that have come, and answer the frame that they complete."""
        data = self._line.read()
        if not data:
            return
        self._buffer = (self._buffer + data)[:MOST]
        self._last_byte = now
        size = self._size(self._buffer)
        if size is not None and len(self._buffer) == size:
            self._frame(now)

    def run(self, now: float) -> None:
        """Send what is late, and close a frame after the silence."""
        while self._late and self._late[0][0] <= now:
            self._send(heapq.heappop(self._late)[2])
        if self._buffer and now - self._last_byte >= SILENCE_S:
            self._frame(now)

    def _size(self, data: bytes) -> int | None:
        """Length of the frame that begins with `data`; None while that cannot be told."""
        if len(data) < 2:
            return None
        kind = _HANDLED.get(data[1])
        return None if kind is None else kind.calculateRtuFrameSize(data) or None

    def _frame(self, now: float) -> None:
        frame, self._buffer = self._buffer, b""
        # The length is checked too: a sound frame followed by zeros still has a fitting CRC.
        sound = len(frame) >= 4 and self._size(frame) in (None, len(frame))
        if not sound or not self._framer.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big")):
            self.dropped += 1
            return
        if frame[0] != UNIT:  # another unit's, or a broadcast, which this device ignores
            return
        self.requests += 1
        if self._device.faults.lost_requests and self.requests % EVERY == 0:
            return
        try:
            answer = self._answer(now, frame[1], frame[2:-2])
        except NoAnswer:
            return
        answer.dev_id = UNIT
        self._spoil_and_send(now, self._framer.buildFrame(answer))

    def _answer(self, now: float, function: int, body: bytes) -> ModbusPDU:
        if function not in _HANDLED:
            return ExceptionResponse(function, ExceptionCode.ILLEGAL_FUNCTION)
        try:
            return self._handle(now, function, body)
        except NoAnswer:
            raise
        except ModbusException as error:
            return ExceptionResponse(function, error.code)
        except (ValueError, struct.error):  # how pymodbus says that a frame contradicts itself
            return ExceptionResponse(function, ExceptionCode.ILLEGAL_VALUE)

    def _handle(self, now: float, function: int, body: bytes) -> ModbusPDU:
        request = _HANDLED[function]()
        request.decode(body)  # refuses to read none, or more than 125 registers
        if isinstance(request, ReadWriteMultipleRegistersRequest):
            _check(request.write_count, request.write_byte_count, body[9:])
            data = self._device.exchange(now, request.write_address, body[9:], request.read_address, request.read_count)
            return ReadWriteMultipleRegistersResponse(registers=_words(data))
        if isinstance(request, WriteMultipleRegistersRequest):
            _check(request.count, request.byte_count, body[5:])
            self._device.write(now, request.address, body[5:])
            return WriteMultipleRegistersResponse(address=request.address, count=request.count)
        words = _words(self._device.read(now, request.address, request.count))
        if isinstance(request, ReadInputRegistersRequest):
            return ReadInputRegistersResponse(registers=words)
        return ReadHoldingRegistersResponse(registers=words)

    def _spoil_and_send(self, now: float, frame: bytes) -> None:
        """What the faults of the wire make of one answer."""
        faults = self._device.faults
        self._answers += 1
        struck = self._answers % EVERY == 0
        if faults.silent or (faults.lost_frames and struck):
            return
        if faults.rubbish:
            frame = self._random.randbytes(len(frame))
        if faults.wrong_unit:
            frame = self._framer.encode(frame[1:-2], UNIT + 1, 0)
        if faults.corrupt_frames and struck:
            place = self._random.randrange(8 * len(frame))
            spoiled = bytearray(frame)
            spoiled[place // 8] ^= 1 << place % 8
            frame = bytes(spoiled)
        if faults.repeated_frames and struck:
            frame += frame
        if faults.slow_answer:
            heapq.heappush(self._late, (now + LATE_S, self._answers, frame))
        else:
            self._send(frame)

    def _send(self, frame: bytes) -> None:
        if not self._line.write(frame):
            self.dropped += 1


_HANDLED: dict[int, type[ModbusPDU]] = {
    kind.function_code: kind
    for kind in (
        ReadHoldingRegistersRequest,
        ReadInputRegistersRequest,
        WriteMultipleRegistersRequest,
        ReadWriteMultipleRegistersRequest,
    )
}


def _check(count: int, announced: int | None, data: bytes) -> None:
    """Raise ValueError unless a write carries as much as it says, twice."""
    if not len(data) == announced == 2 * count:
        raise ValueError(announced)


def _words(data: bytes) -> list[int]:
    return list(struct.unpack(f">{len(data) // 2}H", data))
