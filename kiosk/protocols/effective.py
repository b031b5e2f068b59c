"""The effective range of every setting: the tightest of all origins (LIM-4).

The one thing only this file knows is which origins bound which setting. A default that a tighter limit passes is moved
to that limit: it is an offer that the person sees and confirms, not a value that anybody asked for.
"""

from __future__ import annotations

import msgspec

from drivers.registers import Calibration, Identity, SyringeType
from kiosk.protocols.errors import NothingAllowed
from kiosk.protocols.limits import Limit, Origin, Range, ZoneRanges, tightest_high, tightest_low
from kiosk.protocols.profile import Cap, Device, Figure, Needle, Product, Protocol, Syringe, Zone
from kiosk.protocols.words import ORIGIN_WORDS, amount

PROJECTED_NUM, PROJECTED_DEN = 21, 20
"""LIM-6: what is about to be given counts at commanded x 1.05."""
STORED_FREE_NL = 1000
"""STP-6: up to this stored volume any dose is allowed; above it the dose is at least 20 times the volume (5 %)."""


class Parts(msgspec.Struct, frozen=True):
    """What an envelope is made of."""

    device: Device
    identity: Identity
    calibration: Calibration
    needle: Needle
    syringe: Syringe
    protocol: Protocol
    product: Product | None


