"""What must hold, as plain predicates with the requirement each of them stands for.

Only this file says what is a violation. Nothing here is taken from the engine, the envelope or the controller: every
argument is a figure of physics, of the wire, of the profiles or of the file, and every bound is written out again from
the requirements. Lengths um, volumes nL, times s, pressures kPa.
"""

from __future__ import annotations

from collections.abc import Callable

NEVER = float("inf")
Tell = Callable[[float, str], None]
"""Hears, when a session is replayed aloud, what happens and when."""
EPS_S, EPS_UM, EPS_NL = 1e-6, 1e-3, 1e-3
LEASE_S = 0.150
RETRACTED_S = 0.100
TAKEN_WITHIN_S = 0.070
HOME_UM, PLATE_UM = 100.0, 1000.0
END_STOP_UM = 7100.0
SUPPLY_V = 18.0
THRESHOLD_KPA, ZERO_KPA, COMPLIANCE = 300.0, 10.0, 2.5
STORED_NL = (THRESHOLD_KPA + ZERO_KPA) * COMPLIANCE
"""What the path holds at the occlusion threshold above the greatest zero that the controller takes as one (STP-6)."""

REQUIREMENTS: dict[str, str] = {
    "depth": "LIM-1, LIM-5, WDG-2: the needle never goes deeper than the tightest hard limit, nor than commanded",
    "displacement": "LIM-1, LIM-5: the plunger never pushes more for a shot than its hard limit, nor than commanded",
    "unauthorised": "LED-1, LIM-5: nothing moves but under the authorisation or service motion that was accepted last",
    "shots": "LIM-5: never more strokes than an authorisation has, nor sooner than its interval, nor after its end",
    "supply": "STP-4: nothing is driven without motor supply",
    "lease": "WDG-1: nothing is driven by a lease older than 150 ms",
    "stopped": "STP-1, STP-5: after a fault, a stop, a lapse or a lost supply the plunger stands at once",
    "taken back": "STP-5, LED-12: 70 ms after an arming ended the injector holds nothing of it, or the enable is off",
    "retracted": "STP-5: the needle is home 100 ms after the decision, 250 ms after the last fresh lease, or it alarms",
    "outflow after stop": "STP-6: after a stop no more comes out than the path had stored, and that is little enough",
    "outflow": "STP-6: cumulated outflow is at most cumulated displacement and what is stored",
    "pressure": "STP-6: the line never stands above the occlusion threshold",
    "conservation": "the model itself: what was pushed is what left, was vented or is stored",
    "commit first": "LED-1: no byte of an authorisation or service motion leaves before its row is on disk",
    "limit": "LIM-1, LIM-4: every value of an authorisation lies within the tightest hard limit of its parts",
    "soft": "LIM-1: past a soft limit only after a recorded confirmation",
    "projected": "LIM-6: an authorisation fits every total at commanded x 1.05",
    "totals": "LIM-6: no total ever passes its hard limit, counting max(commanded, measured) of what really moved",
    "record": "LED-7, LED-9: the controller's record says what moved, or says that it went wrong",
    "ledger": "LED-4, LED-7: the ledger holds every motion as it was, or flagged and in full; none missing, none twice",
    "sum": "LED-4: what the ledger counts is never less than what was pushed",
    "reconcile": "LED-4: at the end ledger and controller agree; nothing is left unresolved",
    "chain": "LED-11: the chain of the ledger and its totals are whole",
    "enable": "STP-1, PST-1: enable is on only while armed or during a service motion, never while stopped",
    "alarm": "ALM-4, STP-5: what failed mechanically is alarmed, and nothing is armed with it",
    "frozen": "no requirement: after everything is put right again the device can be used",
    "integral": "the proof itself: the closed form agrees with stepping it at 0.1 ms",
}


