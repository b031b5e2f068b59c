"""The calibration that is open: who opened it, which barrel is on the balance, what is proposed, and what became of it.

A technician's touch opens it; data enters as typed weights or as the balance's own, one after the other; it leaves as
rows (every weight, the proposal that was confirmed, the proof) and as a calibration in the injector's spare slot, read
back and put in force by `rewriting`. What is in force while nobody has proved it arms nothing (ACU-3): `in_force`.

    closed -> open: measure -> write the correction -> measure again -> certify
                       '-> certify what passes as it is          leave, sign out, lose power: what is in force stays
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from drivers.registers import PRIME_MAX_NL, Calibration, CommandKind
from kiosk.access.roles import Role
from kiosk.calibration.dose import Level
from kiosk.calibration.water import Air
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page
from kiosk.protocols.effective import projected
from kiosk.protocols.words import amount
from kiosk.session import guards
from kiosk.session.balance_reader import BalanceReader
from kiosk.session.barrel import check_barrel, check_fill, piston_missed
from kiosk.session.bench_shots import BenchShots
from kiosk.session.errors import MotionFailed, NotChoosable, NotNow
from kiosk.session.exchange import FollowBalance
from kiosk.session.gauging import Gauging
from kiosk.session.in_force import LEFT, OPENED, key_of
from kiosk.session.mending import Mending
from kiosk.session.proving import Proving
from kiosk.session.under_gauge import UnderGauge
from kiosk.session.weighing_out import WeighingOut
from kiosk.session.words import ul

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Respond = Callable[[NappageError | None, Page | None], None]
BLANK_AUTO_S = 60.0
"""How long a balance is left alone for a blank; a person may end it after half of that."""
SHOT_DEPTH_UM = 500
"""How far the needle comes out over the vessel."""


class Calibrating:
    """At most one is open; it belongs to the technician who opened it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._desk = engine.desk
        self.shots = BenchShots(engine.desk, engine.slot, engine.device, lambda: next(self.against(), ""))
        self.open = False
        self.homing = False
        self.written = False
        """Whether a new calibration was put in force since it was opened."""
        self.note = ""
        self.dose: WeighingOut | None = None
        self.gauge: Gauging | None = None
        self.proving = Proving(engine, self)
        self.under_gauge = UnderGauge(engine, self)
        self.mending = Mending(engine, self)
        self.balance = BalanceReader(engine.desk)
        self._waiting: tuple[str, float] = ("", 0.0)
        """What a weight is waited for, and since when."""
        self._doubted = False
        self._user = ""
        self.serial = 0

    # -- what stands against it --------------------------------------------------------------------------------------
    def against(self) -> Iterator[str]:
        """What forbids a bench shot, and ends one that is authorised."""
        engine, desk = self._engine, self._desk
        yield from guards.against_device(engine)
        if desk.status is not None and desk.status.inputs & guards.CONTACT:
            yield "the handpiece touches something: take it away"
        if not engine.lease.live(desk.now):
            yield guards.HIDDEN
        if engine.people.role is not Role.TECHNICIAN:
            yield "no technician is signed in, or the screen is locked"

    # -- the step ----------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """Stop what may not go on, notice another injector, another person or another calibration."""
        self.shots.step()
        self.balance.step()
        desk, identity = self._desk, self._desk.identity
        if not self.open:
            return
        if desk.user != self._user:
            self.end("another person took over" if desk.user else "the technician signed out")
        elif self._engine.connection.ready and identity is not None and identity.serial != self.serial:
            self.end("another injector was connected")
        else:
            self._watch()
            self._take_weight()

    def _take_weight(self) -> None:
        """Take what the balance says, once it rests; one that is doubted is left to a person."""
        waits = "" if self.dose is None else self.dose.waits
        if waits != self._waiting[0]:
            self._waiting, self._doubted = (waits, self._desk.now), False
        if waits in ("", "shot") or self._doubted or self.dose is None:
            return
        since = self._waiting[1] + (BLANK_AUTO_S if waits == "blank end" else 0.0)
        ug = self.balance.steady(since)
        if ug is None:
            return
        identity = self.balance.identity
        assert identity is not None, "it rests, so it answers"
        self.dose.weighed_by.add(identity)
        try:
            self.weigh(ug)
        except NotNow as error:
            self._doubted, self.note = True, error.sentence.format(**error.facts)

    def _watch(self) -> None:
        """A run belongs to one calibration and one syringe."""
        dose, calibration, status = self.dose, self.calibration, self._desk.status
        sensed = status is not None and self._engine.device.barrel_sensed
        if dose is not None and status is not None and sensed and status.syringe_type != dose.syringe.type:
            dose.fitted = False
        work = self.measurement
        if work is None or calibration is None or self._engine.rewriting.busy:
            return
        if key_of(calibration) != work.measured_with:
            work.restart(key_of(calibration))
            self.written = True
            self.note = f"Calibration {calibration.id} is in force now. Prove it: measure all of it again."

    @property
    def measurement(self) -> WeighingOut | Gauging | None:
        """What is measured: a barrel, or the needle's depth."""
        return self.gauge or self.dose

    def measured(self) -> None:
        """What was measured is proved: something else may be."""
        self.dose = self.gauge = None

    @property
    def calibration(self) -> Calibration | None:
        """What is in force in the injector that is connected and compared; else None."""
        connection = self._engine.connection
        return connection.connected.calibration if connection.ready and connection.connected is not None else None

    # -- opening and leaving -----------------------------------------------------------------------------------------
    def begin(self, command: ask.OpenCalibration, respond: Respond) -> None:
        """Home the needle, then open.

        Raises:
            NotNow, Busy: a session or a calibration is open, or nothing may move.
        """
        what, desk = "Calibrating", self._desk
        if self.open:
            raise NotNow(what=what, why="a calibration is open already")
        if self._engine.setup.facts is not None:
            raise NotNow(what=what, why="a session is open (ACU-3)")
        if not command.away:
            raise NotNow(what=what, why="the handpiece is not away from everybody: the needle moves")
        user = desk.user

        def homed(error: MotionFailed | None) -> None:
            self.homing = False
            if error is None and desk.user != user:
                error = MotionFailed(what=what, why="the person changed meanwhile")
            if error is None:
                self._opened()
            respond(error, None)

        self._engine.slot.serve(CommandKind.HOME, 0, homed)
        self.homing = True

    def _opened(self) -> None:
        identity = self._desk.identity
        assert identity is not None, "it was homed just now"
        self.measured()
        self.open, self.written, self.note = True, False, ""
        self._user, self.serial = self._desk.user, identity.serial
        number = identity.calibration_id
        self._desk.emit(FollowBalance(True))
        self._engine.in_force.event(OPENED, f"Calibration opened; number {number} is in force", id=number)

    def end(self, why: str) -> None:
        """Leave: whatever is on its way is stopped, and what is in force stays (ACU-3)."""
        self.shots.stop(why)
        if self.dose is not None:
            self.dose.pause()
        if self.gauge is not None and self.gauge.moving:
            self._engine.slot.interrupt(why, CommandKind.STOP)
        self.measured()
        self.open, self._user = False, ""
        self._desk.emit(FollowBalance(False))
        self.balance.forget()
        calibration = self.calibration
        stays = "it is looked at when the injector is back"
        if self._engine.rewriting.busy:
            stays = "a new one is being written, and whether it is in force is said then"
        elif calibration is not None:
            unproved = self._engine.calibration_refusal(calibration)
            stays = f"number {calibration.id} is in force" + (f". {unproved.rstrip('.')}" if unproved else "")
        said = f"Calibration left ({why}): {stays}"
        self._engine.in_force.event(LEFT, said)
        self._desk.notice(said)

    # -- the barrel --------------------------------------------------------------------------------------------------
    def weigh_out(self, command: ask.CalibrateDose, respond: Respond) -> None:
        """A syringe of test liquid: its piston is looked for; the same barrel and dose again goes on with its runs.

        Raises:
            NotChoosable, BarrelMismatch, NotNow, Busy: not this one, or not now.
        """
        what = "Fitting a syringe"
        calibration = self.in_force(what)
        self.rest(what)
        syringe = self._engine.library.syringes.get(command.syringe)
        if syringe is None:
            raise NotChoosable(what="syringe", name=command.syringe)
        check_barrel(syringe, self._desk.status, command.printed_nl, senses=self._engine.device.barrel_sensed)
        check_fill(syringe, command.fill_nl)
        work = self.dose
        if work is None or work.syringe.key != syringe.key or work.doses["smallest"] != command.smallest_nl:
            work = WeighingOut(self._desk, self._engine.device, syringe, command.smallest_nl, key_of(calibration))

        def met(error: MotionFailed | None) -> None:
            why = piston_missed(self._desk.status, command.fill_nl)
            if error is None and why:
                error = MotionFailed(what="Looking for the piston", why=why)
            if error is None and self.open:
                self.dose, self.gauge, self.note = work, None, ""
                work.refit(command.fill_nl)
            respond(error, None)

        self._engine.slot.serve(CommandKind.SYRINGE_CHANGED, command.fill_nl, met)

    def flush(self, command: ask.FlushBench, respond: Respond) -> None:
        """Push liquid into a beaker until no air is left.

        Raises:
            NotNow, Busy: no syringe, too much for one command, or not now.
        """
        what, nl = "Flushing", command.volume_nl
        work = self.work(what)
        self.rest(what)
        if not work.fitted:
            raise NotNow(what=what, why="a syringe comes first")
        if not 1000 <= nl <= PRIME_MAX_NL or nl % 1000:
            raise NotNow(what=what, why=f"one command pushes 1 uL to {amount(PRIME_MAX_NL, 'nL')} in whole uL")
        if projected(nl) > self.shots.usable_nl(work.syringe):
            raise NotNow(what=what, why=f"the syringe holds {ul(self.shots.usable_nl(work.syringe))} above its reserve")

        def flushed(error: MotionFailed | None) -> None:
            if error is None:
                work.flushed(nl)
            respond(error, None)

        self._engine.slot.serve(CommandKind.PRIME, nl, flushed)

    def describe(self, command: ask.DescribeRoom) -> None:
        """Take the room's figures.

        Raises:
            NotNow: no syringe is on the balance.
            OutOfTable: a figure is outside what the tables hold.
        """
        work = self.work("Describing the room")
        work.describe(Air(command.temperature_cdeg / 100, command.pressure_pa / 100, float(command.humidity_percent)))

    def blank(self) -> None:
        """Begin a blank.

        Raises:
            NotNow: not now.
        """
        work = self.work("A blank")
        work.begin_blank()
        self.note = ""

    def run(self, level: Level) -> None:
        """Begin or go on with a run.

        Raises:
            NotNow: not now.
        """
        work = self.work("Weighing")
        self.rest("Weighing")
        work.begin(level)
        self.note = ""

    def pause(self) -> None:
        """Leave the run; a shot that waits for its trigger is taken back."""
        work = self.work("Leaving a run")
        self.shots.stop("the run was left")
        work.pause()

    def weigh(self, ug: int) -> None:
        """What the balance shows now; the next shot is authorised when one is due.

        Raises:
            NotNow: no weight is waited for, or it is doubted.
        """
        work = self.work("Taking a weight")
        if work.weigh(ug):
            self._fire(work)

    def _fire(self, work: WeighingOut) -> None:
        """Authorise the next shot; what forbids it leaves the run and says why."""

        def ended(why: str) -> None:
            if self.dose is not work or work.running is None:
                return
            if why:
                work.cut_short(why)
                self.note = f"{why[:1].upper()}{why[1:]}. The run goes on where it was left."
            else:
                work.shot()

        dose_nl = work.dose_nl
        try:
            self.shots.authorise(work.syringe, SHOT_DEPTH_UM, dose_nl, ended)
        except NappageError as error:
            work.pause()
            self.note = error.sentence.format(**error.facts)
            if self.shots.usable_nl(work.syringe) < projected(dose_nl):
                work.fitted = False  # the next step asks for a full one; the run goes on where it was left

    # -- what is asked of all ----------------------------------------------------------------------------------------
    def work(self, what: str) -> WeighingOut:
        """The barrel on the balance.

        Raises:
            NotNow: there is none.
        """
        if self.dose is None:
            raise NotNow(what=what, why="no syringe is on the balance")
        return self.dose

    def in_force(self, what: str) -> Calibration:
        """What is in force.

        Raises:
            NotNow: no injector that has one is there.
        """
        calibration = self.calibration
        if calibration is None:
            raise NotNow(what=what, why="no injector with a calibration is connected")
        return calibration

    def rest(self, what: str) -> None:
        """Nothing is on its way.

        Raises:
            NotNow: a shot, a weight or a writing is.
        """
        if self.shots.live or self._engine.rewriting.busy:
            raise NotNow(what=what, why="a shot waits for its trigger, or a calibration is being written")
        if self.dose is not None and self.dose.waits:
            raise NotNow(what=what, why="a weight is waited for: give it, or leave the run")
        if self.gauge is not None and (self.gauge.moving or self.gauge.waits):
            raise NotNow(what=what, why="a reading of the gauge is waited for")
