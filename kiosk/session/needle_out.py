"""What the injector last said of a needle that may be out, until it says itself that it is home (ALM-1, STP-5).

The condition is the needle's and not the wire's: a cable that is pulled, an injector that starts again and forgets, or
a restart of this program bring no needle home. So four of its faults outlive the status that told them. They end with a
fresh status of an injector that is settled, reports none of them and has homed since.

Every other fault ends with the link and comes back with it, and that is right: each tells of a shot that is over, or of
what has to be mended before the next one, and without an injector there is no next one. So does a blocked line: it was
drawn back, and what it may still hold is bounded (STP-6). A needle that is still in somebody's skin is none of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from drivers.registers import ControllerState, Fault, Input, Status
from kiosk.alarms.by_fault import BY_FAULT
from kiosk.session.desk import Desk
from kiosk.session.guards import UNCALIBRATED

if TYPE_CHECKING:
    from kiosk.session.connection import Connection

FAULTS = (Fault.HOMING, Fault.RETRACT, Fault.SPRING, Fault.INTERRUPTED)
"""Those after which nobody knows where the needle is."""
NEEDLE = sum(map(int, FAULTS))
"""As plain bits: they are looked at in every cycle, and those of an enumeration cost ten times as much."""
AT_REST = (ControllerState.READY, ControllerState.AUTHORISED, ControllerState.FAULT)
"""The states in which nothing moves, but that of a needle that was not homed."""
UNASKED = "the injector cannot be asked now"
UNPROVED = "the needle was not homed since"


class NeedleOut:
    """Faults of the needle that stand, whether or not there is an injector to ask."""

    def __init__(self, desk: Desk, serial: int, standing: Iterable[int]) -> None:
        """After a restart.

        Args:
            desk: Time and status of the present step.
            serial: The injector that the record belongs to.
            standing: Numbers of the alarms that had begun and not ended in the record.
        """
        self._desk = desk
        told = set(standing)
        self._faults = sum(int(fault) for fault in FAULTS if BY_FAULT[fault] in told)
        self._said = {serial: self._faults}
        """By serial number. A stranger's needle is one more that may be out, and vouches for none."""
        self._ready = False

    def step(self, connection: Connection) -> None:
        """Look at what this cycle brought."""
        desk, status = self._desk, self._desk.status
        self._ready = connection.ready
        if status is None or not desk.fresh or desk.identity is None:
            return
        serial, now = desk.identity.serial, status.faults & NEEDLE
        said = self._said.get(serial, 0) | now
        if self._ready:
            # Settled with another one: an administrator has paired it, with a reason, and the one before is out of use.
            self._said.clear()
            if said and not now and _homed(status):
                said = 0
        self._said[serial] = said
        self._faults = 0
        for each in self._said.values():
            self._faults |= each

    @property
    def faults(self) -> int:
        """Those that stand, bits of `Fault`."""
        return self._faults

    @property
    def detail(self) -> str:
        """Why one stands that the injector does not report just now."""
        return UNPROVED if self._ready else UNASKED

    def against(self) -> Iterator[str]:
        """What it has against arming beside what the injector reports: nothing is connected that could say more."""
        if self.faults and not self._ready:
            yield "the needle may be out, and the injector cannot be asked now: lift the handpiece away"


def _homed(status: Status) -> bool:
    """Whether the needle is home and was homed since the controller started, as far as its status says.

    A syringe or a calibration that is wanting hides the second in the state `FAULT`, and does not forbid homing; then
    the closed home switch counts.
    """
    return status.state in AT_REST and bool(status.inputs & Input.HOME) and not status.faults & ~int(UNCALIBRATED)
