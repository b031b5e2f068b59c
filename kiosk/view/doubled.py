"""Notices when one finger arrives twice: two providers of touches are at work, and every tap would count twice."""

from __future__ import annotations

from kiosk.view.errors import TouchedTwice

TOGETHER_S = 0.15
"""Two touches of one finger arrive within this time, s; a person's second tap takes longer."""
NEAR = 0.03
"""Share of the screen's side within which two touches are at the same place."""


class OneFinger:
    """Remembers the last touch that began, and compares the next with it."""

    def __init__(self) -> None:
        self._device: str = ""
        self._at = (0.0, 0.0, float("-inf"))

    def begins(self, device: str, x: float, y: float, now: float) -> TouchedTwice | None:
        """A touch begins.

        Args:
            device: name of the provider that reports it.
            x: place on the screen from its left edge, 0 to 1.
            y: the same from its lower edge.
            now: monotonic seconds.

        Returns:
            What is wrong when another provider has just told of the same touch; that one counts, this one must not.
        """
        left, low, since = self._at
        again = now - since <= TOGETHER_S and abs(x - left) <= NEAR and abs(y - low) <= NEAR
        if again and device != self._device:
            return TouchedTwice(one=self._device, other=device)
        self._device, self._at = device, (x, y, now)
        return None
