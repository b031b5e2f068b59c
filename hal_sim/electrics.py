"""The panel's electricals: stop contacts, pedal, relay with its feedback, and the motor supply that they cut.

Only this file knows what closes which circuit: the motor has supply while the relay and both stop contacts are closed
and the source is good. Voltages rise and fall through the driver's capacitor, in closed form.
"""

from __future__ import annotations

import math

import msgspec

from hal_sim.build import Build
from hal_sim.faults import Faults

NEVER = math.inf


class Levels(msgspec.Struct, frozen=True):
    """Contacts as the panel's pins see them: true when closed."""

    stop_a: bool
    stop_b: bool
    pedal_no: bool
    pedal_nc: bool
    feedback: bool


class Electrics:
    """Times are absolute seconds and only grow; `due` is when something here changes by itself."""

    __slots__ = (
        "_build",
        "_coil",
        "_contact_at",
        "_faults",
        "_goal",
        "_since",
        "_volts",
        "due",
        "good",
        "pedal_nc",
        "pedal_no",
        "relay",
        "stop_a",
        "stop_b",
    )

    def __init__(self, build: Build, faults: Faults) -> None:
        self._build = build
        self._faults = faults
        self.stop_a = self.stop_b = True
        self.pedal_no, self.pedal_nc = False, True
        self.relay = False
        self._coil = False
        self._contact_at = NEVER
        self._volts = self._goal = 0.0
        self._since = 0.0
        self.good = False
        """The supply comparator, with its two thresholds."""
        self.due = NEVER

    @property
    def coil(self) -> bool:
        """The enable output as received."""
        return self._coil

    def set_coil(self, now: float, on: bool) -> None:
        """The enable output; the contact follows after its travel, unless it sticks."""
        if on != self._coil:
            self._coil = on
            self._contact_at = now + self._build.relay_s if on != self.relay else NEVER
        self.update(now)

    def levels(self) -> Levels:
        both = self._faults.pedal_contradiction
        return Levels(
            self.stop_a,
            self.stop_b,
            self.pedal_no or both,
            self.pedal_nc or both,
            self.relay and not self._faults.feedback_dead,
        )

    def volts(self, now: float) -> float:
        tau = self._build.supply_rise_s if self._goal > self._volts else self._build.supply_fall_s
        return self._goal + (self._volts - self._goal) * math.exp(-(now - self._since) / tau)

    def update(self, now: float) -> None:
        """Take contacts and faults into account again, and find what comes next."""
        if not self._faults.relay_stuck:
            if self._coil != self.relay and self._contact_at == NEVER:
                self._contact_at = now + self._build.relay_s
            if now >= self._contact_at:
                self.relay = self._coil
                self._contact_at = NEVER
        volts = self.volts(now)
        build = self._build
        source = build.brown_out_v if self._faults.brown_out else build.supply_v
        closed = self.relay and self.stop_a and self.stop_b and not self._faults.supply_dead
        goal = source if closed else 0.0
        if goal != self._goal:
            self._goal, self._volts, self._since = goal, volts, now
        threshold = build.supply_bad_v if self.good else build.supply_good_v
        crosses = self._crosses(threshold)
        if crosses <= now and (goal < threshold) == self.good:
            self.good = not self.good
            crosses = NEVER
        contact_at = NEVER if self._faults.relay_stuck else self._contact_at
        self.due = min(contact_at, crosses if crosses > now else NEVER)

    def _crosses(self, threshold: float) -> float:
        """When the voltage passes the threshold that would change the comparator; never if it does not."""
        if (self._goal < threshold) != self.good:
            return NEVER
        share = (threshold - self._goal) / (self._volts - self._goal) if self._volts != self._goal else 1.0
        if share >= 1.0:
            return self._since
        tau = self._build.supply_rise_s if self._goal > self._volts else self._build.supply_fall_s
        return self._since - tau * math.log(share)
