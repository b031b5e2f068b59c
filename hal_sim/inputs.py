"""Who owns a run: the trigger or the pedal bit, and when an input counts as failed.

Only this file knows the rules of ownership. The input that starts a run owns it, its release ends it; both must be up
before another starts; both pressed together start nothing; held over 60 s or at start-up it is a failed input (LIM-11).
"""

from __future__ import annotations

import math
from enum import IntEnum

from drivers.registers import PEDAL_MS

NEVER = math.inf
STUCK_S = 60.0
"""LIM-11."""
PEDAL_S = PEDAL_MS / 1000


class Owner(IntEnum):
    NONE = 0
    TRIGGER = 1
    PEDAL = 2


class Inputs:
    """Levels, owner and failures of the two firing inputs. Times are absolute seconds."""

    __slots__ = (
        "_blocked",
        "_first_frame",
        "_pedal_frame",
        "_pedal_since",
        "_pedal_until",
        "_trigger_since",
        "due",
        "owner",
        "pedal",
        "shots",
        "stuck",
        "trigger",
    )

    def __init__(self, now: float, trigger: bool) -> None:
        self.trigger = trigger
        self.pedal = False
        self.owner = Owner.NONE
        self.shots = 0
        """Strokes begun in the present run."""
        self.stuck = trigger
        """Whether an input was held at start-up or over 60 s, and is still held."""
        self._blocked = True
        self._pedal_frame = False
        self._first_frame = True
        self._trigger_since = now
        self._pedal_since = now
        self._pedal_until = NEVER
        self.due = NEVER

    @property
    def up(self) -> bool:
        """Whether both are seen up; a pedal bit that only expired is not seen up."""
        return not self.trigger and not self._pedal_frame

    def frame(self, now: float, pedal: bool) -> None:
        """The pedal bit of one fresh lease."""
        if self._first_frame and pedal:
            self.stuck = True
        self._first_frame = False
        if pedal and not self._pedal_frame:
            self._pedal_since = now
        self._pedal_frame = self.pedal = pedal
        self._pedal_until = now + PEDAL_S if pedal else NEVER

    def drop(self) -> None:
        """End the run; both inputs must come up before another."""
        self.owner = Owner.NONE
        self._blocked = True

    def update(self, now: float, trigger: bool, *, takes: bool) -> bool:
        """Look at the levels. `takes` says whether a press may begin a run now.

        Returns:
            True when an input has just become a failed one.
        """
        if trigger != self.trigger:
            self.trigger = trigger
            self._trigger_since = now
        if now >= self._pedal_until:
            self.pedal = False
            self._pedal_until = NEVER
        failed = self._watch(now)
        if self.owner != Owner.NONE:
            mine, other = (self.trigger, self.pedal) if self.owner == Owner.TRIGGER else (self.pedal, self.trigger)
            if not mine or (other and not self.shots):
                self.drop()
        if self._blocked:
            self._blocked = not self.up
        elif self.owner == Owner.NONE and (self.trigger or self.pedal):
            if takes and not (self.trigger and self.pedal):
                self.owner = Owner.TRIGGER if self.trigger else Owner.PEDAL
                self.shots = 0
            else:
                self._blocked = True
        return failed

    def _watch(self, now: float) -> bool:
        """Find inputs held too long, and say when that would next be."""
        due = self._pedal_until
        held = False
        for down, since in ((self.trigger, self._trigger_since), (self._pedal_frame, self._pedal_since)):
            if down:
                if now >= since + STUCK_S:
                    held = True
                else:
                    due = min(due, since + STUCK_S)
        self.due = due
        if not self.trigger and not self._pedal_frame:
            self.stuck = False
            return False
        failed = held and not self.stuck
        self.stuck = self.stuck or held
        return failed
