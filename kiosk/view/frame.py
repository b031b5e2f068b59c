"""What surrounds every screen: header, message strip, the rail's buttons and STOP."""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.channel.commands import AcknowledgeStop, Lock, SignOut, Stop
from kiosk.channel.snapshot import Alarm, Snapshot
from kiosk.view.actions import Back, Go, Panel, Send
from kiosk.view.checking import verdict
from kiosk.view.language import many, mark, say
from kiosk.view.lesson_memory import entry as lesson_entry
from kiosk.view.local import Change, Local
from kiosk.view.numbers import TITLES as FIELDS
from kiosk.view.numbers import with_unit
from kiosk.view.route import PanelKey, ScreenKey
from kiosk.view.touch import NOTHING, Tone, Touch, unless
from kiosk.view.words import ROLES

STOP = Touch("stop", "STOP", Send(Stop()), tone="danger", on_down=True)
"""STOP on glass: the same on every screen and in every language, at touch-down (STP-2)."""
TITLES: dict[ScreenKey, str] = {
    "selftest": mark("Self-test"),
    "first": mark("First start"),
    "signin": mark("Sign in"),
    "home": mark("Nappage"),
    "protocols": mark("Choose the treatment"),
    "patient": mark("Patient code"),
    "screening": mark("Screening"),
    "product": mark("Product"),
    "needle": mark("Needle"),
    "syringe": mark("Syringe"),
    "preparation": mark("Preparation"),
    "prime": mark("Prime"),
    "treat": mark("Treat"),
    "end": mark("End of session"),
    "record": mark("Record"),
    "history": mark("History"),
    "alarms": mark("Alarms"),
    "alarm": mark("Alarm"),
    "about": mark("About"),
    "settings": mark("Settings"),
    "people": mark("People"),
    "account": mark("New account"),
    "approvals": mark("Approvals"),
    "approval": mark("Approval"),
    "cleanup": mark("Clean-up"),
    "due": mark("Due"),
    "aftercare": mark("Aftercare"),
    "reactions": mark("Reactions"),
    "calibration": mark("Calibration"),
    "calibrating": mark("Calibration"),
    "proposal": mark("Calibration: figures"),
    "instruments": mark("Instruments"),
    "instrument": mark("Instrument"),
    "certificates": mark("Certificates"),
    "certificate": mark("Certificate"),
    "drift": mark("Calibration: history"),
    "inputs": mark("Inputs and outputs"),
    "checks": mark("Checks"),
    "timing": mark("Timing"),
    "service": mark("Service"),
    "wear": mark("Wear"),
    "faults": mark("Faults"),
    "link": mark("Link"),
    "backup": mark("Backup"),
}
FIRST = mark("No account exists yet. Create the administrator: a name, and a PIN of 6 digits or more.")
HERE = {
    "technician": mark("Here: calibration, self-test, recover, alarms. Treating takes a practitioner."),
    "administrator": mark("Here: people, approvals, history. Treating takes a practitioner."),
}
"""What somebody who does not treat can do between sessions."""
READY = mark("Ready for a new session")
NO_PRACTITIONER = mark("Nobody here may treat yet: add a practitioner under People.")
DISARM_FIRST = mark("Disarm first.")
CONNECTED: tuple[Tone, str] = ("quiet", "usb")
"""Tone and icon of the strip that has nothing to say but that the injector is there."""
MEANT: frozenset[PanelKey] = frozenset({"edit", "text", "pin", "question", "arm", "choice", "map"})
"""Panels over a session in which something is set, typed or meant for its patient."""
RANK = {"high": 0, "medium": 1, "low": 2}
ALARM_TONES: dict[Literal["high", "medium", "low"], Tone] = {"high": "danger", "medium": "warn", "low": "primary"}


class Strip(msgspec.Struct, frozen=True):
    """The message strip: the one sentence that matters most now."""

    text: str = ""
    tone: Tone = "quiet"
    icon: str = ""
    touch: Touch = NOTHING


class Frame(msgspec.Struct, frozen=True):
    title: str = ""
    where: str = ""
    """Patient and protocol of the open session."""
    who: str = ""
    wall: str = ""
    simulated: bool = False
    armed: bool = False
    strip: Strip = Strip()
    back: Touch = NOTHING
    help: Touch = NOTHING
    alarms: Touch = NOTHING
    lock: Touch = NOTHING
    stop: Touch = STOP


def standing(snapshot: Snapshot) -> tuple[Alarm, ...]:
    """Alarms that stand or wait for an acknowledgement, the highest first."""
    listed = [alarm for alarm in snapshot.alarms if alarm.active or not alarm.acknowledged]
    return tuple(sorted(listed, key=lambda alarm: (RANK[alarm.priority], alarm.acknowledged, alarm.number)))


