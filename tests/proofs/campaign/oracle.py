"""The tightest hard limit of everything, worked out again from the profiles alone.

Only this file knows, for the campaign, which figure of which part bounds what. It shares nothing with the Envelope: it
reads protocol, zone, product, needle and syringe as data and takes the least.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from drivers.registers import AuthorisationBlock
from kiosk.protocols.library import Library
from kiosk.protocols.profile import Figure

CAP_UM, CAP_NL, CAP_MHZ = 6000, 200_000, 9000
FIVE_PERCENT_MORE = Fraction(21, 20)


class Parts(NamedTuple):
    """Keys of what a session treats with, as its record says."""

    protocol: str
    product: str
    needle: str
    syringe: str


class Hard(NamedTuple):
    """Hard limits of one zone; None where there is none."""

    depth_low: int
    depth: int
    dose_low: int
    dose: int
    rate: int
    zone_shots: int | None
    zone_nl: int | None
    session_shots: int | None
    session_nl: int | None
    point_nl: int | None
    product_shots: int | None
    product_nl: int | None
    course_nl: int | None
    course_sessions: int | None
    soft_depth: tuple[int, int] | None
    soft_dose: tuple[int, int] | None
    soft_rate: tuple[int, int] | None


def hard(library: Library, parts: Parts, zone_key: str, smallest_nl: int) -> Hard:
    """What bounds a shot in this zone with these parts; `smallest_nl` passed calibration with this barrel."""
    protocol, product = library.protocols[parts.protocol], library.products[parts.product]
    needle, syringe = library.needles[parts.needle], library.syringes[parts.syringe]
    zone = next(zone for zone in protocol.zones if zone.key == zone_key)
    dose = [CAP_NL, syringe.dose_nl, _high(zone.dose)]
    if product.point_nl is not None:
        dose.append(int(product.point_nl / FIVE_PERCENT_MORE))
    return Hard(
        depth_low=max(50, _low(zone.depth)),
        depth=_least(CAP_UM, needle.length_um, _high(zone.depth)),
        dose_low=max(1000, smallest_nl, _low(zone.dose)),
        dose=_least(*dose),
        rate=_least(CAP_MHZ, _high(protocol.rate)),
        zone_shots=_high(zone.zone_shots),
        zone_nl=_high(zone.zone_nl),
        session_shots=_high(protocol.session_shots),
        session_nl=_high(protocol.session_nl),
        point_nl=product.point_nl,
        product_shots=product.session_shots,
        product_nl=product.session_nl,
        course_nl=product.course_nl,
        course_sessions=product.course_sessions,
        soft_depth=zone.depth.soft,
        soft_dose=zone.dose.soft,
        soft_rate=protocol.rate.soft,
    )


def outside(block: AuthorisationBlock, limits: Hard) -> str:
    """Which value of an authorisation lies outside, or ""."""
    if not limits.depth_low <= block.depth_um <= limits.depth or block.depth_um % 50:
        return f"depth {block.depth_um} um of {limits.depth_low} to {limits.depth}"
    if not limits.dose_low <= block.dose_nl <= limits.dose or block.dose_nl % 1000:
        return f"dose {block.dose_nl} nL of {limits.dose_low} to {limits.dose}"
    if block.interval_ms * limits.rate < 1_000_000:
        return f"interval {block.interval_ms} ms, and at most {limits.rate} mHz"
    return ""


def past_soft(block: AuthorisationBlock, rate_mhz: int, limits: Hard) -> list[tuple[str, int]]:
    """Values beyond their soft limits: which, and how much it is."""
    values = (
        ("depth", block.depth_um, limits.soft_depth),
        ("dose", block.dose_nl, limits.soft_dose),
        ("rate", rate_mhz, limits.soft_rate),
    )
    return [(name, value) for name, value, soft in values if soft is not None and not soft[0] <= value <= soft[1]]


def _high(figure: Figure | None) -> int | None:
    return None if figure is None or figure.hard is None else figure.hard[1]


def _low(figure: Figure) -> int:
    return 0 if figure.hard is None else figure.hard[0]


def _least(*limits: int | None) -> int:
    return min(limit for limit in limits if limit is not None)
