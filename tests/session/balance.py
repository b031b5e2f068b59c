"""A calibration at the virtual bench: a vessel on a simulated balance, and a technician who reads it and types."""

from __future__ import annotations

from typing import Any

from hal_sim.weighing import Pan
from kiosk.calibration.dose import SHOTS, Level, Weighing
from kiosk.channel import commands as ask
from kiosk.channel.calibration_views import CalibratingView, ProposalView
from kiosk.channel.certificates import NameInstrument
from kiosk.session.exchange import BalanceTold
from tests.lanes import unmeasured
from tests.session.bench import TECHNICIAN, Bench

LEVELS: tuple[Level, ...] = ("smallest", "middle", "largest")
INSTRUMENTS = (
    NameInstrument("balance", "NPB224", "B1", "K-2026-118", "2027-03-01", 10, 40),
    NameInstrument("gauge", "Dial 12.5", "G7", "K-2026-119", "2027-03-01", 1_000, 1_500),
    NameInstrument("thermometer", "T100", "T3", "K-2026-120", "2027-03-01", 10, 50),
    NameInstrument("barometer", "P20", "P4", "K-2026-121", "2027-03-01", 10, 0),
)
"""What a technician has at hand; the barometer's certificate states no uncertainty."""


class Weighed:
    """A technician at a bench: `subject.bench` is the device and control, `pan` what the balance feels."""

    def __init__(self, bench: Bench, seed: int = 5) -> None:
        self.bench = bench
        body = bench.rig.body
        self.pan = Pan(lambda: body.fluid.outflow_nl, lambda: body.contact_made, seed=seed)
        bench.each_cycle.append(lambda: self.pan.run(bench.clock.now))

    # -- what is shown -----------------------------------------------------------------------------------------------
    @property
    def shown(self) -> CalibratingView:
        shown = self.bench.snap.calibrating
        assert shown is not None, "no calibration is open"
        return shown

    @property
    def proposal(self) -> ProposalView:
        self.bench.run(0.2)
        assert self.shown.proposal is not None, f"nothing is proposed: {self.shown.step}, {self.shown.note}"
        return self.shown.proposal

    # -- what the technician does --------------------------------------------------------------------------------------
    def open(self) -> Weighed:
        self.bench.sign_in(TECHNICIAN)
        self.bench.tell(ask.OpenCalibration(True))
        return self

    def named(self) -> Weighed:
        """The instruments at hand are named."""
        for instrument in INSTRUMENTS:
            self.bench.tell(instrument)
        return self

    def syringe(self, key: str = "5ml", fill_ml: float = 5.0, smallest_nl: int = 2_000) -> Weighed:
        """A full syringe in the clamp, its path flushed into a beaker."""
        barrel = {"1ml": 1, "2ml": 2, "5ml": 5, "10ml": 10}[key]
        self.pan.put(vessel=False)
        self.bench.do(f"barrel {barrel}")
        self.bench.do(f"syringe fill {round(fill_ml * 1000)}")
        self.bench.run(0.1)
        self.bench.tell(ask.CalibrateDose(key, round(fill_ml * 1e6), smallest_nl, printed_nl=barrel * 1_000_000))
        self.bench.run(0.05)
        asked = self.shown.flush_nl
        self.bench.tell(ask.FlushBench(-(-asked // 1_000) * 1_000))
        self.pan.put(vessel=True)
        return self

    def room(self, **figures: int) -> Weighed:
        self.bench.tell(ask.DescribeRoom(**{"temperature_cdeg": 2000, **figures}))
        return self

    def settle(self) -> int:
        """Wait until the balance rests; what it shows, ug."""
        self.bench.run(1.5)
        self.bench.until(lambda: self.pan.stable, 30)
        return round(self.pan.gross_ug)

    def blank(self) -> Weighed:
        self.bench.tell(ask.StartBlank())
        self.bench.tell(ask.TypeWeight(self.settle()))
        self.bench.wait(60)
        self.bench.tell(ask.TypeWeight(self.settle()))
        return self

    @unmeasured()
    def prepare(self, key: str = "5ml", fill_ml: float = 5.0) -> Weighed:
        """Opened, with everything that a run needs."""
        return self.open().syringe(key, fill_ml).room().blank()

    def fire(self) -> None:
        """The shot that is authorised falls into the vessel."""
        self.bench.until(lambda: self.bench.rig.controller.shots_left == 1, 5)
        self.bench.press()
        self.bench.until(lambda: self.bench.engine.slot.free, 5)
        self.bench.release()
        self.bench.run(0.1)

    def start(self, level: Level) -> Weighed:
        """A run with its base weight taken: the next shot is authorised."""
        self.bench.tell(ask.StartRun(level))
        self.bench.tell(ask.TypeWeight(self.settle()))
        return self

    def weigh(self, level: Level, shots: int | None = None) -> Weighed:
        """Weigh shots of a dose; refill when the syringe does not hold the next one."""
        dose = self.bench.engine.calibrating.dose
        assert dose is not None
        left = SHOTS[level] - len(dose.views()[LEVELS.index(level)].volumes_nl) if shots is None else shots
        self.bench.tell(ask.StartRun(level))
        if left:
            self.bench.tell(ask.TypeWeight(self.settle()))
        for _ in range(left):
            if not self.bench.engine.calibrating.shots.live:
                assert "holds" in self.bench.engine.calibrating.note, self.bench.engine.calibrating.note
                self.syringe(dose.syringe.key, dose.syringe.barrel_nl / 1e6)
                self.start(level)
            self.fire()
            self.bench.tell(ask.TypeWeight(self.settle()))
        return self

    def all_three(self) -> Weighed:
        for level in LEVELS:
            self.weigh(level)
        return self

    def loaded(self, ratio: float = 0.96, key: str = "5ml", fill_ml: float = 5.0) -> Weighed:
        """As after three runs in which each shot was so much of its dose: what follows a measurement needs no shots."""
        self.prepare(key, fill_ml)
        return self.as_weighed(ratio)

    def as_weighed(self, ratio: float) -> Weighed:
        work = self.bench.engine.calibrating.dose
        assert work is not None
        for level in LEVELS:
            gains = [work.doses[level] * ratio * (1 + 0.01 * (place % 3 - 1)) for place in range(SHOTS[level])]
            work._weighings[level] = [Weighing(gain * 0.9971, 0.0) for gain in gains]
        self.bench.run(0.1)
        return self

    def write(self) -> Weighed:
        self.bench.tell(ask.WriteCalibration(self.proposal.key))
        self.bench.run(0.2)
        return self

    def certify(self) -> Weighed:
        self.named()
        self.bench.tell(ask.CertifyCalibration(self.proposal.key))
        self.bench.run(0.2)
        return self

    def rows(self, what: str) -> list[dict[str, Any]]:
        """Bodies of the calibration's rows that say `what`."""
        return [
            row.body
            for kind in ("calibration", "calibration point")
            for row in self.bench.events(kind)
            if row.body["what"] == what
        ]


class Scales:
    """The child's end of the balance, in virtual time: five words a second about the pan."""

    def __init__(self, subject: Weighed) -> None:
        self._subject = subject
        self._next = 0.0
        self.on = False
        self.offset = 0
        self.silent = False
        self.sentence = ""

    def follow(self, on: bool) -> None:
        self.on = on

    def poll(self) -> BalanceTold | None:
        now = self._subject.bench.clock.now
        if not self.on or self.silent or now < self._next:
            return None
        self._next = now + 0.2
        if self.sentence:
            return BalanceTold(sentence=self.sentence)
        pan = self._subject.pan
        return BalanceTold(round(pan.gross_ug) + self.offset, pan.stable, "NPB224", "B1")
