"""The fluid path between piston and tip: how much it stores, at what pressure, and what leaves.

Only this file solves C dP/dt = Q - (P - Pb) / R. Flow in is constant between calls, so pressure and outflow are exact:
what left is what was pushed minus what the path now stores more. Nothing flows back through the needle.
"""

from __future__ import annotations

import math

NEVER = math.inf
_STILL_KPA = 1e-9
"""Closer to the back-pressure than this is there: an exponential never ends by itself."""
LAWS = 4
"""So many are looked through: under a steady inflow a path opens or closes, loses its air, and closes."""


class Fluid:
    """Pressure in kPa, volumes in nL, flow in nL/s, resistance in kPa s/nL, compliance in nL/kPa."""

    __slots__ = (
        "_air_ratio",
        "_compliance",
        "air_nl",
        "back_kpa",
        "inflow",
        "now",
        "outflow_nl",
        "pressure",
        "resistance",
        "vented_nl",
    )

    def __init__(self, compliance: float, air_ratio: float, air_nl: float, resistance: float) -> None:
        self._compliance = compliance
        self._air_ratio = air_ratio
        self.air_nl = air_nl
        """Air that has to leave before the first liquid does."""
        self.resistance = resistance
        """Of tubing and needle with liquid; infinite when occluded."""
        self.back_kpa = 0.0
        """Pressure of what the tip stands in."""
        self.inflow = 0.0
        self.now = 0.0
        self.pressure = 0.0
        self.outflow_nl = 0.0
        """Liquid that left the tip, ever."""
        self.vented_nl = 0.0
        """Air that left the tip, ever."""

    @property
    def stored_nl(self) -> float:
        """Volume that the path holds beyond its volume at rest."""
        return self.pressure * self._compliance

    def advance(self, now: float) -> None:
        """Bring pressure and outflow forward to `now` with the present inflow."""
        if self.inflow == 0.0 and self.pressure == self.back_kpa:
            self.now = now
            return
        while self.now < now:
            length, ends_at = self._phase()
            end = self.now + length
            if end <= now:
                self._pass(length, ends_at)
                self.now = max(end, math.nextafter(self.now, NEVER)) if length > 0.0 else end
            else:
                self._pass(now - self.now, None)
                self.now = now

    def reaches(self, level: float, *, rising: bool) -> float:
        """When the pressure gets to `level`, if inflow and path stay as they are; now if it is there, else never."""
        if (self.pressure >= level) if rising else (self.pressure <= level):
            return self.now
        return self._crossing(level, LAWS)

    def _crossing(self, level: float, laws: int) -> float:
        """The same, over so many laws one after the other; most of what is asked the present one answers."""
        length, ends_at = self._phase()
        crossing = self._crosses(level)
        if crossing <= length:
            return self.now + crossing
        if length == NEVER or laws == 1:
            return NEVER
        ahead = Fluid(self._compliance, self._air_ratio, self.air_nl, self.resistance)
        ahead.back_kpa, ahead.inflow, ahead.now, ahead.pressure = self.back_kpa, self.inflow, self.now, self.pressure
        ahead._pass(length, ends_at)
        ahead.now += length
        return ahead._crossing(level, laws - 1)

    def _open(self) -> bool:
        if self.resistance == NEVER:
            return False
        return self.pressure > self.back_kpa or (self.pressure == self.back_kpa and self.inflow > 0.0)

    def _drag(self) -> float:
        return self.resistance * self._air_ratio if self.air_nl > 0.0 else self.resistance

    def _after(self, gone: float) -> float:
        """Pressure `gone` seconds into the present phase."""
        if gone == 0.0:
            return self.pressure
        if not self._open():
            return self.pressure + self.inflow * gone / self._compliance
        drag = self._drag()
        final = self.back_kpa + self.inflow * drag
        return final + (self.pressure - final) * math.exp(-gone / (drag * self._compliance))

    def _left(self, gone: float) -> float:
        """Volume that leaves in `gone` seconds of the present phase."""
        return self.inflow * gone - self._compliance * (self._after(gone) - self.pressure)

    def _phase(self) -> tuple[float, float | None]:
        """How long the present law holds, and the pressure at its end where that is known."""
        if not self._open():
            if self.inflow > 0.0 and self.resistance != NEVER:
                return (self.back_kpa - self.pressure) * self._compliance / self.inflow, self.back_kpa
            return NEVER, None
        length, ends_at = NEVER, None
        if self.inflow < 0.0:
            length, ends_at = self._crosses(self.back_kpa), self.back_kpa
        if self.air_nl > 0.0:
            vented = self._vents(length)
            if vented < length:
                return vented, None
        return length, ends_at

    def _crosses(self, level: float) -> float:
        """Seconds until the present law gives `level`, never if it does not."""
        rise = level - self.pressure
        if not self._open():
            if self.inflow == 0.0 or rise * self.inflow < 0.0:
                return NEVER
            return rise * self._compliance / self.inflow
        drag = self._drag()
        final = self.back_kpa + self.inflow * drag
        if rise == 0.0:
            return 0.0
        if self.pressure == final or (rise > 0.0) != (final > self.pressure):
            return NEVER
        share = (level - final) / (self.pressure - final)
        return -drag * self._compliance * math.log(min(share, 1.0)) if share > 0.0 else NEVER

    def _vents(self, longest: float) -> float:
        """Seconds until the air is gone: outflow only grows, so halving finds it."""
        low, high = 0.0, 1e-3
        while self._left(high) < self.air_nl:
            if high > 1e4 or high >= longest:
                return NEVER
            low, high = high, high * 4
        for _ in range(80):
            middle = (low + high) / 2
            if self._left(middle) < self.air_nl:
                low = middle
            else:
                high = middle
        return high

    def _pass(self, gone: float, ends_at: float | None) -> None:
        pressure = self._after(gone) if ends_at is None else ends_at
        if self.inflow == 0.0 and abs(pressure - self.back_kpa) < _STILL_KPA:
            pressure = self.back_kpa
        left = max(0.0, self.inflow * gone - self._compliance * (pressure - self.pressure))
        air = min(self.air_nl, left)
        self.air_nl -= air
        if self.air_nl < 1e-6:
            self.air_nl = 0.0
        self.vented_nl += air
        self.outflow_nl += left - air
        self.pressure = pressure
