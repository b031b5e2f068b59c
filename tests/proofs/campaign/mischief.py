"""What goes wrong: every kind of trouble the campaign knows, how it begins, and by itself or by whom it ends.

Only this file makes trouble. A kind is chosen by its weight, so that a frame is lost more often than a spring breaks;
the named faults of the simulated device come round in an order that has every one alone and every pair together.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable

from hal_sim.faults import FAULTS
from kiosk.channel import commands as ask
from kiosk.session.cycle import PERIOD_S
from tests.proofs.campaign.person import Person
from tests.proofs.campaign.wire import TREATMENTS

NAMED = tuple(FAULTS)
PAIRS = tuple(itertools.combinations(NAMED, 2))
SETS: tuple[tuple[str, ...], ...] = (*((name,) for name in NAMED), *PAIRS)
"""Every named fault alone, then every pair."""
LINES = (
    "contact off",
    "trigger up",
    "pedal-nc open",
    "pedal-no close",
    "stop-a open",
    "stop-b open",
    "needle remove",
    "power-cut 3",
    "power-cut 30",
)
"""Single things that a hand or a failure does at the device."""


AS_FOUND = 1392
"""Sessions up to here begin with the sets that they had when some of them found something."""


def first_set(number: int) -> int:
    """Which of `SETS` a session begins with: some two or three of them come in each, one after the other.

    Steps of 5 leave every fifth set to long sessions; steps of 7 give each its turn, for there are 3 * 5 * 29 of them.
    """
    return number * (5 if number < AS_FOUND else 7) % len(SETS)


class Mischief:
    """Arranges trouble on a person's stage; `made` counts it by kind."""

    def __init__(self, person: Person, dice: random.Random, first_set: int) -> None:
        self._person = person
        self._stage = person.stage
        self._dice = dice
        self._sets = first_set
        self.made: Counter[str] = Counter()
        self.sets: set[int] = set()
        """Which of `SETS` were on, one fault alone or two together."""
        self._kinds: tuple[tuple[int, Callable[[float], None]], ...] = (
            (60, self._frame),
            (6, self._named),
            (5, self._hand),
            (6, self._red_button),
            (3, self._glass),
            (3, self._disarm),
            (3, self._unplug),
            (3, self._reset),
            (3, self._lapse),
            (2, self._late_cycle),
            (2, self._hung_kiosk),
            (2, self._clock_jump),
            (2, self._slow_commit),
            (1, self._failed_commit),
            (1, self._restart),
            (2, self._sticking),
        )

    def arrange(self, begins: float, lasts: float, every_s: float, most: int) -> None:
        """Troubles at random instants, one in about `every_s`, up to the first that people will have to put right.

        One in eight comes with a second one; at most `most` are arranged.
        """
        dice, at = self._dice, begins
        for _ in range(most):
            at += dice.expovariate(1 / every_s)
            if at > begins + lasts:
                return
            kind = self._one(at)
            if dice.random() < 0.125:
                kind = self._one(at + dice.random() * 0.2) or kind
            if kind:
                return

    def _one(self, at: float) -> bool:
        """Draw a trouble; whether it is more than a frame."""
        weights = [weight for weight, _ in self._kinds]
        kind = self._dice.choices([kind for _, kind in self._kinds], weights)[0]
        kind(at)
        return kind != self._frame

    def _at(self, instant: float, kind: str, act: Callable[[], object]) -> None:
        """Have it happen at an instant; it counts when it does."""

        def happens() -> None:
            self.made[kind] += 1
            act()

        self._stage.at(instant, happens)

    # -- the line ------------------------------------------------------------------------------------------------
    def _frame(self, at: float) -> None:
        dice, wire = self._dice, self._stage.wire
        kind = dice.choices(("lease", "authorisation", "command"), (6, 3, 1))[0]
        treatment = dice.choices(TREATMENTS, (4, 4, 4, 4, 1, 4, 3, 2, 3, 5))[0]
        delay = dice.choice((0.001, 0.02, 0.06, 0.2, 1.0, 5.0)) * (0.5 + dice.random())
        self._stage.at(at, lambda: wire.plan(kind, treatment, delay))

    def _unplug(self, at: float) -> None:
        stage = self._stage
        self._at(at, "unplug", lambda: stage.do("unplug"))
        stage.at(at + self._dice.choice((0.01, 0.05, 0.3, 1.0)), lambda: stage.do("replug"))

    # -- the device ----------------------------------------------------------------------------------------------
    def _named(self, at: float) -> None:
        """The next of all single faults and pairs."""
        stage, number = self._stage, self._sets % len(SETS)
        self._sets += 1
        lasts = self._dice.choice((0.02, 0.1, 0.4, 1.0))
        for name in SETS[number]:
            self._at(at, name, lambda name=name: stage.do(f"fault {name} on"))
            stage.at(at + lasts, lambda name=name: stage.do(f"fault {name} off"))
        stage.at(at, lambda: self.sets.add(number))  # in the order of their arranging: both are on by then

    def _hand(self, at: float) -> None:
        stage, line = self._stage, self._dice.choice(LINES)
        kind = line.rsplit(" ", 1)[0] if line.startswith("power") else line
        self._at(at, kind, lambda: stage.do(line))
        back = {"pedal-nc open": "pedal up", "pedal-no close": "pedal up", "contact off": ""}.get(line)
        if back:
            stage.at(at + self._dice.choice((0.03, 0.15)), lambda: stage.do(back))

    def _reset(self, at: float) -> None:
        """At any instant: before, in or after a stroke."""
        stage = self._stage

        def reset() -> None:
            motion = stage.rig.controller.motion
            where = "in a motion" if motion is not None else "at rest"
            self.made[f"reset {where}"] += 1
            stage.do("reset")

        stage.at(at, reset)

    def _sticking(self, at: float) -> None:
        """The trigger stays down a while after the finger has gone."""
        stage = self._stage
        self._at(at, "sticking trigger", lambda: stage.do("fault trigger-stuck on"))
        stage.at(at + self._dice.choice((0.1, 0.5, 2.0)), lambda: stage.do("fault trigger-stuck off"))

    # -- people --------------------------------------------------------------------------------------------------
    def _red_button(self, at: float) -> None:
        stage = self._stage
        self._at(at, "red button", lambda: stage.do("stop press"))
        stage.at(at + self._dice.choice((0.002, 0.03, 0.2)), lambda: stage.do("stop release"))

    def _glass(self, at: float) -> None:
        self._at(at, "STOP on glass", lambda: self._stage.seat.send(ask.Stop()))

    def _disarm(self, at: float) -> None:
        self._at(at, "disarm", lambda: self._stage.seat.send(ask.Disarm()))

    def _hung_kiosk(self, at: float) -> None:
        stage = self._stage

        def shows(on: bool) -> None:
            stage.seat.shows = on

        self._at(at, "hung kiosk", lambda: shows(False))
        stage.at(at + self._dice.choice((0.3, 0.9, 1.5)), lambda: shows(True))

    # -- control -------------------------------------------------------------------------------------------------
    def _lapse(self, at: float) -> None:
        """Control stands still for longer than a lease."""
        self._at(at, "lapse", lambda: self._stage.be_late(self._dice.choice((0.1, 0.14, 0.2, 0.5))))

    def _late_cycle(self, at: float) -> None:
        self._at(at, "late cycle", lambda: self._stage.be_late(self._dice.choice((0.4, 1.0, 1.9, 2.1)) * PERIOD_S))

    def _clock_jump(self, at: float) -> None:
        stage = self._stage
        jump = self._dice.choice((-3_600_000, 3_600_000, -1000, 60_000, 0))

        def jumps() -> None:
            stage.wall_ms += jump
            stage.wall_trusted = bool(jump)

        self._at(at, "clock jump", jumps)

    def _slow_commit(self, at: float) -> None:
        stage = self._stage
        took = self._dice.choice((0.02, 0.1, 0.3, 0.7))

        def takes(seconds: float) -> None:
            stage.disk.latency_s = seconds

        self._at(at, "slow commit", lambda: takes(took))
        stage.at(at + self._dice.choice((0.1, 0.5, 1.0)), lambda: takes(0.0))

    def _failed_commit(self, at: float) -> None:
        stage = self._stage
        if self._dice.random() < 0.5:
            self._at(at, "failed commit (full)", stage.fill_disk)
            return

        def breaks() -> None:
            stage.disk.broken = True

        self._at(at, "failed commit", breaks)

    def _restart(self, at: float) -> None:
        """Control is killed and started again, between two cycles."""
        stage = self._stage
        gap = self._dice.choice((0.05, 0.3, 2.0))

        def dies() -> None:
            stage.doomed_s = gap

        self._at(at, "control killed", dies)
