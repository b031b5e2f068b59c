"""One question to the injector that was begun, until its answer is believed.

Only this file knows how a refusal gets its reason: Modbus has none, so the status is read after it, which is one more
transaction of the same question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from drivers.errors import BadFrame, NappageError, Refused
from drivers.link import Gate, LinkStatistics
from drivers.ports import Begun, Link
from drivers.registers import STATUS, Refusal, Status

Content = TypeVar("Content")

REFUSALS: dict[int, str] = {
    Refusal.NONE: "it gives no reason",
    Refusal.CRC: "the block arrived damaged",
    Refusal.OLD_ID: "its number is not higher than the last one",
    Refusal.DEPTH: "the depth is over its cap or no step of 0.05 mm",
    Refusal.DOSE: "the dose is over its cap, under the smallest calibrated one or no step of 1 uL",
    Refusal.RATE: "the interval is outside 111 to 2000 ms",
    Refusal.SHOTS: "the number of shots is outside 1 to 20",
    Refusal.MODE: "it does not know this mode",
    Refusal.SYRINGE: "another syringe is in the clamp, or it has not met this one's piston since it was cut off",
    Refusal.CALIBRATION: "another calibration is in force",
    Refusal.BOOT: "it has been restarted since",
    Refusal.RECORDS: "records that are not yet in the ledger would be overwritten",
    Refusal.STATE: "the needle's place is not known: home it",
    Refusal.FAULT: "a fault is latched",
    Refusal.LEASE: "the lease is not fresh",
    Refusal.SUPPLY: "the motor supply is off",
    Refusal.CONTACT: "skin contact is not as it must be for this",
    Refusal.SERVICE: "the service word is missing",
    Refusal.BUSY: "it is busy",
    Refusal.COUNTER: "a lifetime counter is at its maximum",
    Refusal.VALUE: "a value is not allowed",
    Refusal.VALID: "the validity is zero or over 65 s",
    Refusal.INPUT: "trigger or pedal is held",
    Refusal.RESERVE: "the syringe is at its reserve",
}


class GatedLink(Link, Protocol):
    """What is needed of a link: beginnings, a gate for the moment of sending, a word about false answers."""

    @property
    def port(self) -> str: ...

    @property
    def statistics(self) -> LinkStatistics: ...

    def begin_read(self, address: int, registers: int) -> Begun[bytes]: ...

    def begin(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> Begun[bytes]: ...

    def fileno(self) -> int: ...

    def distrust(self, why: str) -> BadFrame:
        """Count a sound answer as bad and settle the line; returns the error to raise."""
        ...


class Question(Generic[Content]):
    """A transaction with the injector that was begun (`drivers.ports.Begun`), and how its answer is believed.

    After a refusal one more transaction reads the reason, within the same patience.
    """

    def __init__(
        self,
        link: GatedLink,
        asked: Begun[bytes],
        believe: Callable[[bytes], Content],
        explain: Callable[[Refused, Status], NappageError] | None = None,
    ) -> None:
        self._link = link
        self._asked = asked
        self._believe = believe
        self._explain = explain
        self._refused: Refused | None = None

    @property
    def expires(self) -> float:
        """CLOCK_MONOTONIC seconds at which the time of what is in flight is over."""
        return self._asked.expires

    @property
    def written(self) -> float:
        """CLOCK_MONOTONIC seconds at which the port had taken the last byte of what is in flight."""
        return self._asked.written

    def take(self, within_s: float) -> Content | None:
        """See `drivers.ports.Begun`."""
        try:
            answer = self._asked.take(within_s)
        except Refused as error:
            if self._explain is None or self._refused is not None:
                raise
            self._refused = error
            self._asked = self._link.begin_read(STATUS.address, STATUS.registers)
            answer = self._asked.take(within_s)
        if answer is None:
            return None
        if self._refused is not None and self._explain is not None:
            raise self._explain(self._refused, STATUS.decode(answer)) from self._refused
        return self._believe(answer)


def reasoned(error: Refused, what: str, status: Status) -> Refused:
    """The refusal again, with the reason in words that the status gives for the last write."""
    reason = REFUSALS.get(status.refusal, f"reason {status.refusal}")
    if status.refusal == Refusal.NONE:
        reason = str(error.facts["reason"])
    return Refused(what=what, exception=error.facts["exception"], reason=reason, refusal=status.refusal)
