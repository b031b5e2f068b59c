"""The injector controller: what it does at an instant, and why it stops.

Only this file decides. At every instant it looks at lease, inputs, supply, contact and clamp, lets the motion under way
go on or breaks it off, begins the next stroke when every condition holds, and says when it has to look again. Its logic
has a supply of its own: it goes on counting and reporting through a stop.
"""

from __future__ import annotations

import math

from drivers.registers import (
    AuthorisationBlock,
    Command,
    CommandKind,
    ControllerState,
    Fault,
    Lease,
    Mode,
    Outcome,
    Refusal,
)
from hal_sim.build import Build
from hal_sim.gauges import Gauges
from hal_sim.inputs import Inputs, Owner
from hal_sim.journal import Journal
from hal_sim.lease import LeaseWatch
from hal_sim.mechanics import Mechanics
from hal_sim.memory import Memory, MemoryFailed
from hal_sim.motion import RETURNING, SETTLE_S, Kind, Motion
from hal_sim.pace import PRIME_FLOW_NL_S, flow_nl_s
from hal_sim.rules import GAUGE_DEPTH, gauge_um, refuse_authorisation, refuse_command
from hal_sim.states import BEGIN_OF, NOT_CLEARED, TABLE, Event, resting
from hal_sim.verdict import ZERO_MAX_KPA, at_home, disproved, record_of, standing

NEVER = math.inf
RUN_ON_S = 1.0
"""A held trigger runs on into the next authorisation within this time; beyond it a release is needed."""
SEEK_FLOW_NL_S = 500_000.0
SOUNDING = Fault.LEASE | Fault.RETRACT
SERVED = {CommandKind.HOME: Kind.HOME, CommandKind.PRIME: Kind.PRIME, CommandKind.GAUGE: Kind.GAUGE}


