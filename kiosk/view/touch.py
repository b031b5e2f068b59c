"""The few kinds of thing a screen is made of: what can be touched, tiles with a number, lines, lamps."""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.view.actions import Action, Say

Tone = Literal["plain", "primary", "danger", "quiet", "warn", "good", "armed", "dark"]


class Touch(msgspec.Struct, frozen=True):
    """One thing to touch. `key` is stable and unique on its screen; a greyed one says `why` when touched (UI-5)."""

    key: str = ""
    label: str = ""
    action: Action | None = None
    detail: str = ""
    trail: str = ""
    icon: str = ""
    tone: Tone = "plain"
    enabled: bool = True
    why: str = ""
    selected: bool = False
    hold_ms: int = 0
    """0: acts when the finger lifts; else it must be held so long (UI-6)."""
    on_down: bool = False
    """Acts on touch-down (steppers, UI-6)."""

    @property
    def effect(self) -> Action | None:
        """What touching does now."""
        if self.enabled:
            return self.action
        return Say(self.why) if self.why else None


NOTHING = Touch()
"""A place where at present nothing can be touched; it is not drawn."""


def unless(touch: Touch, why: str) -> Touch:
    """The touch, greyed with a reason when there is one."""
    return msgspec.structs.replace(touch, enabled=False, why=why) if why else touch


class Tile(msgspec.Struct, frozen=True):
    """A large setting: title, number, unit, and the limit that binds."""

    touch: Touch = NOTHING
    title: str = ""
    number: str = ""
    unit: str = ""
    note: str = ""
    tone: Tone = "plain"


class Line(msgspec.Struct, frozen=True):
    """A line of text with a state: something to read, not to touch."""

    key: str = ""
    title: str = ""
    detail: str = ""
    trail: str = ""
    icon: str = ""
    tone: Tone = "plain"


class Lamp(msgspec.Struct, frozen=True):
    title: str = ""
    on: bool = False
    tone: Tone = "good"
