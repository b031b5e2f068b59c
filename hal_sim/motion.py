"""One motion of the injector from its begin to the home switch: its phases as a table, and how it is broken off.

Only this file drives the actuators. It knows no authorisation, lease or fault; it is told to begin and to abort, and
tells how it ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from drivers.registers import Outcome
from hal_sim.mechanics import Mechanics
from hal_sim.pace import DWELL_MS, PARKED_UM
from hal_sim.phases import FIRST, RETURNING, Kind, Phase

NEVER = math.inf
OCCLUSION_KPA = 300
"""Line pressure that counts as an occlusion: 300 kPa x 2.5 nL/kPa stay inside the 1 uL of STP-6."""
DRAWN_BACK_KPA = 5.0
RESIDUAL_KPA = 2.0
"""What counts as zero residual pressure: twice the resolution of the sensor."""
DEPTH_TOLERANCE_UM = 100
"""LED-9."""
RETRACT_S = 0.1
"""STP-5: the home switch has to close within this time after the decision."""
AGREED_UM = 101.0
"""A needle further out than this by its encoder is not home, whatever the switch says: it closes at 100 um."""
HOMING_UM = 800.0
"""How far homing moves the needle out of its switch: still 0.2 mm behind the skin plate."""
SETTLE_S = 0.5
"""With the needle out an open path is at rest within this time; one that is not is blocked."""
DRAW_BACK_STEPS_S = 20_000.0
HOLD_S = 8.0
"""How long a gauge motion rests at its depth."""


class Aim(NamedTuple):
    """What a shot or a prime asks of the actuators."""

    target_um: float
    """Encoder travel beyond the skin plate."""
    steps: int
    rate: float
    """Steps per second."""
    zero_kpa: float
    """What the pressure sensor reads at rest."""
    short: bool
    """Whether the reserve cut the dose."""


class Motion:
    """One motion. `step` at every instant, `due` says when the next one is."""

    __slots__ = (
        "_body",
        "_decided",
        "_dwell_until",
        "_encoder",
        "_fill_steps",
        "_rate",
        "_rest_um",
        "_steps",
        "_target_um",
        "_zero",
        "aborted",
        "begun",
        "bench",
        "depth_um",
        "dose_nl",
        "due",
        "failed",
        "identity",
        "kind",
        "met",
        "missed",
        "number",
        "occluded",
        "outcome",
        "peak_kpa",
        "phase",
        "recalling",
        "short",
        "sprung",
        "step_pl",
    )

    def __init__(self, kind: Kind, body: Mechanics, number: int, identity: int, depth_um: int, dose_nl: int) -> None:
        self._body = body
        self.kind = kind
        self.number = number
        """Lifetime number; 0 for a retract, which has no record."""
        self.identity = identity
        self.depth_um = depth_um
        self.dose_nl = dose_nl
        self.bench = False
        self.outcome = Outcome.COMPLETED
        self.step_pl = 0
        """What a step pushes with the barrel that was in the clamp when it began, by the calibration."""
        self.short = False
        self.failed = False
        """Whether the home switch, or for a seek the piston, was not found."""
        self.met = False
        self.missed = False
        """Whether the needle did not get to its depth: then nothing is pushed."""
        self.recalling = False
        """Whether homing failed to bring back a needle that was out."""
        self.sprung = False
        """Whether the last return was left to the spring alone."""
        self.occluded = False
        self.aborted = False
        self.phase = FIRST[kind]
        self.begun = 0.0
        self.due = NEVER
        self.peak_kpa = 0.0
        self._target_um = self._rest_um = 0.0
        self._steps = 0.0
        self._rate = 0.0
        self._zero = 0.0
        self._encoder = 0.0
        self._fill_steps = 0.0
        self._decided = 0.0
        self._dwell_until = 0.0

    # -- what it shall do

    def aim(self, aim: Aim) -> None:
        """A shot or a prime."""
        self._target_um = aim.target_um
        self._steps = aim.steps
        self._rate = aim.rate
        self._zero = aim.zero_kpa
        self.short = aim.short

    def aim_at_piston(self, fill_steps: float, rate: float) -> None:
        """A seek: where the piston should be, in steps from the end of the barrel."""
        self._fill_steps = fill_steps
        self._rate = rate

    def aim_at_rest(self, deepest_um: float, rest_um: float) -> None:
        """A gauge motion: how deep it goes, and where it then rests."""
        self._target_um, self._rest_um = deepest_um, rest_um

    def begin(self) -> None:
        body = self._body
        self.begun = self._decided = now = body.now
        self._encoder = body.encoder
        body.encoder_left = None
        body.carriage.forget_deepest(now)
        self._ENTERS[self.phase](self)

    # -- how it goes

    def step(self) -> bool:
        """Do what is due. Returns True when the motion is over."""
        while self.phase != Phase.DONE and self._STEPS[self.phase](self):
            pass
        return self.phase == Phase.DONE

    def abort(self, outcome: Outcome) -> None:
        """Stop the plunger at once and retract. A needle already on its way home keeps its outcome."""
        if self.phase in RETURNING and not (self.kind == Kind.HOME and not self.aborted):
            return
        self.aborted = True
        if self.phase == Phase.DRAW_BACK:
            outcome = self.outcome
        self.outcome = outcome
        self._decided = self._body.now
        self._go(Phase.UP)

    def measured_depth_um(self, zero_um: float, scale: float) -> int:
        """Greatest travel that the encoder saw beyond the plate, in calibrated um; 0 but for shots."""
        if self.kind not in (Kind.SHOT, Kind.GAUGE):
            return 0
        seen = self._body.carriage.deepest(self._body.now) - PARKED_UM
        return max(0, round((seen - zero_um) / scale)) if seen > 0.0 else 0

    def measured_steps(self) -> int:
        """Whole steps that the plunger's encoder saw; a seek moves no fluid and counts none.

        Once the clamp was opened the pusher is in somebody's hand: what it read until then is what this motion gave.
        """
        if self.kind == Kind.SEEK:
            return 0
        left = self._body.encoder_left
        return max(0, math.floor(self._encoder - (self._body.encoder if left is None else left) + 1e-6))

    # -- phases: how each begins, and how each goes on (True: look again at once)

    def _go(self, phase: Phase) -> bool:
        self.phase = phase
        self._ENTERS[phase](self)
        return True

    def _enter_down(self) -> None:
        self._body.needle_to(PARKED_UM + self._target_um)
        self.due = self._body.carriage.arrives

    def _step_down(self) -> bool:
        now = self._body.now
        self.due = self._body.carriage.arrives
        if now < self.due:
            return False
        if abs(self._body.carriage.travel(now) - PARKED_UM - self._target_um) <= DEPTH_TOLERANCE_UM:
            return self._go(Phase.HOLD if self.kind == Kind.GAUGE else Phase.FLOW)
        self.missed = True
        self.outcome = Outcome.PARTIAL_FAULT
        self._decided = now
        return self._go(Phase.UP)

    def _enter_flow(self) -> None:
        self._body.push(self._steps, self._rate)

    def _step_flow(self) -> bool:
        now = self._body.now
        body = self._body
        self._peak()
        full = body.pressure_reaches(OCCLUSION_KPA + self._zero, rising=True)
        if full <= now:
            self.occluded = True
            self.outcome = Outcome.PARTIAL_OCCLUSION
            self._decided = now
            return self._go(Phase.DRAW_BACK)
        if not body.pushing:
            if self.short:
                self.outcome = Outcome.RESERVE
            return self._go(Phase.DWELL)
        self.due = min(full, body.due)
        return False

    def _enter_dwell(self) -> None:
        longest = DWELL_MS / 1000 if self.kind == Kind.SHOT else SETTLE_S
        self._dwell_until = self._body.now + longest

    def _step_dwell(self) -> bool:
        now = self._body.now
        low = self._body.pressure_reaches(RESIDUAL_KPA + self._zero, rising=False)
        self.due = min(low, self._dwell_until)
        if now < self.due:
            return False
        self._decided = now
        return self._go(Phase.UP)

    def _enter_hold(self) -> None:
        self._body.needle_to(PARKED_UM + self._rest_um)
        self._dwell_until = self._body.carriage.arrives + HOLD_S

    def _step_hold(self) -> bool:
        self._decided = self.due = self._dwell_until
        return self._go(Phase.UP) if self._body.now >= self.due else False

    def _enter_draw_back(self) -> None:
        self._body.push(1e6, -DRAW_BACK_STEPS_S)
        self._dwell_until = self._body.now + RETRACT_S / 2

    def _step_draw_back(self) -> bool:
        now = self._body.now
        low = self._body.pressure_reaches(DRAWN_BACK_KPA + self._zero, rising=False)
        self.due = min(low, self._dwell_until)
        return self._go(Phase.UP) if now >= self.due else False

    def _enter_up(self) -> None:
        body = self._body
        body.halt()
        body.needle_to(0.0)
        if not body.carriage.powered:
            body.release()

    def _step_up(self) -> bool:
        now = self._body.now
        closes = self._body.home_closes()
        if closes <= now and self._body.carriage.travel(now) > AGREED_UM:
            closes = NEVER  # the encoder knows better: a switch that is stuck confirms nothing
        self.due = min(closes, self._decided + RETRACT_S)
        if now < self.due:
            return False
        self.failed = self.failed or closes > now
        self.sprung = not self._body.carriage.powered
        self._body.release()
        return self._go(Phase.DONE)

    def _step_recall(self) -> bool:
        now = self._body.now
        closes = self._body.home_closes()
        self.due = min(closes, self._decided + RETRACT_S)
        if now < self.due:
            return False
        if closes > now:
            self.failed = self.recalling = self.sprung = True
            return self._go(Phase.DONE)
        return self._go(Phase.OUT)

    def _enter_out(self) -> None:
        self._body.needle_to(HOMING_UM)

    def _step_out(self) -> bool:
        now = self._body.now
        self.due = self._body.carriage.arrives
        if now < self.due:
            return False
        if self._body.home:
            self.failed = True
            return self._go(Phase.UP)
        self._decided = now
        return self._go(Phase.BACK)

    def _enter_back(self) -> None:
        self._body.release()

    def _enter_approach(self) -> None:
        self._travel_to(self._fill_steps * 1.1, 4 * self._rate)

    def _step_approach(self) -> bool:
        return self._go(Phase.MEET) if not self._body.pushing or self._body.piston_met else self._wait()

    def _enter_meet(self) -> None:
        if not self._body.piston_met:
            self._travel_to(self._fill_steps * 0.9, self._rate)

    def _step_meet(self) -> bool:
        body = self._body
        if not body.piston_met and body.pushing:
            return self._wait()
        body.halt()
        self.met = body.piston_met and abs(body.encoder - self._fill_steps) <= 0.1 * self._fill_steps
        self.failed = not self.met
        return self._go(Phase.DONE)

    def _enter_done(self) -> None:
        self._body.halt()
        self.due = NEVER

    def _travel_to(self, steps: float, rate: float) -> None:
        self._body.push(self._body.encoder - steps, rate)

    def _wait(self) -> bool:
        self.due = self._body.due
        return False

    def _peak(self) -> None:
        self.peak_kpa = max(self.peak_kpa, self._body.pressure_kpa() - self._zero)

    _ENTERS: ClassVar[dict[Phase, Callable[[Motion], None]]] = {
        Phase.DOWN: _enter_down,
        Phase.FLOW: _enter_flow,
        Phase.DWELL: _enter_dwell,
        Phase.HOLD: _enter_hold,
        Phase.DRAW_BACK: _enter_draw_back,
        Phase.UP: _enter_up,
        Phase.RECALL: _enter_back,
        Phase.OUT: _enter_out,
        Phase.BACK: _enter_back,
        Phase.APPROACH: _enter_approach,
        Phase.MEET: _enter_meet,
        Phase.DONE: _enter_done,
    }
    _STEPS: ClassVar[dict[Phase, Callable[[Motion], bool]]] = {
        Phase.DOWN: _step_down,
        Phase.FLOW: _step_flow,
        Phase.DWELL: _step_dwell,
        Phase.HOLD: _step_hold,
        Phase.DRAW_BACK: _step_draw_back,
        Phase.UP: _step_up,
        Phase.RECALL: _step_recall,
        Phase.OUT: _step_out,
        Phase.BACK: _step_up,
        Phase.APPROACH: _step_approach,
        Phase.MEET: _step_meet,
    }
