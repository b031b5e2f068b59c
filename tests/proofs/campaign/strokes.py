"""Motions measured from outside: whether one may begin, how far it went, and what the controller's record says of it.

Only this file compares a record with what moved (LED-7, LED-9).
"""

from __future__ import annotations

from typing import NamedTuple

from drivers.registers import RECORD, Fault, Mode, Outcome, ShotRecord
from hal_sim.motion import Kind, Motion
from hal_sim.rig import Rig
from kiosk.records.rows import AuthorisationKind
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.frames import Frames
from tests.proofs.campaign.invariants import NEVER, Tell, Violation
from tests.proofs.campaign.totals import Given

FLOWING = frozenset({Kind.SHOT, Kind.PRIME})


class Moved(NamedTuple):
    """A motion as it really was: its lifetime number, kind, what was commanded, what moved, whether all went well."""

    number: int
    kind: Kind
    identity: int
    dose_nl: int
    displaced_nl: float
    slipped: bool


class Stroke:
    """The motion under way, measured from outside."""

    def __init__(self, motion: Motion, at: float, pusher_nl: float, travel_um: float, clamp: int) -> None:
        self.motion = motion
        self.kind = motion.kind
        self.begun = at
        self.pusher_nl = self.least_nl = self.last_nl = pusher_nl
        self.clamp = clamp
        """How often the clamp had been opened; once it is again, the pusher is in somebody's hand."""
        self.deepest_um = self.began_um = travel_um
        self.broken_axis = self.slipped = False
        self.hard_um = self.hard_nl = 0
        self.decided = NEVER
        """When something spoke against it, so that it had to end."""

    def see_pusher(self, pusher_nl: float, clamp: int) -> None:
        """Where the pusher is now, in the barrel with which the motion began."""
        if clamp == self.clamp:
            self.last_nl = pusher_nl
            self.least_nl = min(self.least_nl, pusher_nl)

    def measure_depth(self, at: float) -> None:
        """How deep it went, against what it may; nothing but a shot goes out, and what was out goes no further.

        Raises:
            Violation: deeper.
        """
        if self.kind == Kind.SHOT:
            commanded, most = float(self.motion.depth_um), float(self.hard_um)
        else:
            commanded = most = max(0.0, self.began_um - must.PLATE_UM)
        within = must.deep_enough(self.deepest_um, commanded, most)
        if not within and not (self.broken_axis and must.deep_enough_when_broken(self.deepest_um, commanded)):
            raise Violation("depth", at, f"{self.deepest_um - must.PLATE_UM:.1f} um of {commanded}, hard {most}")

    def measure_dose(self, at: float) -> None:
        """What was pushed so far, against what may be.

        Raises:
            Violation: more.
        """
        displaced = self.pusher_nl - self.least_nl
        if self.kind in FLOWING:
            if not must.displaced_enough(displaced, self.motion.dose_nl, self.hard_nl):
                raise Violation("displacement", at, f"{displaced:.1f} nL of {self.motion.dose_nl}, hard {self.hard_nl}")
        elif self.kind != Kind.SEEK and displaced > must.EPS_NL:
            raise Violation("displacement", at, f"{self.kind.name} moved the plunger by {displaced:.1f} nL")


