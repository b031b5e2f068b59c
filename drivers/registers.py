"""The register map of the injector controller: one table for both ends of the wire and for the printed page.

Only this file knows addresses, widths and codes. Values are integers: um, nL, ms, kPa, mV; 32 and 64 bit values stand
high word first. A block is read or written whole, as bytes in wire order; a block with a CRC carries the CRC-32 (zlib)
of all its bytes before the CRC. Ids of authorisations and of commands are drawn from one growing sequence, so that a
record's `authorisation_id` names whichever of the two moved the needle.
"""

from __future__ import annotations

import msgspec

# fmt: off
from drivers.block import Access, Block, Field
from drivers.codes import (
    BARREL_NL,
    CommandKind,
    ControllerState,
    ExceptionCode,
    Fault,
    Input,
    Mode,
    Outcome,
    Refusal,
    SyringeType,
)

__all__ = [  # block and codes, handed on
    "BARREL_NL",
    "Access",
    "Block",
    "CommandKind",
    "ControllerState",
    "ExceptionCode",
    "Fault",
    "Input",
    "Mode",
    "Outcome",
    "Refusal",
    "SyringeType",
]
# fmt: on

MAP_VERSION = 1
UNIT = 1
SERVICE_WORD = 0x5E1C
"""Written with calibration and bench motions against accidents; it is printed here and is no secret."""
RECORDS_KEPT = 512
"""Shot records that survive a reset of the controller."""
RECORDS_PER_EXCHANGE = 2
LEASE_STEP_MAX = 8
"""A lease is fresh when (new - last) mod 65536 is 1 to 8."""
U16_MAX, U32_MAX, U64_MAX = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


class Identity(msgspec.Struct, frozen=True):
    map_version: int
    firmware: int
    serial: int
    boot_count: int
    cap_depth_um: int
    cap_dose_nl: int
    cap_rate_mhz: int
    lease_ms: int
    dwell_ms: int
    occlusion_kpa: int
    compliance_nl_per_100kpa: int
    calibration_id: int
    calibration_crc: int
    needle_changes: int
    syringe_changes: int


class Status(msgspec.Struct, frozen=True):
    state: int
    faults: int
    inputs: int
    syringe_type: int
    lease_echo: int
    authorisation_id: int
    command_id: int
    shots_left: int
    lifetime_shots: int
    lifetime_nl: int
    needle_um: int
    plunger_nl: int
    pressure_kpa: int
    supply_mv: int
    uptime_ms: int
    refusal: int


class ShotRecord(msgspec.Struct, frozen=True):
    number: int
    authorisation_id: int
    depth_um: int
    measured_depth_um: int
    dose_nl: int
    measured_dose_nl: int
    peak_kpa: int
    duration_ms: int
    outcome: int


class Lease(msgspec.Struct, frozen=True):
    counter: int
    pedal: int
    cursor: int


class AuthorisationBlock(msgspec.Struct, frozen=True):
    id: int
    depth_um: int
    dose_nl: int
    shots: int
    interval_ms: int
    mode: int
    valid_ms: int
    syringe_type: int
    calibration_id: int
    boot_count: int
    service_word: int
    crc: int = 0


class Command(msgspec.Struct, frozen=True):
    id: int
    kind: int
    argument: int = 0


class Calibration(msgspec.Struct, frozen=True):
    id: int
    depth_zero_um: int
    depth_scale_ppm: int
    pl_per_step_1: int
    pl_per_step_2: int
    pl_per_step_5: int
    pl_per_step_10: int
    smallest_dose_1_nl: int
    smallest_dose_2_nl: int
    smallest_dose_5_nl: int
    smallest_dose_10_nl: int
    service_word: int
    crc: int = 0


class CalibrationSelect(msgspec.Struct, frozen=True):
    id: int
    service_word: int


class Anchor(msgspec.Struct, frozen=True):
    row: int
    sha256: bytes


class AnchorPair(msgspec.Struct, frozen=True):
    newest_row: int
    newest_sha256: bytes
    older_row: int
    older_sha256: bytes


R, W = Access.READ, Access.WRITE

