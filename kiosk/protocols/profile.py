"""The checked profiles as the rest of the product sees them: integers only, every figure with its source and grade.

The one thing only this file knows is the shape of a resolved profile. The files' own shape (mm, uL) is in `files`,
the way from one to the other in `resolve`. Depth um, volume nL, rate mHz, pressure kPa, lengths nm where named so.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drivers.registers import Mode, SyringeType

Grade = Literal["A", "B", "clinic", "device", ""]
"""A paper, drug label or learned society; B named clinician, course, manual; the clinic's own; the device's own.
Empty where the clinic still has to give the figure."""
ModeName = Literal["single", "burst", "continuous"]
MODES: dict[str, Mode] = {"single": Mode.SINGLE, "burst": Mode.BURST, "continuous": Mode.CONTINUOUS}
Technique = Literal["epidermal", "nappage", "papule", "point by point", "clinic"]


class Figure(msgspec.Struct, frozen=True):
    """A figure that drives the device.

    All None where the clinic has to give it; `default` None alone: no source gives one, start at the lowest.
    """

    source: str
    grade: Grade
    default: int | None = None
    soft: tuple[int, int] | None = None
    hard: tuple[int, int] | None = None

    @property
    def needs_clinic(self) -> bool:
        return self.hard is None


class Guide(msgspec.Struct, frozen=True):
    """A figure that people follow: spacing, angle, sessions, interval. None where the clinic has to give it."""

    source: str
    grade: Grade
    low: int | None = None
    high: int | None = None

    @property
    def needs_clinic(self) -> bool:
        return self.low is None


class Cap(msgspec.Struct, frozen=True):
    """What the device can do."""

    low: int
    high: int
    step: int


class Pins(msgspec.Struct, frozen=True):
    """BCM numbers of the Pi's signals."""

    stop_a: int
    stop_b: int
    enable: int
    feedback: int
    pedal_no: int
    pedal_nc: int
    red: int
    yellow: int
    cyan: int
    buzzer: int


class Factory(msgspec.Struct, frozen=True):
    """What one plunger step moves by construction, pL, by barrel: where measuring begins, never what is armed with."""

    source: str
    pl_per_step_1: int
    pl_per_step_2: int
    pl_per_step_5: int
    pl_per_step_10: int


class Device(msgspec.Struct, frozen=True):
    """The injector as built.

    Attributes:
        barrel_sensed: The clamp senses the barrel (LIM-12); without it `unsensed_dose_nl` binds every shot.
        needle_um_per_s, needle_um_per_s2: Speed and acceleration of the carriage.
        park_um: The needle rests this far behind the skin plate, so a stroke travels park + depth.
        flow_nl_per_s, slowest_nl_per_s: Highest and lowest flow of the plunger in a shot.
        tubing_nl: Dead volume of the tubing and connectors between syringe and needle.
        prime_nl, refill_prime_nl: What a full prime pushes beyond the dead volume, and a refill's short prime (LIM-14).
        arming_shots: Planned shots a person is offered first.
        viscosity_upas: Viscosity taken for a product that states none, uPa s (water: 1000).
        factory: For an injector that has lost its calibration; None where the profile names none.
    """

    key: str
    title: str
    pins: Pins
    depth: Cap
    dose: Cap
    rate: Cap
    shots: Cap
    arming_shots: int
    barrel_sensed: bool
    unsensed_dose_nl: int
    needle_um_per_s: int
    needle_um_per_s2: int
    park_um: int
    flow_nl_per_s: int
    slowest_nl_per_s: int
    tubing_nl: int
    prime_nl: int
    refill_prime_nl: int
    viscosity_upas: int
    source: str
    factory: Factory | None = None


