"""How to go on after something went wrong: what may be asked by whom, and the reasons and times typed for it."""

from __future__ import annotations

from kiosk.channel.commands import AcceptFinding, ClearFaults, ConfirmClock, PairInjector, Rehome, Retract, SetClock
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Go, Panel, Send
from kiosk.view.errors import NotADate
from kiosk.view.language import mark, say
from kiosk.view.numbers import iso_moment
from kiosk.view.touch import Touch, unless

HOLD_MS = 500
AWAY = mark("Handpiece away from the patient")
SERVICE_WHY = mark("This takes a practitioner or a technician.")
TECHNICIAN_WHY = mark("This takes a technician.")
SIGN_IN = mark("Sign in first.")
REASON_WHY = mark("A reason is needed.")
MOMENT_WHY = mark("Type year, month, day, hour and minute.")
NEEDLE_OUT = frozenset({705, 706, 727, 728})
"""Alarms that say the needle may be out, or that nobody knows where it is."""


def retract() -> Touch:
    """Pull the needle back once more."""
    return Touch(
        "retract", say("Retract again"), Send(Retract()), say("Pulls the needle back, at any time"), icon="refresh"
    )


def rows(snapshot: Snapshot) -> tuple[Touch, ...]:
    """What this person may do now, in the order in which a needle that may be out is put right.

    What another role would have to do says so.
    """
    role = snapshot.user.role if snapshot.user else ""
    why = "" if role in ("practitioner", "technician") else say(SERVICE_WHY if role else SIGN_IN)
    home = Touch("rehome", say("Hold: home the needle"), Send(Rehome(True)), say(AWAY), icon="home", hold_ms=HOLD_MS)
    clear = Touch("clear", say("Clear faults"), Send(ClearFaults()), say("After the cause is put right"), icon="check")
    listed = [unless(retract(), why), unless(clear, why), unless(home, why)]
    if snapshot.phase == "calibrate":
        return tuple(listed)  # no other page opens while something is measured
    listed += _clock(snapshot, role)
    if snapshot.record.key:
        reason = Touch(
            "record", say("Give a reason"), Panel("text:record"), say("Alarm 734 says for what"), icon="pencil"
        )
        listed.append(unless(reason, "" if role == "administrator" else say("This takes an administrator.")))
    if snapshot.checking is not None:
        seen = say("What the device reads and drives now")
        listed.append(Touch("inputs", say("Inputs and outputs"), Go("inputs"), seen, icon="pulse"))
    if role in ("technician", "administrator"):
        listed.append(Touch("service", say("Service"), Go("service"), say("Wear, faults, link, support"), icon="cog"))
    if role == "administrator":
        listed.append(
            Touch("pair", say("Pair this injector"), Panel("text:pair"), say("After a change of injector"), icon="usb")
        )
    return tuple(listed)


def _clock(snapshot: Snapshot, role: str) -> list[Touch]:
    clock = snapshot.clock
    found: list[Touch] = []
    if clock.asks_technician:
        right = Touch("clock:right", say("Hold: {now} is right", now=clock.now), Send(ConfirmClock(clock.now)),
                      clock.why, icon="timer", hold_ms=HOLD_MS)  # fmt: skip
        found.append(unless(right, "" if role == "technician" else say(TECHNICIAN_WHY)))
    if clock.settable:
        found.append(
            unless(
                Touch("clock", say("Set date and time"), Panel("text:clock"), clock.why or clock.now, icon="timer"),
                "" if role else say(SIGN_IN),
            )
        )
    return found


def confirm(field: str, text: str, snapshot: Snapshot) -> Touch | None:
    """What confirms a text typed here; None for a field that is none of these."""
    why = "" if text.strip() else say(REASON_WHY)
    if field == "pair":
        return unless(
            Touch("confirm", say("Hold: pair"), Send(PairInjector(text.strip())), tone="warn", hold_ms=HOLD_MS), why
        )
    if field == "record":
        give = Send(AcceptFinding(snapshot.record.key, text.strip()))
        return unless(Touch("confirm", say("Hold: record it"), give, tone="warn", hold_ms=HOLD_MS), why)
    if field == "clock":
        try:
            moment = iso_moment(text)
        except NotADate:
            return unless(Touch("confirm", say("Set")), say(MOMENT_WHY))
        return Touch("confirm", say("Hold: set"), Send(SetClock(moment)), tone="primary", icon="check", hold_ms=HOLD_MS)
    return None


def offered_retract(snapshot: Snapshot) -> Touch | None:
    """The retract where an alarm says that the needle may be out; None while none does."""
    out = any(alarm.number in NEEDLE_OUT and alarm.active for alarm in snapshot.alarms)
    if not out or snapshot.user is None:
        return None
    return unless(retract(), say(SERVICE_WHY) if snapshot.user.role == "administrator" else "")
