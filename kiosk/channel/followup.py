"""What comes after a session on the channel: the sheet, reactions noted later, and who is due."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kiosk.channel.base import Command, Text, View

Day = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
"""ISO date, or "" for none."""


class WriteAftercare(Command, frozen=True):
    """Write the patient's sheet of the session that waits for its signature as a PDF."""

    next_date: Day = ""
    review_date: Day = ""


class NoteReaction(Command, frozen=True):
    """A practitioner notes what was seen after a signed session: keys of the list, and a note for anything else."""

    session: int
    seen: tuple[Text, ...]
    note: Text = ""


class ListDue(Command, frozen=True):
    """Whose next date is near or past."""


class NextVisit(View, frozen=True):
    """When the next session of this course is proposed, and before which day none may be (ISO dates)."""

    date: str = ""
    """"" where nothing is proposed: the clinic decides the interval, or the course is complete."""
    least: str = ""
    why: str = ""
    limit: str = ""
    """The product's minimum in words, "" for none."""


class DueLine(View, frozen=True):
    """One patient code whose next date is near or past; `days` < 0 for past."""

    patient: str
    date: str
    days: int


class DueList(View, frozen=True, tag=True):
    lines: tuple[DueLine, ...]
