"""The onlooker: sees every instant of the device and every frame that reaches it, and calls the predicates.

Only this file joins physics, wire and record. It looks after every event of the model, that is at every instant at
which a law of motion changes, and takes the law that was in force since the last look as data. What may move it knows
from the frames that the device accepted, never from the controller.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from drivers.registers import (
    AUTHORISATION,
    COMMAND,
    LEASE,
    RECORD,
    AuthorisationBlock,
    CommandKind,
    Fault,
    Mode,
    Outcome,
    ShotRecord,
)
from hal_sim.blocks import ModbusException
from hal_sim.motion import Kind, Motion
from hal_sim.rig import Rig
from kiosk.protocols.library import Library
from kiosk.records.rows import AuthorisationKind, AuthorisationRow
from kiosk.session.engine import Engine
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.book import Book
from tests.proofs.campaign.extremes import Piece, deepest
from tests.proofs.campaign.integral import Integral
from tests.proofs.campaign.invariants import Violation
from tests.proofs.campaign.totals import Given

NEVER = float("inf")
SERVICE = {
    CommandKind.HOME: Kind.HOME,
    CommandKind.PRIME: Kind.PRIME,
    CommandKind.SYRINGE_CHANGED: Kind.SEEK,
    CommandKind.RETRACT: Kind.RETRACT,
}
URGENT = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT})
VOIDING = frozenset({CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT, CommandKind.NEEDLE_CHANGED})
LEFT_OUT = Fault.RETRACT | Fault.HOMING
NEEDLE_OUT = frozenset({705, 706, 728})
"""Alarms that say so: retract failed, spring broken, homing failed."""
_EVENT = struct.Struct(">dHHddd")


Before = tuple[tuple[AuthorisationBlock, float] | None, tuple[int, Kind, int] | None, int, float, float]
"""What was true before a frame: authorisation, service motion, strokes begun, when the last one, the last stop."""


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

    def __init__(self, motion: Motion, at: float, pusher_nl: float, travel_um: float, slipping: bool) -> None:
        self.motion = motion
        self.kind = motion.kind
        self.begun = at
        self.pusher_nl = self.least_nl = pusher_nl
        self.deepest_um = self.began_um = travel_um
        self.broken_axis = False
        self.slipped = slipping
        self.hard_um = self.hard_nl = 0
        self.decided = NEVER
        """When something spoke against it, so that it had to end."""
        self.outflow_nl = self.stored_nl = 0.0


class WatchedRig(Rig):
    """The device with an onlooker at every event and at every frame that it is given."""

    watch: Watch

    def _after(self) -> None:
        super()._after()
        self.watch.look()

    def write(self, now: float, address: int, data: bytes) -> None:
        self.advance(now)
        before = self.watch.offered(self.now, address, data)
        try:
            super().write(now, address, data)
        except ModbusException:
            self.watch.refused(before)
            raise

    def reset(self, now: float) -> None:
        if hasattr(self, "controller"):
            self.body.settle(max(self.now, now))
            self.watch.restarted(max(self.now, now))
        super().reset(now)


class Watch:
    """What is true of one device. `moved` is every motion that ended, `alarmed` what has to be on the screen."""

    def __init__(
        self, rig: WatchedRig, book: Book, library: Library, tell: Callable[[float, str], None] | None = None
    ) -> None:
        self._tell = tell
        self.rig = rig
        self.book = book
        self.given = Given(book, library)
        self.moved: dict[int, Moved] = {}
        self.events = 0
        self.strokes = 0
        self.hash = hashlib.sha256()
        self._faults = Fault.NONE
        self.phases: Counter[str] = Counter()
        self._stroke: Stroke | None = None
        self._authorised: tuple[AuthorisationBlock, float] | None = None
        self._service: tuple[int, Kind, int] | None = None
        self._begun = 0
        self._last_begun = -NEVER
        self._lease_counter: int | None = None
        self.lease_at = -NEVER
        self._lease_dies = -NEVER
        """When the lease is void at the latest; a frame that was not fresh voids it at once."""
        self._stop_at = -NEVER
        # the law in force since the last look
        self._at = 0.0
        self._pieces: list[Piece] = []
        self._arrives = -NEVER
        self._driven = self._powered = False
        self._home_by = NEVER
        self._outflow: tuple[float, float] | None = None
        """Outflow and stored volume at the last stop, until something is pushed again."""
        self._displaced_nl = 0.0
        self._pusher: tuple[int, float, float] = (0, 0.0, 0.0)
        self.integral: Integral | None = None
        """Steps the physics at 0.1 ms beside the closed form, in the sessions that ask for it."""
        rig.watch = self

    # -- frames --------------------------------------------------------------------------------------------------
    def offered(self, at: float, address: int, data: bytes) -> Before:
        """A frame reaches the device; gives what was true before, for `refused`."""
        before = (self._authorised, self._service, self._begun, self._last_begun, self._stop_at)
        if address == LEASE.address:
            self._lease(at, LEASE.decode(data).counter)
        elif address == AUTHORISATION.address:
            block = AUTHORISATION.decode(data)
            if self._tell is not None:
                self._tell(at, f"frame: {block}")
            self._committed(block.id, at)
            self._authorised, self._begun = (block, at), 0
        elif address == COMMAND.address:
            command = COMMAND.decode(data)
            kind = CommandKind(command.kind)
            if self._tell is not None:
                self._tell(at, f"frame: {kind.name} {command.id} {command.argument}")
            if kind not in URGENT:
                self._committed(command.id, at)
            if kind in VOIDING:
                self._authorised = None
            if kind in (CommandKind.STOP, CommandKind.RETRACT):
                self._stop_at = at
            if kind in SERVICE:
                self._service = (command.id, SERVICE[kind], command.argument)
        return before

    def refused(self, before: Before) -> None:
        """What was offered was not taken."""
        if self._tell is not None:
            self._tell(self.rig.now, f"refused: {self.rig.registers.refusal!r}")
        self._authorised, self._service, self._begun, self._last_begun, self._stop_at = before

    def _committed(self, number: int, at: float) -> AuthorisationRow:
        row = self.book.authorisations.get(number)
        if row is None:
            raise Violation("commit first", at, f"{number} reached the device and has no row on disk")
        return row

    def _lease(self, at: float, counter: int) -> None:
        last, self._lease_counter = self._lease_counter, counter
        if last is not None and 1 <= (counter - last) % 65536 <= 8:
            self.lease_at, self._lease_dies = at, at + must.LEASE_S
        else:
            self.lease_at, self._lease_dies = -NEVER, at

    def skipped(self, at: float, counter: int) -> None:
        """Leases until now, none of which changed anything (only where cycles are left out as a cross-check)."""
        self._lease_counter, self.lease_at, self._lease_dies = counter, at, at + must.LEASE_S
        self._lease_then = at

    def restarted(self, at: float) -> None:
        """The controller starts again: whatever moved stands, and nothing is authorised."""
        self.look()
        stroke = self._stroke
        if stroke is not None:
            self.phases["reset in a stroke"] += stroke.kind == Kind.SHOT
            self._ended(stroke, at, None)
        self._stroke = self._authorised = self._service = self._lease_counter = None
        self.lease_at, self._lease_dies = -NEVER, at
        self._home_by = NEVER

    # -- every event ---------------------------------------------------------------------------------------------
    def look(self) -> None:
        """At an instant at which everything has happened that was due."""
        rig = self.rig
        at, body = rig.now, rig.body
        self.events += 1
        faults = rig.faults
        if faults.retract_jam or faults.spring_broken:
            self._jammed_at = at
        self._passed(at)
        if self.integral is not None:
            wrong = self.integral.disagreement(at)
            if wrong:
                raise Violation("integral", at, wrong)
            self.integral.keep(at)
        controller = rig.controller
        motion, stroke = controller.motion, self._stroke
        if stroke is not None and motion is not stroke.motion:
            self._ended(stroke, at, self._record(stroke))
            stroke = None
        if motion is not None and stroke is None:
            stroke = self._begins(motion, at)
        self._now(at, stroke)
        place, pressure = body.carriage.travel(at), body.fluid.pressure
        self.hash.update(_EVENT.pack(at, controller.state, controller.faults, place, body.pusher_nl, pressure))
        if self._tell is not None and controller.faults != self._faults:
            self._tell(at, f"controller: {controller.state.name}, {controller.faults!r}")
        self._faults = controller.faults
        if self._must_alarm == at:
            self._alarms(at)

    def _passed(self, at: float) -> None:
        """The stretch of time that has just ended, under the law that was in force in it."""
        since, stroke, body = self._at, self._stroke, self.rig.body
        if at > since and self._arrives > since:
            place = deepest(self._pieces, since, at)
            if stroke is not None:
                stroke.deepest_um = max(stroke.deepest_um, place)
            elif place > must.PLATE_UM + must.EPS_UM and self._home_by == NEVER and not self._left_out(at):
                raise Violation("unauthorised", at, f"the needle is {place - must.PLATE_UM:.1f} um out with no motion")
        if self._driven and not must.leased(at, self._lease_then):
            raise Violation("lease", at, f"driven {at - self._lease_then:.3f} s after the last fresh lease")
        if at >= self._home_by:
            self._returned(at)
        barrel, pusher, piston = self._pusher
        if barrel == body.clamp_count:
            if body.piston_nl != piston:
                self._displaced_nl += piston - body.piston_nl
            if pusher != body.pusher_nl and stroke is None:
                raise Violation("unauthorised", at, "the plunger moved with no motion")
        self._pusher = (body.clamp_count, body.pusher_nl, body.piston_nl)

    def _left_out(self, at: float) -> bool:
        """Whether the controller says that the needle may be out, or it has just been let go."""
        if at <= self._let_go + must.RETRACTED_S:
            self._home_by = self._let_go + must.RETRACTED_S
            return True
        return bool(self.rig.controller.faults & (Fault.RETRACT | Fault.HOMING)) or not self.rig.controller.homed

    def _now(self, at: float, stroke: Stroke | None) -> None:
        """What is set moving at this instant, and whether it may be."""
        rig = self.rig
        body = rig.body
        carriage, rate, fluid = body.carriage, body._rate, body.fluid
        pieces = carriage._segments
        travel = carriage.travel(at)
        down = carriage.powered and carriage.arrives > at and pieces[-1][1] > travel + must.EPS_UM
        driven = down or rate != 0.0
        if driven:
            self._may_drive(at, stroke, rate)
        if stroke is not None:
            self._measure(at, stroke, travel, rate)
        if not must.pressure_bounded(fluid.pressure):
            raise Violation("pressure", at, f"{fluid.pressure:.1f} kPa")
        if self._outflow is not None:
            if rate > 0.0:
                self._outflow = None
            else:
                out, stored = fluid.outflow_nl - self._outflow[0], self._outflow[1]
                if not must.outflow_bounded(out, stored):
                    raise Violation("outflow after stop", at, f"{out:.1f} nL, stored {stored:.1f}")
        if not must.outflow_within(fluid.outflow_nl, self._displaced_nl):
            raise Violation("outflow", at, f"{fluid.outflow_nl:.1f} nL out, {self._displaced_nl:.1f} nL pushed")
        self._at, self._pieces, self._arrives = at, pieces, carriage.arrives
        self._driven, self._lease_then = driven, self.lease_at

    _lease_then = -NEVER

    def _may_drive(self, at: float, stroke: Stroke | None, rate: float) -> None:
        rig = self.rig
        volts = rig.electrics.volts(at)
        if not must.supplied(volts):
            raise Violation("supply", at, f"driven at {volts:.1f} V")
        if not must.leased(at, self.lease_at):
            raise Violation("lease", at, f"driven {at - self.lease_at:.3f} s after the last fresh lease")
        if stroke is None:
            raise Violation("unauthorised", at, f"driven with no motion (plunger {rate:.0f} steps/s)")
        if stroke.decided < NEVER and at >= stroke.decided:
            raise Violation("stopped", at, f"{stroke.kind.name} driven after {stroke.decided:.4f}, {rate:.0f} steps/s")

    # -- every cycle ---------------------------------------------------------------------------------------------
    def after_cycle(self, now: float, engine: Engine) -> None:
        """What failed mechanically is on the screen, and nothing is armed with it (ALM-4, STP-5)."""
        if self._must_alarm == NEVER:
            return
        if not self.rig.controller.faults & LEFT_OUT:
            self._must_alarm = NEVER  # somebody has put it right and cleared it
            return
        status = engine.desk.status
        if status is None or not engine.desk.fresh or not status.faults & LEFT_OUT:
            return
        if engine.treatment.arming is not None:
            raise Violation("alarm", now, "armed, and the needle did not come home")
        shown = {alarm.number for alarm in engine.signals.views()}
        if not shown & NEEDLE_OUT:
            raise Violation("alarm", now, f"the needle did not come home, and the screen shows {shown}")
        self._must_alarm = NEVER

    def _alarms(self, at: float) -> None:
        """The controller itself, at the instant at which the needle should have been home."""
        controller = self.rig.controller
        if not controller.faults & LEFT_OUT:
            raise Violation("alarm", at, f"the needle did not come home, faults {controller.faults!r}")
        if not controller.sounding and controller.faults & Fault.RETRACT:
            raise Violation("alarm", at, "the needle did not come home and the controller is silent")

    # -- strokes -------------------------------------------------------------------------------------------------
    def _begins(self, motion: Motion, at: float) -> Stroke:
        if self._tell is not None:
            self._tell(at, f"{motion.kind.name} {motion.number} of {motion.identity} begins")
        body = self.rig.body
        slipping = self.rig.faults.encoder_slip or self.rig.faults.steps_lost
        travel = body.carriage.travel(at)
        if must.home(travel):
            self._home_by = NEVER
        stroke = Stroke(motion, at, body.pusher_nl, travel, slipping)
        self._stroke = stroke
        if motion.kind == Kind.SHOT:
            self._begins_shot(stroke, at)
        else:
            service = self._service
            if service is None or service[:2] != (motion.identity, motion.kind):
                raise Violation("unauthorised", at, f"{motion.kind.name} {motion.identity} after {service}")
            stroke.hard_nl = service[2] if motion.kind == Kind.PRIME else 0
            if motion.kind != Kind.RETRACT:
                self._service = None
        return stroke

    def _begins_shot(self, stroke: Stroke, at: float) -> None:
        motion, authorised = stroke.motion, self._authorised
        if authorised is None or authorised[0].id != motion.identity:
            raise Violation("unauthorised", at, f"a stroke of {motion.identity}, authorised is {authorised}")
        block, accepted = authorised
        self._begun += 1
        most = 1 if block.mode in (Mode.SINGLE, Mode.BENCH) else block.shots
        begins = must.begins_in_time(at, accepted, block.valid_ms / 1000, self._last_begun, block.interval_ms / 1000)
        if self._begun > min(most, block.shots) or not (begins or self._begun == 1):
            raise Violation("shots", at, f"stroke {self._begun} of {block}, accepted {accepted}, {self._last_begun}")
        self._last_begun = at
        if (motion.depth_um, motion.dose_nl) != (block.depth_um, block.dose_nl):
            raise Violation("unauthorised", at, f"{motion.depth_um} um and {motion.dose_nl} nL under {block}")
        if not self.rig.body.contact:
            raise Violation("unauthorised", at, "a stroke without skin contact")
        row = self._committed(block.id, at)
        if row.kind is not AuthorisationKind.TREATMENT:
            raise Violation("unauthorised", at, f"a stroke under {row.kind}")
        self.strokes += 1
        limits = self.given.begins(row, block, first=self._begun == 1, at=at)
        stroke.hard_um, stroke.hard_nl = limits.depth, limits.dose

    def _measure(self, at: float, stroke: Stroke, travel: float, rate: float) -> None:
        """A motion under way against its bounds, and what speaks against it from now on."""
        rig, body, motion = self.rig, self.rig.body, stroke.motion
        stroke.least_nl = min(stroke.least_nl, body.pusher_nl)
        stroke.slipped = stroke.slipped or rig.faults.encoder_slip or rig.faults.steps_lost
        coasting = rig.faults.spring_broken and not body.carriage.powered
        stroke.broken_axis = stroke.broken_axis or rig.faults.overshoot or coasting
        self._measure_depth(at, stroke)
        displaced = stroke.pusher_nl - stroke.least_nl
        if stroke.kind in (Kind.SHOT, Kind.PRIME):
            if not must.displaced_enough(displaced, motion.dose_nl, stroke.hard_nl):
                raise Violation("displacement", at, f"{displaced:.1f} nL of {motion.dose_nl}, hard {stroke.hard_nl}")
        elif stroke.kind != Kind.SEEK and displaced > must.EPS_NL:
            raise Violation("displacement", at, f"{stroke.kind.name} moved the plunger by {displaced:.1f} nL")
        if stroke.decided == NEVER and stroke.kind != Kind.RETRACT:
            since = self._against(at, stroke)
            if since < NEVER and not must.home(travel):
                self._home_by = min(self._home_by, since + must.RETRACTED_S)
            if since < NEVER:
                stroke.decided = since
                self._outflow = self._outflow or (body.fluid.outflow_nl, body.fluid.stored_nl)
                if not must.stands(rate):
                    raise Violation("stopped", at, f"the plunger goes on at {rate:.0f} steps/s ({self._why(at)})")

    def _measure_depth(self, at: float, stroke: Stroke) -> None:
        if stroke.kind == Kind.SHOT:
            commanded, most = stroke.motion.depth_um, stroke.hard_um
        else:  # nothing but a shot goes out; a needle that was left out before goes no further
            commanded = most = max(0.0, stroke.began_um - must.PLATE_UM)
        within = must.deep_enough(stroke.deepest_um, commanded, most)
        if not within and not (stroke.broken_axis and must.deep_enough_when_broken(stroke.deepest_um, commanded)):
            raise Violation("depth", at, f"{stroke.deepest_um - must.PLATE_UM:.1f} um of {commanded}, hard {most}")

    def _against(self, at: float, stroke: Stroke) -> float:
        """Since when something speaks against the motion under way; never when nothing does."""
        rig = self.rig
        since = NEVER
        if not must.supplied(rig.electrics.volts(at)):
            since = at
        if at >= self._lease_dies:
            since = min(since, max(stroke.begun, self._lease_dies))
        if self._stop_at >= stroke.begun:
            since = min(since, self._stop_at)
        treating = stroke.kind == Kind.SHOT
        if rig.body.contact != treating and not self._on_its_way_home(at):
            since = min(since, at)
        if self._on_its_way_home(at) and stroke.kind != Kind.HOME:
            return NEVER if since == NEVER else since
        return since

    def _on_its_way_home(self, at: float) -> bool:
        carriage = self.rig.body.carriage
        return carriage._segments[-1][1] < must.HOME_UM or not carriage.powered

    def _why(self, at: float) -> str:
        rig = self.rig
        return f"{rig.electrics.volts(at):.1f} V, lease {at - self.lease_at:.3f} s old, contact {rig.body.contact}"

    def _returned(self, at: float) -> None:
        """The time to be home is over."""
        by, self._home_by = self._home_by, NEVER
        travel = deepest(self._pieces, by, by) if self._pieces else 0.0
        if must.home(travel):
            return
        if self._jammed_at < by - must.RETRACTED_S - must.EPS_S:
            raise Violation("retracted", at, f"the needle is {travel:.0f} um from its stop, due home at {by:.4f}")
        self._must_alarm = at

    _must_alarm = NEVER
    _let_go = -NEVER
    """When the last motion ended."""
    _jammed_at = -NEVER
    """When the carriage was last jammed, or its spring broken: then no command of anybody brings it home in time."""

    def _record(self, stroke: Stroke) -> ShotRecord | None:
        if not stroke.motion.number:
            return None
        raw = self.rig.controller.journal.record(stroke.motion.number)
        return RECORD.decode(raw)

    def _ended(self, stroke: Stroke, at: float, record: ShotRecord | None) -> None:
        """A motion is over: what the controller says of it against what it was."""
        self._stroke, self._let_go = None, at
        if self._tell is not None:
            self._tell(at, f"{stroke.kind.name} ended: {record}")
        self._measure_depth(at, stroke)
        motion, body = stroke.motion, self.rig.body
        displaced = stroke.pusher_nl - body.pusher_nl if stroke.kind in (Kind.SHOT, Kind.PRIME) else 0.0
        if motion.number:
            self.moved[motion.number] = Moved(
                motion.number, stroke.kind, motion.identity, motion.dose_nl, displaced, stroke.slipped
            )
        if stroke.kind == Kind.SHOT:
            self.given.ended(motion.identity, motion.dose_nl, displaced)
        elif stroke.kind == Kind.PRIME:
            self.given.primed(motion.identity, motion.dose_nl, displaced)
        if record is None or record.number == 0:
            return
        self._compare(stroke, record, displaced, at)

    def _compare(self, stroke: Stroke, record: ShotRecord, displaced: float, at: float) -> None:
        completed = record.outcome == Outcome.COMPLETED
        step = self.rig.controller.gauges.step_pl() / 1000
        faults = self.rig.controller.faults
        exact = must.recorded_as_moved(record.measured_dose_nl, displaced, step, completed=completed)
        if stroke.slipped:
            exact = not completed or must.recorded_with_a_bad_encoder(
                record.measured_dose_nl, displaced, record.dose_nl
            )
        if stroke.kind in (Kind.SHOT, Kind.PRIME) and not exact and not faults & Fault.DOSE_MISMATCH:
            raise Violation("record", at, f"{displaced:.2f} nL moved, {record} says otherwise and no fault is latched")
        deep = stroke.deepest_um - must.PLATE_UM
        if stroke.kind == Kind.SHOT and deep > record.depth_um + 100 and not faults & Fault.DEPTH_MISMATCH:
            raise Violation("record", at, f"{deep:.0f} um deep, {record.depth_um} commanded, and nothing is latched")
