"""The same physics stepped at 0.1 ms, against which the closed form has to stand (the campaign's own proof).

Only this file integrates. Forces, flows and resistances are written out again from the figures of the build: a mass on
a preloaded spring with dry friction, a motor that speeds up and brakes as its plan says, and a path that stores volume
before it lets any through the needle. Lengths um, times s, pressures kPa, volumes nL.
"""

from __future__ import annotations

import math

from hal_sim.build import Build
from hal_sim.faults import Faults
from hal_sim.mechanics import Mechanics
from tests.proofs.campaign.extremes import Piece, place

STEP_S = 1e-4
STIFF_S = 4e-4
"""A path that answers faster than this is stepped a hundred times finer."""
POWERED_UM, COASTING_UM = 2.0, 20.0
PRESSURE_KPA, OUTFLOW_NL, SHARE = 1.0, 3.0, 0.01


class Integral:
    """Follows one body from look to look. `steps` counts what was integrated."""

    def __init__(self, body: Mechanics, build: Build, faults: Faults) -> None:
        self._body, self._build, self._faults = body, build, faults
        self.steps = 0
        self.keep(0.0)

    def keep(self, at: float) -> None:
        """The law in force from now on."""
        carriage, fluid = self._body.carriage, self._body.fluid
        self._at = at
        self._pieces: list[Piece] = carriage._segments
        self._arrives, self._powered = carriage.arrives, carriage.powered
        self._held = self._faults.retract_jam
        self._sprung = not self._faults.spring_broken
        self._place, self._speed = carriage.state(at)
        self._fluid = (fluid.pressure, fluid.back_kpa, fluid.inflow, fluid.resistance, fluid.air_nl, fluid.outflow_nl)

    def disagreement(self, at: float) -> str:
        """What the steps since the last look and the closed form do not agree about, or ""."""
        if at <= self._at:
            return ""
        return self._of_carriage(at) or self._of_fluid(at)

    # -- carriage ------------------------------------------------------------------------------------------------
    def _of_carriage(self, at: float) -> str:
        if self._arrives <= self._at or self._held:
            return ""
        exact = place(self._pieces, at)
        found = self._driven(at) if self._powered else self._let_go(at)
        if abs(found - exact) > (POWERED_UM if self._powered else COASTING_UM):
            return f"the needle: {found:.1f} um by steps, {exact:.1f} um in closed form"
        return ""

    def _driven(self, until: float) -> float:
        """Twice summed: the acceleration that the plan names at each instant."""
        now, where, speed = self._at, self._place, self._speed
        starts = [piece[0] for piece in self._pieces if piece[0] > now]
        while now < until - 1e-12:
            current = [piece for piece in self._pieces if piece[0] <= now + 1e-12][-1]
            step = min(STEP_S, until - now, *(start - now for start in starts if start > now + 1e-12))
            push = current[3]
            if speed == 0.0 and push == 0.0 and current is self._pieces[-1]:
                break
            where += speed * step + push * step * step / 2
            speed += push * step
            if where <= 0.0 and speed < 0.0:  # the stop at home catches what the motor does not brake in time
                where = speed = 0.0
            now += step
            self.steps += 1
            if now >= self._arrives - 1e-12:
                break
        return where

    def _let_go(self, until: float) -> float:
        """A mass on its spring, with friction against whatever way it goes."""
        build, now, where, speed = self._build, self._at, self._place, self._speed
        while now < until - 1e-12:
            step = min(STEP_S, until - now)
            pull = (build.spring_preload_n + build.spring_n_per_um * where) if self._sprung else 0.0
            if speed == 0.0 and (pull <= build.friction_n or where <= 0.0):
                break
            friction = math.copysign(build.friction_n, speed) if speed else -build.friction_n
            push = -(pull + friction) * 1e6 / build.mass_kg
            turns = speed > 0.0 and speed + push * step < 0.0
            step = speed / -push if turns else step
            where += speed * step + push * step * step / 2
            speed = 0.0 if turns else speed + push * step
            if where <= 0.0:
                where = speed = 0.0
            now += step
            self.steps += 1
        return where

    # -- fluid ---------------------------------------------------------------------------------------------------
    def _of_fluid(self, at: float) -> str:
        pressure, back, inflow, resistance, air, outflow = self._fluid
        if inflow == 0.0 and abs(pressure - back) < 1e-6:
            return ""
        build, now, out = self._build, self._at, 0.0
        still = 0
        while now < at - 1e-12 and still < 100:
            drag = resistance * (build.air_viscosity_ratio if air > 0.0 else 1.0)
            step = min(STEP_S if drag * build.compliance_nl_kpa > STIFF_S else STEP_S / 100, at - now)
            leak = max(0.0, (pressure - back) / drag) if resistance < math.inf else 0.0
            halfway = pressure + (inflow - leak) / build.compliance_nl_kpa * step / 2
            leak = max(0.0, (halfway - back) / drag) if resistance < math.inf else 0.0
            pressure += (inflow - leak) / build.compliance_nl_kpa * step
            vented = min(air, leak * step)
            air -= vented
            out += leak * step - vented
            now += step
            self.steps += 1
            steady = abs(inflow - leak) < 1e-3 and air == 0.0
            still = still + 1 if steady else 0
        if now < at - 1e-12:  # steady: what goes in comes out
            out += inflow * (at - now)
        fluid = self._body.fluid
        if abs(pressure - fluid.pressure) > PRESSURE_KPA + SHARE * abs(fluid.pressure):
            return f"the line: {pressure:.2f} kPa by steps, {fluid.pressure:.2f} in closed form"
        left = fluid.outflow_nl - outflow
        if abs(out - left) > OUTFLOW_NL + SHARE * left:
            return f"the outflow: {out:.2f} nL by steps, {left:.2f} in closed form"
        return ""
