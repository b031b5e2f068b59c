"""Proofs as they stand in a ledger, for tests that need one without the measurement that leads to it."""

from __future__ import annotations

from kiosk.calibration import depth
from kiosk.calibration.certificate import canonical
from kiosk.calibration.proof import Depth, Proof, depth_measured


def depth_as_kept(calibration: int = 1, off_um: float = 0.0) -> Depth:
    """A needle that is so much off at each of six depths."""
    readings = [
        depth.Reading(at, at + off_um + (10 if below else 0), "up" if below else "down")
        for at in (500, 1_500, 2_500, 3_500, 4_500, 5_500)
        for below in (False, True)
    ]
    return depth_measured((calibration, 1), (0, 1_000_000), depth.judge(readings), readings, {})


def depth_proof(made: str, expires: str) -> str:
    """A proof of the depth as the ledger holds it."""
    return canonical(Proof("depth", made, expires, "Tom", (), None, depth_as_kept())).decode()
