"""Whose next date is near or past: codes and dates only, shown to a practitioner who is signed in, and to nobody else.

Control is asked once for each person, day and signed session; a touch asks for that code, and repeats its treatment.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AnyCommand, ListDue
from kiosk.channel.snapshot import DueLine, Snapshot
from kiosk.view.actions import Go
from kiosk.view.language import many, say
from kiosk.view.local import Local
from kiosk.view.touch import Touch

ON_HOME = 4
"""Places for codes on the home page."""


class Due(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    note: str = ""
    empty: str = ""
    hint: str = ""


def ask_anew(local: Local, snapshot: Snapshot) -> tuple[Local, tuple[AnyCommand, ...]]:
    """Asks who is due when a practitioner comes to the home page; forgets it when none is there any more."""
    user = snapshot.user
    if user is None or user.role != "practitioner":
        return msgspec.structs.replace(local, due=None, due_for=""), ()
    wanted = f"{user.name}, {snapshot.wall[:10]}, {snapshot.last_session}"
    if user.locked or snapshot.phase != "home" or local.due_for == wanted:
        return local, ()
    return msgspec.structs.replace(local, due_for=wanted), (ListDue(),)


def on_home(local: Local) -> tuple[Touch, ...]:
    """The first codes for the home page; where they do not fit, the last place opens the page of all."""
    lines = local.due.lines if local.due is not None else ()
    if len(lines) <= ON_HOME:
        return tuple(map(_short, lines))
    everybody = Touch("due", say("All {count}", count=len(lines)), Go("due"), say("who are due"), icon="chevron-right")
    return (*map(_short, lines[: ON_HOME - 1]), everybody)


def due(local: Local) -> Due:
    """Everybody who is due, the oldest date first."""
    lines = local.due.lines if local.due is not None else ()
    if not lines:
        return Due(
            empty=say("Nobody is due within a week."),
            hint=say("A next date that was agreed at the end of a session brings its code here a week before."),
        )
    return Due(tuple(map(_row, lines)), say("Touch a code to repeat its last treatment."))


def _short(line: DueLine) -> Touch:
    """A code with its date alone, where there is little room."""
    return msgspec.structs.replace(_row(line), detail=line.date)


def _row(line: DueLine) -> Touch:
    if line.days < 0:
        when = many("{count} day ago", "{count} days ago", -line.days)
    else:
        when = many("in {count} day", "in {count} days", line.days) if line.days else say("today")
    return Touch(f"due:{line.patient}", line.patient, Go(f"patient:repeat:{line.patient}"),
                 say("{date}, {when}", date=line.date, when=when))  # fmt: skip
