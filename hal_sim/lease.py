"""The lease: whether the other end of the wire is alive.

Only this file knows what is fresh: (new - last) mod 65536 of 1 to 8; anything else voids, and so do 150 ms of silence
(WDG-1).
"""

from __future__ import annotations

import math

from drivers.registers import LEASE_MS, LEASE_STEP_MAX

NEVER = math.inf


class LeaseWatch:
    """Counter and deadline of the lease. Times are absolute seconds."""

    __slots__ = ("_last", "due", "echo", "live")

    def __init__(self) -> None:
        self._last: int | None = None
        self.echo = 0
        """Counter of the last fresh frame."""
        self.live = False
        self.due = NEVER
        """When it lapses."""

    def renew(self, now: float, counter: int) -> bool:
        """Take a frame's counter. Returns whether it was fresh; the first frame ever only gives the counter's place."""
        last, self._last = self._last, counter
        if last is None or not 1 <= (counter - last) % 65536 <= LEASE_STEP_MAX:
            self.void()
            return False
        self.echo = counter
        self.live = True
        self.due = now + LEASE_MS / 1000
        return True

    def void(self) -> None:
        self.live = False
        self.due = NEVER
