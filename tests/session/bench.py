"""A bench in virtual time: model, engine, cycle, seat and a real ledger, with helpers that read as sentences.

Time passes only in `run`; every 25 ms cycle is executed. After each cycle the bench looks at what must always hold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from drivers.errors import LinkTimeout, NappageError, StaleEpoch
from drivers.injector import ModbusInjector
from drivers.registers import AUTHORISATION, COMMAND, LEASE, AnchorPair, CommandKind
from drivers.stop import StopLatch
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.build import Build
from hal_sim.faults import Faults
from hal_sim.memory import Memory
from hal_sim.rig import Rig
from kiosk.access.demo import DEMO_ACCOUNTS, demo_rows
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import PatientPage, Reply, Snapshot, Treat
from kiosk.protocols.budget import Course
from kiosk.protocols.library import SHIPPED, Library, load
from kiosk.records.chain import verify
from kiosk.records.clerk import Asked, Clerk
from kiosk.records.ledger import Ledger
from kiosk.records.rows import (
    AuthorisationRow,
    Committed,
    EventRow,
    ResolutionRow,
    Restored,
    ShotRow,
    Unit,
    WriteFailed,
)
from kiosk.session import exchange as x
from kiosk.session import service_questions as q
from kiosk.session.cycle import Cycle
from kiosk.session.dispatch import Stage
from kiosk.session.engine import Engine
from kiosk.session.virtual import (
    Clock,
    VirtualClerk,
    VirtualLedger,
    VirtualLink,
    VirtualPanel,
    VirtualSeat,
)
from tests.lanes import unmeasured

PERIOD = 0.025
UNATTRIBUTED, RECOVERED = 726, 740
"""Alarms that a practitioner acknowledges when record and injector were compared."""
URGENT = frozenset({"stop", "void", "retract"})
WALL_MS = 1_795_000_000_000
"""2026-11-18 11:06 UTC."""
PRACTITIONER, TECHNICIAN, ADMINISTRATOR = DEMO_ACCOUNTS


@cache
def library() -> Library:
    return load(SHIPPED)


class Disk(VirtualLedger):
    """The ledger's thread, with a hand on it: it may hold what it was given, fail, or have no room."""

    def __init__(self, ledger: Ledger, post: Callable[[Committed | WriteFailed | Restored], None]) -> None:
        super().__init__(ledger, post)
        self._post_on = post
        self.holding = False
        self.failing = False
        self.full = False
        self.took_ms = 0
        self.units: list[Unit] = []
        self._held: deque[Unit | None] = deque()
        self.committed: set[int] = set()
        """Ids of authorisations whose commit was told."""

    def submit(self, unit: Unit) -> bool:
        if self.full:
            return False
        self._held.append(unit)
        self._go()
        return True

    def reread(self) -> bool:
        if self.full:
            return False
        self._held.append(None)
        self._go()
        return True

    def release(self) -> None:
        self.holding = False
        self._go()

    def _go(self) -> None:
        while self._held and not self.holding:
            unit = self._held.popleft()
            if unit is None:
                super().reread()
            elif self.failing:
                self._post_on(WriteFailed(unit.id, 404, "the storage is full"))
            else:
                self._commit(unit)

    def _commit(self, unit: Unit) -> None:
        self._ledger.append(unit.rows)
        self.units.append(unit)
        self.committed |= {row.id for row in unit.rows if isinstance(row, AuthorisationRow)}
        self._post_on(Committed(unit.id, self.took_ms, *self._ledger.last))


