"""Modbus RTU over a serial port: one request, one answer, never twice.

A transaction is begun and its answer is taken later, in the same breath or not: whoever asks waits as long as he likes,
the request's own time runs from its sending. One is in flight at a time, and none is abandoned: beginning another one
waits the first out.

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
from collections.abc import Callable, Generator
from contextlib import contextmanager

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
    NappageError,
    NotAnInjector,
    PortBusy,
    PortForbidden,
    PortGone,
    PortMissing,
    Refused,
)
from drivers.ports import TO_THE_END, finished
from drivers.registers import UNIT, ExceptionCode

BAUD = 460_800
TIMEOUT_MS = 40
"""Request sent to answer taken (WDG-1)."""
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
    """What a link has seen since it was opened. `slowest_ms` is the longest time until a good answer was taken."""

    good: int = 0
    refused: int = 0
    bad: int = 0
    timeouts: int = 0
    stray_bytes: int = 0
    slowest_ms: float = 0.0


class Asked:
    """One request that was sent, until its answer is taken (`drivers.ports.Begun`); only a `ModbusLink` makes one."""

    def __init__(self, link: ModbusLink, function: int, size: int, what: str, timeout_ms: int) -> None:
        self.function = function
        self.size = size
        self.what = what
        self.received = b""
        self.sent = time.monotonic()
        self.expires = self.sent + timeout_ms / 1000
        self.written = self.sent
        """When the port had taken its last byte."""
        self.outcome: bytes | NappageError | None = None
        """What became of it while another one was waiting to be begun."""
        self._link = link

    def take(self, within_s: float) -> bytes | None:
        """The answer's content, or None when it is not there within `within_s`; see `drivers.ports.Begun`."""
        answer = self._link.take(self, within_s)
        if answer is None:
            return None
        return answer[2:6] if self.function == WRITE_MULTIPLE else answer[3:-2]


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
        self._asked: Asked | None = None

    @property
    def statistics(self) -> LinkStatistics:
        """Counts since the port was opened."""
        return self._statistics

    def fileno(self) -> int:
        """Descriptor that becomes readable when bytes come or the device goes; good until `close`."""
        return self._serial.fileno()

    def begin_read(self, address: int, registers: int) -> Asked:
        """Ask for `registers` registers from `address`, with functions 3 and 4 in turn.

        Raises:
            LinkTimeout, BadFrame, PortGone: see `drivers.ports.Link`; it was not sent, or not whole.
        """
        function = self._next_read
        self._next_read = READ_INPUT if function == READ_HOLDING else READ_HOLDING
        kind = ReadHoldingRegistersRequest if function == READ_HOLDING else ReadInputRegistersRequest
        return self._begin(kind(dev_id=UNIT, address=address, count=registers), 5 + 2 * registers, "read", None)

    def begin(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> Asked:
        """Function 23: write `data` at `address`, then read, in one transaction; `gate` guards the sending.

        Raises:
            LinkTimeout, BadFrame, PortGone: as `begin_read`; and whatever `gate` raises, with no byte sent.
        """
        request = ReadWriteMultipleRegistersRequest(
            dev_id=UNIT,
            read_address=read_address,
            read_count=read_registers,
            write_address=address,
            write_registers=_words(data),
        )
        return self._begin(request, 5 + 2 * read_registers, "exchange", gate)

    def read(self, address: int, registers: int) -> bytes:
        """The bytes of `registers` registers from `address`, in wire order.

        Raises:
            LinkTimeout, BadFrame, Refused, PortGone: see `drivers.ports.Link`.
        """
        return finished(self.begin_read(address, registers))

    def write(self, address: int, data: bytes, *, gate: Gate | None = None) -> None:
        """Function 16: write `data` at `address`; `gate` guards the moment of sending."""
        words = _words(data)
        request = WriteMultipleRegistersRequest(dev_id=UNIT, address=address, registers=words)
        if finished(self._begin(request, 8, "write", gate)) != struct.pack(">HH", address, len(words)):
            raise self._bad("it confirms another write")

    def exchange(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> bytes:
        """Function 23 as `begin`, and its answer."""
        return finished(self.begin(address, data, read_address, read_registers, gate=gate))

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

    def _begin(self, request: ModbusPDU, size: int, what: str, gate: Gate | None) -> Asked:
        """Send one request, whose answer has `size` bytes; what was in flight before is waited out first."""
        frame = self._framer.buildFrame(request)
        with self._turn:
            if self._asked is not None:
                self._wait_out(self._asked)
            with self._open_port():
                self._quiet_line()
                asked = Asked(self, frame[1], size, what, self.timeout_ms)
                if gate is None:
                    self._send(frame)
                else:
                    gate(lambda: self._send(frame))
                asked.written = time.monotonic()
            self._asked = asked
            return asked

    def take(self, asked: Asked, within_s: float) -> bytes | None:
        """The whole answer to `asked`, checked by unit, function and CRC; None when it is not there within `within_s`.

        Raises:
            LinkTimeout, BadFrame, Refused, PortGone: see `drivers.ports.Begun`.
        """
        with self._turn:
            outcome = asked.outcome
            if outcome is None:
                return self._collect(asked, within_s)
        if isinstance(outcome, NappageError):
            raise outcome
        return outcome

    def _wait_out(self, asked: Asked) -> None:
        """Whoever begins the next one waits; whoever began this one is told when he takes it."""
        try:
            asked.outcome = self._collect(asked, TO_THE_END)
        except (LinkTimeout, BadFrame, Refused, PortGone) as error:
            asked.outcome = error

    def _collect(self, asked: Asked, within_s: float) -> bytes | None:
        assert asked is self._asked, "an answer is taken once"
        self._asked = None
        with self._open_port():
            answer = self._receive(asked, time.monotonic() + within_s)
        if answer is None:
            self._asked = asked
            return None
        if answer[1] & 0x80:
            self._count(refused=1)
            reason = REASONS.get(answer[2], "a reason that is not in the map")
            raise Refused(what=asked.what, exception=answer[2], reason=reason)
        self._count(good=1, waited_ms=(time.monotonic() - asked.sent) * 1000)
        return answer

    @contextmanager
    def _open_port(self) -> Generator[None]:
        """The port is open, and a device that goes meanwhile is one that has gone."""
        if not self._serial.is_open:
            raise PortGone(port=self.port)
        try:
            yield
        except (BadFrame, LinkTimeout, Refused):
            raise
        except _GONE as error:
            self.close()
            raise PortGone(port=self.port) from error

    def _send(self, frame: bytes) -> None:
        self._drop_waiting()
        if not self._room.poll(WRITE_TIMEOUT_S * 1000):
            self._count(timeouts=1)
            raise LinkTimeout(timeout_ms=int(WRITE_TIMEOUT_S * 1000))
        self._unsettled = True  # until the answer has come: whatever raises in between leaves the line in doubt
        # One write of its own and not pyserial's, which reports a time-out for bytes that went when it ran late itself.
        if os.write(self._serial.fileno(), frame) != len(frame):
            raise self._bad("the request could not be written whole")

    def _receive(self, asked: Asked, give_up: float) -> bytes | None:
        """One answer, or the end of it: no byte is read beyond it except to notice that there is one.

        None when it is not whole at `give_up`; what has come of it is kept for the next look.
        """
        while len(asked.received) < (wanted := self._wanted(asked)):
            came = self._read_until(asked.expires, give_up, wanted - len(asked.received))
            if came is None:
                return None
            asked.received += came
        answer = asked.received
        if answer[0] != UNIT:
            raise self._bad(f"it comes from unit {answer[0]}")
        if answer[1] & 0x7F != asked.function:
            raise self._bad(f"it answers function {answer[1] & 0x7F}")
        if not self._framer.check_CRC(answer[:-2], int.from_bytes(answer[-2:], "big")):
            raise self._bad("its CRC does not fit")
        # The answer stands on its own; bytes behind it were asked for by nobody, and the next request waits them out.
        self._unsettled = bool(self._serial.in_waiting)
        return answer

    def _wanted(self, asked: Asked) -> int:
        """How many bytes the answer has, as far as one can tell from its beginning."""
        came, size = asked.received, asked.size
        if len(came) < 3 or came[1] != asked.function:
            return _EXCEPTION_SIZE
        if asked.function != WRITE_MULTIPLE and came[2] != size - 5:
            raise self._bad(f"it announces {came[2]} bytes instead of {size - 5}")
        return size

    def _read_until(self, deadline: float, give_up: float, most: int) -> bytes | None:
        """Up to `most` bytes that are there before `give_up`; past `deadline` none counts, even one that is there."""
        now = time.monotonic()
        left, patience = deadline - now, max(0.0, give_up - now)
        if left <= 0 or not self._poll.poll(min(left, patience) * 1000):
            if patience < left:
                return None
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
