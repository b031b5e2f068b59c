"""Whatever the registers hold, control goes on: no step ends it, what is wrong stands on the screen, nothing is fired.

Every value of every block takes its extremes in turn: while a treatment runs, from a start on, and no more in the end.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from drivers.registers import CALIBRATION_IN_FORCE, IDENTITY, RECORD, STATUS, Block
from kiosk.channel import commands as ask
from tests.session.bench import Bench
from tests.session.extremes import edges, instead, throughout

SEED = 20_261_130
"""For the moment in a treatment at which the injector begins to say it."""
QUIET_S = 0.4
"""What was begun when it was found is over by then, and the lease has lapsed."""
VALUES = [
    pytest.param(block, field.name, id=f"{block.name} {field.name}".replace(" ", "-"))
    for block in (STATUS, RECORD, IDENTITY, CALIBRATION_IN_FORCE)
    for field in block.fields
    if field.name != "crc"
]
pytestmark = pytest.mark.requirement("LIM-9", "UI-5")


class Watch:
    """Looks after every cycle: with a sentence on the screen for a while nothing begins to move."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._blocked_s = 0.0
        self._moved = 0
        bench.each_cycle.append(self._look)

    def _look(self) -> None:
        bench, moved = self._bench, self._bench.rig.controller.journal.lifetime_shots
        shown = bench.seat.snapshot
        why = () if shown is None else shown.missing
        assert all(why), "a sentence is empty"
        began, self._moved = moved - self._moved, moved
        self._blocked_s = self._blocked_s + 0.025 if why and not bench.armed else 0.0
        serving = bench.engine.slot.current is not None
        assert not began or serving or self._blocked_s < QUIET_S, f"it moves, and the screen says {why}"


def treating(bench: Bench) -> Bench:
    """Shots are being given, as fast as it goes."""
    bench.set(shots=100, rate=4000).mode("continuous").live().on_skin().press()
    return bench


def heard_out(bench: Bench, seconds: float) -> None:
    """Whoever is there asks for everything that a hand can ask while it goes on."""
    for command in (ask.Retract(), ask.ClearFaults(), ask.Disarm()):
        bench.send(command)
        bench.run(seconds / 3)


@pytest.mark.parametrize(("block", "name"), VALUES)
def test_no_value_that_an_injector_says_ends_control(tmp_path: Path, block: Block[Any], name: str) -> None:
    for number, value in enumerate(edges(block, name)):
        moment = random.Random(f"{SEED} {block.name} {name} {value}").random()
        print(f"{block.name}, {name} {value:#x} after {moment:.3f} s, seed {SEED}")
        bench = Bench(tmp_path / str(number))
        Watch(treating(bench.prepare()))
        bench.run(moment)
        bench.says = instead(block, name, value)
        if block in (IDENTITY, CALIBRATION_IN_FORCE):  # read at a connect
            bench.do("unplug")
            bench.run(0.1)
            bench.do("replug")
        bench.run(0.6)
        assert bench.armed or bench.snap.missing
        heard_out(bench.release(), 0.3)
        bench.restart(after_s=1)
        bench.run(0.4)
        assert bench.snap.missing
        bench.says = lambda _, answer: answer
        bench.run(0.6)
        assert bench.snap.link.connected or bench.snap.link.sentence
        bench.close()


@pytest.mark.parametrize("byte", [0x00, 0x7F, 0x80, 0xFF], ids=hex)
def test_a_half_dead_one_says_the_same_everywhere(subject: Bench, byte: int) -> None:
    Watch(treating(subject))
    subject.until(lambda: subject.shots == 2)
    subject.says = throughout(byte)
    subject.run(2)
    assert not subject.armed
    assert subject.snap.missing
    heard_out(subject, 1)
