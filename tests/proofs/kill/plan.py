"""Which blows fall when: a pure function of the seed.

The same seed gives the same acts, moments, delays and victims in the same order. Where a blow lands inside control is
real time and does not repeat; the report says where each did.
"""

from __future__ import annotations

import random
from typing import Literal, get_args

import msgspec

Victim = Literal["control", "both", "injector", "memory"]
"""Who is killed: control, the injector (its supply; what its memory holds stays), both at once, or the injector in the
middle of a write into its memory."""
Act = Literal["nothing", "shots", "held", "stop", "cable", "syringe", "sign"]
ACTS: tuple[Act, ...] = get_args(Act)


class Blow(msgspec.Struct, frozen=True):
    """It falls `delay_ms` after the `moment` that the person reaches."""

    moment: str
    delay_ms: float
    victim: Victim


class Round(msgspec.Struct, frozen=True):
    """What the person does, the blow that falls meanwhile, and blows into the recovery from it."""

    act: Act
    mode: Literal["single", "continuous"]
    shots: int
    dose_ul: int
    rate_mhz: int
    blow: Blow
    recovery: tuple[Blow, ...]

    @property
    def kills(self) -> int:
        """How often control is killed in it."""
        return sum(blow.victim in ("control", "both") for blow in (self.blow, *self.recovery))


class Moment(msgspec.Struct, frozen=True):
    """A moment to aim at, what must be done to get there, how long after it a blow may fall, and how often."""

    name: str
    act: Act
    within_ms: int
    weight: int


MOMENTS = (
    Moment("start", "nothing", 400, 10),
    Moment("listening", "nothing", 60, 12),
    Moment("AnswerCheck", "nothing", 350, 6),
    Moment("SignIn", "nothing", 400, 3),
    Moment("Arm", "shots", 70, 24),
    Moment("Arm", "held", 300, 6),
    Moment("trigger down", "shots", 200, 16),
    Moment("trigger down", "held", 900, 14),
    Moment("trigger up", "shots", 60, 8),
    Moment("stop press", "stop", 150, 5),
    Moment("unplug", "cable", 200, 3),
    Moment("replug", "cable", 800, 4),
    Moment("FitSyringe", "syringe", 2500, 3),
    Moment("Prime", "syringe", 1500, 2),
    Moment("Finish", "sign", 60, 1),
    Moment("Sign", "sign", 600, 4),
    Moment("OpenSession", "sign", 150, 2),
)
RECOVERY = tuple(moment for moment in MOMENTS if moment.name in ("start", "listening"))
VICTIMS: tuple[tuple[Victim, int], ...] = (("control", 84), ("both", 7), ("injector", 6), ("memory", 3))
RECOVERY_AGAIN = 0.3


def plan(seed: int, kills: int) -> tuple[Round, ...]:
    """Rounds in which control is killed exactly `kills` times."""
    chance = random.Random(f"kill {seed}")
    rounds: list[Round] = []
    left = kills
    while left:
        drawn = _round(chance)
        if drawn.kills <= left:
            rounds.append(drawn)
            left -= drawn.kills
    return tuple(rounds)


def _round(chance: random.Random) -> Round:
    moment = _drawn(chance, MOMENTS)
    victims: list[Victim] = [name for name, _ in VICTIMS]
    victim = chance.choices(victims, [weight for _, weight in VICTIMS])[0]
    recovery: list[Blow] = []
    while victim in ("control", "both") and chance.random() < RECOVERY_AGAIN:
        recovery.append(_blow(chance, _drawn(chance, RECOVERY), "control"))
    return Round(
        moment.act,
        chance.choice(("single", "continuous")),
        chance.randint(1, 12),
        chance.randint(1, 6),
        chance.choice((2000, 4000, 9000)),
        _blow(chance, moment, victim),
        tuple(recovery),
    )


def _drawn(chance: random.Random, moments: tuple[Moment, ...]) -> Moment:
    return chance.choices(moments, [moment.weight for moment in moments])[0]


def _blow(chance: random.Random, moment: Moment, victim: Victim) -> Blow:
    return Blow(moment.name, round(chance.random() * moment.within_ms, 3), victim)
