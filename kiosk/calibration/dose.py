"""Dose by weighing: from weights to delivered volumes, a verdict for each dose, and the correction they ask for.

Only this file knows what ACU-1 demands: 25 shots of the smallest dose, 25 of a middle one, 12 of the largest; mean
within 5 % or 0.3 uL, whichever is more; coefficient of variation within 10 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kiosk.calibration.errors import NotACorrection, TooFew
from kiosk.calibration.sample import Sample, sample
from kiosk.calibration.water import Air

Level = Literal["smallest", "middle", "largest"]
SHOTS: dict[Level, int] = {"smallest": 25, "middle": 25, "largest": 12}
MEAN_SHARE = 0.05
MEAN_NL = 300.0
CV_MOST = 0.10
CHANGE_MOST = 0.25
"""A step that moves a quarter more or less than believed is a wrong barrel or a wrong vessel (ours)."""


class Blank(msgspec.Struct, frozen=True):
    """What evaporates from the vessel while nothing is delivered: ug lost in so many seconds."""

    lost_ug: float = 0.0
    seconds: float = 1.0

    @property
    def ug_s(self) -> float:
        return self.lost_ug / self.seconds


class Weighing(msgspec.Struct, frozen=True):
    """One shot: what the balance gained, ug, and how long that took, s."""

    gained_ug: float
    seconds: float


class DoseRun(msgspec.Struct, frozen=True):
    """One dose, shot and weighed again and again."""

    level: Level
    dose_nl: int
    weighings: tuple[Weighing, ...]


class DoseResult(msgspec.Struct, frozen=True):
    """What one run found. Volumes in nL, shares of 1."""

    level: Level
    dose_nl: int
    volumes_nl: tuple[float, ...]
    sample: Sample
    mean_error: float
    """Mean minus dose as a share of the dose."""
    allowed: float
    """Largest mean error allowed, as a share of the dose."""
    cv: float
    cv_most: float
    """Upper 95 % bound of the coefficient of variation."""

    @property
    def mean_passes(self) -> bool:
        return abs(self.mean_error) <= self.allowed

    @property
    def cv_passes(self) -> bool:
        return self.cv <= CV_MOST

    @property
    def passes(self) -> bool:
        """Whether this dose meets ACU-1."""
        return self.mean_passes and self.cv_passes


class DoseCorrection(msgspec.Struct, frozen=True):
    """What the plunger's step should be believed to move, pL, and what it is believed to move now."""

    before_pl: int
    after_pl: int
    ratio: float
    """Delivered by commanded volume; 1 needs no correction."""


def volumes(weighings: Sequence[Weighing], blank: Blank, air: Air) -> tuple[float, ...]:
    """Delivered volumes, nL: the gain plus what evaporated meanwhile, corrected for buoyancy."""
    return tuple((shot.gained_ug + blank.ug_s * shot.seconds) * air.z_nl_ug for shot in weighings)


def judge(run: DoseRun, blank: Blank, air: Air) -> DoseResult:
    """Figures and verdict of one dose (ACU-1).

    Raises:
        TooFew: there are fewer shots than the level needs.
    """
    found = volumes(run.weighings, blank, air)
    what = f"Shots of the {run.level} dose ({run.dose_nl / 1000:g} uL)"
    figures = sample(found, float(run.dose_nl), at_least=SHOTS[run.level], what=what)
    return DoseResult(
        level=run.level,
        dose_nl=run.dose_nl,
        volumes_nl=found,
        sample=figures,
        mean_error=figures.mean / run.dose_nl - 1,
        allowed=max(MEAN_SHARE, MEAN_NL / run.dose_nl),
        cv=_share(figures.deviation, figures.mean),
        cv_most=_share(figures.deviation_most, figures.mean),
    )


def smallest_that_passed(results: Sequence[DoseResult]) -> int:
    """The smallest dose that may be used with this barrel, nL: the smallest that passed, 0 when none did (ACU-1)."""
    return min((result.dose_nl for result in results if result.passes), default=0)


def correction(results: Sequence[DoseResult], pl_per_step: int) -> DoseCorrection:
    """The step that makes commanded and delivered agree: each dose's ratio, weighted by how surely it is known.

    What was commanded is the whole steps that fit into the dose (LIM-3 rounds down), not the dose itself.

    Args:
        results: One for each of the three levels.
        pl_per_step: The figure in force, pL.

    Raises:
        TooFew: a level is missing.
        NotACorrection: it would be changed by more than `CHANGE_MOST`.
    """
    levels = {result.level for result in results}
    if levels != set(SHOTS):
        raise TooFew(what="Doses", n=len(levels), needed=len(SHOTS))
    steps = [result.dose_nl * 1000 // pl_per_step for result in results]
    weights = [(result.dose_nl / max(result.sample.half_width, 1.0)) ** 2 for result in results]
    ratios = [result.sample.mean * 1000 / (n * pl_per_step) for result, n in zip(results, steps, strict=True)]
    ratio = sum(weight * ratio for weight, ratio in zip(weights, ratios, strict=True)) / sum(weights)
    if abs(ratio - 1) > CHANGE_MOST:
        raise NotACorrection(what="the dose", change=f"{(ratio - 1) * 100:+.1f} %", most=f"{CHANGE_MOST * 100:.0f} %")
    return DoseCorrection(pl_per_step, round(pl_per_step * ratio), ratio)


def _share(part: float, whole: float) -> float:
    """A share of a mean; without a mean above 0 it is beyond every limit."""
    return part / whole if whole > 0.0 else float("inf")