def projected(nl: int) -> int:
    """`nl` x 1.05, rounded up to whole nL (LIM-6)."""
    return -(-nl * PROJECTED_NUM // PROJECTED_DEN)


def fits_projected(room_nl: int, dose_nl: int) -> int:
    """How many shots of `dose_nl` fit into `room_nl` at commanded x 1.05; 0 when there is no room."""
    return max(0, room_nl) * PROJECTED_DEN // (dose_nl * PROJECTED_NUM)


def stored_nl(identity: Identity) -> int:
    """What the fluid path stores at the occlusion threshold, nL, rounded up: it may come out after a stop (STP-6)."""
    return -(-identity.occlusion_kpa * identity.compliance_nl_per_100kpa // 100)


def smallest_dose_nl(calibration: Calibration, barrel: SyringeType) -> int:
    """The smallest dose that passed calibration with this barrel, nL; 0 when none did (ACU-1)."""
    return {
        SyringeType.NONE: 0,
        SyringeType.ML_1: calibration.smallest_dose_1_nl,
        SyringeType.ML_2: calibration.smallest_dose_2_nl,
        SyringeType.ML_5: calibration.smallest_dose_5_nl,
        SyringeType.ML_10: calibration.smallest_dose_10_nl,
    }[barrel]


def figure_origin(figure: Figure, origin: Origin) -> Origin:
    """The clinic where the clinic gave the figure, else where the figure stands."""
    return Origin.CLINIC if figure.grade == "clinic" else origin


class Bounds(msgspec.Struct, frozen=True):
    """What bounds one setting beside its figure, and the step all of it is brought to."""

    what: str
    unit: str
    cap: Cap
    lows: tuple[Limit, ...] = ()
    highs: tuple[Limit, ...] = ()


def effective(bounds: Bounds, figure: Figure, origin: Origin, zone: str) -> Range:
    """The range of one setting. A figure that the clinic has still to give adds no bound and starts at the lowest.

    Raises:
        NothingAllowed: lowest above highest, or the usual (soft) range outside what the parts allow.
    """
    step = bounds.cap.step
    origin = figure_origin(figure, origin)
    lows = (Limit(bounds.cap.low, Origin.DEVICE), *bounds.lows)
    highs = (Limit(bounds.cap.high, Origin.DEVICE), *bounds.highs)
    if figure.hard is not None:
        lows += (Limit(figure.hard[0], origin),)
        highs += (Limit(figure.hard[1], origin),)
    low = tightest_low(tuple(Limit(-(-limit.value // step) * step, limit.origin) for limit in lows))
    high = tightest_high(tuple(Limit(limit.value // step * step, limit.origin) for limit in highs))
    _room(bounds, zone, low, high, "")
    soft_low = soft_high = None
    if figure.soft is not None:
        soft_low, soft_high = (Limit(value, origin) for value in figure.soft)
        _room(bounds, zone, low, soft_high, "usual ")
        _room(bounds, zone, soft_low, high, "usual ")
        soft_low, soft_high = tightest_low((soft_low, low)), tightest_high((soft_high, high))
    offer = low.value if figure.default is None else figure.default
    floor, ceiling = (soft_low or low).value, (soft_high or high).value
    return Range(
        unit=bounds.unit,
        step=step,
        hard_low=low,
        hard_high=high,
        default=min(max(offer, floor), ceiling),
        soft_low=soft_low,
        soft_high=soft_high,
        source=figure.source,
        grade=figure.grade,
        needs_clinic=figure.needs_clinic,
    )


def _room(bounds: Bounds, zone: str, low: Limit, high: Limit, usual: str) -> None:
    if low.value > high.value:
        raise NothingAllowed(
            what=usual + bounds.what,
            zone=zone,
            low=amount(low.value, bounds.unit),
            low_origin=ORIGIN_WORDS[low.origin],
            high=amount(high.value, bounds.unit),
            high_origin=ORIGIN_WORDS[high.origin],
        )


def zone_ranges(parts: Parts, zone: Zone) -> ZoneRanges:
    """The four ranges of `zone`.

    Raises:
        NothingAllowed: some setting has no value left.
    """
    return ZoneRanges(
        depth=effective(_depth(parts), zone.depth, Origin.ZONE, zone.title),
        dose=effective(_dose(parts), zone.dose, Origin.ZONE, zone.title),
        rate=effective(_rate(parts), parts.protocol.rate, Origin.PROTOCOL, zone.title),
        shots=_shots(parts, zone),
    )


def _depth(parts: Parts) -> Bounds:
    highs = (
        Limit(parts.identity.cap_depth_um, Origin.CONTROLLER),
        Limit(parts.needle.length_um, Origin.NEEDLE),
    )
    return Bounds("depth", "um", parts.device.depth, highs=highs)


def _dose(parts: Parts) -> Bounds:
    stored = stored_nl(parts.identity)
    lows = [Limit(smallest_dose_nl(parts.calibration, parts.syringe.type), Origin.CALIBRATION)]
    if stored > STORED_FREE_NL:
        lows.append(Limit(20 * stored, Origin.CONTROLLER))
    highs = [
        Limit(parts.identity.cap_dose_nl, Origin.CONTROLLER),
        Limit(parts.syringe.dose_nl, Origin.SYRINGE),
    ]
    if not parts.device.barrel_sensed:
        highs.append(Limit(parts.device.unsensed_dose_nl, Origin.SYRINGE))
    if parts.product is not None and parts.product.point_nl is not None:
        highs.append(Limit(parts.product.point_nl * PROJECTED_DEN // PROJECTED_NUM, Origin.PRODUCT))
    return Bounds("dose", "nL", parts.device.dose, tuple(lows), tuple(highs))


def _rate(parts: Parts) -> Bounds:
    return Bounds("rate", "mHz", parts.device.rate, highs=(Limit(parts.identity.cap_rate_mhz, Origin.CONTROLLER),))


def _shots(parts: Parts, zone: Zone) -> Range:
    bounds = Bounds("shots", "shots", parts.device.shots, highs=tuple(session_shot_limits(parts)))
    if zone.zone_shots is not None:
        return effective(bounds, zone.zone_shots, Origin.ZONE, zone.title)
    offered = Figure(
        source="offered by the device; the person plans the number",
        grade="device",
        default=parts.device.arming_shots,
        hard=(parts.device.shots.low, parts.device.shots.high),
    )
    return effective(bounds, offered, Origin.DEVICE, zone.title)


def most(figure: Figure | None, origin: Origin) -> Limit | None:
    """The upper hard bound of a figure; None where there is none."""
    return None if figure is None or figure.hard is None else Limit(figure.hard[1], figure_origin(figure, origin))


def session_shot_limits(parts: Parts) -> list[Limit]:
    """Every limit on the number of shots in one session, whatever its zones."""
    limits = [most(parts.protocol.session_shots, Origin.PROTOCOL)]
    if parts.product is not None and parts.product.session_shots is not None:
        limits.append(Limit(parts.product.session_shots, Origin.PRODUCT))
    return [limit for limit in limits if limit is not None]
