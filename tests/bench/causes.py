"""Why a cycle was late: what the loop did and suffered in the moment before, one sentence for each.

Each is set beside the bare loop and the bare wire of the same moment: what a hypervisor or the kernel took from
everybody shows there, too.
"""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

from tests.bench import watched

NEAR_S = 0.1
MOST = 20
"""So many are told one by one."""
MOMENT_S = 1e-4


def told(place: Path, began: float, late: list[tuple[float, float]]) -> list[str]:
    """One sentence for each late cycle: (when it was due, by how much), s; times in the run count from `began`."""
    control = {name: watched.read(place / "control", name) for name in watched.SERIES}
    bare = list(zip(watched.read(place / "bare", "due"), watched.read(place / "bare", "late"), strict=True))
    wire = list(zip(watched.read(place / "bare", "began"), watched.read(place / "bare", "wire"), strict=True))
    found = [_sentence(control, at, by, began, bare, wire) for at, by in late[:MOST]]
    return [*found, f"{len(late) - MOST} more were late"] if len(late) > MOST else found


def _sentence(
    control: dict[str, list[float]],
    at: float,
    by: float,
    began: float,
    bare: list[tuple[float, float]],
    wire: list[tuple[float, float]],
) -> str:
    index = bisect_left(control["began"], at + by - MOMENT_S)
    before = max(0, index - 1)
    earlier = max(0, index - 2)
    took, on_wire = control["took"][before] * 1000, control["wire"][before] * 1000
    collected = (control["collected"][before] - control["collected"][earlier]) * 1000
    faults = control["faults"][before] - control["faults"][earlier]
    switched = control["switched"][before] - control["switched"][earlier]
    idle = (at + by - control["began"][before]) * 1000 - took
    return (
        f"late by {by * 1000:.1f} ms at {at - began:.1f} s: the cycle before took {took:.1f} ms, {on_wire:.1f} of them "
        f"waiting for the wire, {collected:.1f} collecting garbage, {faults:.0f} faults waited for a disk, the "
        f"processor was taken {switched:.0f} times; {idle:.1f} ms passed between both; within {NEAR_S * 1000:.0f} ms "
        f"the bare loop was up to {most(bare, at, by):.1f} ms late and a bare round trip took up to "
        f"{most(wire, at, by):.1f} ms"
    )


def most(series: list[tuple[float, float]], at: float, by: float) -> float:
    """The most that a bare series shows around a late cycle, ms."""
    return max((value for when, value in series if at - NEAR_S <= when <= at + by + NEAR_S), default=0.0) * 1000
