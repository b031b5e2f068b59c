"""A device that is built wrong is weighed, corrected, and right: by its own physics, through its own registers."""

from __future__ import annotations

import msgspec
import pytest

from drivers.registers import (
    CALIBRATION,
    CALIBRATION_IN_FORCE,
    CALIBRATION_SELECT,
    SERVICE_WORD,
    Calibration,
    CalibrationSelect,
    Mode,
    SyringeType,
)
from hal_sim.build import Build
from hal_sim.weighing import Pan
from kiosk.calibration import dose
from kiosk.calibration.water import Air
from tests.hal_sim.host import Host

WRONG = Build(dose_factor=(1.0, 0.92, 1.04, 1.0), dose_scatter=0.01)
BARREL = {SyringeType.ML_2: ("barrel 2", 2_000_000), SyringeType.ML_5: ("barrel 5", 5_000_000)}


class Bench:
    """A primed device over a vessel on a balance."""

    def __init__(self, barrel: SyringeType) -> None:
        self.host = Host(build=WRONG, seed=5)
        self.pan = Pan(lambda: self.host.rig.body.fluid.outflow_nl, lambda: self.host.rig.body.contact_made, seed=5)
        self.word, self.full = BARREL[barrel]
        self.fit()
        self.pan.put(vessel=True)

    def fit(self) -> None:
        """A full syringe, primed; the next one when this is used up."""
        self.host.do(self.word)
        self.host.wait(0.1)
        if not self.host.rig.electrics.coil:
            self.host.enable()
            self.host.home()
        self.host.meet(self.full)
        self.host.prime(120_000)

    def settle(self) -> float:
        """What the balance shows once it rests, ug; time passes with the lease kept."""
        for _ in range(100):
            self.host.wait(0.1)
            self.pan.run(self.host.now)
            if self.pan.stable and self.host.rig.body.fluid.stored_nl < 1:
                break
        return self.pan.gross_ug

    def weigh(self, level: dose.Level, dose_nl: int) -> dose.DoseRun:
        """Shots into the vessel, each weighed."""
        weighings: list[dose.Weighing] = []
        for _ in range(dose.SHOTS[level]):
            if self.host.rig.controller.gauges.usable_nl() < 2 * dose_nl:
                self.fit()
            before, began = self.settle(), self.host.now
            self.shoot(dose_nl)
            weighings.append(dose.Weighing(self.settle() - before, self.host.now - began))
        return dose.DoseRun(level, dose_nl, tuple(weighings))

    def shoot(self, dose_nl: int) -> None:
        before = self.host.status().lifetime_shots
        self.host.authorise(
            dose_nl=dose_nl, depth_um=500, shots=1, mode=Mode.BENCH, service_word=SERVICE_WORD, interval_ms=2000
        )
        self.host.do("trigger down")
        self.host.until(lambda status: status.lifetime_shots > before)
        self.host.do("trigger up")
        self.host.last()

    def blank(self) -> dose.Blank:
        """What evaporates in a minute in which nothing is delivered."""
        before, began = self.settle(), self.host.now
        self.host.wait(60)
        return dose.Blank(before - self.settle(), self.host.now - began)

    def judge(self) -> list[dose.DoseResult]:
        blank = self.blank()
        doses: list[tuple[dose.Level, int]] = [("smallest", 2_000), ("middle", 20_000), ("largest", 100_000)]
        return [dose.judge(self.weigh(level, nl), blank, Air()) for level, nl in doses]


@pytest.mark.requirement("ACU-1")
@pytest.mark.parametrize("barrel", [SyringeType.ML_2, SyringeType.ML_5], ids=lambda barrel: barrel.name)
def test_a_plunger_that_is_built_wrong_is_right_after_one_pass(barrel: SyringeType) -> None:
    subject = Bench(barrel)
    before = subject.judge()
    place = "pl_per_step_2" if barrel == SyringeType.ML_2 else "pl_per_step_5"
    factor = WRONG.dose_factor[barrel - 1]
    assert abs(before[2].mean_error - (factor - 1)) < 0.01, "the balance must see the error that was built in"

    in_force = CALIBRATION_IN_FORCE.decode(
        subject.host.rig.read(subject.host.now, CALIBRATION_IN_FORCE.address, CALIBRATION_IN_FORCE.registers)
    )
    proposed = dose.correction(before, getattr(in_force, place))
    assert proposed.ratio == pytest.approx(factor, abs=0.003)
    corrected = msgspec.structs.replace(
        in_force, id=in_force.id + 1, service_word=SERVICE_WORD, **{place: proposed.after_pl}
    )
    write_and_select(subject.host, corrected)
    subject.fit()
    after = subject.judge()
    assert all(result.passes for result in after)
    assert abs(after[2].mean_error) < 0.01  # 12 shots that scatter by 1 %


def write_and_select(host: Host, calibration: Calibration) -> None:
    host.rig.write(host.now, CALIBRATION.address, CALIBRATION.encode(calibration))
    host.rig.write(
        host.now, CALIBRATION_SELECT.address, CALIBRATION_SELECT.encode(CalibrationSelect(calibration.id, SERVICE_WORD))
    )
