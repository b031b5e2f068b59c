"""The lesson of a first session, in simulation only: which step it is at, what the strip says, what it points at.

The step is derived from what is the case now: whoever goes back, is locked out or stops is led from there. Only what
passes without a trace is remembered (`kiosk.view.lesson_memory`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.view.actions import Cancel, Panel, Teach
from kiosk.view.frame import standing
from kiosk.view.heard import heard
from kiosk.view.language import mark, say
from kiosk.view.lesson_scene import Ring, Scene, typed
from kiosk.view.lesson_steps import STAGES, STEPS, Stage, Step
from kiosk.view.local import Local
from kiosk.view.numbers import shots, volume
from kiosk.view.records import zone_line
from kiosk.view.route import PANELS
from kiosk.view.touch import NOTHING, Line, Touch

LOCKED = mark("The screen is locked: type the PIN {pin} and touch Unlock, for whoever treats has to be known.")
STOPPED = mark("A stop holds: read where the needle is, then touch ACKNOWLEDGE.")
BUTTON = mark("The red button is pressed: release it with [S] in the bench's window.")
ASKED = mark("Control asks whether this is meant: in this lesson it is not, so take it back.")
AWAY = mark("The injector is not connected: plug its cable in with [U] in the bench's window.")
ROLE = mark("Only a practitioner treats: sign out and sign in as {name}.")
EARLY = mark("The lesson is not over: touch Back to treating.")
ELSEWHERE = mark("This page is not part of the step: Back leads on.")
PANEL = mark("This panel is not part of the step: close it with the ringed button.")
ALARM = mark("An alarm waits: read what happened and whether the patient is safe, acknowledge it, then go Back.")
RECOVER = mark("Not ready: {why} Touch Recover, and what puts it right.")
BUSY = mark("The injector is at work: wait until it is done.")
FINISHED = mark("You have run a whole first session. The summary says what is in its record.")


OWN = frozenset(screen for step in STEPS for screen in step.screens) - {"patient"}
"""Pages with room for the lesson beside the message: its own, but for the keyboard's."""


class LessonStrip(msgspec.Struct, frozen=True):
    """What the lesson says now; nothing while none runs."""

    text: str = ""
    progress: str = ""
    ring: Ring = ()
    """Controls to ring, the first that is on the glass."""
    touch: Touch = NOTHING
    rows: Literal["both", "lesson", "message"] = "both"
    """What stands at the foot: message and lesson; one of them where a panel leaves room for no more."""


class Point(NamedTuple):
    """A sentence and what it points at."""

    words: str
    ring: Ring = ()


# -- where it stands ---------------------------------------------------------------------------------------------------
def stage(scene: Scene) -> Stage:
    """How far the world is, whatever the lesson has shown so far."""
    snapshot = scene.snapshot
    if snapshot.phase == "starting":
        return "start"
    if snapshot.user is None:
        return "who"
    if scene.seen("signed"):
        return "record"
    if snapshot.phase == "closing":
        return "end" if _treated(scene) else "treat"
    if snapshot.phase in ("setup", "treat"):
        return snapshot.phase
    return "choose"


def _treated(scene: Scene) -> bool:
    """Whether nothing of the treating is left but to finish it."""
    return all(step.done(scene) for step in STEPS if step.stage == "treat" and step.key != "finish")


def current(scene: Scene) -> Step | None:
    """The first step of the present stage that is not done; None once the lesson is over."""
    here = [step for step in STEPS if step.stage == stage(scene)]
    left = [step for step in here if not step.done(scene)]
    if left:
        return left[0]
    return None if here[-1].stage == STAGES[-1] else here[-1]


def number_of(scene: Scene, step: Step) -> int:
    """Its place in the lesson; what is primed again belongs to the needle or the syringe that was changed."""
    keys = [each.key for each in STEPS]
    again = step.stage == "setup" and scene.seen("stopped")
    changed = "refill" if scene.seen("filling") else "renew"
    return 1 + keys.index(changed if again else step.key)


