"""The other end of the wire in virtual time: keeps the lease, draws ids, collects records, and reads as a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

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
    Fault,
    Identity,
    Input,
    Lease,
    Mode,
    Outcome,
    Refusal,
    ShotRecord,
    Status,
    decode_exchange,
)
from hal_sim.blocks import ModbusException
from hal_sim.build import Build
from hal_sim.faults import Faults
from hal_sim.memory import Memory
from hal_sim.rig import Rig
from tests.lanes import unmeasured

STEP_S = 0.025


class Host:
    """Talks to one rig. `now` only moves through `wait` and `until`."""

    def __init__(
        self, *faults: str, memory: Memory | None = None, build: Build | None = None, seed: int = 0, start: float = 0.0
    ) -> None:
        self.rig = Rig(memory=memory, faults=Faults(*faults), seed=seed, build=build)
        self.now = start
        self.counter = 0
        self.identity_drawn = 0
        self.cursor = 1
        self.pedal = False
        self.acknowledges = True
        self.records: list[ShotRecord] = []
        self.beat()

    # -- time and lease

    def beat(self) -> Status:
        """One lease transaction."""
        self.counter = (self.counter + 1) % 65536
        data = self.rig.exchange(
            self.now,
            LEASE.address,
            LEASE.encode(Lease(self.counter, int(self.pedal), self.cursor)),
            STATUS.address,
            EXCHANGE_REGISTERS,
        )
        status, records = decode_exchange(data)
        if self.acknowledges:
            for record in records:
                if record.number >= self.cursor:
                    self.records.append(record)
                    self.cursor = record.number + 1
        return status

    def wait(self, seconds: float) -> Status:
        """Let time pass with the lease kept."""
        end = self.now + seconds
        status = self.status()
        while self.now < end - 1e-9:
            self.now = min(self.now + STEP_S, end)
            status = self.beat()
        return status

    def silence(self, seconds: float) -> Status:
        """Let time pass without a lease."""
        self.now += seconds
        return self.status()

    def until(self, happened: Callable[[Status], object], seconds: float = 30.0) -> Status:
        """Keep the lease until something happened."""
        end = self.now + seconds
        while True:
            status = self.beat()
            if happened(status):
                return status
            assert self.now < end, f"it never happened: {status}"
            self.now += STEP_S

    def creep(self, happened: Callable[[Status], object], seconds: float = 1.0, step: float = 0.0005) -> Status:
        """Go on in steps of half a millisecond, the lease kept, until something happened."""
        end = self.now + seconds
        beats = self.now
        while True:
            if self.now >= beats:
                self.beat()
                beats = self.now + STEP_S
            status = self.status()
            if happened(status):
                return status
            assert self.now < end, f"it never happened: {status}"
            self.now += step

    # -- the wire

    def status(self) -> Status:
        return STATUS.decode(self.rig.read(self.now, STATUS.address, STATUS.registers))

    def identity(self) -> Identity:
        return IDENTITY.decode(self.rig.read(self.now, IDENTITY.address, IDENTITY.registers))

    def draw(self) -> int:
        status = self.status()
        self.identity_drawn = max(self.identity_drawn, status.authorisation_id, status.command_id) + 1
        return self.identity_drawn

    def block(self, **changes: Any) -> AuthorisationBlock:
        """An authorisation that is in order, with what the test changes."""
        status, identity = self.status(), self.identity()
        block = AuthorisationBlock(
            id=self.draw(),
            depth_um=2000,
            dose_nl=10_000,
            shots=3,
            interval_ms=500,
            mode=Mode.SINGLE,
            valid_ms=30_000,
            syringe_type=status.syringe_type,
            calibration_id=identity.calibration_id,
            boot_count=identity.boot_count,
            service_word=0,
        )
        return msgspec.structs.replace(block, **changes)

    def send(self, block: AuthorisationBlock) -> None:
        self.rig.write(self.now, AUTHORISATION.address, AUTHORISATION.encode(block))

    def authorise(self, **changes: Any) -> AuthorisationBlock:
        block = self.block(**changes)
        self.send(block)
        return block

    def command(self, kind: CommandKind, argument: int = 0, identity: int | None = None) -> int:
        identity = self.draw() if identity is None else identity
        self.rig.write(self.now, COMMAND.address, COMMAND.encode(Command(identity, kind, argument)))
        return identity

    def refused(self, act: Callable[[], object]) -> Refusal:
        """The reason with which an act is refused by exception 03."""
        with pytest.raises(ModbusException) as caught:
            act()
        assert caught.value.code == 3
        return Refusal(self.status().refusal)

    # -- people

    def do(self, *commands: str) -> None:
        for command in commands:
            answer = self.rig.do(self.now, command)
            assert "did you mean" not in answer, answer
            assert not answer.startswith(f"{command.split()[0]} takes "), answer

    def truth(self) -> dict[str, Any]:
        truth: dict[str, Any] = json.loads(self.rig.do(self.now, "truth"))
        return truth

    # -- whole steps of a session

    def enable(self) -> None:
        self.rig.set_enable(self.now, True)
        self.until(lambda status: status.inputs & Input.SUPPLY)

    def home(self) -> Status:
        self.command(CommandKind.HOME)
        return self.until(lambda status: status.state != ControllerState.HOMING)

    def meet(self, fill_nl: int) -> Status:
        self.command(CommandKind.SYRINGE_CHANGED, fill_nl)
        return self.until(lambda status: status.state != ControllerState.SEEKING)

    def prime(self, volume_nl: int) -> Status:
        self.command(CommandKind.PRIME, volume_nl)
        return self.until(lambda status: status.state != ControllerState.PRIMING)

    @unmeasured()
    def ready(self, primed: bool = False) -> Host:
        """Enabled, homed, with a full 1 mL syringe met, and primed if asked for."""
        self.do("barrel 1")
        self.wait(0.05)
        self.enable()
        self.home()
        self.meet(1_000_000)
        if primed:
            self.prime(100_000)
        assert self.status().state == ControllerState.READY
        assert not self.status().faults
        return self

    def armed(self, **changes: Any) -> Host:
        """Ready, on skin, with a live authorisation; the trigger is up."""
        if self.status().state != ControllerState.READY:
            self.ready()
        if changes.get("mode") != Mode.BENCH:
            self.do("contact on")
        self.authorise(**changes)
        return self

    def stroke_at(self, at_um: int = 1000, /, **changes: Any) -> Host:
        """In mid-stroke, at least so deep and on the way down or delivering."""
        self.armed(**changes)
        self.do("trigger down")
        self.creep(lambda status: status.needle_um >= at_um)
        assert self.status().state == ControllerState.STROKE
        return self

    def last(self) -> ShotRecord:
        """The newest record, once the device rests."""
        self.until(lambda status: status.state not in MOVING and status.lifetime_shots < self.cursor)
        return self.records[-1]

    def faults(self) -> Fault:
        return Fault(self.status().faults)


MOVING = {
    ControllerState.HOMING,
    ControllerState.STROKE,
    ControllerState.PRIMING,
    ControllerState.SEEKING,
    ControllerState.RETRACTING,
}


def outcome(record: ShotRecord) -> Outcome:
    return Outcome(record.outcome)
