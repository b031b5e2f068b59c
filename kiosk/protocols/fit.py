"""Whether one shot fits its interval: the time of needle, dose and dwell against the rate.

The one thing only this file knows is how long a stroke takes: a trapezoid of the carriage each way, the dose at what
the needle lets through (Hagen-Poiseuille), and the controller's dwell. The controller spreads a dose over the whole
interval, so a shot that fits also stays below the needle's pressure limit. All times us, rounded up.
"""

from __future__ import annotations

import math

import msgspec

from drivers.registers import Identity
from kiosk.protocols.limits import Origin, Refusal
from kiosk.protocols.profile import Device, Needle, Product
from kiosk.protocols.words import ORIGIN_WORDS, amount


def interval_ms(rate_mhz: int) -> int:
    """Begin of a shot to begin of the next, ms, rounded up: never faster than asked (LIM-3). `rate_mhz` > 0."""
    return -(-1_000_000 // rate_mhz)


def travel_us(distance_um: int, device: Device) -> int:
    """Time of one way over `distance_um`: speeding up, even travel, slowing down; rounded up."""
    speed, acceleration = device.needle_um_per_s, device.needle_um_per_s2
    if distance_um * acceleration <= speed * speed:
        return math.isqrt(4 * distance_um * 10**12 // acceleration) + 1
    return -(-distance_um * 10**6 // speed) + -(-speed * 10**6 // acceleration)


class Flow(msgspec.Struct, frozen=True):
    """Highest flow, nL/s, at least 1, and what sets it."""

    nl_per_s: int
    origin: Origin


def flow(device: Device, identity: Identity, needle: Needle, product: Product | None) -> Flow:
    """The lower of the plunger's flow and what the needle lets through below its own pressure limit.

    Laminar flow of the product's viscosity, or the device's where the product states none:
    Q = pi dP d^4 / (128 mu L). The pressure is at most the occlusion threshold, where the controller stops.
    """
    stated = None if product is None else product.viscosity_upas
    viscosity = device.viscosity_upas if stated is None else stated
    pressure_pa = 1000 * min(needle.pressure_kpa, identity.occlusion_kpa)
    cubic_m_per_s = (
        math.pi * pressure_pa * (needle.bore_nm * 1e-9) ** 4 / (128 * viscosity * 1e-6 * needle.length_um * 1e-6)
    )
    through = max(1, math.floor(cubic_m_per_s * 1e12))
    if through <= device.flow_nl_per_s:  # of equal limits the nearer one is named (LIM-4)
        return Flow(through, Origin.NEEDLE)
    return Flow(device.flow_nl_per_s, Origin.DEVICE)


def unfit(depth_um: int, dose_nl: int, rate_mhz: int, device: Device, identity: Identity, most: Flow) -> Refusal | None:
    """Why a shot does not fit its interval, named after the part that takes longest; None when it fits.

    Nor does it fit a needle that would pass its pressure limit at the slowest flow of the plunger.
    """
    through = amount(most.nl_per_s // 100 * 100, "nL")
    if most.nl_per_s < device.slowest_nl_per_s:
        return Refusal(
            key="fit",
            sentence=(
                f"Below its pressure limit this needle lets through {through} each second, and the "
                f"injector never pushes slower than {amount(device.slowest_nl_per_s, 'nL')} each second "
                f"({ORIGIN_WORDS[most.origin]})"
            ),
            origin=most.origin,
        )
    available = 1000 * interval_ms(rate_mhz)
    motion = 2 * travel_us(device.park_um + depth_um, device)
    pushing = -(-dose_nl * 10**6 // most.nl_per_s)
    dwell = 1000 * identity.dwell_ms
    need = motion + pushing + dwell
    if need <= available:
        return None
    _, binding, origin = max(
        (motion, "the needle's motion", Origin.DEVICE),
        (pushing, f"the dose at {through} each second", most.origin),
        (dwell, "the dwell", Origin.CONTROLLER),
    )
    return Refusal(
        key="fit",
        sentence=(
            f"{amount(dose_nl, 'nL')} at {amount(depth_um, 'um')} needs {-(-need // 1000)} ms a shot, but "
            f"{amount(rate_mhz, 'mHz')} leaves {available // 1000} ms; {binding} takes longest: "
            f"{-(-max(motion, pushing, dwell) // 1000)} ms ({ORIGIN_WORDS[origin]})"
        ),
        origin=origin,
    )
