"""A needle stays out, and then goes what told of it: cable, injector, control. The screen goes on saying so (ALM-1).

Random sessions seldom bring the two together in this order, and people soon put it right; here nobody does.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.registers import Fault
from kiosk.protocols.library import SHIPPED, load
from kiosk.session import engine as engine_room
from kiosk.session.needle_out import NeedleOut
from tests.proofs.campaign.homecoming import ON_DISK_S
from tests.proofs.campaign.invariants import Violation, home
from tests.proofs.campaign.person import Person
from tests.proofs.campaign.stage import Stage

pytestmark = pytest.mark.requirement("ALM-1", "STP-5")


def unplugged(stage: Stage) -> None:
    stage.do("unplug")


def unplugged_and_back(stage: Stage) -> None:
    stage.do("unplug")
    stage.run(2)
    stage.do("replug")


def power_cycled(stage: Stage) -> None:
    stage.do("reset")


def killed(stage: Stage) -> None:
    stage.kill(1.0)


def unplugged_and_killed(stage: Stage) -> None:
    stage.do("unplug")
    stage.run(1)
    stage.kill(1.0)
    stage.run(5)
    stage.do("reset")
    stage.do("replug")


GONE: tuple[Callable[[Stage], None], ...] = (unplugged, unplugged_and_back, power_cycled, killed, unplugged_and_killed)


def left_out(folder: Path) -> Stage:
    """In the middle of a shot the carriage jams; the handpiece was lifted away, and some seconds have passed."""
    stage = Stage(folder, load(SHIPPED))
    person = Person(stage, random.Random(1))
    assert person.make_ready()
    person.values.choose(5)
    assert person.make_ready()
    assert person.arm(), stage.snap.missing
    person.touch_skin()
    assert stage.until(lambda: stage.engine.desk.status and stage.engine.desk.status.shots_left, 2)
    person.press(True)
    assert stage.until(lambda: not home(travel(stage)), 5)
    stage.do("fault retract-jam on")
    person.let_go()
    stage.run(ON_DISK_S + 1)
    assert not home(travel(stage))
    return stage


def travel(stage: Stage) -> float:
    return stage.rig.body.carriage.travel(stage.rig.now)


@pytest.mark.parametrize("goes", GONE)
def test_the_alarm_of_a_needle_that_is_out_outlives_what_told_of_it(
    tmp_path: Path, goes: Callable[[Stage], None]
) -> None:
    stage = left_out(tmp_path)
    goes(stage)
    stage.run(5)
    assert {alarm.number for alarm in stage.snap.alarms if alarm.active} & {705, 706}


@pytest.mark.parametrize("goes", GONE)
def test_one_that_ends_with_the_status_that_told_of_it_does_not_pass(
    tmp_path: Path, goes: Callable[[Stage], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if goes is unplugged_and_killed or goes is killed:
        monkeypatch.setattr(engine_room, "NeedleOut", lambda desk, serial, _: NeedleOut(desk, serial, ()))
    else:
        monkeypatch.setattr(NeedleOut, "faults", property(lambda _: Fault.NONE))
    stage = left_out(tmp_path)

    def goes_on() -> None:
        goes(stage)
        stage.run(5)

    with pytest.raises(Violation, match="its alarm has ended"):
        goes_on()
