"""The kinds of motion and the phases they go through, as words: what each begins with, and which are the way home."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    SHOT = 0
    PRIME = 1
    SEEK = 2
    HOME = 3
    RETRACT = 4
    GAUGE = 5


class Phase(IntEnum):
    DOWN = 0
    FLOW = 1
    DWELL = 2
    DRAW_BACK = 3
    UP = 4
    RECALL = 5
    """Homing that begins with the needle out: the spring brings it back first."""
    OUT = 6
    BACK = 7
    APPROACH = 8
    MEET = 9
    DONE = 10
    HOLD = 11
    """At rest under a gauge."""


FIRST: dict[Kind, Phase] = {
    Kind.SHOT: Phase.DOWN,
    Kind.PRIME: Phase.FLOW,
    Kind.SEEK: Phase.APPROACH,
    Kind.HOME: Phase.RECALL,
    Kind.RETRACT: Phase.UP,
    Kind.GAUGE: Phase.DOWN,
}
RETURNING = frozenset({Phase.UP, Phase.BACK, Phase.RECALL, Phase.DONE})
"""Phases in which the needle is already on its way home."""
