"""What the fault history shows: every time an alarm stood, newest first, and how often each one did (ALM-5)."""

from __future__ import annotations

import msgspec

from kiosk.channel.service import FaultCount, FaultLine
from kiosk.view.actions import Go
from kiosk.view.heard import heard
from kiosk.view.language import many, say
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Line, Touch

MINUTE_S, HOUR_S = 60, 3600
SHORT = 120
"""Longest list of counts, in letters of one row's detail."""


class Faults(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...] = ()
    counts: tuple[Touch, ...] = ()
    """How often each alarm stood; touching one shows only that one, touching it again shows all."""
    older: Touch = NOTHING
    empty: str = ""
    hint: str = ""


def faults(local: Local) -> Faults:
    """One page of the history."""
    page = local.faults
    if page is None:
        return Faults(empty=say("Reading the record"))
    older = NOTHING
    if page.more:
        older = Touch("older", say("Older"), Go(f"faults:{page.lines[-1].row}:{page.number}"), icon="chevron-right")
    return Faults(
        lines=tuple(map(_line, page.lines)),
        counts=tuple(_count(count, count.number == page.number) for count in page.counts),
        older=older,
        empty="" if page.lines else say("No alarm is recorded."),
        hint=""
        if page.lines
        else say("Each time an alarm stands it is kept here: when, how long, and who knew of it."),
    )


def _line(line: FaultLine) -> Line:
    parts = (
        line.at,
        heard(line.detail),
        say("acknowledged by {name}", name=line.acknowledged_by) if line.acknowledged_by else say("not acknowledged"),
        say("session {number}", number=line.session) if line.session else "",
    )
    lasted = _span(line.lasted_s) if line.lasted_s >= 0 else say("no end")
    return Line(
        f"fault:{line.row}", f"A{line.number}  {heard(line.title)}", " · ".join(filter(None, parts)),
        lasted, "bell", "quiet" if line.acknowledged_by else "warn",
    )  # fmt: skip


def _span(seconds: int) -> str:
    if seconds >= HOUR_S:
        return f"{seconds // HOUR_S} h {seconds % HOUR_S // MINUTE_S} min"
    return f"{seconds // MINUTE_S} min {seconds % MINUTE_S} s" if seconds >= MINUTE_S else f"{seconds} s"


def _count(count: FaultCount, chosen: bool) -> Touch:
    return Touch(
        f"count:{count.number}", f"A{count.number}  {many('{count} time', '{count} times', count.count)}",
        Go("faults" if chosen else f"faults:0:{count.number}"), heard(count.title), selected=chosen,
    )  # fmt: skip