class Controller:
    """One controller from one start to the next. `due` is when it has to be asked again."""

    # fmt: off
    __slots__ = (
        "_at_rest", "_authorisation", "_clamp_count", "_last_begun", "_run_on", "_run_on_until", "_valid_until",
        "_was_supplied", "acknowledged", "body", "booted", "cursor", "due", "faults", "gauges", "homed", "inputs",
        "journal", "lease", "motion", "now", "shots_left", "state", "supplied", "supply_mv",
    )
    # fmt: on

    def __init__(self, now: float, body: Mechanics, memory: Memory, build: Build) -> None:
        """Start up: read the memory, count an interrupted motion in full, know nothing of the needle's place.

        Raises:
            PowerCut: the supply failed in a write.
        """
        self.body = body
        self.now = self.booted = now
        self.faults = Fault.NONE
        self.homed = False
        self.state = ControllerState.UNHOMED
        self.lease = LeaseWatch()
        self.inputs = Inputs(now, body.trigger)
        self.motion: Motion | None = None
        self.shots_left = 0
        self.acknowledged = self.cursor = 1
        self.supplied = self._was_supplied = body.needle_kept = False
        self.supply_mv = 0
        self.due = now
        self._authorisation: AuthorisationBlock | None = None
        self._valid_until = NEVER
        self._run_on: tuple[int, int, int] | None = None
        self._run_on_until = -NEVER
        self._last_begun = self._at_rest = -NEVER
        self._clamp_count = body.clamp_count
        self.journal = Journal(memory, build)
        self.gauges = Gauges(body, self.journal, build)
        if self.journal.damaged:
            self.faults |= Fault.MEMORY
        if self.journal.interrupted:
            self.faults |= Fault.INTERRUPTED
        if self.journal.calibration is None:
            self.faults |= Fault.CALIBRATION
        if self.inputs.stuck:
            self.faults |= Fault.INPUT_STUCK
        self._look_at_counters()
        if self.journal.barrel != body.barrel:
            self.journal.piston_known = False
        body.halt()
        body.release()
        self._go(Event.SETTLE)

    # -- what others ask of it

    @property
    def sounding(self) -> bool:
        """Its own sounder: a lapse with a live authorisation, or a failed retract, until the fault is cleared."""
        return bool(self.faults & SOUNDING)

    def runs_on(self, block: AuthorisationBlock) -> bool:
        """Whether a held input may go on into this authorisation: continuous mode, same figures, soon enough."""
        same = self._run_on == (block.depth_um, block.dose_nl, block.interval_ms)
        held = self.inputs.owner != Owner.NONE and block.mode == Mode.CONTINUOUS
        return held and same and self.now < self._run_on_until

    def settling(self) -> bool:
        """Whether the line pressure is still on its way to rest."""
        return self.now < self.body.pressure_reaches(ZERO_MAX_KPA, rising=False) <= self.now + SETTLE_S

    # -- what arrives by wire: everything due until `now` has happened before

    def renew(self, now: float, lease: Lease) -> None:
        """One lease frame: the pedal bit and the acknowledgement count only when it is fresh."""
        was_live = self.lease.live
        self.cursor = max(1, lease.cursor)
        if self.lease.renew(now, lease.counter):
            self.acknowledged = min(self.cursor, self.journal.lifetime_shots + 1)
            self.inputs.frame(now, lease.pedal == 1)
        elif was_live:
            self._lapse()
        self.step(now)

    def authorise(self, now: float, block: AuthorisationBlock) -> Refusal:
        """Take an authorisation whole, or say why not.

        Raises:
            MemoryFailed: its id could not be written.
        """
        refusal = refuse_authorisation(self, block)
        if refusal != Refusal.NONE:
            return refusal
        self.journal.authorisation_id = block.id
        self.journal.save()
        if not self.runs_on(block):
            self.inputs.drop()
            self._last_begun = -NEVER
        self._authorisation = block
        self.shots_left = block.shots
        self._valid_until = now + block.valid_ms / 1000
        self.step(now)
        return Refusal.NONE

    def command(self, now: float, command: Command) -> Refusal:
        """Take a command, or say why not.

        Raises:
            MemoryFailed: its id could not be written; stop, void and retract were done nevertheless.
        """
        refusal = refuse_command(self, command)
        if refusal != Refusal.NONE:
            return refusal
        kind = CommandKind(command.kind)
        if kind in (CommandKind.STOP, CommandKind.VOID, CommandKind.RETRACT):
            self.void()
            if kind != CommandKind.VOID:
                self._abort(Outcome.PARTIAL_STOP)
        self.journal.command_id = command.id
        self.journal.save()
        if kind == CommandKind.RETRACT and self.motion is None and not at_home(self.body):
            self._begin(Motion(Kind.RETRACT, self.body, 0, command.id, 0, 0))
        elif kind in SERVED:
            self._serve(SERVED[kind], command)
        elif kind == CommandKind.SYRINGE_CHANGED:
            self.journal.syringe_changes += 1
            self.journal.barrel = self.body.barrel
            self.journal.piston_known = False
            self._serve(Kind.SEEK, command)
        elif kind == CommandKind.NEEDLE_CHANGED:
            self.void()
            self.journal.needle_changes += 1
            self.journal.save()
            self.body.needle_kept = self.body.needle is not None
        elif kind == CommandKind.CLEAR_FAULTS:
            self._clear()
        self.step(now)
        return Refusal.NONE

    def void(self) -> None:
        """End the authorisation and the run; the present stroke ends by itself."""
        self._authorisation = None
        self.shots_left = 0
        self._valid_until = NEVER
        self._run_on_until = -NEVER
        self.inputs.drop()

    def supply(self, supplied: bool, millivolts: int) -> None:
        """The motor supply as its comparator sees it."""
        self.supplied = supplied
        self.supply_mv = millivolts

    # -- what it does at an instant

    def step(self, now: float) -> None:
        """Look at everything, act, and set `due`. Called at `due` and after every change from outside."""
        self.now = now
        self._watch()
        motion = self.motion
        if motion is not None and motion.step():
            self._end(motion)
        elif motion is not None and motion.occluded and not self.faults & Fault.OCCLUSION:
            self._fail(Fault.OCCLUSION, Outcome.PARTIAL_OCCLUSION)
        if self.motion is None:
            self._go(Event.SETTLE)
            self._fire()
            if self.motion is None:
                self._go(Event.SETTLE)
        motion = self.motion
        waits = (self.lease.due, self.inputs.due, self._valid_until, self._next_start())
        self.due = min(*waits, motion.due if motion is not None else NEVER)

    def _watch(self) -> None:
        """Everything that can end an authorisation or break off a motion."""
        body, motion, now = self.body, self.motion, self.now
        if self._authorisation is not None and now >= self._valid_until:
            self.void()
        if now >= self.lease.due:
            self._lapse()
        takes = self._authorisation is not None and not self.faults
        if self.inputs.update(now, body.trigger, takes=takes):
            self._fail(Fault.INPUT_STUCK, Outcome.PARTIAL_FAULT)
        if body.clamp_count != self._clamp_count:
            self._clamp_count = body.clamp_count
            self._syringe_gone()
        if not self.supplied:
            if self._authorisation is not None and self._was_supplied:
                self.void()
            if motion is not None and motion.kind != Kind.RETRACT and not self.faults & Fault.SUPPLY:
                self._fail(Fault.SUPPLY, Outcome.PARTIAL_SUPPLY)
        self._was_supplied = self.supplied
        if motion is None and self.homed and not body.home:
            self.homed = False  # the needle left its switch with nobody moving it: it may be out
            self._block(Fault.RETRACT)
        elif motion is not None and motion.phase not in RETURNING and not motion.aborted:
            treating = motion.kind == Kind.SHOT and not motion.bench
            if body.contact != treating:
                self._fail(Fault.CONTACT, Outcome.PARTIAL_CONTACT)

    def _lapse(self) -> None:
        """The lease is void: with an authorisation or a motion that is a fault, and it sounds."""
        self.lease.void()
        if self._authorisation is not None or (self.motion is not None and self.motion.kind != Kind.RETRACT):
            self._fail(Fault.LEASE, Outcome.PARTIAL_LEASE)

    def _syringe_gone(self) -> None:
        """The clamp was opened: nothing is known of the piston until it was met again (LIM-13)."""
        self.void()
        self.journal.piston_known = False
        try:
            self.journal.save()
        except MemoryFailed:
            self.faults |= Fault.MEMORY
        if self.motion is not None and self.motion.kind in (Kind.SHOT, Kind.PRIME, Kind.SEEK):
            self._fail(Fault.PISTON, Outcome.PARTIAL_FAULT)

    def _fail(self, fault: Fault, outcome: Outcome) -> None:
        self.faults |= fault
        self.void()
        if fault != Fault.OCCLUSION:
            self._abort(outcome)

    def _block(self, fault: Fault) -> None:
        """A fault with nothing moving."""
        self.faults |= fault
        self.void()

    def _abort(self, outcome: Outcome) -> None:
        motion = self.motion
        if motion is None or motion.kind == Kind.RETRACT:
            return
        motion.abort(outcome)
        if motion.aborted:
            self._go(Event.ABORT)

    def _next_start(self) -> float:
        """When the next stroke may begin, as far as time alone decides."""
        block = self._authorisation
        if block is None or self.motion is not None:
            return NEVER
        start = max(self._last_begun + block.interval_ms / 1000, self._at_rest)
        return start if start > self.now else NEVER

    def _fire(self) -> None:
        """Begin a stroke when every condition holds."""
        block = self._authorisation
        if block is None or self.faults or self.inputs.owner == Owner.NONE or not self.lease.live:
            return
        bench = block.mode == Mode.BENCH
        if not (self.supplied and self.homed and self.body.home) or self.body.contact == bench:
            return
        if block.mode in (Mode.SINGLE, Mode.BENCH) and self.inputs.shots:
            return
        if self.now < self._last_begun + block.interval_ms / 1000:
            return
        motion = self._written(Kind.SHOT, block.id, block.depth_um, block.dose_nl)
        flow = flow_nl_s(block.depth_um, block.dose_nl, block.interval_ms)
        if motion is None or flow is None:
            return
        motion.bench = bench
        motion.aim(self.gauges.aim(block.depth_um, block.dose_nl, flow))
        self.inputs.shots += 1
        self._last_begun = self.now
        self.shots_left -= 1
        if block.mode == Mode.CONTINUOUS:
            self._run_on = (block.depth_um, block.dose_nl, block.interval_ms)
            self._run_on_until = NEVER
        if self.shots_left == 0:
            self._authorisation = None
            self._valid_until = NEVER
        self._begin(motion)

    def _path_at_rest(self) -> bool:
        """Whether the pressure may be zeroed: the needle is out, so what stays under pressure is blocked."""
        self._at_rest = self.body.pressure_reaches(ZERO_MAX_KPA, rising=False)
        if self._at_rest > self.now and not self.settling():
            self._at_rest = -NEVER
            self._block(Fault.OCCLUSION)
            return False
        return self._at_rest <= self.now

    def _serve(self, kind: Kind, command: Command) -> None:
        """Begin a service motion."""
        deepest = gauge_um(command) if kind == Kind.GAUGE else 0
        motion = self._written(kind, command.id, deepest, command.argument if kind == Kind.PRIME else 0)
        if motion is None:
            return
        if kind == Kind.PRIME:
            motion.aim(self.gauges.aim(0, command.argument, PRIME_FLOW_NL_S))
        elif kind == Kind.GAUGE:
            motion.aim_at_rest(*self.gauges.travels(deepest, command.argument & GAUGE_DEPTH))
        elif kind == Kind.SEEK:
            per_step = self.gauges.step_pl() / 1000
            motion.aim_at_piston(command.argument / per_step, SEEK_FLOW_NL_S / per_step)
        self._begin(motion)

    def _written(self, kind: Kind, identity: int, depth_um: int, dose_nl: int) -> Motion | None:
        """Zero the pressure, then write the motion into the memory; without either nothing moves."""
        if kind in (Kind.SHOT, Kind.PRIME):
            if not self._path_at_rest():
                return None
            if self.gauges.usable_nl() <= 0:
                self._block(Fault.RESERVE)
                return None
            self.gauges.zero_kpa = self.body.pressure_kpa()
        try:
            number = self.journal.begin(identity, depth_um, dose_nl)
        except MemoryFailed:
            self._block(Fault.MEMORY)
            return None
        return Motion(kind, self.body, number, identity, depth_um, dose_nl)

    def _begin(self, motion: Motion) -> None:
        self.motion, motion.step_pl = motion, self.gauges.step_pl()
        self._go(BEGIN_OF[motion.kind])
        motion.begin()
        if motion.step():
            self._end(motion)

    def _end(self, motion: Motion) -> None:
        """The home switch closed, or did not: judge, write, settle."""
        self.motion = None
        record, faults = record_of(motion, self.gauges, self.now)
        self.faults = (self.faults | faults) & ~disproved(motion)
        if motion.kind == Kind.HOME:
            self.homed = motion.outcome == Outcome.COMPLETED and not motion.failed
        elif motion.kind == Kind.SEEK:
            self.journal.piston_known = motion.met
        elif motion.failed:
            self.homed = False
        if self.faults:
            self.void()
        if motion.number:
            try:
                self.journal.finish(record, int(self.body.encoder))
            except MemoryFailed:
                self._block(Fault.MEMORY)
            self._look_at_counters()
        if self._run_on_until == NEVER:
            self._run_on_until = self.now + RUN_ON_S
        self._go(Event.SETTLE)

    def _look_at_counters(self) -> None:
        if self.journal.worn:
            self._block(Fault.COUNTER)

    def _clear(self) -> None:
        """Clear every fault whose cause is gone; those of syringe and spring only a motion ends (`disproved`)."""
        stays = standing(self.body, self.journal)
        if self.inputs.stuck:
            stays |= Fault.INPUT_STUCK
        self.faults &= stays | NOT_CLEARED

    def _go(self, event: Event) -> None:
        target = TABLE[self.state][event]
        self.state = resting(self.faults, self.homed, self._authorisation is not None) if target is None else target
