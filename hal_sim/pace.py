"""How fast a stroke runs: the time a needle move takes, and the flow that fits a dose into its interval.

Only this file knows the law: the gentlest flow that leaves room for both moves and the longest dwell, between 50 and
500 uL/s. A dose that needs more is refused as too fast.
"""

from __future__ import annotations

import math

DWELL_MS = 20
"""Longest wait for the residual pressure: five time constants of a 31G needle of 6 mm with 2.5 nL/kPa."""
FLOW_MIN_NL_S, FLOW_MAX_NL_S = 50_000.0, 500_000.0
PRIME_FLOW_NL_S = 50_000.0
"""Slow enough for the tightest needle (32G, 13 mm: 195 kPa) to stay under the occlusion threshold."""
PARKED_UM = 1000
"""The needle is parked this far behind the skin plate."""
SPEED_UM_S, ACCELERATION_UM_S2 = 200_000.0, 40_000_000.0


def move_s(distance_um: float) -> float:
    """Time of a trapezoidal move from rest to rest, s."""
    ramp_um = SPEED_UM_S * SPEED_UM_S / ACCELERATION_UM_S2
    if distance_um < ramp_um:
        return 2 * math.sqrt(distance_um / ACCELERATION_UM_S2)
    return SPEED_UM_S / ACCELERATION_UM_S2 + distance_um / SPEED_UM_S


def flow_nl_s(depth_um: int, dose_nl: int, interval_ms: int) -> float | None:
    """Flow of a stroke, nL/s, or None when the dose does not fit its interval."""
    free_s = (interval_ms - DWELL_MS) / 1000 - 2 * move_s(PARKED_UM + depth_um)
    if free_s <= 0.0 or dose_nl > free_s * FLOW_MAX_NL_S:
        return None
    return max(FLOW_MIN_NL_S, dose_nl / free_s)