class Wire(VirtualLink):
    """The virtual link, watched: which frames went out, and that none was sent before its commit (LED-1)."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.rig, bench.clock, ModbusException, NoAnswer, lambda: bench.rig.plugged)
        self._bench = bench

    def read(self, address: int, registers: int) -> bytes:
        return self._bench.says(address, super().read(address, registers))

    def exchange(self, address: int, data: bytes, read_address: int, read_registers: int, *, gate: Any = None) -> bytes:
        answer = self._exchange(address, data, read_address, read_registers, gate)
        return self._bench.says(read_address, answer)

    def _exchange(self, address: int, data: bytes, read_address: int, read_registers: int, gate: Any) -> bytes:
        bench = self._bench
        if bench.lose and address == LEASE.address:
            bench.lose -= 1
            raise LinkTimeout(timeout_ms=40)
        if address not in (AUTHORISATION.address, COMMAND.address):
            return super().exchange(address, data, read_address, read_registers, gate=gate)
        number = int.from_bytes(data[:4], "big")
        what = "authorisation"
        if address == COMMAND.address:
            what = CommandKind(int.from_bytes(data[4:6], "big")).name.lower()
        assert what in URGENT or number in bench.disk.committed, f"{what} {number} was sent before its commit"
        try:
            answer = super().exchange(address, data, read_address, read_registers, gate=gate)
        except StaleEpoch:
            raise
        except NappageError:
            bench.sent.append((what, number))
            raise
        bench.sent.append((what, number))
        for act in bench.after_sending:
            act(what)
        return answer


class Pins(VirtualPanel):
    """The virtual panel, watched: nobody closes the relay while the stop circuit is open."""

    def enable(self, epoch: int) -> None:
        levels = self._model.levels(self._clock.now)
        assert (levels.stop_a and levels.stop_b) or epoch != self.epoch, "the relay was closed with the stop open"
        super().enable(epoch)


class Settable:
    """A clock that a person may set: the bench's own, as control's `WallClock` is the system's."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.says = x.ClockState()
        self.confirmed = False

    def state(self) -> x.ClockState:
        return self.says

    def set(self, wall_ms: int, mono_ms: int) -> None:
        self._bench.wall_ms = wall_ms - mono_ms
        self._bench.wall_trusted = not self.says.asks_technician

    def confirm(self) -> None:
        self.confirmed = self._bench.wall_trusted = True


def _of_pin(ticket: int, question: x.CheckPin | x.HashPin) -> x.Answer:
    pin = question.pin
    if isinstance(question, x.HashPin):
        return x.Answer(ticket, True, text=f"hash of {pin}")
    made_here = question.hashed == f"hash of {pin}"
    return x.Answer(ticket, made_here or any(a.pin == pin and a.hashed == question.hashed for a in DEMO_ACCOUNTS))


