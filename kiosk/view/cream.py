"""The time of an anaesthetic cream: on for 30 to 40 minutes, then off. A reminder only; nothing is refused by it."""

from __future__ import annotations

from kiosk.view.actions import StartCream
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.touch import Tone, Touch

LEAST_S, MOST_S = 30 * 60, 40 * 60
"""How long a cream stays on, s (MESOTHERAPY: 30 to 40 minutes)."""
AGAIN_MS = 600


def minutes(seconds: float) -> str:
    """Minutes and seconds: ``12:05``."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def worn_s(local: Local) -> float:
    """How long it has been on, s; 0 before."""
    return 0.0 if local.cream_since is None else max(0.0, local.now - local.cream_since)


def is_due(local: Local) -> bool:
    """Whether it has been on long enough to come off."""
    return local.cream_since is not None and worn_s(local) >= LEAST_S


def timer(local: Local) -> Touch:
    """The timer as a field: a touch starts it, a hold starts it again."""
    if local.cream_since is None:
        return Touch("cream", say("Start the timer"), StartCream(), say("Cream is on"), icon="timer")
    worn = worn_s(local)
    words, tone = _state(worn)
    return Touch("cream", f"{minutes(worn)} min", StartCream(), words, icon="timer", tone=tone, hold_ms=AGAIN_MS)


def _state(worn: float) -> tuple[str, Tone]:
    if worn < LEAST_S:
        return say("Leave the cream on {left} min more", left=minutes(LEAST_S - worn)), "plain"
    if worn <= MOST_S:
        return say("Long enough: take the cream off"), "good"
    return say("Over 40 min: take it off now"), "warn"