IDENTITY: Block[Identity] = Block(
    "identity",
    0x0000,
    R,
    Identity,
    [
        Field("map_version", "H", "", "version of this map; another one is refused"),
        Field("firmware", "H", "", "major * 256 + minor"),
        Field("serial", "I", "", "serial number of the controller"),
        Field("boot_count", "I", "", "grows by one at each start"),
        Field("cap_depth_um", "H", "um", "largest depth"),
        Field("cap_dose_nl", "I", "nL", "largest dose of one shot"),
        Field("cap_rate_mhz", "H", "mHz", "highest rate; 9000 is 9 shots/s"),
        Field("lease_ms", "H", "ms", "a lease is void this long after its last fresh frame"),
        Field("dwell_ms", "H", "ms", "longest wait for the residual pressure before the needle leaves the skin"),
        Field("occlusion_kpa", "H", "kPa", "line pressure that counts as an occlusion"),
        Field("compliance_nl_per_100kpa", "H", "nL", "volume that the fluid path stores at 100 kPa"),
        Field("calibration_id", "I", "", "id of the calibration in force, 0 when there is none"),
        Field("calibration_crc", "I", "", "CRC-32 of the calibration in force"),
        Field("needle_changes", "H", "", "needle changes confirmed, ever"),
        Field("syringe_changes", "H", "", "syringe changes confirmed, ever"),
    ],
)
STATUS: Block[Status] = Block(
    "status",
    0x0100,
    R,
    Status,
    [
        Field("state", "H", "", "ControllerState"),
        Field("faults", "H", "", "Fault bits"),
        Field("inputs", "H", "", "Input bits"),
        Field("syringe_type", "H", "", "SyringeType as sensed"),
        Field("lease_echo", "H", "", "counter of the last fresh lease"),
        Field("authorisation_id", "I", "", "last accepted authorisation"),
        Field("command_id", "I", "", "last accepted command"),
        Field("shots_left", "H", "", "shots left of the live authorisation, 0 when none lives"),
        Field("lifetime_shots", "I", "", "motions ever begun (home, prime, seek and bench motions included)"),
        Field("lifetime_nl", "Q", "nL", "plunger displacement ever"),
        Field("needle_um", "H", "um", "needle beyond the skin plate"),
        Field("plunger_nl", "I", "nL", "volume between plunger and the end of the barrel"),
        Field("pressure_kpa", "h", "kPa", "line pressure"),
        Field("supply_mv", "H", "mV", "motor supply"),
        Field("uptime_ms", "I", "ms", "since the controller's start"),
        Field("refusal", "H", "", "Refusal: why the last write was refused"),
    ],
)
_RECORD_FIELDS = [
    Field("number", "I", "", "lifetime number, 0 when not written"),
    Field("authorisation_id", "I", "", "authorisation or command that moved it"),
    Field("depth_um", "H", "um", "commanded depth"),
    Field("measured_depth_um", "H", "um", "greatest depth the encoder saw"),
    Field("dose_nl", "I", "nL", "commanded dose"),
    Field("measured_dose_nl", "I", "nL", "plunger displacement the encoder saw"),
    Field("peak_kpa", "H", "kPa", "highest line pressure"),
    Field("duration_ms", "H", "ms", "begin of motion to home switch"),
    Field("outcome", "H", "", "Outcome"),
]
RECORD: Block[ShotRecord] = Block("record", 0x0118, R, ShotRecord, _RECORD_FIELDS)
"""The first of two records from the lease's cursor; the second follows at once."""
LEASE: Block[Lease] = Block(
    "lease",
    0x1000,
    R | W,
    Lease,
    [
        Field("counter", "H", "", "grows by 1 to 8 each time"),
        Field("pedal", "H", "", "1 while the pedal is down"),
        Field("cursor", "I", "", "lowest lifetime number not yet committed in the ledger; acknowledges all below"),
    ],
)
AUTHORISATION: Block[AuthorisationBlock] = Block(
    "authorisation",
    0x1010,
    R | W,
    AuthorisationBlock,
    [
        Field("id", "I", "", "only grows"),
        Field("depth_um", "H", "um", "needle travel from the skin plate, steps of 50"),
        Field("dose_nl", "I", "nL", "plunger displacement of each shot, steps of 1000"),
        Field("shots", "H", "", "1 to 20"),
        Field("interval_ms", "H", "ms", "begin of a shot to begin of the next, 111 to 2000"),
        Field("mode", "H", "", "Mode"),
        Field("valid_ms", "H", "ms", "no stroke begins later than this after acceptance"),
        Field("syringe_type", "H", "", "must be the one sensed"),
        Field("calibration_id", "I", "", "must be the one in force"),
        Field("boot_count", "I", "", "must be the present one"),
        Field("service_word", "H", "", "for bench mode only, else 0"),
        Field("crc", "I", "", "CRC-32 of the block before it"),
    ],
)
COMMAND: Block[Command] = Block(
    "command",
    0x1030,
    R | W,
    Command,
    [
        Field("id", "I", "", "only grows"),
        Field("kind", "H", "", "CommandKind"),
        Field("argument", "I", "", "nL for prime and syringe changed, see gauge for that, else 0"),
    ],
)
_CALIBRATION_FIELDS = [
    Field("id", "I", "", "only grows"),
    Field("depth_zero_um", "h", "um", "added to the commanded depth"),
    Field("depth_scale_ppm", "I", "ppm", "1 000 000 is 1.0"),
    Field("pl_per_step_1", "I", "pL", "per plunger step, 1 mL barrel"),
    Field("pl_per_step_2", "I", "pL", "per plunger step, 2 mL barrel"),
    Field("pl_per_step_5", "I", "pL", "per plunger step, 5 mL barrel"),
    Field("pl_per_step_10", "I", "pL", "per plunger step, 10 mL barrel"),
    Field("smallest_dose_1_nl", "I", "nL", "smallest dose that passed, 1 mL barrel; 0 when none did"),
    Field("smallest_dose_2_nl", "I", "nL", "smallest dose that passed, 2 mL barrel"),
    Field("smallest_dose_5_nl", "I", "nL", "smallest dose that passed, 5 mL barrel"),
    Field("smallest_dose_10_nl", "I", "nL", "smallest dose that passed, 10 mL barrel"),
    Field("service_word", "H", "", "against accidents"),
    Field("crc", "I", "", "CRC-32 of the block before it"),
]
CALIBRATION_IN_FORCE: Block[Calibration] = Block("calibration in force", 0x0040, R, Calibration, _CALIBRATION_FIELDS)
CALIBRATION: Block[Calibration] = Block("calibration", 0x1040, R | W, Calibration, _CALIBRATION_FIELDS)
"""The spare of two slots: written whole, read back, then selected."""
CALIBRATION_SELECT: Block[CalibrationSelect] = Block(
    "calibration select",
    0x105C,
    W,
    CalibrationSelect,
    [
        Field("id", "I", "", "id that the spare slot holds"),
        Field("service_word", "H", "", "against accidents"),
    ],
)
ANCHOR: Block[Anchor] = Block(
    "anchor",
    0x1060,
    W,
    Anchor,
    [
        Field("row", "I", "", "row number of the ledger"),
        Field("sha256", "32s", "", "hash of that row"),
    ],
)
ANCHOR_PAIR: Block[AnchorPair] = Block(
    "anchors",
    0x1080,
    R,
    AnchorPair,
    [
        Field("newest_row", "I", "", "row number, 0 when none"),
        Field("newest_sha256", "32s", "", "its hash"),
        Field("older_row", "I", "", "the one before"),
        Field("older_sha256", "32s", "", "its hash"),
    ],
)

