"""The form of a scenario file: who is treated with what, which steps are played, and what must come of it.

The one thing only this file knows is what a scenario may say. Units stand in the key names; unknown keys are refused.
A step is a table with exactly one key, the verb:  ``fire = { shots = 20 }``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from kiosk.protocols.errors import (
    ProfileKeyMissing,
    ProfileKeyUnknown,
    ProfileMissing,
    ProfileSyntax,
    ProfileUnreadable,
    ProfileValue,
)
from kiosk.protocols.library import Library
from kiosk.protocols.reading import read, shaped, written
from kiosk.rehearsal.errors import (
    ScenarioKeyMissing,
    ScenarioKeyUnknown,
    ScenarioMissing,
    ScenarioSyntax,
    ScenarioUnreadable,
    ScenarioValue,
)

Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Number = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Microlitres = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Mode = Literal["single", "burst", "continuous"]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Arm(_Table, frozen=True):
    """Choose zone and values, then arm in two steps; what is left out stays as the screen offers it."""

    zone: str
    shots: Count
    side: Literal["left", "right", "whole"] = "whole"
    mode: Mode = "single"
    depth_mm: Decimal | None = None
    dose_ul: Decimal | None = None
    rate_per_s: Decimal | None = None
    soft_reason: str = ""
    """The reason that is given when a soft limit asks for one (LIM-1); without it the question is a refusal."""


class Fire(_Table, frozen=True):
    """Put the handpiece on skin and press until so many shots of this arming are recorded."""

    shots: Count
    by: Literal["trigger", "pedal"] = "trigger"
    hold_on: bool = False
    """Keep pressing when they are: the next step happens in the middle of treating."""


class Syringe(_Table, frozen=True):
    """A new syringe of the same kind for the same patient, primed as the device asks."""

    fill_ul: Microlitres
    new_line: bool = False


class Fault(_Table, frozen=True):
    """A named fault of the bench, on or off."""

    name: str
    on: bool


class Sign(_Table, frozen=True):
    """Sign and close the session."""

    reactions: str = ""
    aftercare_given: bool = True


class Step(_Table, frozen=True):
    """One thing that a person does. Exactly one key is given."""

    arm: Arm | None = None
    fire: Fire | None = None
    stop: Literal["button", "glass"] | None = None
    acknowledge: Literal["stop", "alarms"] | None = None
    lift: Literal["handpiece"] | None = None
    """Let go of trigger and pedal and lift the handpiece away."""
    await_disarmed: Literal["stop", "link", "fault"] | None = None
    """Wait until the arming has ended for this reason and the needle is back."""
    syringe: Syringe | None = None
    cable: Literal["unplug", "replug"] | None = None
    fault: Fault | None = None
    clear_faults: Literal["handpiece away"] | None = None
    """Clear the injector's faults with the needle out, and home again when it asks for that."""
    finish: Literal["treating"] | None = None
    sign: Sign | None = None

    @property
    def verb(self) -> str:
        """The one key that is given."""
        return next(name for name in self.__struct_fields__ if getattr(self, name) is not None)


class Expect(_Table, frozen=True):
    """What must come of it; anything else is a failure."""

    shots: Number
    """Shots that must be recorded; partial ones count."""
    shots_at_most: Number = 0
    """Where the moment of an interruption decides; left out it is `shots`."""
    partial: Number = 0
    """Shots among them whose outcome is another than completed."""
    partial_at_most: Number = 0
    uncertain: Number = 0
    zones: dict[str, Number] = {}
    """Shots of each zone and side: ``"forehead whole" = 100``."""
    syringes: Count = 1
    alarms: tuple[int, ...] = ()
    """Numbers of the alarms that must have sounded (E7xx)."""
    may_alarm: tuple[int, ...] = ()
    """Numbers of alarms that may or may not have come along with them."""
    withdrawn: bool = False
    """Whether an authorisation may end certainly not done."""


class Scenario(_Table, frozen=True):
    """One scripted session."""

    title: str
    protocol: str
    patient: str
    """Begin of the patient code; the session's number follows, as a code is never used twice."""
    product: str
    lot: str
    expiry: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    needle: str
    syringe: str
    fill_ul: Microlitres
    steps: tuple[Step, ...]
    expect: Expect

    @property
    def planned(self) -> int:
        """Shots that its steps fire."""
        return sum(step.fire.shots for step in self.steps if step.fire is not None)


_ERRORS: Mapping[type[Exception], type[Exception]] = {
    ProfileMissing: ScenarioMissing, ProfileUnreadable: ScenarioUnreadable, ProfileSyntax: ScenarioSyntax,
    ProfileValue: ScenarioValue, ProfileKeyUnknown: ScenarioKeyUnknown, ProfileKeyMissing: ScenarioKeyMissing,
}  # fmt: skip


def load_scenario(path: Path, library: Library) -> Scenario:
    """The scenario of a TOML file, checked against the profiles that it names.

    Raises:
        ScenarioMissing, ScenarioUnreadable, ScenarioSyntax, ScenarioValue, ScenarioKeyUnknown, ScenarioKeyMissing:
            each names the file, the key and what is allowed.
    """
    try:
        scenario = shaped(path, read(path), Scenario)
    except tuple(_ERRORS) as error:
        raise _ERRORS[type(error)](**error.facts) from error  # type: ignore[attr-defined]
    _check(path, scenario, library)
    return scenario


def _check(path: Path, scenario: Scenario, library: Library) -> None:
    for key, known in (
        ("protocol", library.protocols),
        ("product", library.products),
        ("needle", library.needles),
        ("syringe", library.syringes),
    ):
        _one_of(path, key, getattr(scenario, key), tuple(known))
    zones = {zone.key: zone.sides for zone in library.protocols[scenario.protocol].zones}
    if not scenario.steps:
        raise ScenarioValue(file=path, key="steps", value="empty", allowed="at least one step")
    for number, step in enumerate(scenario.steps):
        given = [name for name in step.__struct_fields__ if getattr(step, name) is not None]
        if len(given) != 1:
            value = " and ".join(given) or "empty"
            allowed = "exactly one of " + ", ".join(step.__struct_fields__)
            raise ScenarioValue(file=path, key=f"steps.{number}", value=value, allowed=allowed)
        if step.arm is not None:
            _whole(path, f"steps.{number}.arm.depth_mm", step.arm.depth_mm, "mm")
            _whole(path, f"steps.{number}.arm.dose_ul", step.arm.dose_ul, "uL")
            _whole(path, f"steps.{number}.arm.rate_per_s", step.arm.rate_per_s, "shot")
            _one_of(path, f"steps.{number}.arm.zone", step.arm.zone, tuple(zones))
            _one_of(path, f"steps.{number}.arm.side", step.arm.side, zones[step.arm.zone])
    sides = tuple(f"{zone} {side}" for zone, of_zone in zones.items() for side in of_zone)
    for key in scenario.expect.zones:
        _one_of(path, "expect.zones", key, sides)


def _whole(path: Path, key: str, value: Decimal | None, unit: str) -> None:
    if value is not None and not (value.is_finite() and value > 0 and value * 1000 == int(value * 1000)):
        raise ScenarioValue(
            file=path, key=key, value=written(value), allowed=f"more than 0, in whole thousandths of a {unit}"
        )


def _one_of(path: Path, key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ScenarioValue(file=path, key=key, value=written(value), allowed=", ".join(allowed))
