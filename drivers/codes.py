"""What the numbers in the registers stand for: states, faults, inputs, modes, outcomes, refusals, commands.

Part of the register map (`drivers.registers` hands all of it on); only the meaning of codes is here.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class ControllerState(IntEnum):
    """What the controller is doing."""

    UNHOMED = 0
    """After power-up, reset or an interrupted stroke: the needle's place is unknown, only home is taken."""
    HOMING = 1
    READY = 2
    """Homed, needle out, nothing authorised."""
    AUTHORISED = 3
    """An authorisation is live; waits for trigger and skin contact, or between the shots of a run."""
    STROKE = 4
    PRIMING = 5
    SEEKING = 6
    """After a syringe change: the plunger advances until it meets the piston."""
    RETRACTING = 7
    FAULT = 8
    """At least one latched fault; cleared by `CLEAR_FAULTS` once its cause is gone. `RESERVE` and `PISTON` are ended
    by a syringe change alone, `SPRING` by a home alone, `COUNTER` by nothing."""


class Fault(IntFlag):
    """Faults as bits of the status register; a set bit stays until cleared."""

    NONE = 0
    HOMING = 1 << 0
    RETRACT = 1 << 1
    """The home switch did not close within 100 ms of a retract: the needle may be out."""
    SPRING = 1 << 2
    """Left to its spring alone the needle did not come home in time: it may be out. Only a home, which the spring
    drives, ends it; so it does not stand in a home's way (STP-5)."""
    DEPTH_MISMATCH = 1 << 3
    """Commanded and measured depth differ by more than 0.10 mm (LED-9)."""
    DOSE_MISMATCH = 1 << 4
    """Commanded and measured dose differ by more than max(0.3 uL, 5 %) (LED-9)."""
    OCCLUSION = 1 << 5
    SUPPLY = 1 << 6
    """Motor supply lost in a motion."""
    LEASE = 1 << 7
    """The lease lapsed with a live authorisation."""
    CONTACT = 1 << 8
    """Skin contact lost in a stroke, or present at a service motion."""
    INPUT_STUCK = 1 << 9
    """Trigger or pedal held over 60 s or at start-up (LIM-11)."""
    MEMORY = 1 << 10
    CALIBRATION = 1 << 11
    PISTON = 1 << 12
    """After a syringe change the plunger did not meet the piston within 10 % of the stated fill (LIM-13)."""
    RESERVE = 1 << 13
    """The syringe is at its reserve of 2 % of the barrel."""
    INTERRUPTED = 1 << 14
    """A stroke was interrupted by a reset; counted at its commanded dose, in full."""
    COUNTER = 1 << 15
    """A lifetime counter is at its maximum."""


class Input(IntFlag):
    """Inputs as bits of the status register."""

    NONE = 0
    TRIGGER = 1 << 0
    CONTACT = 1 << 1
    HOME = 1 << 2
    NEEDLE_FITTED = 1 << 3
    SUPPLY = 1 << 4
    PEDAL = 1 << 5
    """The pedal bit of the lease as the controller has it now (false 75 ms after its frame)."""
    NEEDLE_KEPT = 1 << 6
    """The needle that was last told as changed was never off since, and the controller never off either: latched."""


class SyringeType(IntEnum):
    """The barrel as sensed by clamp width."""

    NONE = 0
    ML_1 = 1
    ML_2 = 2
    ML_5 = 3
    ML_10 = 4


BARREL_NL: dict[SyringeType, int] = {
    SyringeType.NONE: 0,
    SyringeType.ML_1: 1_000_000,
    SyringeType.ML_2: 2_000_000,
    SyringeType.ML_5: 5_000_000,
    SyringeType.ML_10: 10_000_000,
}
"""Nominal volume of each barrel, nL."""


class Mode(IntEnum):
    """How an authorisation may be used."""

    SINGLE = 1
    """One press, one shot."""
    BURST = 2
    """One press, all shots of the authorisation while it is held."""
    CONTINUOUS = 3
    """Shots at the set interval while held; runs on across authorisations."""
    BENCH = 4
    """Like single, for service: contact absent, service word given."""


class Outcome(IntEnum):
    """How a motion ended."""

    COMPLETED = 0
    PARTIAL_CONTACT = 1
    PARTIAL_STOP = 2
    PARTIAL_LEASE = 3
    PARTIAL_SUPPLY = 4
    PARTIAL_OCCLUSION = 5
    PARTIAL_FAULT = 6
    INTERRUPTED = 7
    """Cut off by a reset: measured values are the commanded ones, counted in full."""
    RESERVE = 8


class Refusal(IntEnum):
    """Why the last write was refused, in the status register beside exception 03 or 04."""

    NONE = 0
    CRC = 1
    OLD_ID = 2
    DEPTH = 3
    DOSE = 4
    RATE = 5
    SHOTS = 6
    MODE = 7
    SYRINGE = 8
    CALIBRATION = 9
    BOOT = 10
    RECORDS = 11
    """It could overwrite a record that is not yet acknowledged."""
    STATE = 12
    FAULT = 13
    LEASE = 14
    SUPPLY = 15
    CONTACT = 16
    SERVICE = 17
    """The service word is missing or wrong."""
    BUSY = 18
    COUNTER = 19
    VALUE = 20
    VALID = 21
    """`valid_ms` is zero or over 65 s."""
    INPUT = 22
    """Trigger or pedal is held; both must be up."""
    RESERVE = 23


class CommandKind(IntEnum):
    """What the command block may ask for; `argument` is for those that name one."""

    NONE = 0
    HOME = 1
    PRIME = 2
    """Argument: nL, at most 500 000."""
    RETRACT = 3
    STOP = 4
    VOID = 5
    CLEAR_FAULTS = 6
    NEEDLE_CHANGED = 7
    SYRINGE_CHANGED = 8
    """Argument: the stated fill in nL; the plunger then seeks the piston."""
    GAUGE = 9
    """For service: the needle goes to a depth, rests there for 8 s under a gauge and returns by itself; contact absent.
    Argument: the service word in the high half; in the low half the depth in um, and 0x8000 when it shall be come upon
    from 0.3 mm deeper, which tells backlash."""


class ExceptionCode(IntEnum):
    """Modbus exceptions the controller answers with."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4
