"""Modbus RTU over a serial port: one request, one answer, never twice.

Only this file knows the wire's bytes on our side, and how each way a serial line can lie is found out (LNK-1):
corruption by the CRC; loss by the time-out; insertion and repetition by what is left on the line before a request and
after an answer; misrouting by unit, function and length; a late answer by silence after any trouble, by reads that
alternate between functions 3 and 4, and by what the caller finds inside the answer (drivers/injector.py).
"""

from __future__ import annotations

import errno
import os
import select
import struct
import termios
import threading
import time
from collections.abc import Callable

import msgspec
import serial
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
)

from drivers.errors import (
    BadFrame,
    LinkTimeout,
    NotAnInjector,
    PortBusy,
    PortForbidden,
    PortGone,
    PortMissing,
    Refused,
)
from drivers.registers import UNIT, ExceptionCode

BAUD = 460_800
TIMEOUT_MS = 40
"""Request sent to answer complete (WDG-1)."""
WRITE_TIMEOUT_S = 0.008
"""The stop latch is held while an authorisation is written, so a write that hangs ends within STP-4's 10 ms."""
GAP_S = 0.001_75
"""Silence between two frames above 19200 baud (Modbus over serial line V1.02, 2.5.1.1)."""
SETTLE_S = 0.010
"""Silence that ends any trouble: five gaps and the latency of a USB bridge."""
READ_HOLDING, READ_INPUT, WRITE_MULTIPLE, READ_WRITE = 3, 4, 16, 23
_EXCEPTION_SIZE = 5
_GONE = (OSError, termios.error)  # serial.SerialException is an OSError; termios.error is not

Gate = Callable[[Callable[[], None]], None]
"""Calls what it is given, which writes the request's bytes, or raises instead. It never waits for the answer."""

REASONS: dict[int, str] = {
    ExceptionCode.ILLEGAL_FUNCTION: "it does not know this function",
    ExceptionCode.ILLEGAL_ADDRESS: "it has no such registers",
    ExceptionCode.ILLEGAL_VALUE: "a value is not allowed",
    ExceptionCode.DEVICE_FAILURE: "it cannot do this now",
}


class LinkStatistics(msgspec.Struct, frozen=True):
    """What a link has seen since it was opened. `slowest_ms` is the longest wait for a good answer."""

    good: int = 0
    refused: int = 0
    bad: int = 0
    timeouts: int = 0
    stray_bytes: int = 0
    slowest_ms: float = 0.0


