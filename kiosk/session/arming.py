"""One arming: its number in the session, who holds it, its values, and how far it got."""

from __future__ import annotations

from drivers.registers import Mode
from kiosk.protocols.limits import Setting


class Arming:
    """One arming.

    Args:
        seat: The screen that it was armed from; no other was shown what it does (WDG-5).
        before: Shots that its zone had by then.
    """

    def __init__(self, number: int, setting: Setting, words: str, now: float, *, seat: int, before: int) -> None:
        self.number = number
        self.seat = seat
        self.before = before
        self.setting = setting
        self.words = words
        self.done = 0
        self.note = ""
        self.last_shot = now
        self.needs_release = setting.mode != Mode.CONTINUOUS
        """The controller takes the next slice only once trigger and pedal are up; a held one runs on in continuous
        mode, unless it was refused once."""

    @property
    def left(self) -> int:
        return max(0, self.setting.shots - self.done)
