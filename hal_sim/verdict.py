"""What the end of a motion says: the record that is written, and the faults that follow from it.

Only this file compares commanded with measured (LED-9), at the controller's end of the wire.
"""

from __future__ import annotations

from drivers.registers import U16_MAX, Fault, Outcome, ShotRecord
from hal_sim.gauges import Gauges
from hal_sim.journal import Journal
from hal_sim.mechanics import Mechanics
from hal_sim.motion import AGREED_UM, DEPTH_TOLERANCE_UM, Kind, Motion
from hal_sim.states import SYRINGE_FAULTS

DOSE_TOLERANCE_NL = 300
"""LED-9: this or 5 % of the dose, whichever is more."""
ZERO_MAX_KPA = 10.0
"""More than this with the needle out is no error of the sensor but a blocked path."""


def dose_tolerance_nl(dose_nl: int) -> int:
    """By how much the measured dose may differ from the commanded one."""
    return max(DOSE_TOLERANCE_NL, dose_nl // 20)


def faults_of(motion: Motion, measured_um: int, measured_nl: int) -> Fault:
    """Faults that the end of a motion shows."""
    faults = Fault.NONE
    if motion.failed:
        if motion.kind == Kind.SEEK:
            faults |= Fault.PISTON
        elif motion.kind == Kind.HOME:
            faults |= Fault.HOMING | (Fault.RETRACT if motion.recalling else Fault.NONE)
        else:
            faults |= Fault.RETRACT
        if motion.sprung:
            faults |= Fault.SPRING
    if motion.occluded:
        faults |= Fault.OCCLUSION
    if motion.missed:
        faults |= Fault.DEPTH_MISMATCH
    if motion.outcome == Outcome.RESERVE:
        faults |= Fault.RESERVE
    if motion.kind in (Kind.SHOT, Kind.PRIME, Kind.GAUGE):
        faults |= _compare(motion, measured_um, measured_nl)
    return faults


def record_of(motion: Motion, gauges: Gauges, ended: float) -> tuple[ShotRecord, Fault]:
    """The record of a motion that ended at `ended`, and the faults that it shows."""
    zero_um, scale = gauges.depth_correction()
    measured_um = motion.measured_depth_um(zero_um, scale)
    measured_nl = motion.measured_steps() * motion.step_pl // 1000
    faults = faults_of(motion, measured_um, measured_nl)
    outcome = motion.outcome
    if outcome == Outcome.COMPLETED and faults:
        outcome = Outcome.PARTIAL_FAULT
    return ShotRecord(
        number=motion.number,
        authorisation_id=motion.identity,
        depth_um=motion.depth_um,
        measured_depth_um=min(measured_um, U16_MAX),
        dose_nl=motion.dose_nl,
        measured_dose_nl=measured_nl,
        peak_kpa=min(max(0, int(motion.peak_kpa)), U16_MAX),
        duration_ms=min(round((ended - motion.begun) * 1000), U16_MAX),
        outcome=outcome,
    ), faults


def disproved(motion: Motion) -> Fault:
    """Faults that the good end of a motion ends, and nothing else does.

    A home is driven by the spring alone, so that one which ends in time shows it to be whole (STP-5); a seek that met
    the piston found a syringe (LIM-13).
    """
    if motion.failed or motion.outcome != Outcome.COMPLETED:
        return Fault.NONE
    if motion.kind == Kind.HOME:
        return Fault.SPRING
    return SYRINGE_FAULTS if motion.kind == Kind.SEEK else Fault.NONE


def at_home(body: Mechanics) -> bool:
    """Whether the needle is home by its switch and by its encoder: a switch that is stuck confirms nothing."""
    return body.home and body.carriage.travel(body.now) <= AGREED_UM


def standing(body: Mechanics, journal: Journal) -> Fault:
    """Faults whose cause is still there, so that they cannot be cleared."""
    faults = Fault.NONE
    if not at_home(body):
        faults |= Fault.RETRACT | Fault.OCCLUSION
    if abs(body.pressure_kpa()) > ZERO_MAX_KPA:
        faults |= Fault.OCCLUSION
    if journal.damaged or journal.memory.dead:
        faults |= Fault.MEMORY
    if journal.calibration is None:
        faults |= Fault.CALIBRATION
    return faults


def _compare(motion: Motion, measured_um: int, measured_nl: int) -> Fault:
    """The upper side for every outcome, the lower for a completed stroke only."""
    faults = Fault.NONE
    completed = motion.outcome == Outcome.COMPLETED
    deeper, more = measured_um - motion.depth_um, measured_nl - motion.dose_nl
    most = dose_tolerance_nl(motion.dose_nl)
    if deeper > DEPTH_TOLERANCE_UM or (completed and deeper < -DEPTH_TOLERANCE_UM):
        faults |= Fault.DEPTH_MISMATCH
    if more > most or (completed and more < -most):
        faults |= Fault.DOSE_MISMATCH
    return faults
