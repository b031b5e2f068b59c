"""What a link counts of itself: frames, what went wrong with them, and how long good answers took.

Only this file knows how answer times are kept: in steps of 0.25 ms, one addition for each answer, so that a link that
runs for a year keeps no more than one that runs for a minute. A percentile is the upper edge of its step.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Protocol

import msgspec

STEP_US = 250
STEPS = 161
"""Up to the 40 ms in which an answer counts (WDG-1), and one step for anything longer."""


class LinkStatistics(msgspec.Struct, frozen=True):
    """What a link has seen since it was opened.

    Attributes:
        timeouts: Answers that did not come within their time.
        late: Of those, the ones that came afterwards and were thrown away.
        slowest_ms: Longest time until a good answer was taken.
        waits: How many good answers took 0 to 0.25 ms, 0.25 to 0.5 ms, and so on; empty where nobody counts them.
    """

    good: int = 0
    refused: int = 0
    bad: int = 0
    timeouts: int = 0
    stray_bytes: int = 0
    slowest_ms: float = 0.0
    late: int = 0
    waits: tuple[int, ...] = ()

    def and_(self, other: LinkStatistics) -> LinkStatistics:
        """Both together: what one link saw after another."""
        longest = max(len(self.waits), len(other.waits))
        padded = [(*each.waits, *(0,) * (longest - len(each.waits))) for each in (self, other)]
        return LinkStatistics(
            good=self.good + other.good,
            refused=self.refused + other.refused,
            bad=self.bad + other.bad,
            timeouts=self.timeouts + other.timeouts,
            stray_bytes=self.stray_bytes + other.stray_bytes,
            slowest_ms=max(self.slowest_ms, other.slowest_ms),
            late=self.late + other.late,
            waits=tuple(map(sum, zip(*padded, strict=True))),
        )

    def took_us(self, share: float) -> int:
        """So long or less took this share (0 to 1) of the good answers, us; 0 when there was none."""
        total = sum(self.waits)
        if not total:
            return 0
        reached = next(at for at, sofar in enumerate(accumulate(self.waits)) if sofar >= share * total)
        return min((reached + 1) * STEP_US, round(self.slowest_ms * 1000))


class Counted(Protocol):
    """Something that counts what its link has seen."""

    @property
    def statistics(self) -> LinkStatistics: ...


def step_of(waited_ms: float) -> int:
    """The step that an answer time belongs to."""
    return min(int(waited_ms * 1000) // STEP_US, STEPS - 1)
