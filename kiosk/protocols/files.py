"""The shape of the TOML files as a person writes them: mm, uL, shots/s, days, and a source beside every figure.

The one thing only this file knows is which keys a file may have. Unknown keys are refused; the descriptions here become
the JSON Schema that editors show. Numbers are decimals, so that 0.1 mm is exactly 100 um.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.protocols.profile import ModeName, Technique

GradeWritten = Literal["A", "B", "C", "clinic", ""]

Source = Annotated[
    str,
    Meta(
        description=(
            'Where the figure comes from. Exactly "clinic" where no grade A or B source exists: then no value may '
            "stand beside it, and the profile cannot be approved until the clinic has given one."
        )
    ),
]
Grade = Annotated[
    GradeWritten,
    Meta(
        description=(
            "A: paper, drug label or learned society. B: named clinician, course or manual. clinic: the clinic's own, "
            "with the person named in source. Grade C never drives the device."
        )
    ),
]
COUNT_MOST = 100_000
"""Points, sessions or days: more is a slip of the finger, and a number that a record cannot hold must not get in."""
Count = Annotated[int, Meta(ge=1, le=COUNT_MOST)]
Pair = tuple[Decimal, Decimal]
Default = Annotated[Decimal | None, Meta(description="Offered first. Without one the lowest allowed value is offered.")]
Soft = Annotated[Pair | None, Meta(description="[low, high] usual range; beyond it a person confirms with a reason.")]
Hard = Annotated[Pair | None, Meta(description="[low, high] that nothing can override.")]


class FigureFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that drives the device."""

    source: Source
    grade: Grade = ""
    default: Default = None
    soft: Soft = None
    hard: Hard = None


class GuideFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that people follow; the device senses nothing of it."""

    source: Source
    grade: Grade = ""
    range: Annotated[Pair | None, Meta(description="[low, high]; twice the same number where there is only one.")] = (
        None
    )


class ZoneFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One zone of the body."""

    title: Annotated[str, Meta(description="As the screen names it.", min_length=1)]
    technique: Annotated[Technique, Meta(description="The technique's name; clinic where the clinic chooses it.")]
    depth_mm: Annotated[FigureFile, Meta(description="Needle travel from the skin plate, mm, steps of 0.05.")]
    dose_ul: Annotated[FigureFile, Meta(description="Plunger displacement of one shot, uL, steps of 1.")]
    spacing_mm: Annotated[GuideFile, Meta(description="Distance between two points, mm.")]
    angle_deg: Annotated[GuideFile, Meta(description="Needle to skin, degrees. An angle never raises a limit.")]
    paired: Annotated[bool, Meta(description="True where there is a left and a right one.")] = False
    shots: Annotated[FigureFile | None, Meta(description="Shots in this zone and session.")] = None
    total_ul: Annotated[FigureFile | None, Meta(description="Volume in this zone and session, uL.")] = None


class ProtocolFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One treatment. The file's name is its key."""

    title: Annotated[str, Meta(description="As the screen names it.", min_length=1)]
    summary: Annotated[str, Meta(description="One sentence: what is done. No effect is claimed.")]
    modes: Annotated[tuple[ModeName, ...], Meta(description="Modes that may be armed.", min_length=1)]
    rate_per_s: Annotated[FigureFile, Meta(description="Shots per second, steps of 0.1.")]
    sessions: Annotated[GuideFile, Meta(description="Sessions of a course.")]
    interval_days: Annotated[GuideFile, Meta(description="Days between two sessions; sooner asks for a reason.")]
    preparation: Annotated[tuple[str, ...], Meta(description="Keys of preparation.toml.")]
    aftercare: Annotated[tuple[str, ...], Meta(description="Keys of aftercare.toml.")]
    zones: Annotated[dict[str, ZoneFile], Meta(description="Zones by key.", min_length=1)]
    example: Annotated[bool, Meta(description="True: shipped as an example, to be reviewed by the clinic.")] = False
    session_shots: Annotated[FigureFile | None, Meta(description="Shots in one session, all zones.")] = None
    session_ul: Annotated[FigureFile | None, Meta(description="Volume in one session, all zones, uL.")] = None


class CapFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What the device can do: lowest, highest, step."""

    low: Decimal
    high: Decimal
    step: Decimal


class PinsFile(Struct, frozen=True, forbid_unknown_fields=True):
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


class CapsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What the device can do."""

    source: str
    depth_mm: CapFile
    dose_ul: CapFile
    rate_per_s: CapFile
    shots: CapFile
    arming_shots: Annotated[int, Meta(description="Planned shots that a person is offered first.")]
    barrel_sensed: Annotated[bool, Meta(description="The clamp senses the barrel.")]
    unsensed_dose_ul: Annotated[Decimal, Meta(description="Hard dose without a sensor: the smallest barrel's.")]


class MechanicsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """How the device moves, and what its fluid path holds."""

    source: str
    needle_mm_per_s: Decimal
    needle_m_per_s2: Decimal
    park_mm: Annotated[Decimal, Meta(description="The needle rests this far behind the skin plate.")]
    flow_ul_per_s: Annotated[Decimal, Meta(description="Highest flow of the plunger.")]
    slowest_ul_per_s: Annotated[Decimal, Meta(description="Lowest flow of a shot; a needle has to let it through.")]
    tubing_ul: Annotated[Decimal, Meta(description="Dead volume between syringe and needle hub.")]
    prime_ul: Annotated[Decimal, Meta(description="Pushed beyond the dead volume at a full prime.")]
    refill_prime_ul: Annotated[Decimal, Meta(description="Pushed at a refill for the same patient.")]
    viscosity_mpa_s: Annotated[Decimal, Meta(description="Taken for a product that states none.")]


StepPl = Annotated[int, Meta(description="What one plunger step moves by construction, pL.", ge=1, le=1_000_000)]


class FactoryFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What the plunger moves by construction, for an injector that has lost its calibration."""

    source: str
    pl_per_step_1: StepPl
    pl_per_step_2: StepPl
    pl_per_step_5: StepPl
    pl_per_step_10: StepPl


class DeviceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The injector as built. The file's name is its key."""

    title: str
    pins: PinsFile
    caps: CapsFile
    mechanics: MechanicsFile
    factory: Annotated[
        FactoryFile | None, Meta(description="Without it an injector that lost its calibration is not mended here.")
    ] = None


class NeedleFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A needle."""

    title: str
    gauge: Annotated[int, Meta(ge=27, le=34)]
    bore_mm: Annotated[Decimal, Meta(description="Smallest inner diameter, mm.")]
    length_mm: Annotated[Decimal, Meta(description="Free length; no deeper than this.")]
    pressure_kpa: Annotated[int, Meta(description="Highest pressure before it.", ge=1, le=1000)]
    hub_ul: Decimal
    source: str
    shots_max: Annotated[
        int,
        Meta(description="Shots of one needle, then it is changed; 0: no source gives a number.", ge=0, le=COUNT_MOST),
    ] = 0


class NeedlesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Needles by key."""

    needles: Annotated[dict[str, NeedleFile], Meta(min_length=1)]


class SyringeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A syringe."""

    title: str
    barrel_ml: Annotated[Literal[1, 2, 5, 10], Meta(description="Printed volume.")]
    dose_ul: Annotated[Decimal, Meta(description="The barrel's hard dose of one shot.")]
    source: str


class SyringesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Syringes by key."""

    syringes: Annotated[dict[str, SyringeFile], Meta(min_length=1)]


class ProductFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A product. Every limit is hard; one that the label does not state is left out."""

    title: str
    detail: str
    source: str
    grade: Grade = ""
    example: bool = False
    gtin: Annotated[
        str | None,
        Meta(description="Number in the code of its pack (GS1 01), 8, 12, 13 or 14 digits with the check digit."),
    ] = None
    point_ul: Annotated[Decimal | None, Meta(description="Most in one point.")] = None
    session_ul: Annotated[Decimal | None, Meta(description="Most in one session.")] = None
    session_points: Annotated[Count | None, Meta(description="Most points in one session.")] = None
    course_sessions: Annotated[Count | None, Meta(description="Most sessions in one course.")] = None
    course_ul: Annotated[Decimal | None, Meta(description="Most in one course.")] = None
    interval_days: Annotated[
        Annotated[int, Meta(ge=0, le=COUNT_MOST)] | None, Meta(description="Fewest days between two sessions.")
    ] = None
    viscosity_mpa_s: Annotated[Decimal | None, Meta(description="Viscosity at room temperature.")] = None


class ProductsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Products by key."""

    products: Annotated[dict[str, ProductFile], Meta(min_length=1)]


class ItemFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of screening, preparation, aftercare, clean-up or the reactions that may be noted."""

    text: Annotated[str, Meta(min_length=1)]
    source: str
    grade: Annotated[Literal["A", "B", "C", "clinic"], Meta(description="Of the source; a text drives nothing.")]


class ItemsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Lines by key, in the order they are shown."""

    items: Annotated[dict[str, ItemFile], Meta(min_length=1)]
