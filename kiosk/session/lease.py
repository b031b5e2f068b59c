"""The kiosk's lease: a screen that does not show what is going on may not be armed (WDG-5).

Live while the newest snapshot that a completed frame showed is at most 750 ms old. Only the frames of the screen that
holds the seat count: what an earlier one drew says nothing of what is seen now.
"""

from __future__ import annotations

from collections import OrderedDict

LEASE_S = 0.750
REMEMBERED_S = 5.0
"""So long a snapshot is remembered: what was shown before is no ground to arm on (ours)."""


class KioskLease:
    def __init__(self) -> None:
        self._stamps: OrderedDict[int, float] = OrderedDict()
        self._shown = float("-inf")
        self._seat = 0

    def drawn_by(self, seat: int) -> None:
        """Whose frames count from now on; those of an earlier seat are forgotten."""
        if seat != self._seat:
            self._seat, self._shown = seat, float("-inf")

    def published(self, number: int, stamp: float) -> None:
        self._stamps[number] = stamp
        while stamp - next(iter(self._stamps.values())) > REMEMBERED_S:
            self._stamps.popitem(last=False)

    def flipped(self, number: int) -> None:
        """A frame showed snapshot `number`; one that was never published counts for nothing."""
        self._shown = max(self._shown, self._stamps.get(number, float("-inf")))

    @property
    def shown(self) -> float:
        """Stamp of the newest snapshot that a frame showed, seconds; -inf before the first one of this seat."""
        return self._shown

    def live(self, now: float) -> bool:
        return now - self._shown <= LEASE_S

    def showed(self, number: int) -> bool:
        """Whether snapshot `number` is one of those remembered: published 5 s before the newest at most."""
        return number in self._stamps
