"""Needle, syringe and line while nobody looks: what the injector can vouch for stays, all else is asked again."""

from __future__ import annotations

import msgspec
import pytest

from drivers.registers import Fault
from kiosk.channel import commands as ask
from tests.session.bench import Bench


def unseen(subject: Bench, away: str, *lines: str) -> None:
    """Something is done to the injector while nobody looks: its plug is out, or control is not there."""

    def change() -> None:
        for line in lines:
            subject.do(line)

    if away == "unplugged":
        subject.do("unplug")
        subject.run(0.5)
        change()
        subject.do("replug")
    else:
        subject.restart(after_s=5, meanwhile=change)
        subject.start()
    subject.until(lambda: subject.snap.link.connected, 5)
    subject.run(0.1)


AWAY = pytest.mark.parametrize("away", ["unplugged", "control ended"])


@pytest.mark.requirement("LIM-14", "LED-5")
def test_nothing_of_a_path_is_carried_to_another_injector(subject: Bench) -> None:
    subject.swap_injector().pair()
    assert subject.engine.setup.due == "needle"
    assert "are this injector's" in " ".join(subject.notices)
    subject.needle()
    assert "The line must be new" in subject.refused(ask.FitSyringe("5ml", 5_000_000, True, False))
    subject.syringe().prime().see()
    subject.live().fire(1)


@pytest.mark.requirement("LIM-14")
@pytest.mark.parametrize("part", ["needle", "syringe"])
def test_a_part_that_somebody_else_told_the_injector_of_meanwhile_is_another_one(subject: Bench, part: str) -> None:
    """Another program served it while it was not plugged in here: only its counter shows it."""
    subject.do("unplug")
    subject.run(0.5)
    journal = subject.rig.controller.journal
    setattr(journal, f"{part}_changes", getattr(journal, f"{part}_changes") + 1)
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    assert subject.engine.setup.due == part
    assert f"The injector cannot say that this {part} was never" in " ".join(subject.notices)


@pytest.mark.requirement("LIM-14", "LNK-3")
def test_an_injector_that_saw_the_parts_all_the_time_keeps_them_over_a_lost_link_and_a_restart(
    subject: Bench,
) -> None:
    subject.do("unplug")
    subject.run(0.5)
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    assert subject.engine.setup.due is None
    subject.restart()
    subject.start()
    assert subject.engine.setup.due is None
    subject.live().fire(1)


@AWAY
@pytest.mark.requirement("LIM-14")
def test_a_needle_that_was_changed_while_nobody_looked_is_new(subject: Bench, away: str) -> None:
    unseen(subject, away, "needle remove", "needle fit 30 13")
    assert subject.engine.setup.due == "needle"
    assert "was never off" in " ".join(subject.notices)
    subject.needle()
    assert subject.engine.setup.due == "prime"


@AWAY
@pytest.mark.requirement("LIM-13", "LIM-14")
def test_a_syringe_that_was_changed_while_nobody_looked_gives_nothing(subject: Bench, away: str) -> None:
    """The controller knows: its clamp was open, and it takes no dose before it has met the piston."""
    unseen(subject, away, "barrel 5", "syringe fill 5000")
    subject.send(subject.arm_command())
    subject.until(lambda: subject.engine.setup.due == "syringe", 3)
    assert not subject.shots


@AWAY
@pytest.mark.requirement("LIM-13", "LIM-14")
def test_an_injector_that_started_again_cannot_say_what_was_done_to_it_before(subject: Bench, away: str) -> None:
    unseen(subject, away, "reset")
    assert subject.engine.setup.due == "needle"
    subject.needle()
    assert subject.engine.setup.due == "syringe"


@pytest.mark.requirement("LIM-14")
def test_an_empty_syringe_is_asked_for_at_the_next_connection(subject: Bench) -> None:
    unseen(subject, "unplugged")
    subject.rig.controller.faults |= Fault.RESERVE
    unseen(subject, "unplugged")
    assert subject.engine.setup.due == "syringe"


@pytest.mark.requirement("LIM-14", "LED-6")
def test_parts_of_which_an_older_record_does_not_say_whose_they_are_are_new(subject: Bench) -> None:
    facts = subject.engine.setup.facts
    assert facts is not None
    subject.engine.setup.facts = msgspec.structs.replace(facts, injector=0)
    subject.do("unplug")
    subject.run(0.3)
    subject.do("replug")
    subject.until(lambda: subject.snap.link.connected, 5)
    assert subject.engine.setup.due == "needle"
