"""Which alarm stands for each fault that the injector latches: only this file knows it."""

from __future__ import annotations

from drivers.registers import Fault
from kiosk.alarms.conditions import A

BY_FAULT = {
    Fault.HOMING: A.HOMING_FAILED,
    Fault.RETRACT: A.RETRACT_FAILED,
    Fault.SPRING: A.SPRING_BROKEN,
    Fault.DEPTH_MISMATCH: A.DEPTH_MISMATCH,
    Fault.DOSE_MISMATCH: A.DOSE_MISMATCH,
    Fault.OCCLUSION: A.OCCLUSION,
    Fault.SUPPLY: A.SUPPLY_LOST,
    Fault.LEASE: A.LEASE_LAPSED,
    Fault.CONTACT: A.CONTACT_LOST,
    Fault.INPUT_STUCK: A.INPUT_STUCK,
    Fault.MEMORY: A.MEMORY_FAULT,
    Fault.CALIBRATION: A.CONTROLLER_CALIBRATION,
    Fault.PISTON: A.PISTON_NOT_MET,
    Fault.RESERVE: A.RESERVE,
    Fault.INTERRUPTED: A.INTERRUPTED,
    Fault.COUNTER: A.COUNTER_FULL,
}
