"""What control shows of calibrating: what is in force and until when, and the calibration that is open.

Volumes nL, lengths um, weights ug, shares ppm (10 000 ppm are 1 %).
"""

from __future__ import annotations

from typing import Literal

from kiosk.channel.base import View
from kiosk.channel.calibration_commands import Level

BenchStep = Literal[
    "homing",
    "factory",
    "syringe",
    "flush",
    "room",
    "blank",
    "blank begin",
    "blank end",
    "runs",
    "base",
    "shot",
    "weight",
    "zero",
    "gauge begin",
    "gauge",
    "proposal",
    "writing",
]
"""What an open calibration waits for. "runs": a run is chosen; "base": the weight before its next shot; "shot": the
trigger; "weight": what the balance shows after it; "factory": the injector holds no valid calibration."""
WritingStage = Literal["", "commit", "write", "read_back", "select", "identify"]
"""How far new figures have come on their way into the injector; "" while none are on it."""


class InForceView(View, frozen=True):
    """The calibration in force, as the record explains it (ACU-3)."""

    id: int = 0
    made: str = ""
    """ISO date of its proof, "" when it was never proved here."""
    expires: str = ""
    """ISO date after which it blocks."""
    days_left: int = 0
    sentence: str = ""
    """Why it may not be used, or ""."""
    restorable: bool = False
    """Whether other figures than the certified ones are in force, which can be put back."""


class RunView(View, frozen=True):
    """One dose, weighed so far. Figures are 0 until enough shots were weighed; `passes` None until all were."""

    level: Level
    dose_nl: int
    wanted: int
    volumes_nl: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()
    """Places, from 0, of shots that stand apart; they count like all others."""
    mean_nl: int = 0
    half_nl: int = 0
    """Half of the mean's 95 % confidence interval."""
    worst_nl: int = 0
    error_ppm: int = 0
    allowed_ppm: int = 0
    cv_ppm: int = 0
    cv_most_ppm: int = 0
    passes: bool | None = None


class GaugeView(View, frozen=True):
    """One depth under a gauge, um; `gauge_um` None until it was read."""

    depth_um: int
    below: bool
    """Whether the needle comes upon it from below."""
    gauge_um: int | None = None


class ChangeView(View, frozen=True):
    """One figure of the calibration, before and after."""

    title: str
    before: int
    after: int
    unit: str


class ProposalView(View, frozen=True):
    """What the measurement asks for. `why_not_write`, `why_not_certify`: "" when it may be done."""

    key: str
    passes: bool
    sentence: str
    changes: tuple[ChangeView, ...] = ()
    why_not_write: str = ""
    why_not_certify: str = ""


class CalibratingView(View, frozen=True):
    """The calibration that is open."""

    step: BenchStep
    todo: str
    """What the person does now, one sentence."""
    part: str = ""
    """What is measured, in words: "Dose, 5 mL syringe"."""
    written: bool = False
    """Whether a new calibration was put in force since it was opened; what is measured now is its proof."""
    room: str = ""
    """Temperature, pressure and humidity in words, "" while they are not known."""
    blank: str = ""
    runs: tuple[RunView, ...] = ()
    running: Level | None = None
    last_ug: int | None = None
    """Newest weight."""
    reads_barrel: bool = False
    """Whether the printed volume has to be read back: nothing senses the barrel (LIM-12)."""
    flush_nl: int = 0
    """What is still to be pushed until no air is left in the path."""
    left_nl: int = 0
    """What the syringe holds above its reserve."""
    proposal: ProposalView | None = None
    gauge: tuple[GaugeView, ...] = ()
    """Every depth that is read; empty where doses are weighed."""
    balance: str = ""
    """The balance that answers, its model and number; "" when weights are typed."""
    balance_ug: int | None = None
    """What it shows now."""
    note: str = ""
    """Why the last step did not go through, or what was just reached."""
    writing: WritingStage = ""
