"""The injector controller, block by block, as the rest of the program sees it.

Only this file knows how an answer proves that it belongs to its question: Modbus RTU numbers nothing, so every block
that is written is sent with function 23 and what comes back in the same transaction must show that it arrived: the
lease's echo, the authorisation's id, the command's id, the anchor, the calibration. A bare acknowledgement is never
believed. What is looked for is laid down when the question is begun, so that an answer which is taken later is held
against its own question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from drivers.counted import LinkStatistics
from drivers.errors import BadFrame, CorruptBlock, MapMismatch, NappageError, NotAnInjector, Refused
from drivers.link import TIMEOUT_MS, Gate, ModbusLink
from drivers.ports import Authorisation, Begun, Leased, StopLatch, finished, redeem
from drivers.question import GatedLink, Question, reasoned
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
    Status,
    decode_exchange,
)

T = TypeVar("T", bound=msgspec.Struct)
Content = TypeVar("Content")

MOVING = frozenset({CommandKind.HOME, CommandKind.PRIME, CommandKind.SYRINGE_CHANGED, CommandKind.GAUGE})
"""Commands that move needle or plunger towards the patient or the tip; they are sent in the epoch of their decision."""

_SANE: dict[str, range] = {
    "serial": range(1, U32_MAX),
    "cap_depth_um": range(50, 6_000 + 1),
    "cap_dose_nl": range(1_000, 200_000 + 1),
    "cap_rate_mhz": range(RATE_MIN_MHZ, RATE_MAX_MHZ + 1),
    "lease_ms": range(50, LEASE_MS + 1),
}
"""What an injector can say of itself: the device's own caps (DESIGN, mechanics) and the lease of WDG-1."""


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

    def fileno(self) -> int:
        """The link's descriptor, to wait for an answer with others."""
        return self._link.fileno()

    def identity(self) -> Identity:
        """Who is there.

        Raises:
            MapMismatch: it speaks another map version.
            NotAnInjector: its figures are none that an injector can have.
        """
        return finished(self.begin_identity())

    def begin_identity(self) -> Begun[Identity]:
        """`identity`, begun."""
        return Question(self._link, self._link.begin_read(IDENTITY.address, IDENTITY.registers), self._sane)

    def _sane(self, answer: bytes) -> Identity:
        identity = IDENTITY.decode(answer)
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
        return self._sealed(CALIBRATION_IN_FORCE, self._read(CALIBRATION_IN_FORCE))

    def exchange(self, *, pedal: bool, cursor: int) -> Leased:
        """Renew the lease and read status and up to two records from `cursor` (a lifetime number).

        Raises:
            BadFrame: among others when the answer echoes an earlier lease: a late answer.
        """
        return finished(self.begin_exchange(pedal=pedal, cursor=cursor))

    def begin_exchange(self, *, pedal: bool, cursor: int) -> Begun[Leased]:
        """`exchange`, begun. A cursor past the last number that there is acknowledges all below that (`U32_MAX`)."""
        counter = self._counter = (self._counter + 1) % 0x10000
        lease = LEASE.encode(Lease(counter=counter, pedal=int(pedal), cursor=min(cursor, U32_MAX)))
        first, self._asked = not self._asked, True

        def believe(answer: bytes) -> Leased:
            status, records = decode_exchange(answer)
            # The first lease of a connection only gives the counter's place and is not echoed; no answer to an earlier
            # one can be on its way then. From the second on, what is not echoed is late, repeated, or a restart.
            if status.lease_echo != counter and not first:
                raise self._link.distrust("it answers an earlier lease")
            return status, records

        asked = self._link.begin(LEASE.address, lease, STATUS.address, EXCHANGE_REGISTERS)
        return Question(self._link, asked, believe)

    def authorise(self, authorisation: Authorisation, epoch: int) -> None:
        """Send one authorisation unless the stop latch moved since `epoch`; see `drivers.ports.Injector`."""
        finished(self.begin_authorise(authorisation, epoch))

    def begin_authorise(self, authorisation: Authorisation, epoch: int) -> Begun[Status]:
        """`authorise`, begun."""
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
        return self._begin(AUTHORISATION, AUTHORISATION.encode(block), "authorisation", epoch)

    def command(self, command: Command, epoch: int | None) -> None:
        """Send a command; one of `MOVING` needs the epoch it was decided in, the rest are sent whatever the latch says.

        Raises:
            ValueError: a moving command came without its epoch.
            StaleEpoch, Refused, LinkTimeout, BadFrame, PortGone: see `drivers.ports.Injector`.
        """
        finished(self.begin_command(command, epoch))

    def begin_command(self, command: Command, epoch: int | None) -> Begun[Status]:
        """`command`, begun."""
        kind = CommandKind(command.kind)
        moving = kind in MOVING
        if moving and epoch is None:
            raise ValueError(f"{kind.name} moves something and needs the epoch it was decided in")
        what = f"command {kind.name.lower().replace('_', ' ')}"
        return self._begin(COMMAND, COMMAND.encode(command), what, epoch if moving else None)

    def anchors(self) -> AnchorPair:
        """The two anchors that the controller keeps for the ledger (LED-11)."""
        return ANCHOR_PAIR.decode(self._read(ANCHOR_PAIR))

    def write_anchor(self, anchor: Anchor) -> None:
        """Keep `anchor`; what the controller kept is read back in the same transaction."""
        finished(self.begin_anchor(anchor))

    def begin_anchor(self, anchor: Anchor) -> Begun[AnchorPair]:
        """`write_anchor`, begun."""

        def believe(answer: bytes) -> AnchorPair:
            pair = ANCHOR_PAIR.decode(answer)
            if (pair.newest_row, pair.newest_sha256) != (anchor.row, anchor.sha256):
                raise self._link.distrust("it does not show this anchor")
            return pair

        asked = self._link.begin(ANCHOR.address, ANCHOR.encode(anchor), ANCHOR_PAIR.address, ANCHOR_PAIR.registers)
        return Question(self._link, asked, believe)

    def spare_calibration(self) -> Calibration:
        """The calibration in the spare slot, not in force.

        Raises:
            CorruptBlock: its CRC-32 does not fit.
        """
        return self._sealed(CALIBRATION, self._read(CALIBRATION))

    def write_calibration(self, calibration: Calibration) -> None:
        """Write `calibration` whole into the spare slot; it is not in force before `select_calibration`.

        What the slot then holds is read back in the same transaction.
        """
        data = CALIBRATION.encode(msgspec.structs.replace(calibration, service_word=SERVICE_WORD))
        if self._calibrate(CALIBRATION, data, CALIBRATION) != data:
            raise self._link.distrust("it does not hold this calibration")

    def select_calibration(self, calibration_id: int) -> Calibration:
        """Put the spare slot's calibration in force and return what is in force then.

        Raises:
            Refused: the spare slot does not hold it whole.
            BadFrame: the answer shows another one in force.
        """
        data = CALIBRATION_SELECT.encode(CalibrationSelect(id=calibration_id, service_word=SERVICE_WORD))
        answer = self._calibrate(CALIBRATION_SELECT, data, CALIBRATION_IN_FORCE)
        calibration = self._sealed(CALIBRATION_IN_FORCE, answer)
        if calibration.id != calibration_id:
            raise self._link.distrust("it shows another calibration in force")
        return calibration

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()

    def _begin(self, block: Block[T], data: bytes, what: str, epoch: int | None) -> Begun[Status]:
        """Write `data` and read the status in the same transaction, under the latch when there is an epoch.

        The status must show the id that `data` begins with.
        """
        sent = int.from_bytes(data[:4], "big")

        def shown(status: Status) -> bool:
            return sent == (status.authorisation_id if block.address == AUTHORISATION.address else status.command_id)

        def believe(answer: bytes) -> Status:
            status = STATUS.decode(answer)
            if not shown(status):
                raise self._link.distrust(f"it does not show this {what.split(maxsplit=1)[0]}")
            return status

        def explain(error: Refused, status: Status) -> NappageError:
            if shown(status):
                # A late exception of another request: what we sent was accepted, so it is not "certainly not done".
                return self._link.distrust(f"it refuses the {what} and yet shows it")
            return reasoned(error, what, status)

        gate = None if epoch is None else self._gate(epoch, what)
        asked = self._link.begin(block.address, data, STATUS.address, STATUS.registers, gate=gate)
        return Question(self._link, asked, believe, explain)

    def _read(self, block: Block[T]) -> bytes:
        return finished(self._link.begin_read(block.address, block.registers))

    def _calibrate(self, block: Block[T], data: bytes, shows: Block[Calibration]) -> bytes:
        """Write `data`, and read `shows` in the same transaction."""
        asked = self._link.begin(block.address, data, shows.address, shows.registers)

        def explain(error: Refused, status: Status) -> Refused:
            return reasoned(error, "calibration", status)

        return finished(Question(self._link, asked, bytes, explain))

    def _gate(self, epoch: int, what: str) -> Gate:
        def gate(send: Callable[[], None]) -> None:
            self._latch.guarded(epoch, what, send)

        return gate

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
