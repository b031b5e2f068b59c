"""What the link page shows, live: frames and what was lost of them, answer times, and how late control's cycles began.

All of it since control's start; a figure that stands against WDG-1, WDG-6 or LNK-3 has its limit beside it.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Snapshot, WireView
from kiosk.view.language import decimal, many, say
from kiosk.view.touch import Line, Tone

ANSWER_MOST_US = 40_000
"""An answer that takes longer does not count (WDG-1)."""


class Wire(msgspec.Struct, frozen=True):
    line: tuple[Line, ...] = ()
    cycle: tuple[Line, ...] = ()


def wire(snapshot: Snapshot) -> Wire:
    """The injector's line at the left, control's own loop at the right."""
    return Wire(line=_line(snapshot.wire), cycle=_cycle(snapshot))


def _line(found: WireView) -> tuple[Line, ...]:
    answered = found.good + found.refused
    return (
        Line("good", say("Answers"), say("{good} good, {refused} refused", good=found.good, refused=found.refused),
             "", "check-circle", "good" if answered else "quiet"),
        Line("lost", say("Lost answers"), say("{lost}, of them {late} came late", lost=found.lost, late=found.late),
             "", "timer", _tone(found.lost)),
        Line("bad", say("Bad frames"), say("{count}, and {bytes} stray bytes", count=found.bad,
             bytes=found.stray_bytes), "", "alert-circle", _tone(found.bad)),
        Line("reconnects", say("Opened again"), many("{count} time", "{count} times", found.reconnects), "", "refresh",
             _tone(found.reconnects)),
        Line("took", say("Answer time"), say("median {middle}, p99 {late}", middle=_ms(found.p50_us),
             late=_ms(found.p99_us)), "", "pulse"),
        Line("slowest", say("Slowest answer"), say("{most} of {limit}", most=_ms(found.max_us),
             limit=_ms(ANSWER_MOST_US)), "", "pulse"),
    )  # fmt: skip


def _tone(count: int) -> Tone:
    return "warn" if count else "good"


def _cycle(snapshot: Snapshot) -> tuple[Line, ...]:
    loop = snapshot.loop
    late = say("median {middle}, p99 {late}", middle=_ms(loop.p50_us), late=_ms(loop.p99_us))
    return (
        Line("cycles", say("Control cycles"), str(loop.cycles), "", "timer"),
        Line("late", say("Late by"), late, "", "pulse"),
        Line("latest", say("Latest by"), _ms(loop.max_us), "", "pulse"),
        Line("over", say("Over 10 ms late"), say("{count} cycles", count=loop.over_10ms), "",
             "alert-circle" if loop.over_10ms else "check-circle",
             _tone(loop.over_10ms)),
        Line("realtime", say("Real-time priority"), say("yes") if loop.realtime else say("no"), "", "check-circle",
             "good" if loop.realtime else "warn"),
    )  # fmt: skip


def _ms(us: int) -> str:
    """A time, two decimals."""
    return decimal(f"{us / 1000:.2f} ms")
