"""A calibration at a terminal against the virtual bench: the same engine, the same device, typed answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hal_sim.build import Build
from kiosk.records.rows import CalibrationRow
from kiosk.terminal.guide import Left
from kiosk.terminal.measuring import Depth, Dose
from tests.session.balance import Weighed
from tests.session.bench import TECHNICIAN, Bench
from tests.terminal.virtual import Technician

WRONG = Build(depth_offset_um=250.0, depth_scale=1.03, backlash_um=40.0, dose_factor=(1.0, 0.92, 0.91, 1.0))
ROOM = (2_000, 101_300, 50)


@pytest.fixture
def weighed(tmp_path: Path) -> Iterator[Weighed]:
    bench = Bench(tmp_path, build=WRONG)
    yield Weighed(bench.start())
    bench.close()


@pytest.fixture
def dose(weighed: Weighed) -> Technician:
    return Technician(weighed, Dose("5ml", 2_000, room=ROOM)).sign_in()


@pytest.fixture
def depth(weighed: Weighed) -> Technician:
    return Technician(weighed, Depth()).sign_in()


@pytest.mark.requirement("ACU-2", "ACU-3")
def test_a_needle_that_is_built_wrong_is_right_after_one_pass(depth: Technician) -> None:
    depth.measuring.run()
    depth.measuring.leave()
    assert depth.measuring.done
    assert depth.has_read("would change: Depth: zero: 0 um -> -2")
    (row,) = depth.bench.rows(CalibrationRow)
    assert (row.id, row.user) == (2, TECHNICIAN.name)
    depth.bench.run(0.2)
    assert depth.bench.snap.user is None, "whoever leaves the terminal is signed out"


@pytest.mark.requirement("ACU-1", "ACU-3")
def test_a_barrel_that_is_built_wrong_is_right_after_one_pass(dose: Technician) -> None:
    dose.measuring.run()
    dose.measuring.leave()
    assert dose.has_read(r"would change: 5 mL: one step of the plunger")
    assert len(dose.has_read(r"shot \d+ of 25")) == 2 * 50
    assert dose.has_read("Certificate 1 is made")
    held = dose.bench.rig.controller.journal.calibration
    assert held is not None
    assert held.pl_per_step_5 == pytest.approx(35_750 * 0.91, rel=0.005)


@pytest.mark.requirement("ACU-3")
def test_who_leaves_half_way_keeps_the_old_calibration_and_is_told(depth: Technician) -> None:
    depth.answer(r"goes to 1\.50 mm", "leave")
    with pytest.raises(Left):
        depth.measuring.run()
    depth.measuring.leave()
    assert not depth.measuring.done
    assert depth.has_read(r"Calibration left \(asked\): number 1 is in force")


@pytest.mark.requirement("ACU-3")
def test_nothing_is_written_before_it_was_confirmed_by_its_word(depth: Technician) -> None:
    given = iter(("y", "yes", "", "leave"))
    depth.answer(r"Type .*write \(", lambda: next(given))
    with pytest.raises(Left):
        depth.measuring.run()
    assert depth.bench.rig.controller.gauges.calibration_id() == 1
