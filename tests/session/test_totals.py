"""The totals of an open session: what counts against them, and what is asked, told and refused of them (LIM-6)."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from kiosk.protocols.budget import Course
from kiosk.protocols.library import Library
from kiosk.protocols.profile import Figure
from tests.session.bench import Bench, library


def most(nl_or_shots: int, step: int = 1000) -> Figure:
    """A total's hard limit as a clinic gives it."""
    return Figure("Dr A. Example", "clinic", hard=(step, nl_or_shots))


def clinic(zone: dict[str, Figure] | None = None, **protocol: Figure) -> Library:
    """The shipped profiles, with figures of a clinic: of mesolift, and those of `zone` for its forehead."""
    shelf = library()
    mesolift = shelf.protocols["mesolift"]
    zones = tuple(
        msgspec.structs.replace(found, **(zone or {})) if found.key == "forehead" else found for found in mesolift.zones
    )
    changed = msgspec.structs.replace(mesolift, zones=zones, **protocol)
    return msgspec.structs.replace(shelf, protocols=MappingProxyType({**shelf.protocols, "mesolift": changed}))


def used(bench: Bench, key: str) -> int:
    assert bench.snap.session is not None
    return next(total.used for total in bench.snap.session.totals if total.key == key)


def moved_unrecorded(bench: Bench, nl: int) -> None:
    """The injector counts more than its records explain; a practitioner has seen it."""
    bench.do("unplug")
    bench.run(0.3)
    bench.rig.controller.journal.lifetime_nl += nl
    bench.rig.controller.journal.save()
    bench.do("replug")
    bench.until(lambda: bench.snap.link.connected, 5)
    bench.run(0.3)
    bench.see()


@pytest.mark.requirement("LIM-6", "LED-4")
def test_what_no_record_explains_counts_for_every_zone_of_the_session_that_is_open(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=clinic({"zone_nl": most(200_000)})).prepare()
    moved_unrecorded(bench, 100_000)
    assert used(bench, "zone") == 100_000
    bench.set(shots=9, rate=6000).mode("continuous").live().on_skin().press()
    bench.until(lambda: not bench.armed)
    assert "Forehead: 180 uL counted of 200 uL, too little is left" in bench.last_notice
    bench.quiet()
    bench.close()


NEAR, REACHED = 722, 723


@pytest.mark.requirement("LIM-6", "ALM-1")
def test_a_volume_that_refuses_the_next_shot_raises_and_no_longer_when_a_smaller_one_fits(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=clinic({"zone_nl": most(200_000)})).prepare()
    bench.set(shots=9, rate=2000).mode("continuous").live().fire(9)
    bench.quiet()
    assert bench.alarms() == {REACHED}
    assert "Forehead: 0.18 mL" in bench.engine.signals.views()[0].what
    bench.set(dose=15_000).run(0.1)
    assert {alarm.number for alarm in bench.engine.signals.views() if alarm.active} == {NEAR}
    bench.close()


@pytest.mark.requirement("LIM-6", "ALM-1")
def test_the_last_session_of_a_course_comes_near_its_limit_and_reaches_none(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=clinic({"zone_nl": most(21_000)}))
    bench.courses["P1"] = Course(5, 0, 1)
    bench.prepare(product="example-label")
    assert bench.alarms() == {NEAR}
    what = bench.engine.signals.views()[0].what
    assert "Sessions of this course: 6 sessions" in what
    assert "Forehead" in what, "one total hides no other"
    bench.close()


# -- the needle --------------------------------------------------------------------------------------------------------
def blunt_after(shots: int) -> Library:
    """The shipped profiles, with a source that says after how many shots a needle is changed."""
    shelf = library()
    needles = {key: msgspec.structs.replace(needle, shots_max=shots) for key, needle in shelf.needles.items()}
    return msgspec.structs.replace(shelf, needles=MappingProxyType(needles))


@pytest.mark.requirement("LIM-6", "ALM-1")
def test_a_needle_gives_no_more_than_its_profile_says_and_a_new_one_goes_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=blunt_after(10)).prepare()
    bench.set(shots=9, rate=4000).mode("continuous").live().fire(9)
    bench.quiet()
    assert bench.alarms() == {NEAR}
    bench.set(shots=20).live().on_skin().press()
    bench.until(lambda: not bench.armed, 5)
    bench.quiet()
    assert bench.shots == 10
    said = "Shots of this needle: 10 shots counted of 10 shots, none is left (needle limit)"
    assert bench.last_notice == f"Disarmed: {said}"
    assert bench.alarms() == {REACHED}
    assert "Shots of this needle" in bench.refused(bench.arm_command())
    bench.needle().prime().run(0.1)
    assert not bench.alarms()
    assert used(bench, "needle") == 0
    bench.live()
    bench.close()


@pytest.mark.requirement("LIM-6")
def test_what_a_needle_gave_is_known_after_a_lost_link_and_a_restart(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shelf=blunt_after(100)).prepare()
    bench.set(shots=4, rate=4000).mode("continuous").live().fire(4)
    bench.quiet()
    bench.needle().prime().set(shots=3).live().fire(3)
    bench.quiet()
    assert used(bench, "needle") == 3
    moved_unrecorded(bench, 0)
    assert used(bench, "needle") == 3
    bench.restart()
    bench.start()
    assert used(bench, "needle") == 3
    bench.close()


@pytest.mark.requirement("LIM-6")
def test_where_no_source_gives_a_number_a_needle_has_no_limit(tmp_path: Path) -> None:
    bench = Bench(tmp_path).prepare()
    assert bench.snap.session is not None
    assert "needle" not in {total.key for total in bench.snap.session.totals}
    bench.close()


@pytest.mark.requirement("LIM-6", "LIM-4")
@pytest.mark.parametrize("less", ["the record", "the injector"])
def test_a_syringe_holds_the_less_of_what_record_and_plunger_say(subject: Bench, less: str) -> None:
    engine = subject.engine
    status, envelope, setting = engine.desk.status, engine.treatment.envelope, engine.treatment.setting
    assert status is not None
    assert envelope is not None
    assert setting is not None
    recorded = engine.setup.facts.fill_nl - engine.tally.syringe_nl  # type: ignore[union-attr]
    seen = recorded - 30_000 if less == "the injector" else recorded + 30_000
    engine.desk.status = msgspec.structs.replace(status, plunger_nl=seen)
    assert engine.totals(setting).syringe_usable_nl == min(recorded, seen) - envelope.reserve_nl