class Strokes:
    """Every motion of one device: `moved` by lifetime number once it ended, `begun` how many shots there were."""

    def __init__(self, rig: Rig, frames: Frames, given: Given, tell: Tell | None) -> None:
        self._rig = rig
        self._frames = frames
        self._given = given
        self._tell = tell
        self.moved: dict[int, Moved] = {}
        self.begun = 0

    # -- its begin -----------------------------------------------------------------------------------------------
    def begins(self, motion: Motion, at: float, travel_um: float) -> Stroke:
        """A motion begins.

        Raises:
            Violation: nothing allows it.
        """
        if self._tell is not None:
            self._tell(at, f"{motion.kind.name} {motion.number} of {motion.identity} begins")
        body = self._rig.body
        stroke = Stroke(motion, at, body.pusher_nl, travel_um, body.clamp_count)
        if motion.kind == Kind.SHOT:
            self._begins_shot(stroke, at)
            return stroke
        service = self._frames.allowed.service
        if service is None or service[:2] != (motion.identity, motion.kind):
            raise Violation("unauthorised", at, f"{motion.kind.name} {motion.identity} after {service}")
        stroke.hard_nl = service[2] if motion.kind == Kind.PRIME else 0
        if motion.kind != Kind.RETRACT:
            self._frames.served()
        return stroke

    def _begins_shot(self, stroke: Stroke, at: float) -> None:
        motion, allowed = stroke.motion, self._frames.allowed
        if allowed.authorised is None or allowed.authorised[0].id != motion.identity:
            raise Violation("unauthorised", at, f"a stroke of {motion.identity}, authorised is {allowed.authorised}")
        block, accepted = allowed.authorised
        begun = self._frames.begins_stroke(at)
        most = 1 if block.mode in (Mode.SINGLE, Mode.BENCH) else block.shots
        begins = must.begins_in_time(at, accepted, block.valid_ms / 1000, allowed.last_begun, block.interval_ms / 1000)
        if begun > min(most, block.shots) or not (begins or begun == 1):
            raise Violation("shots", at, f"stroke {begun} of {block}, accepted {accepted}, {allowed.last_begun}")
        if (motion.depth_um, motion.dose_nl) != (block.depth_um, block.dose_nl):
            raise Violation("unauthorised", at, f"{motion.depth_um} um and {motion.dose_nl} nL under {block}")
        if not self._rig.body.contact:
            raise Violation("unauthorised", at, "a stroke without skin contact")
        row = self._frames.committed(block.id, at)
        if row.kind is not AuthorisationKind.TREATMENT:
            raise Violation("unauthorised", at, f"a stroke under {row.kind}")
        self.begun += 1
        limits = self._given.begins(row, block, first=begun == 1, at=at)
        stroke.hard_um, stroke.hard_nl = limits.depth, limits.dose

    # -- its end -------------------------------------------------------------------------------------------------
    def ended(self, stroke: Stroke, at: float, *, lost: bool = False) -> None:
        """A motion is over: what the controller says of it against what it was. `lost`: it started again meanwhile.

        Raises:
            Violation: the record does not say what moved, and nothing is latched.
        """
        record = None if lost else self._record(stroke)
        if self._tell is not None:
            self._tell(at, f"{stroke.kind.name} ended: {record}")
        stroke.measure_depth(at)
        motion = stroke.motion
        stroke.see_pusher(self._rig.body.pusher_nl, self._rig.body.clamp_count)
        displaced = stroke.pusher_nl - stroke.last_nl if stroke.kind in FLOWING else 0.0
        if motion.number:
            self.moved[motion.number] = Moved(
                motion.number, stroke.kind, motion.identity, motion.dose_nl, displaced, stroke.slipped
            )
        if stroke.kind == Kind.SHOT:
            self._given.ended(motion.identity, motion.dose_nl, displaced)
        elif stroke.kind == Kind.PRIME:
            self._given.primed(motion.identity, motion.dose_nl, displaced)
        if record is not None and record.number:
            self._compare(stroke, record, displaced, at)

    def _record(self, stroke: Stroke) -> ShotRecord | None:
        number = stroke.motion.number
        return RECORD.decode(self._rig.controller.journal.record(number)) if number else None

    def _compare(self, stroke: Stroke, record: ShotRecord, displaced: float, at: float) -> None:
        completed = record.outcome == Outcome.COMPLETED
        step = self._rig.controller.gauges.step_pl() / 1000
        faults = self._rig.controller.faults
        exact = must.recorded_as_moved(record.measured_dose_nl, displaced, step, completed=completed)
        if stroke.slipped:
            exact = not completed or must.recorded_with_a_bad_encoder(
                record.measured_dose_nl, displaced, record.dose_nl
            )
        if stroke.kind in FLOWING and not exact and not faults & Fault.DOSE_MISMATCH:
            raise Violation("record", at, f"{displaced:.2f} nL moved, {record} says otherwise and no fault is latched")
        deep = stroke.deepest_um - must.PLATE_UM
        if stroke.kind == Kind.SHOT and deep > record.depth_um + 100 and not faults & Fault.DEPTH_MISMATCH:
            raise Violation("record", at, f"{deep:.0f} um deep, {record.depth_um} commanded, and nothing is latched")