class ModbusLink:
    """The `Link` over one serial port. One transaction at a time; nothing is ever sent twice (LNK-2)."""

    def __init__(self, port: str, *, parity: str, timeout_ms: int = TIMEOUT_MS) -> None:
        """Open `port` at 460800 baud, 8 bits, 1 stop bit, for this program alone.

        Args:
            port: Device path, best one below /dev/serial/by-id, which follows the device when it is plugged again.
            parity: "E" on a real line, "N" on a pseudo-terminal, which refuses parity.
            timeout_ms: Request to complete answer, ms.

        Raises:
            PortMissing, PortForbidden, PortBusy: it cannot be opened.
            NotAnInjector: it is no serial port, or refuses these settings.
        """
        self.port = port
        self.timeout_ms = timeout_ms
        self._serial = _open(port, parity)
        self._framer = FramerRTU(DecodePDU(is_server=False))
        self._turn = threading.Lock()
        self._poll = select.poll()
        self._poll.register(self._serial.fileno(), select.POLLIN)
        self._room = select.poll()
        self._room.register(self._serial.fileno(), select.POLLOUT)
        self._statistics = LinkStatistics()
        self._unsettled = True
        self._last_byte = time.monotonic()
        self._next_read = READ_HOLDING

    @property
    def statistics(self) -> LinkStatistics:
        """Counts since the port was opened."""
        return self._statistics

    def read(self, address: int, registers: int) -> bytes:
        """The bytes of `registers` registers from `address`, in wire order.

        Raises:
            LinkTimeout, BadFrame, Refused, PortGone: see `drivers.ports.Link`.
        """
        function = self._next_read
        self._next_read = READ_INPUT if function == READ_HOLDING else READ_HOLDING
        kind = ReadHoldingRegistersRequest if function == READ_HOLDING else ReadInputRegistersRequest
        request = kind(dev_id=UNIT, address=address, count=registers)
        return self._transact(request, 5 + 2 * registers, "read", None)[3:-2]

    def write(self, address: int, data: bytes, *, gate: Gate | None = None) -> None:
        """Function 16: write `data` at `address`; `gate` guards the moment of sending."""
        words = _words(data)
        request = WriteMultipleRegistersRequest(dev_id=UNIT, address=address, registers=words)
        answer = self._transact(request, 8, "write", gate)
        if answer[2:6] != struct.pack(">HH", address, len(words)):
            raise self._bad("it confirms another write")

    def exchange(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> bytes:
        """Function 23: write `data` at `address`, then read, in one transaction; `gate` guards the sending."""
        request = ReadWriteMultipleRegistersRequest(
            dev_id=UNIT,
            read_address=read_address,
            read_count=read_registers,
            write_address=address,
            write_registers=_words(data),
        )
        return self._transact(request, 5 + 2 * read_registers, "exchange", gate)[3:-2]

    def distrust(self, why: str) -> BadFrame:
        """The caller found that a sound answer belongs to another request: count it as bad, and settle the line.

        Returns the error for the caller to raise.
        """
        return self._bad(why)

    def close(self) -> None:
        """Let go of the port. Closing twice, or after the device has gone, is no error.

        A device that has gone is closed at once as well: an open handle would make the replugged one another number.
        """
        try:
            self._serial.close()
        except _GONE:
            self._serial.is_open = False  # the system has freed the handle; it only says that the device is gone

    def _transact(self, request: ModbusPDU, size: int, what: str, gate: Gate | None) -> bytes:
        """Send one request and return its answer of `size` bytes, checked by unit, function and CRC."""
        frame = self._framer.buildFrame(request)
        with self._turn:
            if not self._serial.is_open:
                raise PortGone(port=self.port)
            try:
                self._quiet_line()
                began = time.monotonic()
                if gate is None:
                    self._send(frame)
                else:
                    gate(lambda: self._send(frame))
                answer = self._receive(frame[1], size, began + self.timeout_ms / 1000)
            except (BadFrame, LinkTimeout, Refused):
                raise
            except _GONE as error:
                self.close()
                raise PortGone(port=self.port) from error
            if answer[1] & 0x80:
                self._count(refused=1)
                reason = REASONS.get(answer[2], "a reason that is not in the map")
                raise Refused(what=what, exception=answer[2], reason=reason)
            self._count(good=1, waited_ms=(time.monotonic() - began) * 1000)
            return answer

    def _send(self, frame: bytes) -> None:
        self._drop_waiting()
        if not self._room.poll(WRITE_TIMEOUT_S * 1000):
            self._count(timeouts=1)
            raise LinkTimeout(timeout_ms=int(WRITE_TIMEOUT_S * 1000))
        self._unsettled = True  # until the answer has come: whatever raises in between leaves the line in doubt
        # One write of its own and not pyserial's, which reports a time-out for bytes that went when it ran late itself.
        if os.write(self._serial.fileno(), frame) != len(frame):
            raise self._bad("the request could not be written whole")

    def _receive(self, function: int, size: int, deadline: float) -> bytes:
        """One answer, or the end of it: no byte is read beyond it except to notice that there is one."""
        answer = b""
        wanted = _EXCEPTION_SIZE
        while len(answer) < wanted:
            answer += self._read_until(deadline, wanted - len(answer))
            if len(answer) > 2 and answer[1] == function:
                wanted = size
                if function != WRITE_MULTIPLE and answer[2] != size - 5:
                    raise self._bad(f"it announces {answer[2]} bytes instead of {size - 5}")
        if answer[0] != UNIT:
            raise self._bad(f"it comes from unit {answer[0]}")
        if answer[1] & 0x7F != function:
            raise self._bad(f"it answers function {answer[1] & 0x7F}")
        if not self._framer.check_CRC(answer[:-2], int.from_bytes(answer[-2:], "big")):
            raise self._bad("its CRC does not fit")
        # The answer stands on its own; bytes behind it were asked for by nobody, and the next request waits them out.
        self._unsettled = bool(self._serial.in_waiting)
        return answer

    def _read_until(self, deadline: float, most: int) -> bytes:
        left = deadline - time.monotonic()
        if left <= 0 or not self._poll.poll(left * 1000):
            self._count(timeouts=1)
            raise LinkTimeout(timeout_ms=self.timeout_ms)
        data = self._serial.read(most)
        self._last_byte = time.monotonic()
        return data

    def _quiet_line(self) -> None:
        """Before a request: the standard's gap; after trouble the longer silence, in which a late answer is dropped."""
        if not self._unsettled:
            gap = self._last_byte + GAP_S - time.monotonic()
            if gap > 0:
                time.sleep(gap)
            return
        end = time.monotonic() + self.timeout_ms / 1000
        while self._poll.poll(SETTLE_S * 1000):
            self._drop_waiting()
            if time.monotonic() > end:
                raise self._bad("the line does not fall silent")
        self._unsettled = False

    def _drop_waiting(self) -> None:
        """Bytes that nobody asked for are counted and thrown away; a hung-up line raises here."""
        if self._poll.poll(0):
            self._count(stray_bytes=len(self._serial.read(max(1, self._serial.in_waiting))))
            self._last_byte = time.monotonic()

    def _bad(self, why: str) -> BadFrame:
        self._unsettled = True
        self._count(bad=1)
        return BadFrame(why=why)

    def _count(
        self,
        *,
        good: int = 0,
        refused: int = 0,
        bad: int = 0,
        timeouts: int = 0,
        stray_bytes: int = 0,
        waited_ms: float = 0.0,
    ) -> None:
        was = self._statistics
        self._statistics = LinkStatistics(
            good=was.good + good,
            refused=was.refused + refused,
            bad=was.bad + bad,
            timeouts=was.timeouts + timeouts,
            stray_bytes=was.stray_bytes + stray_bytes,
            slowest_ms=max(was.slowest_ms, waited_ms),
        )


def _words(data: bytes) -> list[int]:
    return list(struct.unpack(f">{len(data) // 2}H", data))


def _open(port: str, parity: str) -> serial.Serial:
    try:
        opened = serial.Serial(port, BAUD, parity=parity, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        control_flags: int = termios.tcgetattr(opened.fileno())[2]
    except _GONE as error:
        number = getattr(error, "errno", None)
        if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
            raise PortMissing(port=port) from error
        if number in (errno.EACCES, errno.EPERM):
            raise PortForbidden(port=port) from error
        if number in (errno.EAGAIN, errno.EBUSY):
            raise PortBusy(port=port) from error
        raise NotAnInjector(port=port, why=f"it cannot be opened as a serial port: {error}") from error
    if bool(control_flags & termios.PARENB) != (parity != serial.PARITY_NONE):
        opened.close()  # a pseudo-terminal may take the setting without a word and without effect
        raise NotAnInjector(port=port, why=f"it does not take parity {parity}")
    return opened
