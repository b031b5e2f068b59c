"""What a laboratory balance under the nozzle feels: a vessel, the liquid in it, air, evaporation, drift and noise.

Only this file holds the physics of weighing. All that connects it with the injector is the liquid that leaves the tip
and falls into the vessel; it knows no dose, no command and no counter.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable

import msgspec

SAMPLE_S = 0.1
"""The load cell's converter gives ten values a second."""
NEVER = math.inf


class Place(msgspec.Struct, frozen=True):
    """Where the balance stands and how well it is built. Masses in ug, times in s."""

    temperature_c: float = 20.0
    air_kg_m3: float = 1.2
    """Density of air at 20 degrees, 101 kPa and half humidity."""
    weights_kg_m3: float = 8000.0
    """Density of the weights that it was adjusted with, by convention."""
    neck_m2: float = 2.0e-5
    """Open surface of a weighing vial's neck, 5 mm across."""
    evaporation_g_m2_h: float = 100.0
    """Still air of half humidity at room temperature (ours): 0.56 ug/s from that neck."""
    vessel_ug: float = 12_345_670.0
    capacity_ug: float = 220_000_000.0
    noise_ug: float = 8.0
    """Standard deviation of one value of the converter: a balance with a readability of 10 ug."""
    draught_ug: float = 800.0
    """The same with its doors open."""
    settling_s: float = 0.3
    drift_ug_s: float = 0.02
    """Slow walk of the zero while it warms up."""

    def water_kg_m3(self) -> float:
        """Density of air-free water by Kell (J. Chem. Eng. Data 20, 1975, 97), kg/m3, 0 to 100 degrees."""
        t = self.temperature_c
        above = 999.83952 + t * (
            16.945176 + t * (-7.9870401e-3 + t * (-46.170461e-6 + t * (105.56302e-9 - t * 280.54253e-12)))
        )
        return above / (1 + 16.879850e-3 * t)

    def shown(self, mass_ug: float, density_kg_m3: float) -> float:
        """What a balance adjusted in air shows for a mass of that density: air carries the two differently."""
        return mass_ug * (1 - self.air_kg_m3 / density_kg_m3) / (1 - self.air_kg_m3 / self.weights_kg_m3)


class Pan:
    """The pan with what stands on it, and the load cell below. Takes time as an argument, seconds."""

    def __init__(
        self, outflow_nl: Callable[[], float], on_skin: Callable[[], bool], place: Place | None = None, seed: int = 0
    ) -> None:
        """Nothing stands on it yet.

        Args:
            outflow_nl: Liquid that left the tip until now, ever, nL.
            on_skin: Whether skin is between tip and vessel.
            place: Where it stands and how it is built.
            seed: Begin of its noise.
        """
        self._outflow_nl = outflow_nl
        self._on_skin = on_skin
        self.place = place or Place()
        self._chance = random.Random(seed)
        self._seen_nl = 0.0
        self._liquid_ug = 0.0
        self.vessel = False
        """Whether the vessel stands on the pan, under the nozzle."""
        self.doors_open = False
        self._started = NEVER
        self._last = NEVER
        self._reading = 0.0
        self._latest: deque[float] = deque(maxlen=10)

    def put(self, vessel: bool) -> None:
        """Put the vessel under the nozzle, or take it away and empty it."""
        self.vessel = vessel
        if not vessel:
            self._liquid_ug = 0.0

    def run(self, now: float) -> None:
        """Catch what fell since the last call, and convert as often as is due."""
        self._catch()
        if self._last == NEVER:
            self._started = self._last = now
            self._reading = self._load(now)
            return
        while self._last + SAMPLE_S <= now:
            self._last += SAMPLE_S
            self._convert(self._last)

    @property
    def gross_ug(self) -> float:
        """The filtered reading, ug, before zero and tare."""
        return self._reading

    @property
    def stable(self) -> bool:
        """A second of values within 30 ug of each other."""
        return len(self._latest) == self._latest.maxlen and max(self._latest) - min(self._latest) <= 30.0

    def _catch(self) -> None:
        fallen_nl = self._outflow_nl() - self._seen_nl
        self._seen_nl += fallen_nl
        if self.vessel and not self._on_skin():
            self._liquid_ug += fallen_nl * self.place.water_kg_m3() / 1000  # 1 kg/m3 is 1e-3 ug/nL

    def _convert(self, now: float) -> None:
        place = self.place
        if self.vessel:
            self._liquid_ug = max(0.0, self._liquid_ug - place.neck_m2 * place.evaporation_g_m2_h * SAMPLE_S / 3600e-6)
        noise = self._chance.gauss(0.0, place.draught_ug if self.doors_open else place.noise_ug)
        share = 1 - math.exp(-SAMPLE_S / place.settling_s)
        self._reading += (self._load(now) + noise - self._reading) * share
        self._latest.append(self._reading)

    def _load(self, now: float) -> float:
        place = self.place
        load = place.drift_ug_s * (now - self._started)
        if self.vessel:
            load += place.shown(place.vessel_ug, place.weights_kg_m3)
            load += place.shown(self._liquid_ug, place.water_kg_m3())
        return load
