"""What the alarm screens show: the list of what stands, and one page for each alarm (ALM-4)."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AcknowledgeAlarm, PauseSound
from kiosk.channel.snapshot import Alarm, Priority, Snapshot
from kiosk.view.actions import Go, Panel, Send
from kiosk.view.frame import ALARM_TONES, standing
from kiosk.view.language import many, mark, say
from kiosk.view.local import Local
from kiosk.view.recover import NEEDLE_OUT, offered_retract
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

SIGN_IN = mark("Sign in to acknowledge: the record says who did.")
FREE = mark("Nothing: treating may go on.")
OVER = mark("This alarm is over.")
KEPT = mark("Nothing is left to do about it. When it stood and who acknowledged it is kept in the record.")
PRIORITIES: dict[Priority, str] = {"high": mark("high"), "medium": mark("medium"), "low": mark("low")}


class Alarms(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    empty: str = ""
    hint: str = ""
    pause: Touch = NOTHING
    recover: Touch = NOTHING
    retract: Touch = NOTHING


def alarms(snapshot: Snapshot) -> Alarms:
    """Every alarm that stands or waits, the highest first; each opens its page."""
    listed = standing(snapshot)
    return Alarms(
        rows=tuple(_row(alarm) for alarm in listed),
        empty="" if listed else say("No alarm stands."),
        hint="" if listed else say("An alarm says here what happened, whether the patient is safe and what to do."),
        pause=_pause(snapshot) if listed else NOTHING,
        recover=Touch("recover", say("Recover"), Panel("recover"), icon="refresh") if snapshot.user else NOTHING,
        retract=offered_retract(snapshot) or NOTHING,
    )


def _row(alarm: Alarm) -> Touch:
    """A waiting alarm has its priority's tone; an acknowledged one is plain and keeps another key."""
    key = f"alarm:{alarm.number}" + (":known" if alarm.acknowledged else "")
    return Touch(
        key, f"A{alarm.number}  {alarm.title}", Go(f"alarm:{alarm.number}"), alarm.todo, state_of(alarm), "bell",
        tone="plain" if alarm.acknowledged else ALARM_TONES[alarm.priority],
    )  # fmt: skip


def state_of(alarm: Alarm) -> str:
    """Priority and state in words: colour is never the only sign."""
    state = say("still present") if alarm.active else say("is over")
    return f"{say(PRIORITIES[alarm.priority])}, {state}" + (say(", acknowledged") if alarm.acknowledged else "")


def _pause(snapshot: Snapshot) -> Touch:
    label = (
        say("Sound paused {seconds} s", seconds=snapshot.sound_paused_s)
        if snapshot.sound_paused_s
        else say("Pause sound")
    )
    return Touch("pause", label, Send(PauseSound()), icon="volume-off")


class AlarmPage(msgspec.Struct, frozen=True):
    """One alarm in full (ALM-4): number, title, what to do, the patient, what happened, what it inhibits."""

    title: str = ""
    hint: str = ""
    """What is left of one that is over."""
    state: str = ""
    tone: Tone = "quiet"
    lines: tuple[Line, ...] = ()
    acknowledge: Touch = NOTHING
    pause: Touch = NOTHING
    others: Touch = NOTHING
    retract: Touch = NOTHING


def alarm(snapshot: Snapshot, local: Local) -> AlarmPage:
    """The page of the alarm that was opened; one that is over and known says just that."""
    listed = standing(snapshot)
    found = next((alarm for alarm in listed if alarm.number == local.alarm), None)
    more = len(listed) - (found is not None)
    others = Touch("others", many("{count} more", "{count} more", more), Go("alarms"), icon="bell") if more else NOTHING
    if found is None:
        return AlarmPage(title=say(OVER), hint=say(KEPT), others=others)
    known = Send(AcknowledgeAlarm(found.number), "alarms")
    acknowledge = Touch(f"acknowledge:{found.number}", say("Acknowledge"), known, tone="primary", icon="check")
    return AlarmPage(
        title=f"A{found.number}  {found.title}",
        state=state_of(found),
        tone=ALARM_TONES[found.priority],
        lines=(
            Line("todo", say("What to do"), found.todo),
            Line("patient", say("The patient"), found.patient),
            Line("what", say("What happened"), found.what),
            Line("inhibits", say("What it inhibits"), found.inhibits or say(FREE)),
        ),
        acknowledge=NOTHING if found.acknowledged else unless(acknowledge, "" if snapshot.user else say(SIGN_IN)),
        pause=_pause(snapshot),
        others=others,
        retract=(offered_retract(snapshot) if found.number in NEEDLE_OUT else None) or NOTHING,
    )
