"""What a lesson remembers because it passes without a trace (a stop, a refill, a signature), and how one comes to it.

The one thing only this file knows is when a lesson begins, is left, and goes on where it was.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AnyCommand, FitSyringe, RunSelfTest
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Teach
from kiosk.view.language import mark, say
from kiosk.view.local import Lesson, Local
from kiosk.view.touch import Touch, unless

HARDWARE = mark("Training runs on the simulated injector only: nappage run --simulated.")


def entry(snapshot: Snapshot, local: Local) -> Touch:
    """The way into the lesson; on hardware it says why there is none."""
    label = say("Go on") if local.lesson.begun else say("Training")
    begin = Touch("lesson:begin", label, Teach("begin"), icon="play")
    return unless(begin, "" if snapshot.simulated else say(HARDWARE))


def taught(local: Local, name: str, snapshot: Snapshot) -> tuple[Local, tuple[AnyCommand, ...]]:
    """The lesson begins, goes on where it was, is left or ends; a first beginning runs the self-test again."""
    if name == "leave" or not snapshot.simulated:
        return _with(local, on=False), ()
    if name == "end":
        return msgspec.structs.replace(local, lesson=Lesson(), panel=""), ()
    local = msgspec.structs.replace(local, panel="")
    if local.lesson.begun:
        return _with(local, on=True), ()
    number = snapshot.session.number if snapshot.session else 0
    begun = Lesson(on=True, begun=snapshot.wall or "00:00", session=number)
    if snapshot.phase != "home":
        return msgspec.structs.replace(local, lesson=begun), ()
    return msgspec.structs.replace(local, lesson=begun, place="", trail=()), (RunSelfTest(),)


def _with(local: Local, *, on: bool) -> Local:
    return msgspec.structs.replace(local, lesson=msgspec.structs.replace(local.lesson, on=on))


def asked(lesson: Lesson, command: AnyCommand, snapshot: Snapshot) -> Lesson:
    """A command was sent: a syringe in the middle of a treatment is a refill on its way."""
    filling = isinstance(command, FitSyringe) and snapshot.treat is not None and snapshot.treat.shot_count > 0
    return _saw(lesson, "filling") if filling and lesson.begun else lesson


def exported(lesson: Lesson) -> Lesson:
    """A file was written: after the signature it is the report."""
    return _saw(lesson, "exported") if "signed" in lesson.seen else lesson


def watched(lesson: Lesson, snapshot: Snapshot) -> Lesson:
    """A snapshot has come: what passes without a trace is noted."""
    if not lesson.begun:
        return lesson
    session = snapshot.session
    if session is None:
        over = lesson.session and snapshot.last_session == lesson.session
        return _saw(lesson, "signed") if over else lesson
    if session.number != lesson.session:  # another session is taught anew
        lesson = msgspec.structs.replace(lesson, session=session.number, seen=frozenset())
    shot = snapshot.treat is not None and snapshot.treat.shot_count > 0
    if shot and snapshot.stop.state != "clear":
        lesson = _saw(lesson, "stopped")
    if "filling" in lesson.seen and snapshot.phase == "setup" and session.step == "prime":
        lesson = _saw(lesson, "refilled")
    return lesson


def _saw(lesson: Lesson, what: str) -> Lesson:
    return lesson if what in lesson.seen else msgspec.structs.replace(lesson, seen=lesson.seen | {what})
