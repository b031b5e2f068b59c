"""One device, one ledger and one control in virtual time, with an onlooker, a hostile wire and a disk that takes time.

Only this file lets time pass: every 25 ms cycle is executed, and what is arranged for an instant between two cycles (a
hand, a failure, a late frame) happens at that instant. An answer that comes late wakes a cycle of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from drivers.injector import ModbusInjector
from drivers.stop import StopLatch
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.memory import Memory
from kiosk.access.demo import DEMO_ACCOUNTS, demo_rows
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Reply, Snapshot
from kiosk.protocols.library import Library
from kiosk.records.clerk import Asked, Clerk
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Committed, Restored, WriteFailed
from kiosk.session import exchange as x
from kiosk.session import virtual as v
from kiosk.session.cycle import PERIOD_S, Cycle
from kiosk.session.engine import Engine
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.book import Book
from tests.proofs.campaign.disk import Disk
from tests.proofs.campaign.invariants import Tell, Violation
from tests.proofs.campaign.watch import Watch, WatchedRig
from tests.proofs.campaign.wire import HostileLink, HostileWire

WALL_MS = 1_795_000_000_000
"""2026-11-18 11:06 UTC."""
PRACTITIONER, TECHNICIAN, ADMINISTRATOR = DEMO_ACCOUNTS
EARLY_S = 0.010
"""A cycle that is woken so shortly before the next is due is that one, as in the control process."""
Act = Callable[[], object]


class Stage:
    """Everything of one session of the campaign. `cycles` counts what was executed."""

    def __init__(self, folder: Path, library: Library, tell: Tell | None = None) -> None:
        self.tell = tell
        self.library = library
        self.path = folder / "ledger.db"
        self._clerk = Clerk(self.path, folder)
        self.clock = v.Clock()
        self.rig = WatchedRig(Memory())
        self.wall_ms = WALL_MS
        self.book = Book(self.today)
        self.watch = Watch(self.rig, self.book, library, tell)
        self.wire = HostileWire(self.rig, tell)
        self.wall_trusted = True
        self.cycles = self.skipped = 0
        self.commits = 0
        self.due = self.clock.now + PERIOD_S
        """When the next cycle is due, if no answer wakes one before."""
        self._acts: list[tuple[float, int, Act]] = []
        self._order = 0
        self._late_s = 0.0
        self.doomed_s = 0.0
        """When over 0, control is killed before its next cycle and started again so much later."""
        self._ended = must.NEVER
        """The first cycle after an arming."""
        self.ledger = self._open()
        self.ledger.append(demo_rows(0))
        self._build()

    # -- control -------------------------------------------------------------------------------------------------
    def _open(self) -> Ledger:
        wall: Callable[[], int] = lambda: self.wall_ms + round(self.clock.now * 1000)  # noqa: E731
        return Ledger.open(self.path, "simulated", clock_wall_ms=wall, boot_id="campaign")

    def _build(self) -> None:
        self.latch = StopLatch()
        model = cast("v.Model", self.wire)
        self.panel = v.VirtualPanel(model, self.clock, self.latch)
        self.seat = v.VirtualSeat()
        self.disk = Disk(self.ledger, lambda: self.clock.now, self._post, self.book.take)
        self.engine = Engine(self.ledger.restore(), self.library, self.library.devices["reference"], simulated=True)
        self.cycle = Cycle(
            self.engine,
            self.panel,
            self._connect,
            self.disk,
            v.VirtualClerk(self._answer),
            self.seat,
            lambda: (self.wall_ms + round(self.clock.now * 1000), self.wall_trusted),
            realtime=True,
        )

    def today(self) -> str:
        """The date, as control's clock says it."""
        return datetime.fromtimestamp(self.wall_ms / 1000 + self.clock.now, UTC).astimezone().date().isoformat()

    def _connect(self) -> ModbusInjector:
        self.link = HostileLink(self.wire, self.clock, ModbusException, NoAnswer, lambda: self.rig.plugged)
        return ModbusInjector(self.link, self.latch)

    def _post(self, told: Committed | WriteFailed | Restored) -> None:
        self.cycle.post(told)

    def kill(self, after_s: float) -> None:
        """Control ends at once, with all that was not yet on disk, and is started again; the device goes on alone."""
        if self.tell is not None:
            self.tell(self.clock.now, f"control is killed, and started again after {after_s} s")
        self.commits += self.disk.commits
        self.panel.disable()  # what the pins do by themselves when nobody drives them
        self.ledger.close()
        self._late_s = self.wire.stalled_s = 0.0
        self._pass_to(self.clock.now + after_s)
        self.due = self.clock.now + PERIOD_S
        self.ledger = self._open()
        self._build()

    def _answer(self, ticket: int, question: x.Question) -> x.Answer:
        if isinstance(question, x.CheckPin):  # hashing takes long on purpose
            right = any(a.pin == question.pin and a.hashed == question.hashed for a in DEMO_ACCOUNTS)
            return x.Answer(ticket, right)
        return self._clerk.answer(Asked(ticket, question))

    # -- time ----------------------------------------------------------------------------------------------------
    def at(self, instant: float, act: Act) -> None:
        """Have something happen at an instant."""
        self._order += 1
        heapq.heappush(self._acts, (max(instant, self.clock.now), self._order, act))

    @property
    def arranged(self) -> int:
        """How many things are still to happen."""
        return len(self._acts)

    @property
    def next_act(self) -> float:
        """When something arranged happens next."""
        return self._acts[0][0] if self._acts else float("inf")

    @property
    def undisturbed(self) -> bool:
        """Whether nothing waits: no row for the disk, no cycle that is late, no request but a frame that was shown."""
        asked = any(not isinstance(request.command, ask.Flip) for _, request in self.seat._requests)
        late = self._late_s or self.wire.stalled_s or self.doomed_s
        return not asked and not late and self.disk.due == float("inf")

    def forget(self) -> None:
        """Nothing more is going to happen by arrangement; a storage that was slow for a while is as fast as ever."""
        self._acts.clear()
        self.disk.latency_s = 0.0

    def step(self) -> None:
        """One cycle."""
        stalled, self.wire.stalled_s = self.wire.stalled_s, 0.0
        due = round(max(self.due, self.clock.now + stalled) + self._late_s, 6)
        wakes = round(self.link.arrives, 6) if self.cycle.line.awaited is not None else float("inf")
        if wakes < due and not self._late_s and not self.doomed_s:
            now, late_s = max(self.clock.now, wakes), 0.0
            if due - now <= EARLY_S:
                self.due = now + PERIOD_S
        else:
            now, late_s, self._late_s = due, due - self.due, 0.0
            self.due = now + PERIOD_S
        self._pass_to(now)
        if self.doomed_s:
            gap, self.doomed_s = self.doomed_s, 0.0
            self.kill(gap)
            return
        self.cycles += 1
        self.cycle.run(now, late_s)
        self._look(now)

    def be_late(self, seconds: float) -> None:
        """The next cycle comes so much too late: the loop was held up."""
        self._late_s += seconds

    def run(self, seconds: float) -> None:
        until = self.clock.now + seconds - 1e-9
        while self.clock.now < until:
            self.step()

    def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Whether it came true within so many seconds."""
        until = self.clock.now + seconds
        while not condition():
            if self.clock.now >= until:
                return False
            self.step()
        return True

    def _pass_to(self, now: float) -> None:
        """Everything arranged until `now`, each at its instant; the disk and late frames as well."""
        rig, wire, disk, clock = self.rig, self.wire, self.disk, self.clock
        while True:
            act_at = self._acts[0][0] if self._acts else float("inf")
            first = min(act_at, wire.next_late(), disk.due)
            if first > now:
                break
            clock.now = max(clock.now, first)
            rig.advance(clock.now)
            if first == act_at:
                heapq.heappop(self._acts)[2]()
            elif first == disk.due:
                disk.go(first)
            else:
                wire.deliver_late()
        clock.now = now
        rig.advance(now)

    def _look(self, now: float) -> None:
        """What holds after every cycle, whatever happened."""
        engine, panel = self.engine, self.panel
        armed = engine.treatment.arming is not None
        current = engine.slot.current
        if panel._enabled:
            if engine.stop.live:
                raise Violation("enable", now, "enable is on while stopped")
            if not armed and (current is None or not current._moves):
                raise Violation("enable", now, "enable is on, nothing is armed and nothing is served")
        if armed and engine.stop.live:
            raise Violation("enable", now, "armed while stopped")
        self._ended = must.NEVER if armed else min(self._ended, now)
        holds = self.rig.controller._authorisation is not None
        if not must.taken_back(now, self._ended, enabled=panel._enabled, holds=holds):
            raise Violation(
                "taken back", now, f"an arming ended at {self._ended:.3f}, and the injector may go on with it"
            )
        self.watch.after_cycle(now, engine)

    def fill_disk(self) -> None:
        """The storage is full from now on."""
        self.disk.fill_up()

    # -- people --------------------------------------------------------------------------------------------------
    def do(self, line: str) -> str:
        """What a hand, a foot or a failure does at the device, now."""
        if self.tell is not None:
            self.tell(self.clock.now, f"device: {line}")
        return self.rig.do(self.clock.now, line)

    def ask(self, command: ask.AnyCommand, seconds: float = 4.0) -> Reply | None:
        """Ask something and wait for the answer; None when none came."""
        number = self.seat.send(command)
        begun = self.clock.now
        self.until(lambda: number in self.seat.replies, seconds)
        reply = self.seat.replies.pop(number, None)
        if self.tell is not None:
            said = "no answer" if reply is None else "ok" if reply.ok else reply.sentence
            self.tell(begun, f"asks {command}: {said}")
        return reply

    def say(self, command: ask.AnyCommand, seconds: float = 4.0) -> bool:
        """Ask something; whether it was taken."""
        reply = self.ask(command, seconds)
        return reply is not None and reply.ok

    @property
    def snap(self) -> Snapshot:
        while self.seat.snapshot is None:
            self.step()
        return self.seat.snapshot