def frame(snapshot: Snapshot | None, local: Local, screen: ScreenKey) -> Frame:
    """The frame of a screen."""
    if snapshot is None:
        return Frame(title=say(TITLES[screen]), strip=Strip(say("Waiting for control"), "quiet", "lan-disconnect"))
    session, user = snapshot.session, snapshot.user
    armed = snapshot.treat is not None and snapshot.treat.arming is not None
    return Frame(
        title=say(TITLES[screen]),
        where=f"{session.patient} · {session.protocol_title}" if session else "",
        who=(user.name if session else f"{user.name}, {say(ROLES[user.role])}") if user else "",
        wall=snapshot.wall or say("Clock not trusted"),
        simulated=snapshot.simulated,
        armed=armed,
        strip=strip(snapshot, local, screen),
        back=_back(snapshot, local),
        help=unless(Touch("help", say("Help"), Panel("help"), icon="help-circle"), say(DISARM_FIRST) if armed else ""),
        alarms=_alarms(snapshot, local),
        lock=_lock(snapshot, armed),
    )


def strip(snapshot: Snapshot, local: Local, screen: ScreenKey) -> Strip:
    """The sentence that matters most: stop, what was just said, alarms, what runs, what is missing (UI-5)."""
    if snapshot.stop.state != "clear" and snapshot.user is None:
        return _stopped_alone(snapshot, local, screen)
    if snapshot.stop.state != "clear" and not local.notice:  # with one the stop panel is open and says the stop itself
        words = snapshot.stop.sentence or say("Stopped")
        return Strip(words, "danger", "alert", Touch("stop:acknowledge", say("Acknowledge"), Send(AcknowledgeStop())))
    if local.notice:
        return Strip(local.notice, "dark", "information")
    alarms = standing(snapshot)
    if alarms and screen not in ("alarms", "alarm"):
        first = alarms[0]
        more = "  " + say("(+{count} more)", count=len(alarms) - 1) if len(alarms) > 1 else ""
        show = Touch("strip:alarms", say("Show"), Go(f"alarm:{first.number}"))
        return Strip(f"{first.title}. {first.todo}{more}", ALARM_TONES[first.priority], "bell", show)
    if screen == "first":
        return Strip(say(FIRST), "primary", "account")
    if snapshot.busy:
        return Strip(snapshot.busy, "primary", "timer")
    return _of_check(snapshot, screen) or _readiness(snapshot, local, screen)


def _stopped_alone(snapshot: Snapshot, local: Local, screen: ScreenKey) -> Strip:
    """A stop while nobody is signed in: no panel says it, and who acknowledges it has to sign in first.

    What was just said (a wrong PIN, why the needle does not home) goes before it for its moment, as red as the stop.
    """
    words = snapshot.stop.sentence or say("Stopped")
    if snapshot.stop.state == "released":
        words = say("The stop was released. Sign in to acknowledge it.")
    there = screen in ("signin", "first")
    sign_in = NOTHING if there else Touch("strip:signin", say("Sign in"), Go("signin"))
    return Strip(local.notice or words, "danger", "alert", sign_in)


def _of_check(snapshot: Snapshot, screen: ScreenKey) -> Strip | None:
    """How the check that ended last did, on the page of the checks."""
    words, tone, icon = verdict(snapshot)
    return Strip(words, tone, icon) if words and screen == "checks" else None


def _readiness(snapshot: Snapshot, local: Local, screen: ScreenKey) -> Strip:
    arming = snapshot.treat.arming if snapshot.treat else None
    if arming is not None:
        return Strip(arming.note or arming.words, "armed", "target")
    if snapshot.missing and screen in ("home", "treat", "prime"):
        return Strip(say("Not ready: {why}", why=snapshot.missing[0]), "warn", "alert-circle")
    if local.changed is not None and _holds(local.changed, snapshot, local):
        return _change(local.changed)
    if screen == "treat":
        return _paused(snapshot) or Strip(say("Ready to arm"), "good", "check-circle")
    if screen == "home" and snapshot.user is not None and snapshot.link.connected:
        if all(entry.role != "practitioner" for entry in snapshot.accounts):
            return Strip(say(NO_PRACTITIONER), "primary", "account")
        return Strip(say(HERE.get(snapshot.user.role, READY)), "quiet", "check-circle", _training(snapshot, local))
    taught = screen == "signin" or (screen == "selftest" and snapshot.simulated)
    training = _training(snapshot, local) if taught else NOTHING
    if snapshot.link.connected:
        return Strip(say("Injector No. {serial} is connected", serial=snapshot.link.serial), *CONNECTED, training)
    return Strip(snapshot.link.sentence, "warn", "usb", training)


