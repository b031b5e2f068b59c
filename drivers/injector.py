"""The injector controller, block by block, as the rest of the program sees it.

Only this file knows how an answer proves that it belongs to its question: Modbus RTU numbers nothing, so every block
that is written is sent with function 23 and what comes back in the same transaction must show that it arrived: the
lease's echo, the authorisation's id, the command's id, the anchor, the calibration. A bare acknowledgement is never
believed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from drivers.errors import BadFrame, CorruptBlock, MapMismatch, NotAnInjector, Refused
from drivers.link import TIMEOUT_MS, Gate, LinkStatistics, ModbusLink
from drivers.ports import Authorisation, Link, StopLatch, redeem
from drivers.registers import (
    ANCHOR,
    ANCHOR_PAIR,
    AUTHORISATION,
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    COMMAND,
    EXCHANGE_REGISTERS,
    IDENTITY,
    LEASE,
    LEASE_MS,
    MAP_VERSION,
    RATE_MAX_MHZ,
    RATE_MIN_MHZ,
    SERVICE_WORD,
    STATUS,
    U32_MAX,
    Anchor,
    AnchorPair,
    AuthorisationBlock,
    Block,
    Calibration,
    CalibrationSelect,
    Command,
    CommandKind,
    Identity,
    Lease,
    Mode,
    Refusal,
    ShotRecord,
    Status,
    decode_exchange,
)

T = TypeVar("T", bound=msgspec.Struct)

MOVING = frozenset({CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED})
"""Commands that move needle or plunger towards the patient or the tip; they are sent in the epoch of their decision."""

_SANE: dict[str, range] = {
    "serial": range(1, U32_MAX),
    "cap_depth_um": range(50, 6_000 + 1),
    "cap_dose_nl": range(1_000, 200_000 + 1),
    "cap_rate_mhz": range(RATE_MIN_MHZ, RATE_MAX_MHZ + 1),
    "lease_ms": range(50, LEASE_MS + 1),
}
"""What an injector can say of itself: the device's own caps (DESIGN, mechanics) and the lease of WDG-1."""

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
    Refusal.STATE: "it is not in a state for this",
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
    """What the injector needs of its link: a gate for the moment of sending, and a word about answers that lie."""

    @property
    def port(self) -> str: ...

    @property
    def statistics(self) -> LinkStatistics: ...

    def exchange(
        self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Gate | None = None
    ) -> bytes: ...

    def distrust(self, why: str) -> BadFrame:
        """Count a sound answer as bad and settle the line; returns the error to raise."""
        ...


