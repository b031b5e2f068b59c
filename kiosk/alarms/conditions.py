"""What a condition is, and the number of each one that there is. Numbers are E7xx in the numbering of errors."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from kiosk.channel.snapshot import Priority


class A(IntEnum):
    """Numbers of the conditions; E7xx in the numbering of errors."""

    STOP_CIRCUIT = 701
    STOP_CONTRADICTION = 702
    LINK_LOST = 703
    LEASE_LAPSED = 704
    RETRACT_FAILED = 705
    SPRING_BROKEN = 706
    OCCLUSION = 707
    CONTACT_LOST = 708
    DEPTH_MISMATCH = 709
    DOSE_MISMATCH = 710
    SUPPLY_LOST = 711
    INPUT_STUCK = 712
    PEDAL_CONTRADICTION = 713
    LEDGER_FAILED = 714
    LEDGER_SLOW = 715
    KIOSK_LOST = 716
    CYCLE_LATE = 717
    CLOCK_UNTRUSTED = 718
    CALIBRATION_EXPIRED = 719
    CALIBRATION_SOON = 720
    RESERVE = 721
    TOTAL_NEAR = 722
    TOTAL_REACHED = 723
    MEMORY_FAULT = 724
    PISTON_NOT_MET = 725
    UNATTRIBUTED_DOSE = 726
    INTERRUPTED = 727
    HOMING_FAILED = 728
    RELAY_FAILED = 729
    PIN_EVENTS_SILENT = 730
    BAD_FRAMES = 731
    CONTROLLER_CALIBRATION = 732
    COUNTER_FULL = 733
    BLOCKED_LEDGER = 734
    PAIRING_NEEDED = 735
    PATH_EXPIRED = 737
    NOT_REALTIME = 738
    STORAGE_LOW = 739
    RECOVERED = 740
    NOT_BELIEVED = 741
    STORAGE_FULL = 742


ARMING = "Arming and firing"
ON_HARDWARE = "Arming and firing on hardware"
"""What a condition inhibits, where it inhibits anything."""


class Condition(msgspec.Struct, frozen=True):
    """One thing that can be wrong.

    `inhibits` is empty when it inhibits nothing; what it says, the guards of the session refuse. `suppresses` names
    conditions that are only a consequence of this one: while it is present they neither show nor sound.
    """

    number: A
    priority: Priority
    title: str
    what: str
    patient: str
    todo: str
    inhibits: str = ""
    suppresses: frozenset[A] = frozenset()


class Raised(msgspec.Struct, frozen=True):
    """A condition that is present now, with the values in force in words ("0.82 mm measured, 0.60 mm set")."""

    number: A
    detail: str = ""
