"""The onlooker: sees every instant of the device and every frame that reaches it, and calls the predicates.

Only this file joins physics, wire and record. It looks after every event of the model, that is at every instant at
which a law of motion changes, and takes the law that was in force since the last look as data. What may move it knows
from the frames that the device accepted, never from the controller.
"""

from __future__ import annotations

import hashlib
import struct

from drivers.registers import Fault
from hal_sim.blocks import ModbusException
from hal_sim.motion import Kind
from hal_sim.rig import Rig
from kiosk.protocols.library import Library
from kiosk.session.engine import Engine
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.book import Book
from tests.proofs.campaign.extremes import Piece, deepest
from tests.proofs.campaign.frames import Frames
from tests.proofs.campaign.homecoming import Homecoming
from tests.proofs.campaign.integral import Integral
from tests.proofs.campaign.invariants import NEVER, Tell, Violation
from tests.proofs.campaign.strokes import Moved, Stroke, Strokes
from tests.proofs.campaign.totals import Given

_EVENT = struct.Struct(">dHHddd")


class WatchedRig(Rig):
    """The device with an onlooker at every event and at every frame that it is given."""

    watch: Watch
    _undecided = False
    """Whether a frame was given and not yet taken or refused: nobody can say then what may move."""

    def _after(self) -> None:
        super()._after()
        if not self._undecided:
            self.watch.look()

    def do(self, now: float, command: str) -> str:
        self.advance(now)
        self.body.settle(self.now)
        self.watch.look()  # what a hand ends or takes away is seen as it was until then
        return super().do(now, command)

    def _take(self, address: int, data: bytes) -> None:
        frames = self.watch.frames
        before = frames.offered(self.now, address, data)
        self._undecided = True
        try:
            super()._take(address, data)
        except ModbusException:
            self.watch.hear(f"refused: {self.registers.refusal!r}")
            frames.refused(before)
            raise
        finally:
            self._undecided = False
            self.watch.look()

    def reset(self, now: float) -> None:
        if hasattr(self, "controller"):
            self.body.settle(max(self.now, now))
            self.watch.restarted(max(self.now, now))
        super().reset(now)