class ModbusInjector:
    """The `Injector` over a `ModbusLink`. Every call is one transaction; after a refusal one more reads the reason."""

    def __init__(self, link: GatedLink, latch: StopLatch) -> None:
        self._link = link
        self._latch = latch
        self._counter = 0
        self._asked = False

    @property
    def statistics(self) -> LinkStatistics:
        """What the link has counted since it was opened."""
        return self._link.statistics

    def identity(self) -> Identity:
        """Who is there.

        Raises:
            MapMismatch: it speaks another map version.
            NotAnInjector: its figures are none that an injector can have.
        """
        identity = IDENTITY.decode(self._link.read(IDENTITY.address, IDENTITY.registers))
        if identity.map_version != MAP_VERSION:
            raise MapMismatch(theirs=identity.map_version, ours=MAP_VERSION)
        for name, sane in _SANE.items():
            value: int = getattr(identity, name)
            if value not in sane:
                raise NotAnInjector(port=self._link.port, why=f"its {name} is {value}")
        return identity

    def calibration(self) -> Calibration:
        """The calibration in force.

        Raises:
            CorruptBlock: its CRC-32 does not fit.
        """
        return self._sealed(CALIBRATION_IN_FORCE, self._link.read(CALIBRATION_IN_FORCE.address, CALIBRATION.registers))

    def exchange(self, *, pedal: bool, cursor: int) -> tuple[Status, tuple[ShotRecord, ...]]:
        """Renew the lease and read status and up to two records from `cursor` (a lifetime number).

        Raises:
            BadFrame: among others when the answer echoes an earlier lease: a late answer.
        """
        self._counter = (self._counter + 1) % 0x10000
        lease = LEASE.encode(Lease(counter=self._counter, pedal=int(pedal), cursor=cursor))
        first, self._asked = not self._asked, True
        answer = self._link.exchange(LEASE.address, lease, STATUS.address, EXCHANGE_REGISTERS)
        status, records = decode_exchange(answer)
        # The first lease of a connection only gives the counter's place and is not echoed; no answer to an earlier one
        # can be on its way then. From the second on, what is not echoed is late, repeated, or a controller's restart.
        if status.lease_echo != self._counter and not first:
            raise self._link.distrust("it answers an earlier lease")
        return status, records

    def authorise(self, authorisation: Authorisation, epoch: int) -> None:
        """Send one authorisation unless the stop latch moved since `epoch`; see `drivers.ports.Injector`."""
        redeem(authorisation)
        block = AuthorisationBlock(
            id=authorisation.id,
            depth_um=authorisation.depth_um,
            dose_nl=authorisation.dose_nl,
            shots=authorisation.shots,
            interval_ms=authorisation.interval_ms,
            mode=authorisation.mode,
            valid_ms=authorisation.valid_ms,
            syringe_type=authorisation.syringe_type,
            calibration_id=authorisation.calibration_id,
            boot_count=authorisation.boot_count,
            service_word=SERVICE_WORD if authorisation.mode is Mode.BENCH else 0,
        )
        status = self._status_after(AUTHORISATION, AUTHORISATION.encode(block), "authorisation", epoch)
        if status.authorisation_id != authorisation.id:
            raise self._link.distrust("it does not show this authorisation")

    def command(self, command: Command, epoch: int | None) -> None:
        """Send a command; one of `MOVING` needs the epoch it was decided in, the rest are sent whatever the latch says.

        Raises:
            ValueError: a moving command came without its epoch.
            StaleEpoch, Refused, LinkTimeout, BadFrame, PortGone: see `drivers.ports.Injector`.
        """
        kind = CommandKind(command.kind)
        moving = kind in MOVING
        if moving and epoch is None:
            raise ValueError(f"{kind.name} moves something and needs the epoch it was decided in")
        what = f"command {kind.name.lower().replace('_', ' ')}"
        status = self._status_after(COMMAND, COMMAND.encode(command), what, epoch if moving else None)
        if status.command_id != command.id:
            raise self._link.distrust("it does not show this command")

    def anchors(self) -> AnchorPair:
        """The two anchors that the controller keeps for the ledger (LED-11)."""
        return ANCHOR_PAIR.decode(self._link.read(ANCHOR_PAIR.address, ANCHOR_PAIR.registers))

    def write_anchor(self, anchor: Anchor) -> None:
        """Keep `anchor`; what the controller kept is read back in the same transaction."""
        data = ANCHOR.encode(anchor)
        answer = self._link.exchange(ANCHOR.address, data, ANCHOR_PAIR.address, ANCHOR_PAIR.registers)
        pair = ANCHOR_PAIR.decode(answer)
        if (pair.newest_row, pair.newest_sha256) != (anchor.row, anchor.sha256):
            raise self._link.distrust("it does not show this anchor")

    def spare_calibration(self) -> Calibration:
        """The calibration in the spare slot, not in force.

        Raises:
            CorruptBlock: its CRC-32 does not fit.
        """
        return self._sealed(CALIBRATION, self._link.read(CALIBRATION.address, CALIBRATION.registers))

    def write_calibration(self, calibration: Calibration) -> None:
        """Write `calibration` whole into the spare slot; it is not in force before `select_calibration`.

        What the slot then holds is read back in the same transaction.
        """
        data = CALIBRATION.encode(msgspec.structs.replace(calibration, service_word=SERVICE_WORD))
        try:
            answer = self._link.exchange(CALIBRATION.address, data, CALIBRATION.address, CALIBRATION.registers)
        except Refused as error:
            raise self._explained(error, "calibration") from error
        if answer != data:
            raise self._link.distrust("it does not hold this calibration")

    def select_calibration(self, calibration_id: int) -> Calibration:
        """Put the spare slot's calibration in force and return what is in force then.

        Raises:
            Refused: the spare slot does not hold it whole.
            BadFrame: the answer shows another one in force.
        """
        data = CALIBRATION_SELECT.encode(CalibrationSelect(id=calibration_id, service_word=SERVICE_WORD))
        try:
            answer = self._link.exchange(
                CALIBRATION_SELECT.address, data, CALIBRATION_IN_FORCE.address, CALIBRATION_IN_FORCE.registers
            )
        except Refused as error:
            raise self._explained(error, "calibration") from error
        calibration = self._sealed(CALIBRATION_IN_FORCE, answer)
        if calibration.id != calibration_id:
            raise self._link.distrust("it shows another calibration in force")
        return calibration

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()

    def _status_after(self, block: Block[T], data: bytes, what: str, epoch: int | None) -> Status:
        """Write `data` and read the status in the same transaction, under the latch when there is an epoch."""
        gate = None if epoch is None else self._gate(epoch, what)
        try:
            answer = self._link.exchange(block.address, data, STATUS.address, STATUS.registers, gate=gate)
        except Refused as error:
            status = self._status()
            number = status.authorisation_id if block.address == AUTHORISATION.address else status.command_id
            if number == int.from_bytes(data[:4], "big"):
                # A late exception of another request: what we sent was accepted, so it is not "certainly not done".
                raise self._link.distrust(f"it refuses the {what} and yet shows it") from error
            raise self._reasoned(error, what, status) from error
        return STATUS.decode(answer)

    def _gate(self, epoch: int, what: str) -> Gate:
        def gate(send: Callable[[], None]) -> None:
            self._latch.guarded(epoch, what, send)

        return gate

    def _status(self) -> Status:
        return STATUS.decode(self._link.read(STATUS.address, STATUS.registers))

    def _explained(self, error: Refused, what: str) -> Refused:
        return self._reasoned(error, what, self._status())

    def _reasoned(self, error: Refused, what: str, status: Status) -> Refused:
        """The refusal again, with the reason in words that the status gives for the last write."""
        reason = REFUSALS.get(status.refusal, f"reason {status.refusal}")
        if status.refusal == Refusal.NONE:
            reason = str(error.facts["reason"])
        return Refused(what=what, exception=error.facts["exception"], reason=reason, refusal=status.refusal)

    def _sealed(self, block: Block[Calibration], data: bytes) -> Calibration:
        if not block.intact(data):
            raise CorruptBlock(block=block.name, why="its CRC-32 does not fit")
        return block.decode(data)


def connect(port: str, latch: StopLatch, *, parity: str, timeout_ms: int = TIMEOUT_MS) -> ModbusInjector:
    """Open `port` and make sure that an injector with our register map answers there.

    Raises:
        PortMissing, PortForbidden, PortBusy, PortGone: the port.
        LinkTimeout: nothing answers.
        NotAnInjector: something answers that is none, or rubbish.
        MapMismatch: an injector of another map version.
    """
    link = ModbusLink(port, parity=parity, timeout_ms=timeout_ms)
    injector = ModbusInjector(link, latch)
    identified = False
    try:
        injector.identity()
        identified = True
    except (BadFrame, Refused) as error:
        raise NotAnInjector(port=port, why=str(error.facts.get("why", error.facts.get("reason")))) from error
    finally:
        if not identified:
            injector.close()
    return injector
