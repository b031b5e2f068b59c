"""Until when the calibration in force may be used, in words, as every page that shows it says it (ACU-3)."""

from __future__ import annotations

from kiosk.channel.snapshot import Snapshot
from kiosk.view.language import many, mark, say
from kiosk.view.touch import Line, Tone

SOON_DAYS = 30
NEVER = mark("never proved on this device")


def due(snapshot: Snapshot) -> str:
    """When it is due again, with the days that are left where they are few; "" when it was never proved."""
    shown = snapshot.in_force
    if not shown.expires or shown.days_left < 0:
        return shown.expires
    if shown.days_left == 0:
        left = say("today for the last time")
    else:
        left = many("in {count} day", "in {count} days", shown.days_left)
    return say("{date}, {when}", date=shown.expires, when=left)


def tone(snapshot: Snapshot) -> Tone:
    """How urgent that is."""
    shown = snapshot.in_force
    if shown.sentence:
        return "danger"
    return "warn" if not shown.made or shown.days_left <= SOON_DAYS else "good"


def line(snapshot: Snapshot) -> Line:
    """The line about it on a page of the device's state: why it blocks, or until when it may be used."""
    shown, title = snapshot.in_force, say("Calibration")
    if shown.sentence:
        urgent: Tone = "danger" if snapshot.link.connected else "warn"  # without an injector that is what is wrong
        return Line("calibration", title, shown.sentence, "", "gauge", urgent)
    soon = shown.days_left <= SOON_DAYS
    told = say("due {date}", date=due(snapshot) if soon else shown.expires) if shown.made else say(NEVER)
    return Line("calibration", title, told, "", "gauge", tone(snapshot))
