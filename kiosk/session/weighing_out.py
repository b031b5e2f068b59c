"""One barrel weighed out: room, blank, three doses shot by shot, and what stands on paper in the end.

    syringe -> flush -> room -> blank -> runs: (base weight -> shot -> weight -> shot -> weight ...)    each its own row

Weights are what the balance shows, never a difference that somebody worked out; two that follow each other give a shot.
The time between them is the engine's own, so that evaporation is taken from it. A run that was left begins again with a
base weight and keeps what was weighed. Nothing measured is ever dropped; a stroke that was cut short is no shot of its
dose, and a row says so.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from drivers.registers import Calibration
from kiosk.calibration import dose as law
from kiosk.calibration.dose import Level
from kiosk.calibration.errors import NotACorrection
from kiosk.calibration.proof import Dose, dose_measured
from kiosk.calibration.sample import sample
from kiosk.calibration.uncertainty import Instruments
from kiosk.calibration.water import Air
from kiosk.channel.calibration_views import RunView
from kiosk.protocols.profile import Device, Syringe
from kiosk.records.facts import Fact
from kiosk.session.desk import Desk
from kiosk.session.errors import NotNow
from kiosk.session.measured import Measured
from kiosk.session.words import ul

Key = tuple[int, int]
Waits = Literal["", "blank begin", "blank end", "base", "shot", "weight"]
LEVELS: tuple[Level, ...] = ("smallest", "middle", "largest")
BLANK_S = 30.0
"""A blank takes at least so long: 0.5 ug/s then show on a balance that reads 10 ug (ours)."""
DOUBT_UG = 2_000.0
WEIGHING = "Taking a weight"


class Point(msgspec.Struct, frozen=True):
    """What the balance showed, ug, and when, s of CLOCK_MONOTONIC."""

    ug: int
    at: float


class WeighingOut:
    """A barrel on the balance. `measured_with` is number and check of the calibration that all its runs belong to."""

    def __init__(self, desk: Desk, device: Device, syringe: Syringe, smallest_nl: int, with_key: Key) -> None:
        self._desk = desk
        self.syringe = syringe
        self.part = str(syringe.barrel_nl // 1_000_000)
        """Its barrel, mL, as proofs name it."""
        self.title = f"Dose, {syringe.title} syringe"
        self.doses = doses(device, syringe, smallest_nl)
        self.needed_nl = math.ceil((device.tubing_nl + device.prime_nl) / (1 - law.CHANGE_MOST))
        """What has to be flushed until no air is left in the path, also by a barrel that gives so much less than it is
        believed to as a calibration may still correct: with air in it the first shots would weigh nothing."""
        self.fitted = False
        self.flushed_nl = 0
        self.air: Air | None = None
        self.blank: law.Blank | None = None
        self.measured_with = with_key
        self.waits: Waits = ""
        self.running: Level | None = None
        self.last: Point | None = None
        self.weighed_by: set[tuple[str, str]] = set()
        """Model and number of every balance that weighed by itself."""
        self._weighings: dict[Level, list[law.Weighing]] = {level: [] for level in LEVELS}
        self._doubted: int | None = None

    # -- what is known -----------------------------------------------------------------------------------------------
    @property
    def ready(self) -> bool:
        """Whether all is known that a run needs."""
        return self.fitted and self.flushed_nl >= self.needed_nl and self.air is not None and self.blank is not None

    @property
    def complete(self) -> bool:
        return all(len(self._weighings[level]) >= law.SHOTS[level] for level in LEVELS)

    @property
    def busy(self) -> bool:
        """Whether a run goes on."""
        return self.running is not None

    def measured(self, calibration: Calibration) -> Measured:
        """Verdict and correction of three complete runs (ACU-1)."""
        results = self.results()
        passes = all(result.passes for result in results)
        step, smallest = f"pl_per_step_{self.part}", f"smallest_dose_{self.part}_nl"
        figures: dict[str, int] = {}
        why, change = "", ""
        try:
            found = law.correction(results, getattr(calibration, step))
        except NotACorrection as error:
            why = error.sentence.format(**error.facts)
        else:
            figures = {step: found.after_pl, smallest: self.doses["smallest"]}
            change = f"; a step moves {found.ratio:.4f} of what is believed"
        verdict = "All three doses pass" if passes else "Not all doses pass"
        in_force, asked = getattr(calibration, smallest), self.doses["smallest"]
        other = "" if in_force == asked else f"the smallest dose in force is {ul(in_force)}, measured was {ul(asked)}"
        said = f"{verdict} with calibration {calibration.id}{change}."
        return Measured(passes, said, figures, why, other, _told(results))

    @property
    def dose_nl(self) -> int:
        """The dose that is being weighed."""
        assert self.running is not None, "asked for in a run"
        return self.doses[self.running]

    def results(self) -> list[law.DoseResult]:
        """The verdict on each of the three doses; all were weighed."""
        assert self.air is not None, "weighed in a known room"
        assert self.blank is not None, "weighed with a known blank"
        blank, air = self.blank, self.air
        return [law.judge(self._run(level), blank, air) for level in LEVELS]

    def _run(self, level: Level) -> law.DoseRun:
        return law.DoseRun(level, self.doses[level], tuple(self._weighings[level]))

    def points(self) -> str:
        """All that was measured, as one line of text: what a certificate's hash is taken over."""
        return repr((self.part, self.doses, self.air, self.blank, sorted(self.weighed_by), self._weighings))

    def kept(self, calibration: Calibration, instruments: Instruments) -> Dose:
        """All of it as the record keeps it; all three runs are complete."""
        assert self.air is not None, "weighed in a known room"
        assert self.blank is not None, "weighed with a known blank"
        runs = [(self._run(result.level), result) for result in self.results()]
        figures = (
            getattr(calibration, f"pl_per_step_{self.part}"),
            getattr(calibration, f"smallest_dose_{self.part}_nl"),
        )
        return dose_measured(int(self.part), self.measured_with, figures, runs, self.blank, self.air, instruments)

    # -- before the runs ---------------------------------------------------------------------------------------------
    def refit(self, fill_nl: int) -> None:
        """A full syringe is in the clamp and met its piston; air came in with it."""
        self.fitted, self.flushed_nl = True, 0
        said = f"Syringe {self.syringe.title} with {ul(fill_nl)} of test liquid"
        self._point("syringe", said, syringe=self.syringe.key, fill_nl=fill_nl)

    def flushed(self, nl: int) -> None:
        self.flushed_nl += nl

    def describe(self, air: Air) -> None:
        """The room in which is weighed: figures are worked out with the newest."""
        self.air = air
        said = f"{air.temperature_c:g} degrees, {air.pressure_hpa:g} hPa, {air.humidity_percent:g} % humidity"
        self._point(
            "room", f"Room: {said}", temperature_c=air.temperature_c, pressure_hpa=air.pressure_hpa,
            humidity_percent=air.humidity_percent, z_nl_ug=air.z_nl_ug,
        )  # fmt: skip

    def begin_blank(self) -> None:
        """Wait for the first of two weights.

        Raises:
            NotNow: a run goes on.
        """
        if self.running is not None:
            raise NotNow(what="A blank", why="a run is being weighed: leave it first")
        self.waits = "blank begin"

    def begin(self, level: Level) -> None:
        """Weigh a dose; waits for the weight before its next shot.

        Raises:
            NotNow: something is missing, or this dose was weighed.
        """
        if not self.ready:
            raise NotNow(what="Weighing", why="syringe, room and blank come first")
        if self.running is not None:
            raise NotNow(what="Weighing", why=f"the {self.running} dose is being weighed: leave it first")
        if len(self._weighings[level]) >= law.SHOTS[level]:
            raise NotNow(what="Weighing", why=f"the {level} dose was weighed {law.SHOTS[level]} times")
        self.running, self.waits = level, "base"

    def pause(self) -> None:
        """Leave the run or the blank; what was weighed stays."""
        self.running, self.waits, self._doubted = None, "", None

    def restart(self, with_key: tuple[int, int]) -> None:
        """Another calibration is in force: what was weighed says nothing of it."""
        self.pause()
        self.measured_with = with_key
        self._weighings = {level: [] for level in LEVELS}
        self.weighed_by = set()

    # -- shot by shot ------------------------------------------------------------------------------------------------
    def shot(self) -> None:
        """A shot fell into the vessel."""
        self.waits = "weight"

    def cut_short(self, why: str) -> None:
        """A stroke that was no shot of this dose, or none at all: the run waits for a person."""
        said = f"No shot of the {self.running} dose: {why}"
        self._point("no shot", said, level=str(self.running), dose_nl=self.dose_nl)
        self.pause()

    def weigh(self, ug: int) -> bool:
        """Take what the balance shows now. True when a shot comes next.

        Raises:
            NotNow: nothing waits for a weight, it is too early, or it is doubted until it is given again.
        """
        now = Point(ug, self._desk.now)
        if self.waits in ("", "shot"):
            why = "the shot has not been fired" if self.waits else "nothing is being weighed"
            raise NotNow(what=WEIGHING, why=why)
        if self.waits == "blank begin":
            self.last, self.waits = now, "blank end"
            return False
        if self.waits == "blank end":
            self._end_blank(now)
            return False
        if self.waits == "weight":
            self._gain(now)
        self.last = now
        self.waits = "shot" if self.running is not None else ""
        return self.running is not None

    def _end_blank(self, now: Point) -> None:
        assert self.last is not None, "begun"
        seconds = now.at - self.last.at
        if seconds < BLANK_S:
            raise NotNow(what="The second weight of a blank", why=f"{BLANK_S - seconds:.0f} s more have to pass")
        lost = float(self.last.ug - now.ug)
        if abs(lost) > DOUBT_UG and self._doubted != now.ug:
            self._doubted = now.ug
            why = f"{lost / 1000:.2f} mg in {seconds:.0f} s is no evaporation: if it is right, give it again"
            raise NotNow(what=WEIGHING, why=why)
        self.blank, self.last = law.Blank(lost, seconds), now
        said = f"Blank: {self.blank.ug_s:.2f} ug/s evaporate"
        self._point("blank", said, lost_ug=lost, seconds=seconds)
        self.pause()

    def _gain(self, now: Point) -> None:
        """The shot that lies between two weights."""
        assert self.last is not None, "the base weight was taken"
        assert self.running is not None, "a run waits for a weight"
        gained, level = float(now.ug - self.last.ug), self.running
        about = float(self.dose_nl)
        if not -DOUBT_UG / 2 <= gained <= 2 * about + DOUBT_UG and self._doubted != now.ug:
            self._doubted = now.ug
            why = f"{gained / 1000:.2f} mg more for {ul(self.dose_nl)}: if that is right, give it again"
            raise NotNow(what=WEIGHING, why=why)
        self._doubted = None
        weighing = law.Weighing(gained, now.at - self.last.at)
        self._weighings[level].append(weighing)
        place = len(self._weighings[level])
        said = f"Shot {place} of the {level} dose ({ul(self.dose_nl)}): {gained / 1000:.2f} mg"
        self._point(
            "weight", said, level=level, dose_nl=self.dose_nl, shot=place, ug=now.ug, gained_ug=gained,
            seconds=weighing.seconds, calibration_id=self.measured_with[0],
        )  # fmt: skip
        if place >= law.SHOTS[level]:
            self.running = None

    def _point(self, what: str, sentence: str, **body: str | float) -> None:
        self._desk.event(Fact.CALIBRATION_POINT, sentence, what=what, barrel_ml=self.part, **body)

    # -- what is shown -----------------------------------------------------------------------------------------------
    def views(self) -> tuple[RunView, ...]:
        """The three runs as far as they are weighed."""
        return tuple(self._view(level) for level in LEVELS)

    def _view(self, level: Level) -> RunView:
        wanted, dose_nl, weighed = law.SHOTS[level], self.doses[level], self._weighings[level]
        bare = RunView(level, dose_nl, wanted)
        if self.air is None or self.blank is None or not weighed:
            return bare
        found = law.volumes(weighed, self.blank, self.air)
        shown = msgspec.structs.replace(bare, volumes_nl=tuple(round(nl) for nl in found))
        if len(weighed) < SHOWN_FROM:
            return shown
        figures = sample(found, float(dose_nl))
        shown = msgspec.structs.replace(
            shown,
            apart=figures.apart,
            mean_nl=round(figures.mean),
            half_nl=round(figures.half_width),
            worst_nl=round(figures.worst),
            error_ppm=_ppm(figures.mean / dose_nl - 1),
            cv_ppm=_ppm(figures.deviation / figures.mean) if figures.mean > 0 else 0,
            allowed_ppm=_ppm(max(law.MEAN_SHARE, law.MEAN_NL / dose_nl)),
        )
        if len(weighed) < wanted:
            return shown
        result = law.judge(self._run(level), self.blank, self.air)
        return msgspec.structs.replace(shown, passes=result.passes, cv_most_ppm=_ppm(min(result.cv_most, 1.0)))


