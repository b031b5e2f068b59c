"""The touch test: a finger at every edge and corner of the glass, each touch once.

Targets take touches at touch-down and go on counting once they were reached, so that a touch that arrives twice is
seen, from one provider or from two. The corner at the right top is STOP's and is left to it.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.checking_commands import TARGETS, ReportTouches
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Cancel, Reach
from kiosk.view.doubled import TOGETHER_S
from kiosk.view.language import many, mark, say
from kiosk.view.local import Local, Reached
from kiosk.view.touch import NOTHING, Touch

SETTLES_S = 0.4
"""After the last target so long is waited for a touch that arrives twice."""
GIVEN_UP_S = 60.0
WORDS: dict[str, str] = {
    "left top": mark("left top"), "top": mark("top"), "left": mark("left"), "middle": mark("middle"),
    "right": mark("right"), "left bottom": mark("left bottom"), "bottom": mark("bottom"),
    "right bottom": mark("right bottom"),
}  # fmt: skip


class Touching(msgspec.Struct, frozen=True):
    """The glass full of targets, in the order of `TARGETS`."""

    targets: tuple[Touch, ...] = (NOTHING,) * len(TARGETS)
    todo: str = ""
    found: str = ""
    simulated: str = ""
    leave: Touch = NOTHING


def touching(snapshot: Snapshot, local: Local) -> Touching:
    """What is still to be reached."""
    done = local.reached
    missing = [target for target in TARGETS if target not in done.targets]
    return Touching(
        targets=tuple(_target(target, done.targets.count(target)) for target in TARGETS),
        todo=say("Touch every square once, close to the edge of the glass."),
        found=say("{count} of {all} reached", count=len(TARGETS) - len(missing), all=len(TARGETS))
        + (f"; {_twice(done.doubled)}" if done.doubled else ""),
        simulated=say("SIMULATED") if snapshot.simulated else "",
        leave=Touch("touches:leave", say("Leave"), Cancel(), icon="close"),
    )


def _twice(count: int) -> str:
    return many("{count} touch arrived twice", "{count} touches arrived twice", count)


def _target(target: str, touches: int) -> Touch:
    """A target; once it was reached it says how many touches came."""
    return Touch(
        f"target:{target}", str(touches or ""), Reach(target), icon="" if touches else "target",
        tone="good" if touches else "primary", on_down=True,
    )  # fmt: skip


def reach(local: Local, target: str) -> Local:
    """A finger came down on a target; a second time at once is the same touch again."""
    done = local.reached
    again = target == done.last and local.now - done.at <= TOGETHER_S
    reached = Reached((*done.targets, target), done.doubled + again, target, local.now)
    return msgspec.structs.replace(local, reached=reached)


def twice(local: Local) -> Local:
    """Another provider told of the same touch."""
    if local.panel != "touch":
        return local
    done = msgspec.structs.replace(local.reached, doubled=local.reached.doubled + 1)
    return msgspec.structs.replace(local, reached=done)


def report(local: Local) -> ReportTouches:
    """What was found, for the record."""
    return ReportTouches(tuple(dict.fromkeys(local.reached.targets)), local.reached.doubled)


def over(local: Local) -> bool:
    """Whether all were reached and nothing more of the last touch came, or nobody goes on."""
    if local.panel != "touch":
        return False
    since = local.now - local.reached.at
    return since >= GIVEN_UP_S or (since >= SETTLES_S and set(local.reached.targets) >= set(TARGETS))
