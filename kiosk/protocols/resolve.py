"""From the shapes of the files to the checked profiles: mm and uL become exact um and nL on the device's step.

The one thing only this file knows is what makes a figure acceptable: a source, a grade of A or B (or the clinic's own),
bounds that do not contradict each other (LIM-2), and nothing at all where the clinic has still to give it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from drivers.registers import BARREL_NL, DEPTH_STEP_UM, DOSE_STEP_NL, SyringeType
from kiosk.protocols.errors import LimitsInvalid, ProfileValue, ReferenceUnknown
from kiosk.protocols.files import (
    CapFile,
    DeviceFile,
    FigureFile,
    GuideFile,
    ItemFile,
    NeedleFile,
    ProductFile,
    ProtocolFile,
    SyringeFile,
    ZoneFile,
)
from kiosk.protocols.limits import Limit, Origin, Range
from kiosk.protocols.profile import (
    Cap,
    Device,
    Factory,
    Figure,
    Grade,
    Guide,
    Item,
    Needle,
    Pins,
    Product,
    Protocol,
    Syringe,
    Zone,
)
from kiosk.protocols.reading import written

CLINIC = "clinic"
RATE_STEP_MHZ = 100
RESERVE_PERCENT = 2
"""The plunger stops at 2 % of the barrel (DESIGN, controller rules)."""
MOST = 10**9
"""No figure of a profile is larger, in any of its units."""


class Scale(msgspec.Struct, frozen=True):
    """How a written number becomes an integer: times `factor`, a multiple of `step`."""

    unit: str
    factor: int
    step: int = 1


DEPTH = Scale("mm", 1000, DEPTH_STEP_UM)
DOSE = Scale("uL", 1000, DOSE_STEP_NL)
RATE = Scale("shots/s", 1000, RATE_STEP_MHZ)
COUNT = Scale("whole numbers", 1)
LENGTH = Scale("mm", 1000)
VOLUME = Scale("uL", 1000)
BORE = Scale("mm", 1_000_000)
ACCELERATION = Scale("m/s2", 1_000_000)
VISCOSITY = Scale("mPa s", 1000)


class Place(msgspec.Struct, frozen=True):
    """Where in which file something stands, for the error that names it."""

    file: Path
    key: str = ""

    def at(self, key: str) -> Place:
        """The same file, one key further in."""
        return Place(self.file, f"{self.key}.{key}" if self.key else key)

    def wrong(self, value: object, allowed: str) -> ProfileValue:
        """The error that names it."""
        return self.told(written(value), allowed)

    def told(self, what: str, allowed: str) -> ProfileValue:
        """The error in words, where it is not one value that is wrong."""
        return ProfileValue(file=self.file, key=self.key, value=what, allowed=allowed)


def exact(place: Place, value: Decimal, scale: Scale, *, least: int = 0) -> int:
    """`value` as an integer of the product's own unit.

    Raises:
        ProfileValue: not finite, below `least`, absurdly large, or between two steps.
    """
    step = Decimal(scale.step) / scale.factor
    allowed = f"{Decimal(least) / scale.factor:f} {scale.unit} or more, in steps of {step:f}"
    if not value.is_finite():
        raise place.wrong(value, allowed)
    number = value * scale.factor
    if not least <= number <= MOST or number % scale.step:
        raise place.wrong(value, allowed)
    return int(number)


def _pair(place: Place, pair: tuple[Decimal, Decimal], scale: Scale, least: int) -> tuple[int, int]:
    low, high = (exact(place, value, scale, least=least) for value in pair)
    if low > high:
        raise place.wrong(list(pair), "[low, high] with low not above high")
    return low, high


def _graded(place: Place, source: str, grade: str, values: tuple[object, ...]) -> Grade:
    """The grade of a figure; a source of "clinic" holds neither grade nor values."""
    given = any(value is not None for value in values)
    if source == CLINIC:
        if given or grade:
            raise place.told(
                'source = "clinic" with a value or grade',
                'source = "clinic" alone; once the clinic has given it, name the person in source and write '
                'grade = "clinic"',
            )
        return ""
    if not source.strip():
        raise place.at("source").wrong(source, 'where the figure comes from, or "clinic"')
    match grade:
        case "A" | "B" | "clinic":
            return grade
        case _:
            raise place.at("grade").wrong(
                grade, '"A", "B", or "clinic" with the person named in source; no other grade may drive the device'
            )


def figure(place: Place, raw: FigureFile, scale: Scale) -> Figure:
    """A figure that drives the device.

    Raises:
        ProfileValue: see `_graded`, `exact` and `Range`.
    """
    grade = _graded(place, raw.source, raw.grade, (raw.default, raw.soft, raw.hard))
    if not grade:
        return Figure(source=CLINIC, grade="")
    if raw.hard is None:
        raise place.told("without hard limits", "hard = [low, high] beside its source")
    hard = _pair(place.at("hard"), raw.hard, scale, scale.step)
    soft = None if raw.soft is None else _pair(place.at("soft"), raw.soft, scale, scale.step)
    default = None if raw.default is None else exact(place.at("default"), raw.default, scale, least=scale.step)
    inner = soft or hard
    try:
        Range(
            unit=f"/{scale.factor} {scale.unit}",
            step=scale.step,
            hard_low=Limit(hard[0], Origin.PROTOCOL),
            hard_high=Limit(hard[1], Origin.PROTOCOL),
            soft_low=Limit(inner[0], Origin.PROTOCOL),
            soft_high=Limit(inner[1], Origin.PROTOCOL),
            default=inner[0] if default is None else default,
        )
    except LimitsInvalid as error:
        shown = f"default {_told(raw.default)}, soft {_told(raw.soft)}, hard {_told(raw.hard)}"
        raise place.told(shown, "hard low <= soft low <= default <= soft high <= hard high") from error
    return Figure(source=raw.source, grade=grade, default=default, soft=soft, hard=hard)


def _told(value: Decimal | tuple[Decimal, Decimal] | None) -> str:
    match value:
        case None:
            return "none"
        case (low, high):
            return f"[{low}, {high}]"
        case number:
            return str(number)


def total(place: Place, raw: FigureFile, scale: Scale) -> Figure:
    """A figure that bounds a total: hard only, for nothing asks about a total that passes what is usual.

    Raises:
        ProfileValue: a soft limit, which nobody would keep; and see `figure`.
    """
    if raw.soft is not None:
        raise place.at("soft").wrong(list(raw.soft), "no soft limit of a total; give what binds it as hard")
    return figure(place, raw, scale)


def guide(place: Place, raw: GuideFile, scale: Scale, *, least: int = 0) -> Guide:
    """A figure that people follow.

    Raises:
        ProfileValue: see `_graded` and `exact`.
    """
    grade = _graded(place, raw.source, raw.grade, (raw.range,))
    if not grade:
        return Guide(source=CLINIC, grade="")
    if raw.range is None:
        raise place.told("without a range", "range = [low, high] beside its source")
    low, high = _pair(place.at("range"), raw.range, scale, least)
    return Guide(source=raw.source, grade=grade, low=low, high=high)


def zone(place: Place, key: str, raw: ZoneFile) -> Zone:
    """One zone of a protocol."""
    return Zone(
        key=key,
        title=raw.title,
        paired=raw.paired,
        technique=raw.technique,
        depth=figure(place.at("depth_mm"), raw.depth_mm, DEPTH),
        dose=figure(place.at("dose_ul"), raw.dose_ul, DOSE),
        spacing_um=guide(place.at("spacing_mm"), raw.spacing_mm, LENGTH, least=1),
        angle_deg=guide(place.at("angle_deg"), raw.angle_deg, COUNT, least=1),
        zone_shots=None if raw.shots is None else total(place.at("shots"), raw.shots, COUNT),
        zone_nl=None if raw.total_ul is None else total(place.at("total_ul"), raw.total_ul, DOSE),
    )


class Lists(msgspec.Struct, frozen=True):
    """What protocols refer to by key, in the order it is shown."""

    screening: dict[str, Item]
    preparation: dict[str, Item]
    aftercare: dict[str, Item]


def protocol(file: Path, raw: ProtocolFile, lists: Lists) -> Protocol:
    """One treatment; its key is the file's name.

    Raises:
        ProfileValue, ReferenceUnknown: the first key that is wrong.
    """
    place = Place(file)
    shots, volume = raw.session_shots, raw.session_ul
    return Protocol(
        key=file.stem,
        title=raw.title,
        summary=raw.summary,
        example=raw.example,
        modes=raw.modes,
        rate=figure(place.at("rate_per_s"), raw.rate_per_s, RATE),
        zones=tuple(zone(place.at("zones").at(key), key, entry) for key, entry in raw.zones.items()),
        sessions=guide(place.at("sessions"), raw.sessions, COUNT, least=1),
        interval_days=guide(place.at("interval_days"), raw.interval_days, COUNT),
        preparation=_named(place.at("preparation"), raw.preparation, lists.preparation),
        aftercare=_named(place.at("aftercare"), raw.aftercare, lists.aftercare),
        screening=tuple(lists.screening.values()),
        session_shots=None if shots is None else total(place.at("session_shots"), shots, COUNT),
        session_nl=None if volume is None else total(place.at("session_ul"), volume, DOSE),
    )


def _named(place: Place, keys: tuple[str, ...], items: Mapping[str, Item]) -> tuple[Item, ...]:
    for key in keys:
        if key not in items:
            raise ReferenceUnknown(file=place.file, key=place.key, value=key, allowed=", ".join(items))
    return tuple(items[key] for key in keys)


def item(key: str, raw: ItemFile) -> Item:
    """One line of a list."""
    return Item(key=key, text=raw.text, source=raw.source, grade=raw.grade)


def _cap(place: Place, raw: CapFile, scale: Scale) -> Cap:
    step = exact(place.at("step"), raw.step, scale, least=scale.step)
    stepped = Scale(scale.unit, scale.factor, step)
    low, high = _pair(place, (raw.low, raw.high), stepped, step)
    return Cap(low=low, high=high, step=step)


def device(file: Path, raw: DeviceFile) -> Device:
    """The injector as built; its key is the file's name.

    Raises:
        ProfileValue: the first key that is wrong; also a pin used twice.
    """
    pins, caps, mechanics = Place(file, "pins"), Place(file, "caps"), Place(file, "mechanics")
    seen: dict[int, str] = {}
    for name in raw.pins.__struct_fields__:
        number: int = getattr(raw.pins, name)
        if number in seen or not 0 <= number <= 27:
            raise pins.at(name).wrong(number, "a BCM number from 0 to 27 that no other signal has")
        seen[number] = name
    motion = raw.mechanics
    return Device(
        key=file.stem,
        title=raw.title,
        pins=msgspec.convert(msgspec.to_builtins(raw.pins), Pins),
        depth=_cap(caps.at("depth_mm"), raw.caps.depth_mm, DEPTH),
        dose=_cap(caps.at("dose_ul"), raw.caps.dose_ul, DOSE),
        rate=_cap(caps.at("rate_per_s"), raw.caps.rate_per_s, RATE),
        shots=_cap(caps.at("shots"), raw.caps.shots, COUNT),
        arming_shots=exact(caps.at("arming_shots"), Decimal(raw.caps.arming_shots), COUNT, least=1),
        barrel_sensed=raw.caps.barrel_sensed,
        unsensed_dose_nl=exact(caps.at("unsensed_dose_ul"), raw.caps.unsensed_dose_ul, DOSE, least=DOSE_STEP_NL),
        needle_um_per_s=exact(mechanics.at("needle_mm_per_s"), motion.needle_mm_per_s, LENGTH, least=1),
        needle_um_per_s2=exact(mechanics.at("needle_m_per_s2"), motion.needle_m_per_s2, ACCELERATION, least=1),
        park_um=exact(mechanics.at("park_mm"), motion.park_mm, LENGTH),
        flow_nl_per_s=exact(mechanics.at("flow_ul_per_s"), motion.flow_ul_per_s, VOLUME, least=1),
        slowest_nl_per_s=exact(mechanics.at("slowest_ul_per_s"), motion.slowest_ul_per_s, VOLUME, least=1),
        tubing_nl=exact(mechanics.at("tubing_ul"), motion.tubing_ul, VOLUME),
        prime_nl=exact(mechanics.at("prime_ul"), motion.prime_ul, VOLUME),
        refill_prime_nl=exact(mechanics.at("refill_prime_ul"), motion.refill_prime_ul, DOSE, least=DOSE_STEP_NL),
        viscosity_upas=exact(mechanics.at("viscosity_mpa_s"), motion.viscosity_mpa_s, VISCOSITY, least=1),
        source=f"{raw.caps.source}; {motion.source}",
        factory=None if raw.factory is None else msgspec.convert(msgspec.to_builtins(raw.factory), Factory),
    )


def needle(place: Place, key: str, raw: NeedleFile) -> Needle:
    """A needle."""
    return Needle(
        key=key,
        title=raw.title,
        gauge=raw.gauge,
        bore_nm=exact(place.at("bore_mm"), raw.bore_mm, BORE, least=1),
        length_um=exact(place.at("length_mm"), raw.length_mm, LENGTH, least=1),
        pressure_kpa=raw.pressure_kpa,
        hub_nl=exact(place.at("hub_ul"), raw.hub_ul, VOLUME),
        shots_max=raw.shots_max,
        source=raw.source,
    )


def syringe(place: Place, key: str, raw: SyringeFile) -> Syringe:
    """A syringe; its reserve is 2 % of the barrel."""
    barrel = raw.barrel_ml * 1_000_000
    return Syringe(
        key=key,
        title=raw.title,
        type=next(kind for kind in SyringeType if BARREL_NL[kind] == barrel),
        barrel_nl=barrel,
        dose_nl=exact(place.at("dose_ul"), raw.dose_ul, DOSE, least=DOSE_STEP_NL),
        reserve_nl=barrel * RESERVE_PERCENT // 100,
        source=raw.source,
    )


GTIN_LENGTHS = (8, 12, 13, 14)
GTIN_WIDTH = 14
"""Every GTIN is written with so many digits, zeros before it."""


def _gtin(place: Place, written: str | None) -> str:
    """A GTIN with its check digit: the last digit makes the sum, every second one three times, a multiple of ten."""
    if written is None:
        return ""
    whole = written.rjust(GTIN_WIDTH, "0")
    weighed = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(whole)) if whole.isdecimal() else 1
    if len(written) not in GTIN_LENGTHS or not written.isascii() or weighed % 10:
        raise place.wrong(written, "8, 12, 13 or 14 digits, the last of them the check digit")
    return whole


def product(place: Place, key: str, raw: ProductFile) -> Product:
    """A product. A stated limit needs a grade like any figure that drives the device."""

    def volume(name: str, value: Decimal | None) -> int | None:
        return None if value is None else exact(place.at(name), value, DOSE, least=DOSE_STEP_NL)

    stated = (raw.point_ul, raw.session_ul, raw.session_points, raw.course_sessions, raw.course_ul, raw.interval_days)
    limited = any(value is not None for value in stated)
    return Product(
        key=key,
        title=raw.title,
        example=raw.example,
        detail=raw.detail,
        source=raw.source,
        grade=_graded(place, raw.source, raw.grade, stated) if limited else "",
        point_nl=volume("point_ul", raw.point_ul),
        session_nl=volume("session_ul", raw.session_ul),
        session_shots=raw.session_points,
        course_sessions=raw.course_sessions,
        course_nl=volume("course_ul", raw.course_ul),
        interval_days=raw.interval_days,
        gtin=_gtin(place.at("gtin"), raw.gtin),
        viscosity_upas=(
            None
            if raw.viscosity_mpa_s is None
            else exact(place.at("viscosity_mpa_s"), raw.viscosity_mpa_s, VISCOSITY, least=1)
        ),
    )
