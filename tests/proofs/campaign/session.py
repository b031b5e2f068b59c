"""One session of the campaign, from a fresh device and an empty ledger to the comparison of everything at its end.

Only this file knows how a session goes: it is drawn from the campaign's seed and its own number and from nothing else.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections import Counter
from pathlib import Path

import msgspec

from kiosk.channel import commands as ask
from tests.proofs.campaign.account import settle
from tests.proofs.campaign.integral import Integral
from tests.proofs.campaign.invariants import Tell, Violation
from tests.proofs.campaign.mischief import Mischief, first_set
from tests.proofs.campaign.person import Person
from tests.proofs.campaign.profiles import shelf
from tests.proofs.campaign.stage import Stage

SHOTS_PER_FAULT = 7.0
"""Of those that are arranged seven in ten come about, so that more than one comes to ten shots."""
INTEGRATED = 1000
"""One session in so many is also stepped at 0.1 ms; the second of a campaign is the first."""
PATIENCE_S = 300.0
"""So long without a single shot, whatever people try, is a device that cannot be used."""


class Told(msgspec.Struct):
    """What one session came to."""

    number: int
    shots: int = 0
    cycles: int = 0
    events: int = 0
    commits: int = 0
    virtual_s: float = 0.0
    cpu_s: float = 0.0
    steps: int = 0
    """Steps of 0.1 ms, in a session that was integrated."""
    treatments: int = 0
    faults: Counter[str] = msgspec.field(default_factory=Counter)
    sets: tuple[int, ...] = ()
    """Which single named faults and pairs came, by their place in `SETS`."""
    skipped: int = 0
    """Cycles that were left out, where that was asked for."""
    digest: str = ""
    """Over every instant, row and figure, to the last bit."""
    outcome: str = ""
    """Over the rows of the ledger and the controller's memory alone: what a session with cycles left out must share."""
    violation: str = ""
    name: str = ""


def play(
    seed: int,
    number: int,
    shots: int,
    folder: Path,
    tell: Tell | None = None,
    *,
    integrate: bool = False,
    skips: bool = False,
) -> Told:
    """Session `number` of the campaign `seed`, of about so many shots, with its ledger somewhere in `folder`."""
    told = Told(number)
    dice = random.Random(f"{seed}/{number}")
    with tempfile.TemporaryDirectory(prefix=f"session-{number}-", dir=folder) as name:
        stage = Stage(Path(name), shelf(dice), tell)
        if number % INTEGRATED == 1 or integrate:
            stage.watch.integral = Integral(stage.rig.body, stage.rig.build, stage.rig.faults)
        try:
            _play(stage, dice, number, shots, told, skips)
        except Violation as violation:
            told.violation, told.name = str(violation), violation.name
        except Exception as error:  # noqa: BLE001  whatever control or the model raises is a finding
            told.violation, told.name = f"{type(error).__name__}: {error}", "frozen"
            told.violation += f"\n{_where(error)}"
        _count(stage, told)
    return told


def _where(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_tb(error.__traceback__)[-4:])


def _play(stage: Stage, dice: random.Random, number: int, shots: int, told: Told, skips: bool) -> None:
    person = Person(stage, dice)
    person.skips = skips
    mischief = Mischief(person, dice, first_set(number))
    told.faults = mischief.made
    calm = number % 8 == 0
    try:
        given, since = 0, stage.clock.now
        while stage.watch.strokes < shots:
            if stage.watch.strokes != given:
                given, since = stage.watch.strokes, stage.clock.now
            elif stage.clock.now - since > PATIENCE_S:
                raise Violation("frozen", stage.clock.now, f"no shot since {since:.0f} s: {stage.snap.notices}")
            person.make_ready()
            planned = min(shots - stage.watch.strokes + 5, dice.choice((5, 20, 20, 40, 60, 100)))
            person.values.choose(planned)
            treat = stage.snap.treat
            if treat is None or not person.arm():
                continue
            interval = 1000 / treat.rate.value
            most = (
                round(stage.watch.strokes / SHOTS_PER_FAULT)
                + 2
                - sum(mischief.made.values())
                - sum(stage.wire.struck.values())
            )
            if not calm and most > 0:
                mischief.arrange(stage.clock.now, interval * treat.shots.value, SHOTS_PER_FAULT * interval, most)
            person.fire(2 * interval + 1.0)
            told.treatments += 1
        stage.forget()
        person.service()  # a cause that nobody has noticed yet is none of the comparison at the end
        person.make_ready()
        stage.say(ask.Disarm())
        stage.run(0.2)
        if stage.engine.desk.ledger_broken:  # a write that was to fail was the last one: it is put right as ever
            person.make_ready()
            stage.say(ask.Disarm())
        settle(stage)
    finally:
        for kind, times in stage.wire.struck.items():
            mischief.made[kind] += times
        told.sets = tuple(sorted(mischief.sets))


def _count(stage: Stage, told: Told) -> None:
    stage.ledger.close()
    stage.commits += stage.disk.commits
    told.shots, told.cycles, told.events = stage.watch.strokes, stage.cycles, stage.watch.events
    told.steps = 0 if stage.watch.integral is None else stage.watch.integral.steps
    told.commits, told.virtual_s = stage.commits, stage.clock.now - 1000.0
    told.skipped = stage.skipped
    outcome = hashlib.sha256(stage.book.digest.digest() + stage.rig.memory.image() + stage.ledger.last[1])
    told.outcome = outcome.hexdigest()
    digest = hashlib.sha256(outcome.digest() + stage.watch.hash.digest())
    digest.update(repr((stage.cycles, stage.book.rows, stage.ledger.last)).encode())
    told.digest = digest.hexdigest()