SHOWN_FROM = 3
"""Fewer shots have no spread that means anything."""


def _told(results: list[law.DoseResult]) -> str:
    return "; ".join(
        f"{result.level} {ul(result.dose_nl)}: n {result.sample.n}, mean {result.sample.mean / 1000:.3f} "
        f"+/- {result.sample.half_width / 1000:.3f} uL, error {result.mean_error * 100:+.2f} %, "
        f"CV {result.cv * 100:.2f} %"
        for result in results
    )


def _ppm(share: float) -> int:
    return round(share * 1_000_000)


def doses(device: Device, syringe: Syringe, smallest_nl: int) -> dict[Level, int]:
    """The three doses of a barrel: what is asked, the barrel's hard dose, and their geometric mean in whole steps.

    Raises:
        NotNow: the smallest is off the device's step or leaves no room between it and the largest.
    """
    step = device.dose.step
    largest = min(syringe.dose_nl, device.dose.high) // step * step
    middle = math.isqrt(smallest_nl * largest) // step * step
    if smallest_nl < device.dose.low or smallest_nl % step or not smallest_nl < middle < largest:
        why = f"between {ul(device.dose.low)} and {ul(largest)} it leaves no middle one"
        raise NotNow(what=f"A smallest dose of {ul(smallest_nl)}", why=why)
    return {"smallest": smallest_nl, "middle": middle, "largest": largest}
