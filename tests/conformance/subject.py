"""The controller under test, whatever wire leads to it: keeps the lease, draws ids, waits for events and never sleeps.

A wait is counted in transactions, so that it means the same in virtual time, on a pseudo-terminal and on a real line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import pytest

from drivers.registers import (
    AUTHORISATION,
    COMMAND,
    EXCHANGE_REGISTERS,
    IDENTITY,
    LEASE,
    STATUS,
    AuthorisationBlock,
    Command,
    CommandKind,
    ControllerState,
    Identity,
    Input,
    Lease,
    Mode,
    Refusal,
    ShotRecord,
    Status,
    decode_exchange,
)
from tests.conformance.wires import Rejected, Wire

T = TypeVar("T")
MOST = 20_000
"""Transactions after which an event is called missing: at least half a minute."""
LATE_S = 0.07
"""Half a lease; the pedal bit is gone after 75 ms."""
MOVING = frozenset(
    {
        ControllerState.HOMING,
        ControllerState.STROKE,
        ControllerState.PRIMING,
        ControllerState.SEEKING,
        ControllerState.RETRACTING,
    }
)
REST = (
    ("trigger up", Input.TRIGGER, False),
    ("lift", Input.CONTACT, False),
)


class Subject:
    """One controller, brought to rest and reconciled before each rule."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.counter = 0
        self.cursor = 1
        self.pedal = False
        self.records: list[ShotRecord] = []
        self.delayed = False
        """Whether this machine was once too busy to keep the lease; then nothing was learned about the controller."""
        self._last_beat = 0.0

    # -- the wire

    def beat(self) -> Status:
        """One lease transaction; records are acknowledged as they come."""
        began, last = self.wire.seconds(), self._last_beat
        self.delayed = self.delayed or began - last > LATE_S
        self.counter = (self.counter + 1) % 65536
        lease = LEASE.encode(Lease(self.counter, int(self.pedal), self.cursor))
        status, records = decode_exchange(self.wire.exchange(LEASE.address, lease, STATUS.address, EXCHANGE_REGISTERS))
        for record in records:
            if record.number >= self.cursor:
                self.records.append(record)
                self.cursor = record.number + 1
        self._last_beat = self.wire.seconds()
        self.delayed = self.delayed or self._last_beat - began > LATE_S
        return status

    def forget_delays(self) -> None:
        self._last_beat = self.wire.seconds()
        self.delayed = False

    def status(self) -> Status:
        """Without a lease."""
        return STATUS.decode(self.wire.read(STATUS.address, STATUS.registers))

    def identity(self) -> Identity:
        return IDENTITY.decode(self.wire.read(IDENTITY.address, IDENTITY.registers))

    def draw(self) -> int:
        status = self.status()
        return max(status.authorisation_id, status.command_id) + 1

    def block(self, **changes: Any) -> AuthorisationBlock:
        """An authorisation that is in order, with what the rule changes."""
        status, identity = self.status(), self.identity()
        block = AuthorisationBlock(
            id=self.draw(),
            depth_um=2000,
            dose_nl=10_000,
            shots=3,
            interval_ms=400,
            mode=Mode.CONTINUOUS,
            valid_ms=30_000,
            syringe_type=status.syringe_type,
            calibration_id=identity.calibration_id,
            boot_count=identity.boot_count,
            service_word=0,
        )
        return msgspec.structs.replace(block, **changes)

    def authorise(self, **changes: Any) -> AuthorisationBlock:
        block = self.block(**changes)
        self.beat()
        self.wire.write(AUTHORISATION.address, AUTHORISATION.encode(block))
        self.beat()
        return block

    def command(self, kind: int, argument: int = 0, identity: int | None = None) -> None:
        identity = self.draw() if identity is None else identity
        self.beat()
        self.wire.write(COMMAND.address, COMMAND.encode(Command(identity, kind, argument)))
        self.beat()

    def refusal(self, act: Callable[[], object]) -> Refusal:
        """The reason with which an act is refused by exception 03."""
        with pytest.raises(Rejected) as caught:
            act()
        assert caught.value.code == 3
        return Refusal(self.status().refusal)

    # -- events

    def until(self, happened: Callable[[Status], object]) -> Status:
        """Keep the lease until something happened."""
        return self._until(self.beat, happened)

    def silent_until(self, happened: Callable[[Status], object]) -> Status:
        """Look without a lease until something happened."""
        return self._until(self.status, happened)

    def rest(self) -> Status:
        return self.until(lambda status: status.state not in MOVING and status.lifetime_shots < self.cursor)

    def keeps(self, holds: Callable[[Status], object], transactions: int = 300) -> None:
        """Something goes on being so for about a second, the lease kept."""
        for _ in range(transactions):
            status = self.beat()
            assert holds(status), status

    def do(self, *commands: str) -> None:
        for command in commands:
            self.wire.do(command, self.beat)

    def _until(self, look: Callable[[], Status], happened: Callable[[Status], object]) -> Status:
        status = look()
        for _ in range(MOST):
            if happened(status):
                return status
            status = look()
        raise AssertionError(f"it never happened: {status}")

    # -- whole steps

    def tidy(self) -> Subject:
        """Inputs up, nothing authorised, faults cleared, every record acknowledged."""
        self.pedal = False
        self.beat()
        self.beat()
        status = self.beat()
        for command, bit, wanted in REST:
            if bool(status.inputs & bit) != wanted:
                self.do(command)
        if not status.inputs & Input.SUPPLY:
            self.do("stop release", "enable on")
            self.until(lambda status: status.inputs & Input.SUPPLY)
        self.command(CommandKind.STOP)
        self.rest()
        self.command(CommandKind.CLEAR_FAULTS)
        return self

    def ready(self) -> Subject:
        """Homed, with a full 1 mL syringe met; a person is asked for one only when it is needed."""
        self.tidy()
        status = self.status()
        unknown = self.wire.simulated or status.state == ControllerState.UNHOMED
        if unknown:
            self.command(CommandKind.HOME)
            self.rest()
        if unknown or status.plunger_nl < 200_000:
            self.do("barrel 1")
            self.command(CommandKind.SYRINGE_CHANGED, 1_000_000)
            self.rest()
        assert self.beat().state == ControllerState.READY, self.status()
        return self

    def armed(self, **changes: Any) -> Subject:
        """On skin, with a live authorisation, nothing pressed."""
        self.ready()
        self.do("contact on")
        self.authorise(**changes)
        return self

    def in_stroke(self, **changes: Any) -> Subject:
        """In mid-stroke. A person needs longer to do something to it: strokes of 2 s, one after another."""
        stroke = {"depth_um": 4000, "dose_nl": 40_000, "interval_ms": 1500}
        if not self.wire.simulated:
            stroke = {"depth_um": 4000, "dose_nl": 90_000, "interval_ms": 2000, "shots": 9}
        self.armed(**(stroke | changes))
        self.do("trigger down")
        self.until(lambda status: status.state == ControllerState.STROKE)
        return self


def undisturbed(begin: Callable[[], Subject], act: Callable[[Subject], T]) -> T:
    """What `act` gives, done again from the beginning when this machine was too busy to keep the lease meanwhile."""
    for _ in range(5):
        subject = begin()
        subject.forget_delays()
        try:
            found = act(subject)
        except (AssertionError, Rejected):
            if not subject.delayed:
                raise
        else:
            if not subject.delayed:
                return found
    raise AssertionError("this machine was too busy to keep a lease")
