"""A laboratory balance over a serial line: MT-SICS levels 0 and 1, one command, one answer.

Only this file knows that command set (Mettler-Toledo Standard Interface Command Set, reference manual 11780711): words
in ASCII closed by CR LF, 9600 baud 8N1, a weight right-justified with its unit behind it. A weight is never read out of
anything but a whole, well-formed answer to the command that was just given.
"""

from __future__ import annotations

import contextlib
import errno
import re
import termios
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import msgspec
import serial

from drivers.errors import (
    BalanceBusy,
    BalanceError,
    BalanceForbidden,
    BalanceGone,
    BalanceMissing,
    BalanceOutOfRange,
    BalanceSilent,
    BalanceUnstable,
    BalanceUnusable,
)
from drivers.ports import Weight

BAUD = 9600
"""The command set's own default."""
ANSWER_S = 2.0
"""An immediate answer is there in under half a second; the rest is for an adapter that sleeps."""
STABLE_S = 40.0
"""A balance gives up waiting for stability by itself, usually within 30 s, and says so."""
LINE_MOST = 256
"""Longest answer, bytes."""
T = TypeVar("T")
_GONE = (OSError, termios.error)  # serial.SerialException is an OSError; termios.error is not
_MICROGRAMS = {"ug": Decimal(1), "mg": Decimal(1_000), "g": Decimal(1_000_000), "kg": Decimal(1_000_000_000)}
_VALUE = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,7})?")
_QUOTED = re.compile(r'"([^"]*)"')
_WRONG = {
    "ES": "it does not know the command",
    "ET": "it received a damaged command",
    "EL": "it cannot do this with what was asked",
}


class Identity(msgspec.Struct, frozen=True):
    """Who the balance says it is, as it goes onto a certificate."""

    model: str
    """Type and capacity in its own words."""
    software: str
    serial_number: str
    levels: str
    """Levels of the command set that it implements, such as "01"."""


