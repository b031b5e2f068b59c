"""From the weight of water in air to its volume: density of water, density of air, and the factor Z between them.

Only this file knows these formulas. Sources: M. Tanaka et al., Metrologia 38 (2001) 301 (water, 0 to 40 degrees);
ISO 8655-6:2022, annex (air, and the correction for buoyancy).
"""

from __future__ import annotations

import math

import msgspec

from kiosk.calibration.errors import OutOfTable

WEIGHTS_KG_M3 = 8000.0
"""Density of the weights that balances are adjusted with, by convention (OIML D 28)."""
_TANAKA = (-3.983035, 301.797, 522_528.9, 69.34881, 999.974950)
_RANGES = {
    "temperature_c": ("A temperature", 15.0, 30.0, "degrees"),
    "pressure_hpa": ("An air pressure", 600.0, 1100.0, "hPa"),
    "humidity_percent": ("A humidity", 10.0, 90.0, "%"),
}
"""What a weighing room may be like; below 600 hPa nobody weighs (ours)."""
_NEAR = 0.5
"""Within so much of a figure Z is a straight line for our purpose."""


class Air(msgspec.Struct, frozen=True):
    """The room in which is weighed: degrees Celsius of air and water, hPa, per cent of relative humidity.

    Raises:
        OutOfTable: a figure is outside its range or no number.
    """

    temperature_c: float = 20.0
    pressure_hpa: float = 1013.25
    humidity_percent: float = 50.0

    def __post_init__(self) -> None:
        for name, (what, low, high, unit) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:  # no number is within no range
                raise OutOfTable(what=what, value=value, low=low, high=high, unit=unit)

    @property
    def water_kg_m3(self) -> float:
        """Density of pure, air-free water, kg/m3."""
        t, (a1, a2, a3, a4, a5) = self.temperature_c, _TANAKA
        return a5 * (1 - (t + a1) ** 2 * (t + a2) / (a3 * (t + a4)))

    @property
    def air_kg_m3(self) -> float:
        """Density of moist air, kg/m3."""
        t = self.temperature_c
        return (0.34848 * self.pressure_hpa - 0.009024 * self.humidity_percent * math.exp(0.0612 * t)) / (t + 273.15)

    @property
    def z_nl_ug(self) -> float:
        """Volume of what a balance in this air shows as 1 ug of water, nL/ug."""
        water, air = self.water_kg_m3, self.air_kg_m3
        return 1000.0 / water * (1 - air / WEIGHTS_KG_M3) / (1 - air / water)

    def change_of_z(self, name: str) -> float:
        """How much Z changes, nL/ug, with one unit of the figure `name`: what its uncertainty does to a volume."""
        _, low, high, _ = _RANGES[name]
        here = getattr(self, name)
        below, above = max(low, here - _NEAR), min(high, here + _NEAR)
        apart = (msgspec.structs.replace(self, **{name: at}).z_nl_ug for at in (above, below))
        return (next(apart) - next(apart)) / (above - below)
