"""The body of the injector: carriage, plunger, fluid path, skin and sensors, moved by whoever drives it.

Only this file joins them. It knows nothing of rules; it says when its next regime begins, so that between two instants
everything is in closed form.
"""

from __future__ import annotations

import math
import random

from drivers.registers import BARREL_NL, SyringeType
from hal_sim.build import Build, Needle
from hal_sim.carriage import Carriage
from hal_sim.faults import Faults
from hal_sim.fluid import Fluid

NEVER = math.inf
EDGE_UM = 1e-3
"""Rounding of a place in closed form, far below anything that moves."""


class Mechanics:
    """Sensors and actuators of one injector. All times are absolute seconds and only grow."""

    __slots__ = (
        "_build",
        "_chance",
        "_end_steps",
        "_faults",
        "_moved",
        "_rate",
        "_started",
        "_step_pl",
        "_supplied",
        "barrel",
        "carriage",
        "clamp_count",
        "contact_made",
        "due",
        "encoder",
        "encoder_left",
        "fluid",
        "needle",
        "needle_kept",
        "now",
        "piston_nl",
        "pusher_nl",
        "trigger_down",
    )

    def __init__(self, build: Build, faults: Faults, seed: int) -> None:
        self._build = build
        self._faults = faults
        self._chance = random.Random(seed)
        self.carriage = Carriage(build, faults)
        self.needle: Needle | None = Needle()
        self.fluid = Fluid(
            build.compliance_nl_kpa,
            build.air_viscosity_ratio,
            build.tubing_nl + build.hub_nl,
            build.resistance(self.needle),
        )
        self.needle_kept = False
        """Whether the needle was on since the controller last set this latch; a switch at the hub resets it."""
        self.barrel = SyringeType.NONE
        self.clamp_count = 0
        """How often the clamp was opened: a latched switch."""
        self.piston_nl = 0.0
        self.pusher_nl = 0.0
        """Volume between pusher and the end of the barrel."""
        self.encoder = 0.0
        """Steps of the pusher from the end of the barrel, as its encoder has them."""
        self.encoder_left: float | None = None
        """What it read when the clamp was first opened since the motion under way began; None while it was not."""
        self.contact_made = False
        self.trigger_down = False
        self._supplied = False
        self._rate = 0.0
        self._moved = 0.0
        self._end_steps = 0.0
        self._started = 0.0
        self._step_pl = 0.0
        self.now = 0.0
        self.due = NEVER
        """When the next regime begins: the plunger ends or meets the piston, or the needle leaves the skin."""
        self.fit(SyringeType.ML_5, 5_000_000)

    # -- what people do to it

    def fit(self, barrel: SyringeType, fill_nl: float) -> None:
        """Fit a new syringe; the pusher is pushed back by hand and the clamp was open meanwhile."""
        if self.barrel != SyringeType.NONE:
            self.fluid.air_nl += self._build.syringe_air_nl
        self.halt()
        self.encoder_left = self.encoder if self.encoder_left is None else self.encoder_left
        self.barrel = barrel
        self.clamp_count += 1
        self.piston_nl = float(fill_nl)
        self.pusher_nl = BARREL_NL[barrel] * self._build.backed_off
        nominal = self._build.pl_per_step[barrel - 1] if barrel else 0
        self.encoder = float(int(self.pusher_nl * 1000 / nominal)) if nominal else 0.0

    def fit_needle(self, needle: Needle | None) -> None:
        """Fit a new needle, or none; a new hub is full of air."""
        if needle is not None:
            self.fluid.air_nl += self._build.hub_nl
        self.needle = needle
        self.needle_kept = False
        self.refresh()

    def refresh(self) -> None:
        """Take faults and surroundings into account again."""
        self.fluid.resistance = NEVER if self._faults.occlusion else self._build.resistance(self.needle)
        travel = self.carriage.travel(self.now)
        inside = self.contact_made and travel > self._build.plate_um + 0.5
        self.fluid.back_kpa = self._build.skin_kpa(self.true_depth_um()) if inside else 0.0
        self._set_inflow()
        self._plan()

    # -- actuators

    def power(self, supplied: bool) -> None:
        """Motor supply comes or goes; without it the plunger stands (self-locking) and the spring has the needle."""
        self._supplied = supplied
        if not supplied:
            self.halt()
            if self.carriage.powered:
                self.release()

    def needle_to(self, travel_um: float) -> None:
        if self._supplied:
            self.carriage.move_to(self.now, travel_um)
            self._plan()

    def release(self) -> None:
        self.carriage.release(self.now)
        self._plan()

    def push(self, steps: float, rate: float) -> None:
        """Turn the plunger `steps` at `rate` steps/s; a negative rate draws back."""
        if not self._supplied or steps <= 0 or self.barrel == SyringeType.NONE:
            self.halt()
            return
        scatter = self._build.dose_scatter
        factor = self._chance.gauss(1.0, scatter) if scatter else 1.0
        self._step_pl = self._build.step_pl(self.barrel) * factor
        self._rate = rate
        self._moved = 0.0
        self._end_steps = steps
        self._started = self.now
        self._set_inflow()
        self._plan()

    def halt(self) -> None:
        self._rate = 0.0
        self._set_inflow()
        self._plan()

    # -- sensors

    @property
    def pushing(self) -> bool:
        return self._rate != 0.0

    @property
    def piston_met(self) -> bool:
        """The pusher's force switch."""
        return not self._faults.piston_missing and self.barrel != SyringeType.NONE and self.pusher_nl <= self.piston_nl

    @property
    def home(self) -> bool:
        if self._faults.home_switch_dead:
            return False
        # the edge belongs to it: at the instant that `home_closes` names it reads closed
        closed_um = self._build.home_switch_um + EDGE_UM
        return self._faults.home_switch_stuck or self.carriage.travel(self.now) <= closed_um

    def home_closes(self) -> float:
        """When the home switch closes in the present motion."""
        if self._faults.home_switch_dead:
            return NEVER
        if self._faults.home_switch_stuck:
            return self.now
        return self.carriage.rises_to(self.now, self._build.home_switch_um)

    @property
    def contact(self) -> bool:
        return self._faults.contact_stuck or (self.contact_made and not self._faults.contact_lost)

    @property
    def trigger(self) -> bool:
        return self.trigger_down or self._faults.trigger_stuck

    def pressure_kpa(self) -> float:
        """The sensor's reading, with its errors."""
        return self.fluid.pressure * self._build.pressure_gain + self._build.pressure_offset_kpa

    def pressure_reaches(self, kpa: float, *, rising: bool) -> float:
        """When the sensor reads `kpa`, if nothing else changes."""
        gain, above = self._build.pressure_gain, kpa - self._build.pressure_offset_kpa
        if gain:
            return self.fluid.reaches(above / gain, rising=rising)
        return self.now if (above <= 0.0) is rising or above == 0.0 else NEVER

    def true_depth_um(self) -> float:
        """Where the tip is beyond the skin plate; negative while it is inside the nozzle. No sensor sees this."""
        travel, velocity = self.carriage.state(self.now)
        rising = velocity < 0.0 or (velocity == 0.0 and self.carriage.rising)
        depth = (travel - self._build.plate_um) * self._build.depth_scale + self._build.depth_offset_um
        return depth + self._build.backlash_um if rising else depth

    # -- time

    def settle(self, now: float) -> None:
        """Go forward to `now`, which is not later than `due`."""
        if now <= self.now:
            return
        self.fluid.advance(now)
        rate = self._rate
        if rate:
            gone = min(abs(rate) * (now - self._started), self._end_steps)
            if now >= self.due and self._end_steps - gone < 1e-6:
                gone = self._end_steps
            steps = gone - self._moved
            self._moved = gone
            sign = 1.0 if rate > 0.0 else -1.0
            volume = sign * steps * self._moved_pl() / 1000
            pressing = self.piston_met
            self.pusher_nl -= volume
            if pressing:
                self.piston_nl -= volume
            seen = 0.8 if self._faults.encoder_slip or self._faults.steps_lost else 1.0
            self.encoder -= sign * steps * seen
        self.now = now
        if now >= self.due:
            self._regime()

    def _regime(self) -> None:
        """The instant `due` has come: end the motion, meet the piston or leave the skin."""
        if self._rate and self._moved >= self._end_steps:
            self._rate = 0.0
        if self._rate > 0.0 and not self.piston_met and abs(self.pusher_nl - self.piston_nl) < 1e-2:
            self.pusher_nl = self.piston_nl
        self.refresh()

    def _moved_pl(self) -> float:
        """What one step of the motor moves now: steps are lost only as long as the fault lasts."""
        return self._step_pl * 0.8 if self._faults.steps_lost else self._step_pl

    def _set_inflow(self) -> None:
        flow = self._rate * self._moved_pl() / 1000
        self.fluid.inflow = flow if flow and self.piston_met else 0.0

    def _plan(self) -> None:
        due = NEVER
        if self._rate:
            due = self._started + self._end_steps / abs(self._rate)
            if self._rate > 0.0 and not self.piston_met and not self._faults.piston_missing:
                gap = (self.pusher_nl - self.piston_nl) * 1000 / self._moved_pl()
                due = min(due, max(self.now, self.now + gap / self._rate))
        if self.contact_made and self.carriage.arrives > self.now:
            due = min(due, self.carriage.arrives)
            leaves = self.carriage.rises_to(self.now, self._build.plate_um)
            if leaves > self.now:
                due = min(due, leaves)
        self.due = due