class SicsBalance:
    """One balance on one port. Not thread-safe; a weighing waits, so never call it from the control loop."""

    def __init__(self, port: str) -> None:
        """Open the port for this program alone, cancel what the balance was doing and ask who it is.

        Raises:
            BalanceMissing, BalanceForbidden, BalanceBusy, BalanceUnusable: the port cannot be opened.
            BalanceSilent, BalanceError, BalanceGone: what is there is no balance of this kind.
        """
        self.port = port
        self._line = _open(port)
        with contextlib.ExitStack() as closing:
            closing.callback(self.close)
            self._cancel()
            self.identity = self._ask_identity()
            closing.pop_all()

    def weigh(self) -> Weight:
        """The weight now, settled or not (SI).

        Raises:
            BalanceOutOfRange, BalanceSilent, BalanceError, BalanceGone.
        """
        return self._weight("SI", "S", ANSWER_S)

    def weigh_stable(self) -> Weight:
        """Wait for a stable weight (S), at most `STABLE_S` seconds.

        Raises:
            BalanceUnstable: it did not settle in the balance's own time.
            BalanceOutOfRange, BalanceSilent, BalanceError, BalanceGone.
        """
        return self._weight("S", "S", STABLE_S)

    def zero(self) -> None:
        """Take the stable weight now as zero (Z); waits for stability.

        Raises:
            BalanceUnstable, BalanceOutOfRange, BalanceSilent, BalanceError, BalanceGone.
        """
        answer = self._ask("Z", STABLE_S)
        if answer != ["Z", "A"]:
            raise self._not_done("Z", answer)

    def tare(self) -> Weight:
        """Take the stable weight now as the vessel (T); gives the vessel's weight.

        Raises:
            BalanceUnstable, BalanceOutOfRange, BalanceSilent, BalanceError, BalanceGone.
        """
        return self._weight("T", "T", STABLE_S)

    def close(self) -> None:
        """Let go of the port; after an unplug too."""
        self._line.close()

    # -- one command, one answer

    def _weight(self, command: str, name: str, patience_s: float) -> Weight:
        answer = self._ask(command, patience_s)
        match answer:
            case [word, ("S" | "D") as state, value, unit] if word == name and _VALUE.fullmatch(value):
                if unit not in _MICROGRAMS:
                    raise BalanceError(port=self.port, answer=" ".join(answer), why="its unit is none of g, mg, kg, ug")
                micrograms = Decimal(value) * _MICROGRAMS[unit]
                return Weight(int(micrograms.to_integral_value()), state == "S")
            case _:
                raise self._not_done(name, answer)

    def _not_done(self, name: str, answer: list[str]) -> Exception:
        match answer:
            case [word, "I"] if word == name:
                return BalanceUnstable(port=self.port)
            case [word, ("+" | "-") as side] if word == name:
                return BalanceOutOfRange(port=self.port, side="over" if side == "+" else "under")
            case [("ES" | "ET" | "EL") as word]:
                return BalanceError(port=self.port, answer=word, why=_WRONG[word])
            case _:
                return BalanceError(port=self.port, answer=" ".join(answer), why="that does not answer what was asked")

    def _cancel(self) -> None:
        """`@` ends whatever the balance was told before and answers with its serial number."""
        self._send("@")
        end = time.monotonic() + ANSWER_S
        while not self._line_within(end - time.monotonic()).startswith("I4 A "):
            pass  # answers to what it was told before may still be on their way

    def _ask_identity(self) -> Identity:
        return Identity(
            model=self._text("I2"), software=self._text("I3"), serial_number=self._text("I4"), levels=self._text("I1")
        )

    def _text(self, command: str) -> str:
        """The first quoted text of an answer."""
        line = self._said(command, ANSWER_S)
        text = _QUOTED.search(line)
        if not line.startswith(f"{command} A ") or text is None:
            raise self._not_done(command, line.split())
        return text[1]

    def _ask(self, command: str, patience_s: float) -> list[str]:
        return self._said(command, patience_s).split()

    def _said(self, command: str, patience_s: float) -> str:
        self._guard(self._line.reset_input_buffer)
        self._send(command)
        return self._line_within(patience_s)

    def _send(self, command: str) -> None:
        self._guard(lambda: self._line.write(command.encode() + b"\r\n"))

    def _line_within(self, patience_s: float) -> str:
        data = self._guard(lambda: self._read_line(max(0.0, patience_s)))
        if not data.endswith(b"\n") and len(data) < LINE_MOST:
            raise BalanceSilent(port=self.port)
        shown = data[:24].decode("ascii", "replace").strip()
        if not data.endswith(b"\r\n"):
            raise BalanceError(port=self.port, answer=shown, why="that is no line of text")
        if not data.isascii():
            raise BalanceError(port=self.port, answer=shown, why="that is no plain text")
        return data.decode("ascii").strip()

    def _read_line(self, patience_s: float) -> bytes:
        self._line.timeout = patience_s  # asks the port for its settings, so this too meets an unplug
        return self._line.read_until(b"\n", LINE_MOST)

    def _guard(self, act: Callable[[], T]) -> T:
        """Do something on the line; an unplug closes our handle, so that a replugged balance gets its name again."""
        try:
            return act()
        except _GONE as error:
            self.close()
            raise BalanceGone(port=self.port) from error


def _open(port: str) -> serial.Serial:
    try:
        return serial.Serial(port, BAUD, write_timeout=ANSWER_S, exclusive=True)
    except _GONE as error:
        number = getattr(error, "errno", None)
        if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
            raise BalanceMissing(port=port) from error
        if number in (errno.EACCES, errno.EPERM):
            raise BalanceForbidden(port=port) from error
        if number in (errno.EAGAIN, errno.EBUSY):
            raise BalanceBusy(port=port) from error
        raise BalanceUnusable(port=port, why=str(error)) from error
