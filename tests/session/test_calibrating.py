"""The dose procedure on the device: opened, weighed, corrected, proved, in virtual time and by its own physics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hal_sim.build import Build
from kiosk.channel import commands as ask
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, CalibrationRow, ShotRow
from tests.session.balance import Weighed
from tests.session.bench import Bench

WRONG = Build(
    depth_offset_um=250.0, depth_scale=1.03, backlash_um=40.0, dose_factor=(1.0, 0.92, 1.04, 1.0), dose_scatter=0.01
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, build=WRONG)
    yield made
    made.close()


@pytest.fixture
def subject(bench: Bench) -> Weighed:
    return Weighed(bench.start())


@pytest.mark.requirement("ACU-1", "ACU-3")
@pytest.mark.parametrize(("key", "fill_ml", "factor"), [("2ml", 2.0, 0.92), ("5ml", 5.0, 1.04)])
def test_a_barrel_that_is_built_wrong_is_right_after_one_pass(
    subject: Weighed, key: str, fill_ml: float, factor: float
) -> None:
    subject.prepare(key, fill_ml).all_three()
    found = subject.shown.runs[2]
    assert abs(found.error_ppm / 1e6 - (factor - 1)) < 0.01, "the balance must see what was built in"
    before = subject.bench.engine.calibrating.calibration
    assert before is not None
    subject.write()
    assert (subject.shown.written, subject.shown.step) == (True, "runs")
    after = subject.bench.rig.controller.journal.calibration
    assert after is not None
    assert (before.id, after.id) == (1, 2)
    subject.syringe(key, fill_ml).all_three()
    assert subject.proposal.passes, list(subject.shown.runs)
    assert abs(subject.shown.runs[2].error_ppm) < 10_000
    subject.certify()
    (row,) = subject.bench.rows(CalibrationRow)
    assert (row.id, row.crc, row.serial) == (2, after.crc, 1001)
    assert (row.made, row.expires) == ("2026-11-18", "2027-11-18")
    assert subject.bench.snap.in_force.expires == row.expires
    bench_rows = [row for row in subject.bench.rows(AuthorisationRow) if row.kind is AuthorisationKind.BENCH]
    shots = [row for row in subject.bench.rows(ShotRow) if row.kind is AuthorisationKind.BENCH]
    assert len(bench_rows) == len(shots) == 2 * (25 + 25 + 12)
    assert all(row.session == 0 and row.point == 0 for row in shots)
    subject.bench.tell(ask.LeaveCalibration())
    subject.bench.run(0.2)
    assert subject.bench.snap.phase == "home"
    assert not [sentence for sentence in subject.bench.snap.missing if "alibration" in sentence]
    subject.bench.quiet()


@pytest.mark.requirement("ACU-1")
def test_what_is_flushed_fills_the_path_of_a_barrel_that_gives_too_little(subject: Weighed) -> None:
    subject.prepare("2ml", 2.0).weigh("smallest", 4)
    first = subject.shown.runs[0].volumes_nl
    assert all(abs(nl - 0.92 * 2_000) < 150 for nl in first), "a shot into air would weigh nothing"


def test_a_run_ends_by_itself_with_its_last_shot(subject: Weighed) -> None:
    work = subject.loaded().bench.engine.calibrating.dose
    assert work is not None
    work._weighings["largest"].pop()
    subject.weigh("largest", shots=1)
    assert work.running is None
    assert subject.proposal.changes