class Needle(msgspec.Struct, frozen=True):
    """A needle.

    Attributes:
        bore_nm: Smallest inner diameter, nm.
        length_um: Free length of the cannula, um; no deeper than this.
        pressure_kpa: Highest pressure before it, kPa.
        hub_nl: Volume of its hub, nL.
        shots_max: Shots after which it has to be changed; 0 when no source gives a number.
    """

    key: str
    title: str
    gauge: int
    bore_nm: int
    length_um: int
    pressure_kpa: int
    hub_nl: int
    shots_max: int
    source: str


class Syringe(msgspec.Struct, frozen=True):
    """A syringe. `dose_nl` is the barrel's hard dose of one shot (LIM-12), `reserve_nl` where the plunger stops."""

    key: str
    title: str
    type: SyringeType
    barrel_nl: int
    dose_nl: int
    reserve_nl: int
    source: str


class Product(msgspec.Struct, frozen=True):
    """A product. Limits are None where its label states none; every one is hard.

    Attributes:
        point_nl, session_nl, session_shots: Most in one point, of this product in one session, points in one session.
        course_sessions, course_nl: Most sessions and volume in one course.
        interval_days: Fewest days between two sessions.
        viscosity_upas: Viscosity, uPa s.
        gtin: Number in the code of its pack, 14 digits; "" where none is known.
    """

    key: str
    title: str
    example: bool
    detail: str
    source: str
    grade: Grade
    point_nl: int | None = None
    session_nl: int | None = None
    session_shots: int | None = None
    course_sessions: int | None = None
    course_nl: int | None = None
    interval_days: int | None = None
    viscosity_upas: int | None = None
    gtin: str = ""


class Zone(msgspec.Struct, frozen=True):
    """Where it may be done. `spacing_um` and `angle_deg` are for the person; the device senses neither."""

    key: str
    title: str
    paired: bool
    technique: Technique
    depth: Figure
    dose: Figure
    spacing_um: Guide
    angle_deg: Guide
    zone_shots: Figure | None = None
    zone_nl: Figure | None = None

    @property
    def sides(self) -> tuple[str, ...]:
        """What a setting's side may be (LIM-15)."""
        return ("left", "right") if self.paired else ("whole",)


class Item(msgspec.Struct, frozen=True):
    """One line of screening, preparation or aftercare, with the grade of its source."""

    key: str
    text: str
    source: str
    grade: str


class Protocol(msgspec.Struct, frozen=True):
    """One treatment. `sessions` and `interval_days` are of a course; `preparation` and `aftercare` name items."""

    key: str
    title: str
    summary: str
    example: bool
    modes: tuple[ModeName, ...]
    rate: Figure
    zones: tuple[Zone, ...]
    sessions: Guide
    interval_days: Guide
    preparation: tuple[Item, ...]
    aftercare: tuple[Item, ...]
    screening: tuple[Item, ...]
    session_shots: Figure | None = None
    session_nl: Figure | None = None

    def zone(self, key: str) -> Zone | None:
        """The zone of that key, or None."""
        return next((zone for zone in self.zones if zone.key == key), None)

    @property
    def clinic_keys(self) -> tuple[str, ...]:
        """Dotted keys of the figures that the clinic has still to give; empty for a profile that can be approved."""
        named: list[tuple[str, Figure | Guide | None]] = [
            ("rate_per_s", self.rate),
            ("sessions", self.sessions),
            ("interval_days", self.interval_days),
            ("session_shots", self.session_shots),
            ("session_ul", self.session_nl),
        ]
        for zone in self.zones:
            named += [
                (f"zones.{zone.key}.depth_mm", zone.depth),
                (f"zones.{zone.key}.dose_ul", zone.dose),
                (f"zones.{zone.key}.spacing_mm", zone.spacing_um),
                (f"zones.{zone.key}.angle_deg", zone.angle_deg),
                (f"zones.{zone.key}.shots", zone.zone_shots),
                (f"zones.{zone.key}.total_ul", zone.zone_nl),
            ]
        return tuple(key for key, figure in named if figure is not None and figure.needs_clinic)
