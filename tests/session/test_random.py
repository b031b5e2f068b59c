"""Random people, touches and failures for thousands of cycles: what must never happen does not (printed seed).

The bench itself looks after every cycle that the enable is on only while something is armed or served, that nothing is
armed while stopped, and at every frame that its row was committed before.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.registers import ControllerState
from hal_sim.faults import FAULTS
from kiosk.channel import commands as ask
from kiosk.session.connection import State
from tests.seed import fixed_and_fresh
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench

SEEDS = fixed_and_fresh(1, 2, 3)
CYCLES = 4000
CONSOLE = (
    "trigger down",
    "trigger down",
    "trigger down",
    "trigger up",
    "trigger up",
    "contact on",
    "contact on",
    "lift",
    "pedal down",
    "pedal up",
    "pedal-no close",
    "pedal-nc open",
    "pedal up",
    "stop press",
    "stop release",
    "stop release",
    "stop-a open",
    "stop-a close",
    "stop-b open",
    "stop-b close",
    "unplug",
    "replug",
    "replug",
    "barrel 5",
    "barrel 2",
    "syringe fill 1500",
    "needle remove",
    "needle fit",
    "needle fit",
    "line new",
    "reset",
    "power-cut 7",
)


class Chance:
    """Does one random thing at a time, mostly those that lead to shots."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench = bench
        self.dice = random.Random(seed)
        self.disturbances: list[tuple[int, Callable[[], None]]] = [
            (40, self.hand),
            (12, self.command),
            (6, self.fault),
            (10, self.disk),
            (4, self.kiosk),
            (3, self.late),
            (2, self.clock),
            (2, self.restart),
            (20, self.stop),
        ]

    def one(self) -> None:
        """Put right what is missing, else treat; and in the middle of it something happens."""
        if self.dice.random() < 0.05:
            self.disturb()
        elif self.bench.snap.missing:
            self.recover()
        else:
            self.arm()

    def recover(self) -> None:
        """First what is quick, then what is thorough."""
        self.bench.release().do("pedal up")
        self.bench.do("lift")
        self.bench.run(0.1)
        for _ in range(4):
            if not self.bench.snap.missing:
                return
            self.repair()
            self.go_on()

    def disturb(self) -> None:
        weights = [weight for weight, _ in self.disturbances]
        self.dice.choices([thing for _, thing in self.disturbances], weights)[0]()

    def stop(self) -> None:
        """The red button, or the glass."""
        if self.dice.random() < 0.5:
            self.bench.do("stop press")
        else:
            self.bench.send(ask.Stop())

    def hand(self) -> None:
        self.bench.do(self.dice.choice(CONSOLE))

    def fault(self) -> None:
        self.bench.do(f"fault {self.dice.choice(list(FAULTS))} on")

    def repair(self) -> None:
        """Somebody puts everything right again."""
        bench = self.bench
        for name in FAULTS:
            bench.do(f"fault {name} off")
        for line in ("replug", "trigger up", "pedal up", "lift", "needle fit"):
            bench.do(line)
        if bench.engine.stop.live:
            bench.do("stop press")
            bench.step()
        bench.do("stop release")
        bench.disk.release()
        bench.disk.took_ms, bench.seat.shows, bench.late_s, bench.wall_trusted = 0, True, 0.0, True
        bench.until(lambda: bench.snap.link.connected or bench.engine.connection.state is State.BLOCKED, 3)
        bench.run(0.1)
        for command in (ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin), ask.AcknowledgeStop(), ask.ClearFaults()):
            bench.send(command)
            bench.run(0.1)
        if "retract" in " ".join(bench.snap.missing) or "spring" in " ".join(bench.snap.missing):
            for command in (ask.Retract(), ask.ClearFaults()):
                bench.send(command)
                bench.run(1.5)
        bench.send(ask.WithdrawSoft(self.question()))
        for alarm in bench.snap.alarms:
            bench.send(ask.AcknowledgeAlarm(alarm.number))
        if bench.engine.desk.status is not None and bench.engine.desk.status.state == ControllerState.UNHOMED:
            bench.send(ask.Rehome(True))
            bench.run(0.6)

    def disk(self) -> None:
        disk = self.bench.disk
        match self.dice.randrange(3):
            case 0:
                disk.holding = True
            case 1:
                disk.took_ms = self.dice.choice((10, 700))
            case _:
                disk.release()

    def kiosk(self) -> None:
        self.bench.seat.shows = not self.bench.seat.shows

    def late(self) -> None:
        self.bench.late_s = self.dice.choice((0.0, 0.02, 0.06))

    def clock(self) -> None:
        self.bench.wall_trusted = not self.bench.wall_trusted
        self.bench.wall_ms += self.dice.choice((0, 0, 3_600_000, -3_600_000))

    def restart(self) -> None:
        self.bench.restart(after_s=self.dice.choice((0.1, 5.0)))

    def command(self) -> None:
        self.bench.send(self.any_command())

    def any_command(self) -> ask.AnyCommand:
        dice, shelf = self.dice, self.bench.shelf
        return dice.choice(
            (
                ask.Stop,
                ask.AcknowledgeStop,
                ask.PauseSound,
                ask.Lock,
                ask.SignOut,
                ask.Touched,
                ask.RunSelfTest,
                ask.Disarm,
                lambda: ask.Flip(dice.randrange(10_000)),
                ask.ClearFaults,
                ask.Retract,
                lambda: ask.SetClock("2026-11-18 12:00"),
                lambda: ask.ConfirmClock("2026-11-18 12:00"),
                lambda: ask.AcceptFinding(self.bench.snap.record.key, "known"),
                lambda: ask.AcknowledgeAlarm(dice.choice((726, 740))),
                lambda: ask.Rehome(dice.random() < 0.9),
                lambda: ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin),
                lambda: ask.SignIn(TECHNICIAN.name, TECHNICIAN.pin),
                lambda: ask.SignIn("nobody", "000000"),
                lambda: ask.SignIn(ADMINISTRATOR.name, ADMINISTRATOR.pin),
                lambda: ask.PairInjector("it was repaired"),
                lambda: ask.AnswerCheck(dice.choice(("homing", "buzzer", "link")), dice.random() < 0.9),
                lambda: ask.OpenSession(dice.choice(list(shelf.protocols)), f"P{dice.randrange(9)}", True),
                lambda: ask.AnswerScreening(dice.random() < 0.9, True, ()),
                lambda: ask.UseProduct(dice.choice(list(shelf.products)), dice.choice("AB"), "2027-12-01"),
                lambda: ask.FitNeedle(dice.choice(list(shelf.needles)), True),
                lambda: ask.FitSyringe(dice.choice(list(shelf.syringes)), 2_000_000, True, dice.random() < 0.5),
                lambda: ask.Prepared(True),
                lambda: ask.Prime(dice.choice((0, 10_000, 101_000, 600_000))),
                lambda: ask.ConfirmDrop(dice.random() < 0.8),
                lambda: ask.ChooseZone("forehead", "whole"),
                lambda: ask.ChooseZone("temple", dice.choice(("left", "right"))),
                lambda: ask.ChooseZone("moon", "whole"),
                lambda: ask.Edit("dose", dice.choice((1000, 20_000, 25_000, 300_000))),
                lambda: ask.Edit("depth", dice.choice((50, 500, 1300, 1, 60_000))),
                lambda: ask.Edit("shots", dice.choice((1, 20, 100, 0))),
                lambda: ask.Edit("rate", dice.choice((500, 4000, 9000))),
                lambda: ask.ChooseMode(dice.choice(("single", "burst", "continuous"))),
                lambda: ask.ConfirmSoft(self.question(), "a reason"),
                lambda: ask.WithdrawSoft(self.question()),
                ask.Finish,
                ask.ResumeTreating,
                lambda: ask.Sign(PRACTITIONER.pin, cleaned_up=True),
                ask.ListSessions,
                lambda: ask.FindPatient("P1"),
            )
        )()

    def question(self) -> str:
        question = self.bench.engine.treatment.question
        return "none" if question is None else question.key

    def go_on(self) -> None:
        """Do whatever the set-up waits for."""
        bench = self.bench
        session = bench.snap.session
        todo: dict[str | None, list[ask.AnyCommand]] = {
            "screening": [ask.AnswerScreening(True, True, ())],
            "product": [ask.UseProduct("example-label", "L1", "2027-12-01")],
            "needle": [ask.FitNeedle("30g-4mm", True)],
            "preparation": [ask.Prepared(True)],
            "prime": [ask.Prime(session.prime_nl if session else 0)],
        }
        if bench.snap.phase == "starting":
            bench.send(ask.AnswerCheck("homing", True))
            bench.run(1.5)
            bench.send(ask.AnswerCheck("buzzer", True))
        elif bench.snap.phase == "home":
            bench.send(ask.OpenSession("mesolift", f"P{self.dice.randrange(1000)}", True))
        elif bench.snap.phase == "closing":
            bench.send(ask.ResumeTreating())
        elif session is not None and session.step == "syringe":
            bench.do("needle fit")
            bench.do("barrel 5")
            bench.do("syringe fill 5000")
            bench.run(0.1)
            bench.send(ask.FitSyringe("5ml", 5_000_000, True, True))
            bench.run(3)
        elif session is not None:
            for command in todo.get(session.step, []):
                bench.send(command)
            bench.run(3 if session.step == "prime" else 0.3)
            bench.send(ask.ConfirmDrop(True))
        bench.run(0.2)

    def arm(self) -> None:
        bench = self.bench
        bench.run(0.1)
        if bench.snap.treat is None or bench.snap.session is None:
            self.go_on()
            return
        if self.dice.random() < 0.3:
            bench.send(ask.ChooseMode(self.dice.choice(("single", "burst", "continuous", "continuous"))))
            bench.send(ask.Edit("rate", self.dice.choice((2000, 4000, 6000))))
            bench.run(0.1)
        bench.send(bench.arm_command())
        if self.dice.random() < 0.8:
            bench.on_skin().press()
        for _ in range(self.dice.choice((1, 2, 3))):
            for _ in range(self.dice.choice((1, 2, 3, 4, 5, 6, 10, 40))):
                bench.step()
            if self.dice.random() < 0.3:
                self.disturb()
        bench.release()
        bench.run(0.1)