def _paused(snapshot: Snapshot) -> Strip | None:
    """An arming ended before its last shot: how to go on with the rest, in the two steps of every arming (LIM-8)."""
    treat = snapshot.treat
    if treat is None or not treat.left:
        return None
    go_on = Panel("arm") if treat.shots.value == treat.left else Panel(f"edit:shots:{treat.left}")
    told = many("Paused: {count} shot left here", "Paused: {count} shots left here", treat.left)
    return Strip(told, "good", "timer", Touch("go-on", say("Go on"), go_on, icon="play"))


def _training(snapshot: Snapshot, local: Local) -> Touch:
    """The way into the lesson, for whoever has not treated yet; nothing while it runs."""
    role = snapshot.user.role if snapshot.user else "practitioner"
    if local.lesson.on or role != "practitioner" or (snapshot.user is not None and not snapshot.simulated):
        return NOTHING
    return lesson_entry(snapshot, local)


def _holds(changed: Change, snapshot: Snapshot, local: Local) -> bool:
    """Whether the value is still what it was changed to: control may have refused it, or asked for a reason."""
    if snapshot.user is None:
        return False
    if changed.field == "fill":
        return local.fill_nl == changed.now
    return snapshot.treat is not None and getattr(snapshot.treat, changed.field).value == changed.now


def _change(changed: Change) -> Strip:
    """What was changed last, and the way to take it back."""
    now, before = with_unit(changed.field, changed.now), with_unit(changed.field, changed.before)
    words = say("{field}: {now}, it was {before}", field=say(FIELDS[changed.field]), now=now, before=before)
    undo = Touch("undo", say("Undo"), Panel(f"edit:{changed.field}:{changed.before}"))
    return Strip(words, "dark", "information", undo)


def asking(around: Frame, page: msgspec.Struct) -> Frame:
    """The frame of a page: where nothing else is to be said, why its main button cannot be touched yet (UI-5)."""
    idle = (around.strip.tone, around.strip.icon) == CONNECTED
    why = _main_why(page) if idle else ""
    if not why:
        return around
    return msgspec.structs.replace(around, strip=Strip(why, "quiet", "information", around.strip.touch))


def _main_why(page: msgspec.Struct) -> str:
    """What stands against the main button of a page, or of the steps in it."""
    for name in page.__struct_fields__:
        part = getattr(page, name)
        if isinstance(part, Touch):
            if part.key and not part.enabled and part.tone == "primary":
                return part.why
        elif isinstance(part, msgspec.Struct) and (why := _main_why(part)):
            return why
    return ""


def under(around: Frame, panel: PanelKey) -> Frame:
    """The frame under a panel: nothing but STOP can be touched, so nothing else is offered.

    What the page is ready for is not said beside a value that is being changed, or a lock: there stands whom it is for.
    """
    strip = msgspec.structs.replace(around.strip, touch=NOTHING)
    if panel in MEANT and strip.tone in ("good", "quiet"):
        strip = Strip(around.where, "quiet", "account" if around.where else "")
    if panel == "lock" and strip.tone in ("good", "quiet"):
        strip = Strip(say("Locked"), "quiet", "lock")
    return msgspec.structs.replace(around, strip=strip, back=NOTHING, alarms=NOTHING, lock=NOTHING, help=NOTHING)


def _back(snapshot: Snapshot, local: Local) -> Touch:
    if local.place:
        return Touch("back", say("Back"), Back(), icon="arrow-left")
    if snapshot.phase in ("starting", "home"):
        return Touch("settings", say("Settings"), Go("settings"), icon="cog")
    return NOTHING


def _alarms(snapshot: Snapshot, local: Local) -> Touch:
    count = len(standing(snapshot))
    tone: Tone = ALARM_TONES[standing(snapshot)[0].priority] if count else "plain"
    label = say("Alarms {count}", count=count) if count else say("Alarms")
    if local.place == "alarms":
        return Touch("alarms", label, Back(), icon="bell", tone=tone, selected=True)
    return Touch("alarms", label, Go("alarms"), icon="bell", tone=tone)


def _lock(snapshot: Snapshot, armed: bool) -> Touch:
    if snapshot.user is None:
        return NOTHING
    if snapshot.session is None:
        return Touch("signout", say("Sign out"), Send(SignOut(), then="/"), icon="logout")
    return unless(Touch("lock", say("Lock"), Send(Lock()), icon="lock"), say(DISARM_FIRST) if armed else "")
