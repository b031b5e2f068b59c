"""How much faster than real time a treatment runs in virtual time: every 25 ms cycle executed, a real ledger on disk.

Blocks with the ledger and without one alternate within one run, so that what the disk takes can be told apart.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from drivers.injector import ModbusInjector
from drivers.stop import StopLatch
from hal_sim.blocks import ModbusException, NoAnswer
from hal_sim.rig import Rig
from kiosk.access.demo import demo_rows
from kiosk.channel.commands import AnyCommand, Disarm
from kiosk.channel.snapshot import PatientPage, Reply, Snapshot
from kiosk.protocols.budget import Course
from kiosk.protocols.library import load
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Committed, Restored, Row, WriteFailed
from kiosk.records.verdict import Verdict
from kiosk.session import exchange as x
from kiosk.session import virtual as v
from kiosk.session.cycle import PERIOD_S, Cycle
from kiosk.session.engine import Engine
from tests.bench.drive import PATIENCE_S, BenchFailed, arm, armed, make_ready, profiles_without_totals, setting
from tests.bench.found import Found, Line, Say
from tests.bench.rows import show
from tests.bench.statistics import MET, MISSED, OPEN, quantile, ratio

GOAL = 200.0
WALL_MS = 1_795_000_000_000
RATE_MHZ = 2_000


class Unkept:
    """A ledger that keeps nothing: what is left when the disk is taken away."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.last = ledger.last

    def append(self, rows: Sequence[Row]) -> tuple[int, ...]:
        row, digest = self.last
        self.last = row + len(rows), digest
        return ()

    def restore(self) -> Restored:
        return self._ledger.restore()


class VirtualRun:
    """Engine, cycle, model and ledger in one process, as a seat. It begins at the self-test."""

    def __init__(self, folder: Path, profiles: Path, *, kept: bool) -> None:
        self.library = load(profiles_without_totals(profiles, folder / "profiles"))
        self.ledger = Ledger.open(folder / "ledger.db", "simulated", clock_wall_ms=lambda: WALL_MS, boot_id="bench")
        self.ledger.append(demo_rows(0))
        self.clock = v.Clock()
        self.rig = Rig()
        model = cast("v.Model", self.rig)  # its levels are read-only, which the protocol does not say
        self.seat = v.VirtualSeat()
        latch = StopLatch()
        self.cycle = Cycle(
            Engine(self.ledger.restore(), self.library, self.library.devices["reference"], simulated=True),
            v.VirtualPanel(model, self.clock, latch),
            lambda: ModbusInjector(
                v.VirtualLink(model, self.clock, ModbusException, NoAnswer, lambda: self.rig.plugged), latch
            ),
            v.VirtualLedger(self.ledger if kept else Unkept(self.ledger), self._post),
            v.VirtualClerk(_answer), self.seat,
            lambda: (WALL_MS + round(self.clock.now * 1000), True), realtime=True,
        )  # fmt: skip
        self.run(1.0)

    @property
    def sees(self) -> Snapshot:
        assert self.seat.snapshot is not None, "a second has passed"
        return self.seat.snapshot

    def _post(self, told: Committed | WriteFailed | Restored) -> None:
        self.cycle.post(told)

    def step(self) -> None:
        """One cycle, 25 ms later."""
        self.clock.now = round(self.clock.now + PERIOD_S, 6)
        self.rig.advance(self.clock.now)
        self.cycle.run(self.clock.now)

    def run(self, seconds: float) -> None:
        """So many virtual seconds."""
        for _ in range(round(seconds / PERIOD_S)):
            self.step()

    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        """Steps until something is so."""
        by = self.clock.now + seconds
        while not condition():
            if self.clock.now >= by:
                raise BenchFailed(f"in virtual time: waited in vain for {what}; {self.sees.missing}")
            self.step()

    def ask(self, command: AnyCommand) -> Reply:
        """Gives a command and steps until it is answered, and shown."""
        number = self.seat.send(command)
        self.until(lambda: number in self.seat.replies, type(command).__name__)
        self.run(0.1)
        return self.seat.replies.pop(number)

    def tell(self, line: str) -> str:
        """One console command."""
        return self.rig.do(self.clock.now, line)


