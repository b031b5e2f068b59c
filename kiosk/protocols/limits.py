"""What a limit is: a number that knows where it comes from, and the ranges, totals and verdicts made of such numbers.

The one thing only this file knows is what makes a set of limits constructible at all (LIM-2) and how a value is rounded
to what the hardware can do (LIM-3). Depth um, dose and volume nL, rate mHz (9000 is 9 shots/s), all integers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from drivers.ports import Authorisation
from drivers.registers import Mode
from kiosk.protocols.errors import LimitsInvalid


class Origin(StrEnum):
    """Where a limit comes from (LIM-4), from the device to the patient; of two equal limits the later one is named."""

    DEVICE = "device"
    CONTROLLER = "controller"
    CALIBRATION = "calibration"
    NEEDLE = "needle"
    PROTOCOL = "protocol"
    ZONE = "zone"
    PRODUCT = "product"
    SYRINGE = "syringe"
    COURSE = "course"
    CLINIC = "clinic"


NEARNESS: dict[Origin, int] = {origin: place for place, origin in enumerate(Origin)}
"""Place of each origin on the way from the device to the patient."""


class Limit(msgspec.Struct, frozen=True):
    """One bound and its origin."""

    value: int
    origin: Origin


def tightest_high(limits: tuple[Limit, ...]) -> Limit:
    """The lowest of upper bounds; of equal ones the nearer origin (LIM-4). `limits` is not empty."""
    return min(limits, key=lambda limit: (limit.value, -NEARNESS[limit.origin]))


def tightest_low(limits: tuple[Limit, ...]) -> Limit:
    """The highest of lower bounds; of equal ones the nearer origin (LIM-4). `limits` is not empty."""
    return max(limits, key=lambda limit: (limit.value, NEARNESS[limit.origin]))


class Range(msgspec.Struct, frozen=True):
    """What one setting may be: hard bounds, soft bounds inside them, a default inside both, all on one step.

    Attributes:
        unit: "um", "nL", "mHz" or "shots".
        step: Every bound and every value is a multiple of it.
        needs_clinic: No grade A or B figure exists; the values are the device's smallest (simulation only).

    Raises:
        LimitsInvalid: inverted, soft outside hard, default outside, not an integer, negative or off the step (LIM-2).
    """

    unit: str
    step: int
    hard_low: Limit
    hard_high: Limit
    default: int
    soft_low: Limit | None = None
    soft_high: Limit | None = None
    source: str = ""
    grade: str = ""
    needs_clinic: bool = False

    def __post_init__(self) -> None:
        ladder: tuple[tuple[str, object], ...] = (
            ("hard low", self.hard_low.value),
            ("soft low", self.hard_low.value if self.soft_low is None else self.soft_low.value),
            ("default", self.default),
            ("soft high", self.hard_high.value if self.soft_high is None else self.soft_high.value),
            ("hard high", self.hard_high.value),
        )
        for name, value in (("step", self.step), *ladder):
            if type(value) is not int:
                raise LimitsInvalid(why=f"{name} is {value!r}, which is not a whole number of {self.unit}")
        if self.step < 1:
            raise LimitsInvalid(why=f"step is {self.step} {self.unit}, it must be at least 1")
        below = 0
        below_name = "zero"
        for name, value in ladder:
            assert isinstance(value, int)
            if value % self.step:
                raise LimitsInvalid(why=f"{name} {value} {self.unit} is not on the step of {self.step} {self.unit}")
            if value < below:
                raise LimitsInvalid(why=f"{name} {value} {self.unit} is below {below_name} {below} {self.unit}")
            below, below_name = value, name


def not_negative(counted: msgspec.Struct, *besides: str) -> None:
    """A negative count would widen every limit behind it, so it cannot be constructed (LIM-2).

    Fields named in `besides` are no counts.
    """
    for name in counted.__struct_fields__:
        value: object = getattr(counted, name)
        if name in besides:
            continue
        if type(value) is not int or value < 0:
            raise LimitsInvalid(why=f"{name} is {value!r}, a count is a whole number from 0")


class ZoneRanges(msgspec.Struct, frozen=True):
    """The four settings of a zone: depth um, dose nL, rate mHz, planned shots of an arming."""

    depth: Range
    dose: Range
    rate: Range
    shots: Range


class Total(msgspec.Struct, frozen=True):
    """A running total for the screen; `limit` None when nothing limits it."""

    key: str
    title: str
    used: int
    unit: Literal["nL", "shots", "sessions"]
    limit: Limit | None


class Counted(msgspec.Struct, frozen=True):
    """Shots and their volume, each shot counted as the larger of commanded and measured, uncertain ones in full."""

    shots: int
    nl: int

    def __post_init__(self) -> None:
        not_negative(self)


class Totals(msgspec.Struct, frozen=True):
    """What was counted so far (LIM-6).

    Attributes:
        point_nl: Given in the present point: 0 when the next shot begins a new one.
        zone: Of this zone and side in this session.
        session: Of this session.
        syringe_usable_nl: What the syringe still holds above its reserve.
        product_nl: Of this product in this session.
        course_nl: Of the course: earlier sessions and this one.
        course_sessions: Sessions of the course, this one included.
        needle_shots: Of the needle that is fitted.
    """

    point_nl: int
    zone: Counted
    session: Counted
    syringe_usable_nl: int
    product_nl: int
    course_nl: int
    course_sessions: int
    needle_shots: int = 0

    def __post_init__(self) -> None:
        not_negative(self, "zone", "session")


class Setting(msgspec.Struct, frozen=True):
    """An arming's values. `side` is left or right in a paired zone, else whole."""

    zone: str
    side: str
    depth_um: int
    dose_nl: int
    mode: Mode
    rate_mhz: int
    shots: int


class Refusal(msgspec.Struct, frozen=True):
    """A hard limit that stands against it (LIM-1). There is no override."""

    key: str
    sentence: str
    origin: Origin


class SoftCrossing(msgspec.Struct, frozen=True):
    """A soft limit that a person must cross knowingly (LIM-1).

    `key` names field, zone, side and value, so that a confirmation is for exactly this.
    """

    key: str
    sentence: str
    origin: Origin


class Verdict(msgspec.Struct, frozen=True):
    """The answer to "may this be done?": yes when there are no refusals and no crossings.

    `crossings` holds those that were not confirmed.
    """

    refusals: tuple[Refusal, ...]
    crossings: tuple[SoftCrossing, ...]

    @property
    def allowed(self) -> bool:
        return not self.refusals and not self.crossings


class Slice(msgspec.Struct, frozen=True):
    """One authorisation; `note` says why it is shorter than usual ("12 shots left: product limit"), else ""."""

    authorisation: Authorisation
    note: str
