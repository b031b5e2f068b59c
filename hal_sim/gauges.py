"""What the controller makes of its sensors: steps into nL, travel into depth, raw pressure into line pressure.

Only this file applies the calibration in force. Where it is damaged the nominal figures of the build serve, and then
nothing but homing and seeking is taken.
"""

from __future__ import annotations

from drivers.registers import BARREL_NL, SyringeType
from hal_sim.build import Build
from hal_sim.journal import Journal
from hal_sim.mechanics import Mechanics
from hal_sim.motion import Aim

RESERVE_SHARE = 50
"""2 % of the barrel are never pushed out."""


class Gauges:
    """Calibrated readings of one body."""

    __slots__ = ("_body", "_journal", "_nominal", "zero_kpa")

    def __init__(self, body: Mechanics, journal: Journal, build: Build) -> None:
        self._body = body
        self._journal = journal
        self._nominal = build.pl_per_step
        self.zero_kpa = 0.0
        """What the pressure sensor read with the needle out, before the present stroke."""

    def calibration_id(self) -> int:
        """Id of the calibration in force; 0 when there is none."""
        calibration = self._journal.calibration
        return calibration.id if calibration else 0

    def step_pl(self) -> int:
        """Displacement of a plunger step, pL; 0 without a barrel."""
        barrel, calibration = self._body.barrel, self._journal.calibration
        if barrel == SyringeType.NONE:
            return 0
        if calibration is None:
            return self._nominal[barrel - 1]
        return (
            calibration.pl_per_step_1,
            calibration.pl_per_step_2,
            calibration.pl_per_step_5,
            calibration.pl_per_step_10,
        )[barrel - 1]

    def smallest_dose_nl(self) -> int:
        """Smallest dose that passed calibration with the sensed barrel; 0 when none did."""
        barrel, calibration = self._body.barrel, self._journal.calibration
        if calibration is None or barrel == SyringeType.NONE:
            return 0
        return (
            calibration.smallest_dose_1_nl,
            calibration.smallest_dose_2_nl,
            calibration.smallest_dose_5_nl,
            calibration.smallest_dose_10_nl,
        )[barrel - 1]

    def depth_correction(self) -> tuple[float, float]:
        """Zero (um) and scale from commanded depth to encoder travel beyond the plate."""
        calibration = self._journal.calibration
        if calibration is None:
            return 0.0, 1.0
        return float(calibration.depth_zero_um), calibration.depth_scale_ppm / 1e6

    def travels(self, *depths_um: int) -> tuple[float, ...]:
        """Encoder travel beyond the plate for each depth."""
        zero_um, scale = self.depth_correction()
        return tuple(zero_um + depth * scale for depth in depths_um)

    def aim(self, depth_um: int, dose_nl: int, flow_nl_s: float) -> Aim:
        """What a stroke asks of the actuators; whole steps, never more than the dose (LIM-3) or the reserve allows."""
        zero_um, scale = self.depth_correction()
        per_step = self.step_pl()
        dose = min(dose_nl, max(0, self.usable_nl()))
        return Aim(
            zero_um + depth_um * scale,
            dose * 1000 // per_step,
            flow_nl_s * 1000 / per_step,
            self.zero_kpa,
            dose < dose_nl,
        )

    def plunger_nl(self) -> int:
        """Volume between plunger and the end of the barrel, by the encoder."""
        return max(0, int(self._body.encoder * self.step_pl() / 1000))

    def usable_nl(self) -> int:
        """What may still be pushed out above the reserve; negative below it."""
        return self.plunger_nl() - BARREL_NL[self._body.barrel] // RESERVE_SHARE

    def pressure_kpa(self) -> float:
        """Line pressure above its zero."""
        return self._body.pressure_kpa() - self.zero_kpa