class Watch:
    """What is true of one device. `events` counts the instants that were looked at, `hash` runs over all of them."""

    def __init__(self, rig: WatchedRig, book: Book, library: Library, tell: Tell | None = None) -> None:
        self._tell = tell
        self.rig = rig
        self.frames = Frames(book, tell)
        self._strokes = Strokes(rig, self.frames, Given(book, library), tell)
        self._home = Homecoming(rig)
        self.events = 0
        self.hash = hashlib.sha256()
        self._faults = Fault.NONE
        self._stroke: Stroke | None = None
        # the law in force since the last look
        self._at = 0.0
        self._pieces: list[Piece] = []
        self._arrives = -NEVER
        self._driven = False
        self._lease_then = -NEVER
        self._outflow: tuple[float, float] | None = None
        """Outflow and stored volume at the last stop, until something is pushed again."""
        self._displaced_nl = 0.0
        self._pusher: tuple[int, float, float] = (0, 0.0, 0.0)
        self.integral: Integral | None = None
        """Steps the physics at 0.1 ms beside the closed form, in the sessions that ask for it."""
        rig.watch = self

    @property
    def strokes(self) -> int:
        """Shots that began."""
        return self._strokes.begun

    @property
    def moved(self) -> dict[int, Moved]:
        """Every motion that ended."""
        return self._strokes.moved

    def hear(self, what: str) -> None:
        """Tell it aloud, where somebody listens."""
        if self._tell is not None:
            self._tell(self.rig.now, what)

    def skipped(self, at: float, counter: int) -> None:
        """Leases until now, none of which changed anything (only where cycles are left out as a cross-check)."""
        self.frames.skipped(at, counter)
        self._lease_then = at

    def restarted(self, at: float) -> None:
        """The controller starts again: whatever moved stands, and nothing is authorised."""
        self.look()
        if self._stroke is not None:
            self._ended(self._stroke, at, lost=True)
        self.frames.restarted(at)
        self._home.restarted()

    def after_cycle(self, now: float, engine: Engine) -> None:
        """What the screen must show by now."""
        self._home.after_cycle(now, engine)

    # -- every event ---------------------------------------------------------------------------------------------
    def look(self) -> None:
        """At an instant at which everything has happened that was due."""
        rig = self.rig
        at, body, controller = rig.now, rig.body, rig.controller
        self.events += 1
        self._home.look(at)
        self._passed(at)
        if self.integral is not None:
            wrong = self.integral.disagreement(at)
            if wrong:
                raise Violation("integral", at, wrong)
            self.integral.keep(at)
        motion, stroke = controller.motion, self._stroke
        travel = body.carriage.travel(at)
        if stroke is not None and motion is not stroke.motion:
            self._ended(stroke, at)
            stroke = None
        if motion is not None and stroke is None:
            if must.home(travel):
                self._home.by = NEVER
            stroke = self._stroke = self._strokes.begins(motion, at, travel)
        self._now(at, stroke, travel)
        faults = controller.faults
        self.hash.update(_EVENT.pack(at, controller.state, faults, travel, body.pusher_nl, body.fluid.pressure))
        if faults != self._faults:
            self.hear(f"controller: {controller.state.name}, {faults!r}")
            self._faults = faults
        self._home.alarms(at)

    def _ended(self, stroke: Stroke, at: float, *, lost: bool = False) -> None:
        self._stroke = None
        self._home.let_go(at)
        self._strokes.ended(stroke, at, lost=lost)

    def _passed(self, at: float) -> None:
        """The stretch of time that has just ended, under the law that was in force in it."""
        since, stroke, body, home = self._at, self._stroke, self.rig.body, self._home
        if at > since and self._arrives > since:
            place = deepest(self._pieces, since, at)
            if stroke is not None:
                stroke.deepest_um = max(stroke.deepest_um, place)
            elif place > must.PLATE_UM + must.EPS_UM and home.by == NEVER and not home.excuses(at):
                raise Violation("unauthorised", at, f"the needle is {place - must.PLATE_UM:.1f} um out with no motion")
        if self._driven and not must.leased(at, self._lease_then):
            raise Violation("lease", at, f"driven {at - self._lease_then:.3f} s after the last fresh lease")
        if at >= home.by:
            home.returned(at, self._pieces)
        clamp, pusher, piston = self._pusher
        if clamp == body.clamp_count:
            if body.piston_nl != piston:
                self._displaced_nl += piston - body.piston_nl
            if pusher != body.pusher_nl and stroke is None:
                raise Violation("unauthorised", at, "the plunger moved with no motion")
        self._pusher = (body.clamp_count, body.pusher_nl, body.piston_nl)

    def _now(self, at: float, stroke: Stroke | None, travel: float) -> None:
        """What is set moving at this instant, and whether it may be."""
        body = self.rig.body
        carriage, rate, fluid = body.carriage, body._rate, body.fluid
        pieces = carriage._segments
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
        self._driven, self._lease_then = driven, self.frames.lease_at

    def _may_drive(self, at: float, stroke: Stroke | None, rate: float) -> None:
        volts, lease_at = self.rig.electrics.volts(at), self.frames.lease_at
        if not must.supplied(volts):
            raise Violation("supply", at, f"driven at {volts:.1f} V")
        if not must.leased(at, lease_at):
            raise Violation("lease", at, f"driven {at - lease_at:.3f} s after the last fresh lease")
        if stroke is None:
            raise Violation("unauthorised", at, f"driven with no motion (plunger {rate:.0f} steps/s)")
        if stroke.decided < NEVER and at >= stroke.decided:
            raise Violation("stopped", at, f"{stroke.kind.name} driven after {stroke.decided:.4f}, {rate:.0f} steps/s")

    def _measure(self, at: float, stroke: Stroke, travel: float, rate: float) -> None:
        """A motion under way against its bounds, and what speaks against it from now on."""
        body, faults = self.rig.body, self.rig.faults
        stroke.see_pusher(body.pusher_nl, body.clamp_count)
        stroke.slipped = stroke.slipped or faults.encoder_slip or faults.steps_lost
        coasting = faults.spring_broken and not body.carriage.powered
        stroke.broken_axis = stroke.broken_axis or faults.overshoot or coasting
        stroke.measure_depth(at)
        stroke.measure_dose(at)
        if stroke.decided == NEVER and stroke.kind != Kind.RETRACT:
            since = self._against(at, stroke)
            if since == NEVER:
                return
            if not must.home(travel):
                self._home.call(since)
            stroke.decided = since
            self._outflow = self._outflow or (body.fluid.outflow_nl, body.fluid.stored_nl)
            if not must.stands(rate):
                raise Violation("stopped", at, f"the plunger goes on at {rate:.0f} steps/s ({self._why(at)})")

    def _against(self, at: float, stroke: Stroke) -> float:
        """Since when something speaks against the motion under way; never when nothing does."""
        rig, frames = self.rig, self.frames
        since = NEVER
        if not must.supplied(rig.electrics.volts(at)):
            since = at
        if at >= frames.lease_dies:
            since = min(since, max(stroke.begun, frames.lease_dies))
        if frames.allowed.stop_at >= stroke.begun:
            since = min(since, frames.allowed.stop_at)
        if rig.body.contact != (stroke.kind == Kind.SHOT) and not self._on_its_way_home():
            since = min(since, at)
        return since

    def _on_its_way_home(self) -> bool:
        carriage = self.rig.body.carriage
        return carriage._segments[-1][1] < must.HOME_UM or not carriage.powered

    def _why(self, at: float) -> str:
        rig = self.rig
        age = at - self.frames.lease_at
        return f"{rig.electrics.volts(at):.1f} V, lease {age:.3f} s old, contact {rig.body.contact}"
