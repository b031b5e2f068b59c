"""The depth procedure on the device: zero, twelve depths from above and below, corrected, proved by its physics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hal_sim.build import Build
from kiosk.channel import commands as ask
from kiosk.channel.commands import AnyCommand
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, CalibrationRow, ShotRow
from tests.session.balance import Weighed
from tests.session.bench import Bench

WRONG = Build(depth_offset_um=250.0, depth_scale=1.03, backlash_um=40.0)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, build=WRONG)
    yield made
    made.close()


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


def begin(subject: Weighed) -> Weighed:
    subject.open().bench.tell(ask.CalibrateDepth())
    subject.bench.tell(ask.ZeroGauge())
    return subject


def read(subject: Weighed, readings: int = 12, off: float = 0.0) -> Weighed:
    """Send the needle out and give what the gauge shows while it rests."""
    bench = subject.bench
    for _ in range(readings):
        number = bench.send(ask.MoveToGauge(True))
        bench.until(lambda: bench.engine.desk.status and bench.engine.desk.status.needle_um > 100, 3)
        bench.run(1)
        shown = round(bench.rig.body.true_depth_um() + off)
        bench.tell(ask.TypeGauge(shown))
        assert bench.reply(number).ok
    bench.run(0.1)
    return subject


@pytest.mark.requirement("ACU-2", "ACU-3")
def test_a_needle_that_is_built_wrong_is_right_after_one_pass(subject: Weighed) -> None:
    read(begin(subject))
    before = subject.proposal
    assert not before.passes, "the gauge must see what was built in"
    assert "backlash 0.04 mm" in before.sentence
    assert [change.title for change in before.changes] == ["Depth: zero", "Depth: scale"]
    subject.write()
    assert subject.shown.step == "gauge begin"
    read(subject)
    assert subject.proposal.passes
    assert all(
        abs(each.gauge_um - each.depth_um - 40 * each.below) <= 10 for each in subject.shown.gauge if each.gauge_um
    )
    subject.certify()
    held = subject.bench.rig.controller.journal.calibration
    assert held is not None
    assert held.depth_scale_ppm == pytest.approx(1e6 / 1.03, abs=2_000)
    (row,) = subject.bench.rows(CalibrationRow)
    assert (row.id, row.crc) == (2, held.crc)
    asked = [row for row in subject.bench.rows(AuthorisationRow) if row.kind is AuthorisationKind.GAUGE]
    moved = [row for row in subject.bench.rows(ShotRow) if row.kind is AuthorisationKind.GAUGE]
    assert len(asked) == len(moved) == 24
    assert all((row.session, row.dose_nl, row.measured_dose_nl) == (0, 0, 0) for row in moved)
    subject.bench.tell(ask.LeaveCalibration())
    subject.bench.quiet()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (ask.ZeroGauge(), "no depth is being measured"),
        (ask.MoveToGauge(True), "no depth is being measured"),
        (ask.TypeGauge(500), "no depth is being measured"),
    ],
)
def test_a_gauge_comes_first(subject: Weighed, command: AnyCommand, said: str) -> None:
    assert said in subject.open().bench.refused(command)


def test_each_reading_waits_for_its_motion_and_each_motion_for_its_reading(subject: Weighed) -> None:
    subject.open().bench.tell(ask.CalibrateDepth())
    bench = subject.bench
    bench.run(0.1)
    assert subject.shown.step == "zero"
    assert "set to zero" in bench.refused(ask.MoveToGauge(True))
    bench.tell(ask.ZeroGauge())
    assert "was not moved" in bench.refused(ask.TypeGauge(500))
    assert "somebody is under" in bench.refused(ask.MoveToGauge(False))
    number = bench.send(ask.MoveToGauge(True))
    bench.run(1)
    assert subject.shown.step == "gauge"
    assert "reading of the gauge is waited for" in bench.refused(ask.MoveToGauge(True))
    assert "reading of the gauge is waited for" in bench.refused(ask.CalibrateDepth())
    assert "if that is right" in bench.refused(ask.TypeGauge(5_000))
    bench.tell(ask.TypeGauge(5_000))
    assert bench.reply(number).ok
    bench.run(0.1)
    assert subject.shown.gauge[0].gauge_um == 5_000, "nothing that was measured is dropped"
    read(subject, 11)
    assert "all depths were read" in bench.refused(ask.MoveToGauge(True))


def test_contact_refuses_the_gauge_and_ends_a_motion_which_then_shows_nothing(subject: Weighed) -> None:
    bench = begin(subject).bench
    bench.on_skin().run(0.1)
    assert "touches something" in bench.refused(ask.MoveToGauge(True))
    bench.do("lift")
    bench.run(0.1)
    number = bench.send(ask.MoveToGauge(True))
    bench.run(1)
    bench.on_skin()
    assert not bench.reply(number).ok
    bench.do("lift")
    bench.run(0.1)
    assert (subject.shown.step, subject.shown.gauge[0].gauge_um) == ("gauge begin", None)


def test_leaving_brings_the_needle_back(subject: Weighed) -> None:
    bench = begin(subject).bench
    bench.send(ask.MoveToGauge(True))
    bench.run(1)
    bench.tell(ask.LeaveCalibration())
    bench.run(0.5)
    assert bench.rig.body.home
    assert "number 1 is in force" in " ".join(bench.notices)


def test_readings_that_are_no_correction_are_not_written(subject: Weighed) -> None:
    bench = begin(subject).bench
    work = bench.engine.calibrating.gauge
    assert work is not None
    for depth, below in work.wanted:
        work.waits = True
        work._doubted = depth * 2
        work.read(depth * 2)
        assert below in (True, False)
    assert "more than 10 %" in subject.proposal.why_not_write
    assert "does not pass" in subject.proposal.why_not_certify


def test_a_barrel_that_is_fitted_ends_the_depth_and_the_other_way_round(subject: Weighed) -> None:
    bench = begin(subject).bench
    subject.syringe()
    assert subject.shown.gauge == ()
    bench.tell(ask.CalibrateDepth())
    bench.run(0.1)
    assert subject.shown.part == "Depth under a gauge"