# fmt: off
BLOCKS: tuple[Block[msgspec.Struct], ...] = (  # type: ignore[assignment]
    IDENTITY, CALIBRATION_IN_FORCE, STATUS, RECORD, LEASE, AUTHORISATION, COMMAND, CALIBRATION, CALIBRATION_SELECT,
    ANCHOR, ANCHOR_PAIR,
)
# fmt: on

EXCHANGE_REGISTERS = STATUS.registers + RECORDS_PER_EXCHANGE * RECORD.registers
"""What one lease transaction reads: status and two records."""
DEPTH_STEP_UM, DOSE_STEP_NL = 50, 1000
SHOTS_MAX, PRIME_MAX_NL = 20, 500_000
RATE_MIN_MHZ, RATE_MAX_MHZ = 500, 9000
INTERVAL_MIN_MS, INTERVAL_MAX_MS = 111, 2000
LEASE_MS, PEDAL_MS = 150, 75


NOT_WRITTEN = bytes(4)
"""Number 0, with which a record begins that stands for none."""


def decode_exchange(data: bytes) -> tuple[Status, tuple[ShotRecord, ...]]:
    """Status and the written ones of the two records that follow it. `data` is what one lease transaction reads."""
    status = STATUS.decode(data[: STATUS.size])
    written = [at for at in range(STATUS.size, len(data), RECORD.size) if data[at : at + 4] != NOT_WRITTEN]
    return status, tuple([RECORD.decode(data[at : at + RECORD.size]) for at in written])