class Bench:
    """One device, one ledger, and the control that serves them; `restart` builds a new control on the same two."""

    def __init__(
        self,
        folder: Path,
        *faults: str,
        simulated: bool = True,
        shelf: Library | None = None,
        build: Build | None = None,
    ) -> None:
        self.folder = folder
        self.simulated = simulated
        self.shelf = shelf or library()
        self.clock = Clock()
        self.rig = Rig(Memory(), Faults(*faults), build=build)
        self.wall_ms = WALL_MS
        self.wall_trusted = True
        self.realtime = True
        self.late_s = 0.0
        self.ledger = self._open()
        self.ledger.append(demo_rows(0))
        self.patients: dict[str, PatientPage] = {}
        self.courses: dict[str, Course] = {}
        self.clerk_answers = True
        self.clerk_fails = False
        """Whether the clerk cannot read the record when it is to check it."""
        self.verified = 0
        """How often the whole record was checked."""
        self.sent: list[tuple[str, int]] = []
        self.after_sending: list[Callable[[str], None]] = []
        self.lose = 0
        """So many leases get no answer."""
        self.says: Callable[[int, bytes], bytes] = lambda _, answer: answer
        """What the injector says instead of what is read from an address: its controller is out of its mind."""
        self.each_cycle: list[Callable[[], None]] = []
        self._build()

    # -- building ------------------------------------------------------------------------------------------------
    def _open(self) -> Ledger:
        kind = "simulated" if self.simulated else "real"
        wall = lambda: self.wall_ms + round(self.clock.now * 1000) if self.wall_trusted else 0  # noqa: E731
        return Ledger.open(self.folder / "ledger.db", kind, clock_wall_ms=wall, boot_id="boot")

    def _build(self) -> None:
        self.latch = StopLatch()
        self.panel = Pins(self.rig, self.clock, self.latch)
        self.seat = VirtualSeat()
        self.clerk = VirtualClerk(self._answer)
        self.engine = Engine(
            self.ledger.restore(),
            self.shelf,
            self.shelf.devices["reference"],
            simulated=self.simulated,
            versions=(("nappage", "test"),),
        )
        self.disk = Disk(self.ledger, self._post)
        self.cycle = Cycle(
            self.engine,
            self.panel,
            lambda: ModbusInjector(Wire(self), self.latch),
            self.disk,
            self.clerk,
            self.seat,
            lambda: (self.wall_ms + round(self.clock.now * 1000), self.wall_trusted),
            realtime=self.realtime,
        )

        self.settable = self.cycle.clock = Settable(self)

    def _post(self, told: Committed | WriteFailed | Restored) -> None:
        self.cycle.post(told)

    def restart(self, *, after_s: float = 0.0, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Control ends and begins again; the device goes on by itself meanwhile, `meanwhile` is done to the file."""
        self.cycle.close()
        self.ledger.close()
        meanwhile()
        self.clock.now += after_s
        self.rig.advance(self.clock.now)
        self.ledger = self._open()
        self._build()
        self.step()

    def close(self) -> None:
        self.cycle.close()
        self.ledger.close()

    def _answer(self, ticket: int, question: x.Question) -> x.Answer:
        if not self.clerk_answers:
            return x.Answer(0, False)
        match question:
            case x.CheckPin() | x.HashPin():
                return _of_pin(ticket, question)
            case x.ReadCourse(patient) if patient in self.courses:
                return x.Answer(ticket, True, course=self.courses[patient])
            case x.ReadPatient(patient):
                return x.Answer(ticket, True, page=self.patients.get(patient, PatientPage(patient, False)))
            case (
                x.ReadCourse() | x.ReadApprovals() | x.CompareApproval() | x.ReadDue() | x.ReadPage() | x.MakeSheet()
                | x.CertificatesBefore() | x.OneCertificate() | x.MakeCertificate() | x.Drift()
                | q.ReadWorn() | q.ReadFaults() | q.WriteBundle() | q.ReadBackups()
                | q.WriteBackup() | q.CheckBackup() | q.TakeProfiles()
            ):  # fmt: skip
                return Clerk(self.folder / "ledger.db", self.folder).answer(Asked(ticket, question))
            case x.VerifyLedger(anchors, opened):
                self.verified += 1
                if self.clerk_fails:
                    return x.Answer(ticket, False, "The ledger cannot be read just now", "Wait.", 412)
                return self._verify(ticket, anchors, opened)
            case _:
                return x.Answer(ticket, False, "There is no such page", "Choose another.", 417)

    def _verify(self, ticket: int, anchors: AnchorPair | None, opened: int | None) -> x.Answer:
        """As the clerk does it, on the same file."""
        try:
            verdict = verify(self.folder / "ledger.db", anchors, opened)
        except NappageError as error:
            return x.Answer(ticket, False, error.sentence.format(**error.facts), error.remedy, error.number)
        return x.Answer(ticket, not verdict.blocks, verdict.sentence, text=verdict.state, verdict=verdict)

    # -- time ----------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """One cycle."""
        self.clock.now = round(self.clock.now + PERIOD, 6)
        self.rig.advance(self.clock.now)
        self.cycle.run(self.clock.now, self.late_s)
        self._look()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / PERIOD)):
            self.step()

    @unmeasured()
    def wait(self, seconds: float) -> None:
        """Run while nothing happens but that time passes: one such cycle is measured as well as ten thousand."""
        self.run(seconds)

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Run until `condition` holds; it must within `seconds`."""
        for _ in range(round(seconds / PERIOD)):
            if condition():
                return
            self.step()
        assert condition(), f"it did not come true within {seconds} s: {self.why()}"

    def why(self) -> str:
        shown = self.snap
        return f"missing {shown.missing}, notices {[n.sentence for n in shown.notices]}, link {shown.link.sentence}"

    def _look(self) -> None:
        """What holds after every cycle, whatever happened."""
        current, armed = self.engine.slot.current, self.engine.treatment.arming is not None
        moving = (current is not None and current._moves) or self.engine.retraction.busy or self.engine.checking.powers
        assert not self.panel._enabled or armed or moving, "enable is on, nothing is armed and nothing is served"
        assert not (armed and self.engine.stop.live), "armed while stopped"
        assert not (self.panel._enabled and self.engine.stop.live), "enable is on while stopped"
        for look in self.each_cycle:
            look()

    # -- people --------------------------------------------------------------------------------------------------
    @property
    def snap(self) -> Snapshot:
        assert self.seat.snapshot is not None, "nothing was shown yet"
        return self.seat.snapshot

    @property
    def treat(self) -> Treat:
        assert self.snap.treat is not None, f"nothing to treat with: {self.why()}"
        return self.snap.treat

    def do(self, line: str) -> str:
        """A word to the device: what a hand, a foot or a failure does."""
        return self.rig.do(self.clock.now, line)

    def send(self, command: ask.AnyCommand) -> int:
        return self.seat.send(command)

    def reply(self, number: int, seconds: float = 30.0) -> Reply:
        self.until(lambda: number in self.seat.replies, seconds)
        return self.seat.replies[number]

    def ask(self, command: ask.AnyCommand, seconds: float = 30.0) -> Reply:
        """Give a command and wait for its answer."""
        return self.reply(self.send(command), seconds)

    def tell(self, command: ask.AnyCommand, seconds: float = 30.0) -> Reply:
        """Give a command that must be taken."""
        reply = self.ask(command, seconds)
        assert reply.ok, f"{command}: {reply.sentence}"
        return reply

    def refused(self, command: ask.AnyCommand, seconds: float = 30.0) -> str:
        """Give a command that must be refused; what is said."""
        reply = self.ask(command, seconds)
        assert not reply.ok, f"{command} was taken"
        assert reply.error
        return reply.sentence

    # -- a treatment ---------------------------------------------------------------------------------------------
    def start(self) -> Bench:
        """Self-test and sign-in."""
        self.until(lambda: self.check("homing") == "asks", 5)
        self.tell(ask.AnswerCheck("homing", True))
        self.until(lambda: self.check("buzzer") == "asks", 5)
        self.tell(ask.AnswerCheck("buzzer", True))
        return self.sign_in()

    def check(self, key: str) -> str:
        shown = self.seat.snapshot
        return "" if shown is None else next(check.state for check in shown.checks if check.key == key)

    def swap_injector(self) -> Bench:
        """Another one is plugged in instead, and control has looked at it."""
        self.do("unplug")
        self.do("fault wrong-serial on")
        self.run(0.3)
        self.do("replug")
        self.run(2)
        return self

    def pair(self) -> Bench:
        """An administrator pairs what is plugged in, and the practitioner goes on."""
        self.sign_in(ADMINISTRATOR).tell(ask.PairInjector("the old one broke"))
        self.until(lambda: self.snap.link.connected, 3)
        return self.sign_in()

    def sign_in(self, account: Any = PRACTITIONER) -> Bench:
        self.tell(ask.SignIn(account.name, account.pin))
        return self

    def open(self, protocol: str = "mesolift", patient: str = "P1", *, new: bool = True) -> Bench:
        self.tell(ask.OpenSession(protocol, patient, new))
        return self

    def screen(self) -> Bench:
        self.tell(ask.AnswerScreening(True, True, ()))
        return self

    def product(self, key: str = "example-saline", lot: str = "L1") -> Bench:
        self.tell(ask.UseProduct(key, lot, "2027-12-01"))
        return self

    def needle(self, key: str = "30g-4mm") -> Bench:
        self.tell(ask.FitNeedle(key, True))
        return self

    def syringe(self, key: str = "5ml", fill_ml: float = 5.0, *, new_line: bool = True) -> Bench:
        """A new syringe of this fill in the clamp, and the person says so."""
        barrel = {"1ml": 1, "2ml": 2, "5ml": 5, "10ml": 10}[key]
        self.do(f"barrel {barrel}")
        self.do(f"syringe fill {round(fill_ml * 1000)}")
        self.run(0.05)
        self.tell(ask.FitSyringe(key, round(fill_ml * 1_000_000), True, new_line))
        return self

    def prime(self) -> Bench:
        assert self.snap.session is not None
        self.tell(ask.Prime(self.snap.session.prime_nl))
        self.tell(ask.ConfirmDrop(True))
        return self

    @unmeasured()
    def prepare(self, protocol: str = "mesolift", **parts: Any) -> Bench:
        """From the power switch to a session that can be armed."""
        self.start().open(protocol, parts.pop("patient", "P1")).screen().product(parts.pop("product", "example-saline"))
        self.needle().syringe(**parts)
        self.tell(ask.Prepared(True))
        self.prime()
        self.until(lambda: self.snap.phase == "treat" and not self.snap.missing, 2)
        return self

    def set(self, **values: int) -> Bench:
        """Depth um, dose nL, rate mHz, shots."""
        for field, value in values.items():
            self.tell(ask.Edit(field, value))  # type: ignore[arg-type]
            if self.snap.question is not None or self._asked():
                question = self.engine.treatment.question
                assert question is not None
                self.tell(ask.ConfirmSoft(question.key, "the physician wants it"))
        return self

    def _asked(self) -> bool:
        return self.engine.treatment.question is not None

    def mode(self, mode: str) -> Bench:
        self.tell(ask.ChooseMode(mode))  # type: ignore[arg-type]
        return self

    def arm_command(self, **other: Any) -> ask.Arm:
        """What the screen shows, as an arming; `other` says something else than it shows."""
        shown, treat = self.snap, self.treat
        session = shown.session
        assert session is not None
        said: dict[str, Any] = {
            "snapshot": shown.number,
            "zone": treat.zone,
            "side": treat.side,
            "depth_um": treat.depth.value,
            "dose_nl": treat.dose.value,
            "mode": treat.mode,
            "rate_mhz": treat.rate.value,
            "shots": treat.shots.value,
            "product": session.product,
            "syringe": session.syringe,
            "needle": session.needle,
        }
        return ask.Arm(**(said | other))

    def arm(self) -> Bench:
        self.run(0.1)
        self.tell(self.arm_command())
        return self

    def live(self) -> Bench:
        """Armed, and the first slice accepted."""
        self.arm()
        self.until(lambda: self.stage is Stage.LIVE, 2)
        return self

    @property
    def stage(self) -> Stage | None:
        current = self.engine.slot.current
        return None if current is None else current.stage

    def bring_to(self, stage: Stage) -> Bench:
        """Arm, and stop time when the first slice has got as far as `stage`."""
        self.run(0.1)
        self.disk.holding = stage is Stage.COMMIT
        self.send(self.arm_command())
        if stage is Stage.SETTLE:
            self.until(lambda: self.stage is Stage.LIVE, 2)
            self.on_skin().press()
            self.until(lambda: self.rig.controller.motion is not None, 5)
            self.send(ask.Disarm())
        self.until(lambda: self.stage is stage, 2)
        return self

    @property
    def armed(self) -> bool:
        return self.engine.treatment.arming is not None

    def on_skin(self) -> Bench:
        self.do("contact on")
        return self

    def press(self) -> Bench:
        self.do("trigger down")
        return self

    def release(self) -> Bench:
        self.do("trigger up")
        return self

    def fire(self, shots: int, seconds: float = 60.0) -> Bench:
        """Hold the trigger on skin until so many shots more are recorded, then let go."""
        wanted = self.shots + shots
        self.on_skin().press()
        self.until(lambda: self.shots >= wanted, seconds)
        return self.release()

    def see(self) -> Bench:
        """The practitioner reads what a comparison of record and injector found, and acknowledges it."""
        self.run(0.5)
        for alarm in (RECOVERED, UNATTRIBUTED):
            if self.engine.recovery.waits_for(alarm):
                self.tell(ask.AcknowledgeAlarm(alarm))
        self.run(0.1)
        return self

    @property
    def shots(self) -> int:
        return self.engine.tally.session.shots

    @property
    def notices(self) -> list[str]:
        return [notice.sentence for notice in self.engine.desk.notices]

    @property
    def last_notice(self) -> str:
        return self.notices[-1] if self.notices else ""

    def alarms(self) -> set[int]:
        return {alarm.number for alarm in self.engine.signals.views() if alarm.active}

    # -- the record ----------------------------------------------------------------------------------------------
    def rows(self, kind: type) -> list[Any]:
        """All rows of one kind that control has written since it began, oldest first."""
        return [row for unit in self.disk.units for row in unit.rows if isinstance(row, kind)]

    def shot_rows(self) -> list[ShotRow]:
        return [row for row in self.rows(ShotRow) if row.zone]

    def events(self, kind: str) -> list[EventRow]:
        return [row for row in self.rows(EventRow) if row.kind == kind]

    def resolution(self, number: int) -> ResolutionRow:
        return next(row for row in self.rows(ResolutionRow) if row.id == number)

    @property
    def anchored(self) -> tuple[int, bytes]:
        """Row and hash that the injector's newest anchor names."""
        pair = self.rig.controller.journal.anchors()
        return pair.newest_row, pair.newest_sha256

    def last_authorisation(self) -> AuthorisationRow:
        return self.rows(AuthorisationRow)[-1]

    def quiet(self) -> None:
        """Everything has come to rest and agrees: ledger, engine and device."""
        self.release()
        self.do("lift")
        self.until(lambda: self.engine.slot.free and not self.engine.desk.moving and self.snap.link.connected, 10)
        self.run(0.2)
        restored = self.ledger.restore()
        assert not self.panel._enabled or self.armed
        assert restored.lifetime_nl == self.rig.controller.journal.lifetime_nl
        assert restored.cursor == self.rig.controller.journal.lifetime_shots + 1
        assert not restored.unresolved