def _answer(ticket: int, question: x.Question) -> x.Answer:
    if isinstance(question, x.CheckPin):
        return x.Answer(ticket, True)
    if isinstance(question, x.ReadPatient):
        return x.Answer(ticket, True, page=PatientPage(question.patient, False))
    if isinstance(question, x.ReadCourse):
        return x.Answer(ticket, True, course=Course(0, 0, 0))
    if isinstance(question, x.VerifyLedger):
        return x.Answer(ticket, True, verdict=Verdict("good", 0, "This ledger is as old as this run"))
    return x.Answer(ticket, False, "nobody asks this here", error=1)


def measure(folder: Path, profiles: Path, blocks: int, seconds: float, say: Say) -> Found:
    """`blocks` pairs of blocks of `seconds` virtual seconds, 2 shots a second, on `folder`'s disk."""
    draws = random.Random(3)
    with TemporaryDirectory(prefix="virtual-", dir=folder) as name:
        runs = [_treating(Path(name) / kind, profiles, kept=kind == "kept") for kind in ("kept", "unkept")]
        gc.collect()
        gc.freeze()
        factors: list[tuple[float, float]] = []
        shots = 0
        for _ in range(blocks):
            before = _shots(runs[0])
            order = (0, 1) if draws.random() < 0.5 else (1, 0)
            took = {side: _block(runs[side], seconds) for side in order}
            factors.append((seconds / took[0], seconds / took[1]))
            shots += _shots(runs[0]) - before
        gc.unfreeze()
        for run in runs:
            run.ledger.close()
    return _found(factors, shots / blocks / seconds, seconds, say)


def _found(factors: list[tuple[float, float]], rate: float, seconds: float, say: Say) -> Found:
    ours, without = [pair[0] for pair in factors], [pair[1] for pair in factors]
    to_goal = ratio([(value, 1.0) for value in ours])
    verdict = OPEN
    if to_goal.low is not None and to_goal.high is not None:
        verdict = MET if to_goal.low >= GOAL else MISSED if to_goal.high < GOAL else OPEN
    found = ratio(factors)
    say(f"virtual: {quantile(ours, 0.5):.0f} times real time, {quantile(without, 0.5):.0f} without the disk")
    cell = f"{to_goal.median:.0f}"
    if to_goal.low is not None and to_goal.high is not None:
        cell += f" ({to_goal.low:.0f} to {to_goal.high:.0f})"
    return Found(
        title="Virtual time",
        how=f"{len(factors)} pairs of blocks of {seconds:.0f} virtual seconds with {rate:.2f} shots a second, every "
        "cycle of 25 ms executed; with the ledger on disk, and without one.",
        lines=(
            Line(
                "times real time, beside the same without ledger", cell, f"{quantile(without, 0.5):.0f}",
                show(found.median, found.low, found.high), f"at least {GOAL:.0f}", verdict,
            ),
        ),
        numbers={"factors": factors, "with_ledger_by_without": found, "factor": to_goal, "shots_per_s": rate},
    )  # fmt: skip


def _treating(folder: Path, profiles: Path, *, kept: bool) -> VirtualRun:
    folder.mkdir()
    run = VirtualRun(folder, profiles, kept=kept)
    make_ready(run)
    setting(run, rate=RATE_MHZ, dose=2_000, shots=run.sees.treat.shots.hard_high if run.sees.treat else 0)
    return run


def _fire(run: VirtualRun) -> None:
    """Press anew, as nobody may hold the trigger over 60 s (LIM-11), and arm first when there is too little left."""
    run.tell("trigger up")
    run.run(1.0)
    if not armed(run):
        run.tell("lift")
        reply = arm(run)
        if not reply.ok:
            raise BenchFailed(f"in virtual time: not armed: {reply.sentence}")
        run.tell("contact on")
        run.until(lambda: armed(run), "the arming")
        run.run(0.5)
    run.tell("trigger down")
    run.run(1.0)


def _block(run: VirtualRun, seconds: float) -> float:
    """Real seconds of a block; what has to be pressed or armed before is not in it."""
    if _left(run) < seconds * 3:
        run.tell("trigger up")
        if armed(run):
            run.ask(Disarm())
        run.until(lambda: not armed(run), "the end of the arming")
    _fire(run)
    began = time.perf_counter()
    run.run(seconds)
    return time.perf_counter() - began


def _left(run: VirtualRun) -> int:
    arming = run.sees.treat.arming if run.sees.treat else None
    return arming.left if arming else 0


def _shots(run: VirtualRun) -> int:
    return run.sees.treat.shot_count if run.sees.treat else 0