class Limits:
    """What a session may hold at most, watched in every cycle."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def __call__(self) -> None:
        engine = self.bench.engine
        protocol, product = engine.setup.protocol, engine.setup.facts and engine.setup.facts.product
        if protocol is None or not product:
            return
        most = engine.library.products[product].session_shots
        if protocol.session_shots is not None and protocol.session_shots.hard is not None:
            assert engine.tally.session.shots <= protocol.session_shots.hard[1]
        arming = engine.treatment.arming
        if arming is not None:
            assert arming.done <= arming.setting.shots
        if most is not None and arming is not None:
            assert engine.tally.session.shots <= most


@pytest.mark.requirement("LED-1", "LED-3", "LIM-6", "STP-1", "LED-6")
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_in_whatever_order_nothing_moves_that_may_not(tmp_path: Path, seed: int) -> None:
    print(f"NAPPAGE_SEED={seed}")
    bench = Bench(tmp_path)
    try:
        bench.each_cycle.append(Limits(bench))
        bench.prepare(product="example-label")
        chance = Chance(bench, seed)
        begun = bench.clock.now
        while bench.clock.now - begun < CYCLES * 0.025:
            chance.one()
        assert sum(what == "authorisation" for what, _ in bench.sent) > 0, "nothing was tried"
    finally:
        bench.close()