# -- what it says ------------------------------------------------------------------------------------------------------
def strip(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> LessonStrip:
    """The strip under the screen; empty while no lesson runs."""
    if not local.lesson.on or not snapshot.simulated:
        return LessonStrip()
    scene = Scene(snapshot, local, catalogue)
    step = current(scene)
    if step is None:
        summary = Touch("lesson:summary", say("Summary"), Panel("lesson"), tone="primary")
        return LessonStrip(say(FINISHED), _count(len(STEPS)), ("lesson:summary",), summary, _rows(scene))
    point = _detour(scene, step) or Point(step.words, step.ring(scene))
    told = say(point.words, **scene.facts(), why=heard(snapshot.missing[0]) if snapshot.missing else "")
    leave = Touch("lesson:leave", say("Leave"), Teach("leave"), icon="close")
    return LessonStrip(told, _count(number_of(scene, step)), point.ring, leave, _rows(scene))


def _rows(scene: Scene) -> Literal["both", "lesson", "message"]:
    """Under a panel, and on pages that are none of the lesson's, an alarm or a notice goes before the lesson.

    The panel of a stop says the stop itself.
    """
    if not scene.panel and scene.screen in OWN:
        return "both"
    alarmed = bool(standing(scene.snapshot)) and scene.panel != "stop" and scene.screen not in ("alarms", "alarm")
    return "message" if scene.local.notice or alarmed else "lesson"


def _count(number: int) -> str:
    return say("Step {number} of {all}", number=number, all=len(STEPS))


def _detour(scene: Scene, step: Step) -> Point | None:
    """The way back to the step from where it cannot be done, None where it can."""
    return _held_up(scene, step) or _not_ready(scene, step) or _astray(scene, step)


def _held_up(scene: Scene, step: Step) -> Point | None:
    """What has to be answered before anything else."""
    snapshot = scene.snapshot
    if snapshot.user is not None and snapshot.user.locked:
        return Point(LOCKED, typed(scene, "pin", scene.pin, "confirm"))
    if snapshot.stop.state in ("open", "contradiction"):
        return Point(BUTTON)
    if snapshot.stop.state != "clear" and snapshot.user is not None and step.key != "acknowledge":
        return Point(STOPPED, ("acknowledge",))
    if snapshot.question is not None:
        return Point(ASKED, ("soft:no", "cancel"))
    if not snapshot.link.connected:
        return Point(AWAY)
    if snapshot.busy and snapshot.phase in ("setup", "treat"):
        return Point(BUSY)
    if snapshot.user is not None and snapshot.user.role != "practitioner":
        return Point(ROLE, ("signout",))
    return None


def _not_ready(scene: Scene, step: Step) -> Point | None:
    """What stands between the step and arming, or a motion, and who puts it right."""
    snapshot = scene.snapshot
    waits = snapshot.phase == "treat" and not scene.armed and scene.shots > 0 and step.key not in ("stop", "lift")
    if snapshot.stop.state != "clear" or (step.key not in ("offer", "arm", "renew", "refill", "finish") and not waits):
        return None
    if scene.alarm is not None and snapshot.phase == "treat" and not scene.armed:
        number = scene.alarm.number
        return Point(ALARM, (f"acknowledge:{number}", f"alarm:{number}", "others", "alarms", "cancel"))
    if snapshot.missing and snapshot.phase == "treat" and scene.screen == "treat" and not scene.local.panel:
        return Point(RECOVER, ("recover",))
    if snapshot.missing and scene.local.panel == "recover":
        home = scene.treat is not None and not scene.treat.retracted
        return Point(RECOVER, ("rehome",) if home else ("clear",))
    return None


def _astray(scene: Scene, step: Step) -> Point | None:
    """Another page or panel than those of the step."""
    local = scene.local
    if scene.panel and PANELS.get(local.panel.partition(":")[0]) == scene.panel and local.panel not in step.opens:
        return Point(PANEL, ("cancel",))
    if scene.screen in step.screens:
        return None
    if scene.snapshot.phase == "closing" and step.stage == "treat" and scene.screen == "end":
        return Point(EARLY, ("resume",))
    return Point(ELSEWHERE, ("back", "done", "cancel"))


# -- what is left of it ----------------------------------------------------------------------------------------------
class Summary(msgspec.Struct, frozen=True):
    title: str = ""
    lines: tuple[Line, ...] = ()
    note: str = ""
    close: Touch = NOTHING
    stay: Touch = NOTHING


def summary(local: Local) -> Summary:
    """What was done, from the record of the session that was signed."""
    page = local.record if local.record is not None and local.record.line.number == local.lesson.session else None
    close = Touch("lesson:end", say("End the training"), Teach("end"), tone="primary", icon="check")
    stay = Touch("cancel", say("Back to the record"), Cancel(), icon="arrow-left")
    if page is None:
        return Summary(title=say("Reading the record"), close=close, stay=stay)
    line = page.line
    stops = sum(sentence.startswith("Stopped") for _, sentence in page.events)
    return Summary(
        title=say("Your first session: number {number}", number=line.number),
        lines=(
            Line("given", say("Given"), f"{shots(line.shots)}, {volume(line.given_nl)}"),
            *(zone_line(zone) for zone in page.zones if zone.done),
            Line("product", say("Product"), say("{product}, lot {lot}, expiry {expiry}", product=page.product,
                                                lot=page.lot, expiry=page.expiry)),
            Line("stops", say("Stops"), str(stops)),
            Line("events", say("Rows of what happened"), str(len(page.events))),
            Line("signed", say("Signed"), line.practitioner if line.signed else say("not signed")),
        ),
        note=say("Everything in it was simulated. A real injector asks for an approved treatment as well."),
        close=close,
        stay=stay,
    )  # fmt: skip
