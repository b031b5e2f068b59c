"""The controller's registers: which block is read from where, and what a write of one does.

Only this file answers by address. A block is written whole, at its own address, or refused with exception 03 and the
reason in the status register; reads may begin and end anywhere inside a readable run.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.registers import (
    ANCHOR,
    ANCHOR_PAIR,
    AUTHORISATION,
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    COMMAND,
    IDENTITY,
    LEASE,
    LEASE_MS,
    MAP_VERSION,
    RECORD,
    RECORDS_PER_EXCHANGE,
    SERVICE_WORD,
    STATUS,
    U32_MAX,
    ControllerState,
    ExceptionCode,
    Fault,
    Identity,
    Input,
    Refusal,
    Status,
)
from hal_sim.build import Build
from hal_sim.controller import Controller
from hal_sim.faults import Faults
from hal_sim.memory import MemoryFailed
from hal_sim.motion import OCCLUSION_KPA
from hal_sim.pace import DWELL_MS, PARKED_UM
from hal_sim.rules import CAP_DEPTH_UM, CAP_DOSE_NL, CAP_RATE_MHZ

_TRIGGER, _CONTACT, _HOME = int(Input.TRIGGER), int(Input.CONTACT), int(Input.HOME)
_NEEDLE, _KEPT = int(Input.NEEDLE_FITTED), int(Input.NEEDLE_KEPT)
_SUPPLY, _PEDAL = int(Input.SUPPLY), int(Input.PEDAL)


class ModbusException(Exception):
    """What the controller answers instead of data."""

    def __init__(self, code: ExceptionCode) -> None:
        super().__init__(f"exception {int(code):02d}")
        self.code = code


class NoAnswer(ModbusException):
    """The controller started again in the middle of this transaction: nothing goes back over the wire."""

    def __init__(self) -> None:
        super().__init__(ExceptionCode.DEVICE_FAILURE)


class Registers:
    """The register map of one controller, from one start to the next."""

    __slots__ = (
        "_authorisation",
        "_build",
        "_command",
        "_controller",
        "_faults",
        "_lease",
        "_runs",
        "_writes",
        "refusal",
    )

    def __init__(self, controller: Controller, build: Build, faults: Faults) -> None:
        self._controller = controller
        self._build = build
        self._faults = faults
        self.refusal = Refusal.NONE
        """Why the last write was refused; a lease changes nothing here."""
        self._lease = bytes(LEASE.size)
        self._authorisation = bytes(AUTHORISATION.size)
        self._command = bytes(COMMAND.size)
        self._runs: tuple[tuple[int, int, Callable[[], bytes]], ...] = (
            (STATUS.address, STATUS.size + RECORDS_PER_EXCHANGE * RECORD.size, self._status),
            (IDENTITY.address, IDENTITY.size, self._identity),
            (CALIBRATION_IN_FORCE.address, CALIBRATION.size, self._in_force),
            (LEASE.address, LEASE.size, lambda: self._lease),
            (AUTHORISATION.address, AUTHORISATION.size, lambda: self._authorisation),
            (COMMAND.address, COMMAND.size, lambda: self._command),
            (CALIBRATION.address, CALIBRATION.size, controller.journal.spare_calibration),
            (ANCHOR_PAIR.address, ANCHOR_PAIR.size, lambda: ANCHOR_PAIR.encode(controller.journal.anchors())),
        )
        self._writes: dict[int, tuple[int, Callable[[float, bytes], Refusal]]] = {
            LEASE.address: (LEASE.size, self._renew),
            AUTHORISATION.address: (AUTHORISATION.size, self._authorise),
            COMMAND.address: (COMMAND.size, self._take_command),
            CALIBRATION.address: (CALIBRATION.size, self._calibrate),
            CALIBRATION_SELECT.address: (CALIBRATION_SELECT.size, self._select),
            ANCHOR.address: (ANCHOR.size, self._anchor),
        }

    def read(self, address: int, registers: int) -> bytes:
        """Bytes of `registers` registers from `address`.

        Raises:
            ModbusException: 02 where nothing stands, 03 for no registers.
        """
        content, first = self._place(address, registers)
        return content()[first : first + registers * 2]

    def check_readable(self, address: int, registers: int) -> None:
        """Raise what `read` would: before a write in the same transaction, so that an exception means nothing was done.

        Raises:
            ModbusException: 02 where nothing stands, 03 for no registers.
        """
        self._place(address, registers)

    def _place(self, address: int, registers: int) -> tuple[Callable[[], bytes], int]:
        """The run that holds them all, and the byte in it where they begin."""
        if registers < 1:
            raise ModbusException(ExceptionCode.ILLEGAL_VALUE)
        for start, size, content in self._runs:
            first = (address - start) * 2
            if first >= 0 and first + registers * 2 <= size:
                return content, first
        raise ModbusException(ExceptionCode.ILLEGAL_ADDRESS)

    def write(self, now: float, address: int, data: bytes) -> None:
        """Write one block.

        Raises:
            ModbusException: 02 where no block begins, 03 when it is refused, 04 when the memory failed.
            PowerCut: the supply failed in a write.
        """
        target = self._writes.get(address)
        if target is None:
            raise ModbusException(ExceptionCode.ILLEGAL_ADDRESS)
        size, take = target
        if len(data) != size:
            self.refusal = Refusal.VALUE
            raise ModbusException(ExceptionCode.ILLEGAL_VALUE)
        try:
            refusal = take(now, data)
        except MemoryFailed:
            self._controller.faults |= Fault.MEMORY
            self._controller.void()
            self._controller.step(now)
            self.refusal = Refusal.FAULT
            raise ModbusException(ExceptionCode.DEVICE_FAILURE) from None
        if address != LEASE.address:
            self.refusal = refusal
        if refusal != Refusal.NONE:
            raise ModbusException(ExceptionCode.ILLEGAL_VALUE)

    # -- writes

    def _renew(self, now: float, data: bytes) -> Refusal:
        self._lease = data
        self._controller.renew(now, LEASE.decode(data))
        return Refusal.NONE

    def _authorise(self, now: float, data: bytes) -> Refusal:
        if not AUTHORISATION.intact(data):
            return Refusal.CRC
        refusal = self._controller.authorise(now, AUTHORISATION.decode(data))
        if refusal == Refusal.NONE:
            self._authorisation = data
        return refusal

    def _take_command(self, now: float, data: bytes) -> Refusal:
        refusal = self._controller.command(now, COMMAND.decode(data))
        if refusal == Refusal.NONE:
            self._command = data
        return refusal

    def _calibrate(self, now: float, data: bytes) -> Refusal:
        """Into the spare slot; it is in force only once it is selected."""
        del now
        if not CALIBRATION.intact(data):
            return Refusal.CRC
        block = CALIBRATION.decode(data)
        refusal = self._service(block.service_word)
        if refusal != Refusal.NONE:
            return refusal
        if block.id <= self._controller.gauges.calibration_id():
            return Refusal.OLD_ID
        if not self._build.plausible(block):
            return Refusal.VALUE
        self._controller.journal.write_calibration(data)
        return Refusal.NONE

    def _select(self, now: float, data: bytes) -> Refusal:
        block = CALIBRATION_SELECT.decode(data)
        refusal = self._service(block.service_word)
        if refusal != Refusal.NONE:
            return refusal
        spare = self._controller.journal.spare_calibration()
        if not CALIBRATION.intact(spare) or CALIBRATION.decode(spare).id != block.id:
            return Refusal.CALIBRATION
        if block.id <= self._controller.gauges.calibration_id():
            return Refusal.OLD_ID
        self._controller.journal.select_calibration()
        self._controller.step(now)
        return Refusal.NONE

    def _anchor(self, now: float, data: bytes) -> Refusal:
        del now
        if ANCHOR.decode(data).row == 0:
            return Refusal.VALUE
        self._controller.journal.write_anchor(data)
        return Refusal.NONE

    def _service(self, word: int) -> Refusal:
        """Calibration is for a device that stands still, and against accidents needs its word."""
        if word != SERVICE_WORD:
            return Refusal.SERVICE
        at_rest = (ControllerState.UNHOMED, ControllerState.READY, ControllerState.FAULT)
        return Refusal.NONE if self._controller.state in at_rest else Refusal.BUSY

    # -- reads

    def _identity(self) -> bytes:
        journal = self._controller.journal
        in_force = self._in_force()
        return IDENTITY.encode(
            Identity(
                map_version=MAP_VERSION + (1 if self._faults.wrong_map else 0),
                firmware=self._build.firmware,
                serial=self._build.serial + (1 if self._faults.wrong_serial else 0),
                boot_count=journal.boot_count,
                cap_depth_um=CAP_DEPTH_UM,
                cap_dose_nl=CAP_DOSE_NL,
                cap_rate_mhz=CAP_RATE_MHZ,
                lease_ms=LEASE_MS,
                dwell_ms=DWELL_MS,
                occlusion_kpa=OCCLUSION_KPA,
                compliance_nl_per_100kpa=round(self._build.compliance_nl_kpa * 100),
                calibration_id=self._controller.gauges.calibration_id(),
                calibration_crc=int.from_bytes(in_force[-4:], "big"),
                needle_changes=journal.needle_changes,
                syringe_changes=journal.syringe_changes,
            )
        )

    def _in_force(self) -> bytes:
        calibration = self._controller.journal.calibration
        return CALIBRATION.encode(calibration) if calibration else bytes(CALIBRATION.size)

    def _status(self) -> bytes:
        controller = self._controller
        body, journal = controller.body, controller.journal
        status = STATUS.encode(
            Status(
                controller.state,
                controller.faults,
                self._inputs(),
                body.barrel,
                controller.lease.echo,
                journal.authorisation_id,
                journal.command_id,
                controller.shots_left,
                journal.lifetime_shots,
                journal.lifetime_nl,
                min(max(0, round(body.carriage.travel(controller.now) - PARKED_UM)), 0xFFFF),
                controller.gauges.plunger_nl(),
                min(max(-32768, round(controller.gauges.pressure_kpa())), 32767),
                controller.supply_mv,
                min(int((controller.now - controller.booted) * 1000), U32_MAX),
                self.refusal,
            )
        )
        cursor = max(controller.cursor, journal.oldest())
        return b"".join([status, *map(journal.record, range(cursor, cursor + RECORDS_PER_EXCHANGE))])

    def _inputs(self) -> int:
        body, controller = self._controller.body, self._controller
        return (
            body.trigger * _TRIGGER
            | body.contact * _CONTACT
            | body.home * _HOME
            | (body.needle is not None) * _NEEDLE
            | body.needle_kept * _KEPT
            | controller.supplied * _SUPPLY
            | controller.inputs.pedal * _PEDAL
        )
