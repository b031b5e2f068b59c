"""How one injector is built: every mechanical and electrical figure of the model, each with its reason.

Only this file holds such figures. A `Build` with other values is another device of the same kind: the errors at its
end (depth, dose, backlash) are physics that the controller cannot see and that a calibration has to find. A file names
such values (`python -m hal_sim --build FILE`).
"""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import msgspec.toml

from drivers.registers import Calibration, SyringeType

NEEDLE_BORE_UM: dict[int, float] = {30: 159.0, 31: 133.0, 32: 108.0}
"""Inner diameter of regular-wall needles by gauge, um (ISO 9626, rounded)."""


MOST_BYTES = 100_000
"""A hundred times the longest file of a device."""
OFFSETS = ("depth_offset_um", "pressure_offset_kpa")
"""Figures that may lie on either side of 0."""
MAY_BE_NOTHING = ("backlash_um", "dose_scatter", "pressure_gain")
NUMBER_MOST = {"serial": 0xFFFF_FFFF, "firmware": 0xFFFF}
"""What their registers hold."""


class Needle(msgspec.Struct, frozen=True):
    """A needle: gauge 30 to 32 and length in mm (4 to 13)."""

    gauge: int = 30
    length_mm: float = 4.0


class Build(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures of one device. Lengths in um, forces in N, times in s, volumes in nL, pressures in kPa."""

    # needle carriage; x is 0 at the upper end stop and grows towards the patient
    plate_um: float = 1000.0
    """Travel from the end stop until the tip meets the skin plate: the needle is parked 1 mm inside the nozzle."""
    home_switch_um: float = 100.0
    """The home switch is closed below this travel."""
    end_stop_um: float = 7100.0
    """Lower end stop: the depth cap of 6 mm plus 0.1 mm, so that no error of software goes deeper (WDG-2)."""
    mass_kg: float = 0.015
    """Carriage, needle hub and the moving part of the motor."""
    spring_preload_n: float = 0.8
    """Well over twice the friction, so that a dirty guide still comes home."""
    spring_n_per_um: float = 0.06e-3
    """0.06 N/mm: the pull grows by half over the whole travel."""
    friction_n: float = 0.3
    """Dry friction of guide and seal."""
    speed_um_s: float = 200_000.0
    acceleration_um_s2: float = 40_000_000.0

    # plunger: 1 mm lead, 3200 microsteps per turn; barrel areas of common single-use syringes
    pl_per_step: tuple[int, int, int, int] = (5_422, 19_400, 35_750, 51_600)
    """True displacement of one step for 1, 2, 5 and 10 mL, pL (barrel bores 4.70, 8.89, 12.07 and 14.50 mm)."""
    backed_off: float = 1.2
    """Where the pusher stands after a syringe was fitted, in nominal barrels from its end."""

    # fluid path
    compliance_nl_kpa: float = 2.5
    """Tubing and piston rubber; 300 kPa then store 0.75 uL, inside the 1 uL that STP-6 allows."""
    tubing_nl: float = 75_400.0
    """15 cm of 0.8 mm bore: what has to be filled before anything leaves the tip."""
    hub_nl: float = 5_000.0
    """Needle hub; the bore itself holds less than 0.3 uL."""
    tubing_kpa_s_nl: float = 1.5e-5
    """Hagen-Poiseuille of that tubing with water."""
    viscosity_mpa_s: float = 1.0
    """Water-like products at room temperature."""
    air_viscosity_ratio: float = 0.018
    """Air passes the needle 55 times more easily. Its compressibility is left out: it would make an unprimed first
    dose fall shorter still."""
    skin_surface_kpa: float = 8.0
    """Back-pressure of dense dermis just below the surface."""
    skin_deep_kpa: float = 1.0
    """Back-pressure of loose fat from `skin_soft_um` on."""
    skin_soft_um: float = 4000.0
    syringe_air_nl: float = 8_000.0
    """Air that a syringe change lets in at the connector."""
    pressure_offset_kpa: float = 0.0
    """Error of the line pressure sensor; within 5 kPa the controller's zero removes it."""
    pressure_gain: float = 1.0
    """What the sensor reads of the pressure that is there; one that is dead reads 0 of it."""

    # electricals
    supply_v: float = 24.0
    brown_out_v: float = 15.0
    supply_rise_s: float = 0.001
    supply_fall_s: float = 0.005
    """The motor driver's capacitor and its discharge; below `supply_bad_v` after 1.4 ms."""
    supply_good_v: float = 20.0
    supply_bad_v: float = 18.0
    relay_s: float = 0.005
    """Travel of the relay's contact, both ways."""

    # what a calibration has to find
    depth_offset_um: float = 0.0
    depth_scale: float = 1.0
    backlash_um: float = 0.0
    dose_factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Displacement of a step relative to `pl_per_step`, by barrel."""
    dose_scatter: float = 0.0
    """Standard deviation of that factor from one motion to the next."""

    serial: int = 1001
    firmware: int = 0x0100

    def step_pl(self, barrel: SyringeType) -> float:
        """True displacement of one step, pL; 0 without a barrel."""
        if barrel == SyringeType.NONE:
            return 0.0
        return self.pl_per_step[barrel - 1] * self.dose_factor[barrel - 1]

    def plausible(self, calibration: Calibration) -> bool:
        """Whether a calibration can be this device's: figures within a tenth of the nominal ones. More is a mistake."""
        found = (
            calibration.pl_per_step_1,
            calibration.pl_per_step_2,
            calibration.pl_per_step_5,
            calibration.pl_per_step_10,
        )
        return (
            900_000 <= calibration.depth_scale_ppm <= 1_100_000
            and -500 <= calibration.depth_zero_um <= 500
            and all(10 * abs(step - named) <= named for step, named in zip(found, self.pl_per_step, strict=True))
        )

    def resistance(self, needle: Needle | None) -> float:
        """Flow resistance of tubing and needle, kPa s/nL, by Hagen-Poiseuille: 8 mu L / (pi r^4)."""
        scale = self.viscosity_mpa_s
        if needle is None:
            return self.tubing_kpa_s_nl * scale
        radius_m = NEEDLE_BORE_UM[needle.gauge] * 0.5e-6
        pa_s_m3 = 8 * scale * 1e-3 * needle.length_mm * 1e-3 / (math.pi * radius_m**4)
        return self.tubing_kpa_s_nl * scale + pa_s_m3 * 1e-15

    def skin_kpa(self, depth_um: float) -> float:
        """Back-pressure of skin at a depth, kPa: falls in a straight line from the surface to the soft layer."""
        share = min(1.0, max(0.0, depth_um / self.skin_soft_um))
        return self.skin_surface_kpa + (self.skin_deep_kpa - self.skin_surface_kpa) * share


def read_build(path: Path) -> Build:
    """The device of a TOML file; a figure that the file does not name is as it stands in `Build`.

    Raises:
        OSError: the file cannot be read.
        ValueError: it names something that no device has, or with a figure of another kind.
    """
    if not path.is_file() and path.exists():  # of a pipe or a device there might be no end
        raise ValueError(f"{path}: it is no file")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{path}: it has over {MOST_BYTES} bytes, which no device needs")
    try:
        build = msgspec.toml.decode(data, type=Build)
    except RecursionError as error:
        raise ValueError(f"{path}: it is nested too deeply") from error
    except ValueError as error:  # the decoder's own, a text that is not UTF-8, a number of too many digits
        raise ValueError(f"{path}: {error}") from error
    _check(path, build)
    return build


def _check(path: Path, build: Build) -> None:
    """Raise ValueError for the first figure with which no device can be built."""
    for key in build.__struct_fields__:
        value: float | tuple[float, ...] = getattr(build, key)
        for figure in value if isinstance(value, tuple) else (value,):
            if not math.isfinite(figure):
                raise ValueError(f"{path}: '{key}' is {figure}; allowed: a finite number")
            if key not in OFFSETS and (figure < 0 or (figure == 0 and key not in MAY_BE_NOTHING)):
                least = "0 or more" if key in MAY_BE_NOTHING else "more than 0"
                raise ValueError(f"{path}: '{key}' is {figure:g}; allowed: {least}")
            if key in NUMBER_MOST and figure > NUMBER_MOST[key]:
                raise ValueError(f"{path}: '{key}' is {figure}; allowed: 1 to {NUMBER_MOST[key]}")
