"""What a technician may ask of control on the pages of inputs, checks and times; the other commands: `commands`.

Every one of them is refused while a session or a calibration is open. `away` is the person's word that the handpiece
touches nobody, and for "load" that a blind cap closes its outlet.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.base import Command, Text

CheckKey = Literal[
    "stop", "pedal", "trigger", "contact", "needle", "syringe", "pressure", "load", "home", "relay", "red", "yellow",
    "cyan", "buzzer",
]  # fmt: skip
"""The guided checks, in the order in which they are listed; the touch test is the kiosk's own."""
TimeKey = Literal["stop", "pedal", "lapse"]
"""The times that are measured: stop edge to enable off, pedal edge to wire, last lease to home switch."""
TARGETS = ("left top", "top", "left", "middle", "right", "left bottom", "bottom", "right bottom")
"""Where the touch test asks for a finger; the corner at the right top belongs to STOP."""


class BeginCheck(Command, frozen=True):
    """Begins one guided check."""

    check: CheckKey
    away: bool = False


class AnswerSeen(Command, frozen=True):
    """Whether the lamp that is forced on is seen, or the tone heard."""

    seen: bool


class LeaveCheck(Command, frozen=True):
    """Leaves the check that runs; whatever it forces goes off."""


class ReportTouches(Command, frozen=True):
    """What the touch test found: the targets that were reached, and how many touches arrived twice."""

    reached: tuple[Text, ...]
    doubled: Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class MeasureLapse(Command, frozen=True):
    """Needle out under nobody, then no lease until the controller has brought it back."""

    away: bool


class ResetTimes(Command, frozen=True):
    """Forgets what was measured of one time."""

    time: TimeKey


class RecordTimes(Command, frozen=True):
    """Writes the figures of all times into the record."""


CheckingCommand = BeginCheck | AnswerSeen | LeaveCheck | ReportTouches | MeasureLapse | ResetTimes | RecordTimes
"""All of them."""