class Violation(AssertionError):
    """An invariant does not hold. `name` is its key in `REQUIREMENTS`."""

    def __init__(self, name: str, at: float, facts: str) -> None:
        super().__init__(f"{name} at {at:.6f} s: {facts}\n  {REQUIREMENTS[name]}")
        self.name = name
        self.at = at
        self.facts = facts


# -- motion ---------------------------------------------------------------------------------------------------------
def deep_enough(travel_um: float, commanded_um: float, hard_um: float) -> bool:
    """The needle's travel beyond the plate against what was commanded and what is allowed."""
    return travel_um - PLATE_UM <= min(commanded_um, hard_um) + EPS_UM


def deep_enough_when_broken(travel_um: float, commanded_um: float) -> bool:
    """The same while the axis itself is broken: 0.3 mm too far, or 1 mm of coasting that no spring brakes.

    No software can hold what physics lets go; the end stop does, and the stroke is flagged ("record", "alarm").
    """
    return travel_um <= min(END_STOP_UM, PLATE_UM + commanded_um + 1000.0) + EPS_UM


def displaced_enough(displaced_nl: float, commanded_nl: int, hard_nl: int) -> bool:
    return displaced_nl <= min(commanded_nl, hard_nl) + EPS_NL


def supplied(volts: float) -> bool:
    return volts >= SUPPLY_V - EPS_S


def leased(until: float, last_fresh: float) -> bool:
    return until <= last_fresh + LEASE_S + EPS_S


def begins_in_time(at: float, accepted: float, valid_s: float, last_begun: float, interval_s: float) -> bool:
    return at <= accepted + valid_s + EPS_S and at >= last_begun + interval_s - EPS_S


def taken_back(at: float, ended: float, *, enabled: bool, holds: bool) -> bool:
    """After a cycle, whatever the wire did: what an arming gave is gone from the injector, or cannot begin."""
    return at < ended + TAKEN_WITHIN_S - EPS_S or not (enabled and holds)


# -- stopping -------------------------------------------------------------------------------------------------------
def stands(rate: float) -> bool:
    return rate == 0.0


def home(travel_um: float) -> bool:
    return travel_um <= HOME_UM + 0.5


def outflow_bounded(outflow_since_nl: float, stored_nl: float) -> bool:
    """What came out since a stop against what was stored at it."""
    return outflow_since_nl <= max(0.0, stored_nl) + EPS_NL and stored_nl <= STORED_NL + EPS_NL


def pressure_bounded(kpa: float) -> bool:
    return kpa <= THRESHOLD_KPA + ZERO_KPA + EPS_NL


def outflow_within(outflow_nl: float, displaced_nl: float) -> bool:
    """Cumulated figures since the beginning."""
    return outflow_nl <= displaced_nl + STORED_NL + EPS_NL


def conserved(outflow_nl: float, vented_nl: float, stored_nl: float, displaced_nl: float) -> bool:
    return abs(outflow_nl + vented_nl + stored_nl - displaced_nl) <= 1e-5 * max(1e4, displaced_nl)


# -- what was given -------------------------------------------------------------------------------------------------
def recorded_as_moved(measured_nl: int, displaced_nl: float, step_nl: float, *, completed: bool) -> bool:
    """A completed motion is recorded to the nL below; one that was cut off, to the encoder's step below."""
    short = displaced_nl - measured_nl
    return -EPS_NL <= short < 1.0 + EPS_NL + (0.0 if completed else 2 * step_nl)


def recorded_with_a_bad_encoder(measured_nl: int, displaced_nl: float, dose_nl: int) -> bool:
    """An encoder that slips cannot tell it; only an error beyond max(0.3 uL, 5 %) shows (LED-9)."""
    return abs(displaced_nl - measured_nl) <= max(300.0, dose_nl / 20) + 1.0


def counted_in_full(counted_nl: int, displaced_nl: float) -> bool:
    return displaced_nl <= counted_nl + 1.0


def within(used: int, limit: int | None) -> bool:
    return limit is None or used <= limit
