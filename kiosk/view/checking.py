"""A technician's pages of inputs, outputs and guided checks: every level now, and how each check ended last."""

from __future__ import annotations

from itertools import zip_longest
from typing import cast

import msgspec

from kiosk.channel.checking_commands import AnswerSeen, BeginCheck, CheckKey, LeaveCheck
from kiosk.channel.checking_views import CheckingView, CheckLine, CheckNow, CheckOutcome, PinsView, SensedView
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Action, Go, Panel, Send
from kiosk.view.language import decimal, mark, say
from kiosk.view.numbers import ml, mm
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

HOLD_MS = 1_200
TOUCH_TEST = "touch"
CAPPED = mark("No needle, a full syringe, the outlet closed by a blind cap.")
"""What a person has to have done before the plunger presses against the outlet."""
MOVING: dict[str, str] = {
    "home": mark("The needle moves home."),
    "relay": mark("The enable relay closes for a moment."),
    "load": CAPPED,
}
"""Checks that are held to confirm that the handpiece is away, with what happens or is needed."""
OUTCOMES: dict[CheckOutcome, tuple[str, str, Tone]] = {
    "": (mark("never checked"), "checkbox-blank-outline", "quiet"),
    "passed": (mark("passed"), "check-circle", "good"),
    "failed": (mark("failed"), "close-circle", "danger"),
    "not seen": (mark("not seen"), "help-circle", "warn"),
    "stopped": (mark("stopped"), "alert-circle", "warn"),
    "left": (mark("left"), "close", "quiet"),
}
"""In words, with icon and tone."""
STATES: dict[str, str] = {
    "unhomed": mark("not homed"), "ready": mark("ready"), "authorised": mark("authorised"),
    "stroke": mark("needle out"),
    "homing": mark("homing"), "priming": mark("priming"), "seeking": mark("seeks the piston"),
    "retracting": mark("retracting"), "fault": mark("fault"),
}  # fmt: skip
"""The controller's states in words."""
ON, OFF = "checkbox-marked", "checkbox-blank-outline"


# -- the live page --------------------------------------------------------------------------------------------------
class Inputs(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...] = ()
    """In the order of three columns."""
    tall_lines: tuple[Line, ...] = ()
    """The same in the order of two."""
    note: str = ""
    """Why nothing is known of the injector's own inputs, or ""."""
    checks: Touch = NOTHING
    timing: Touch = NOTHING
    touch: Touch = NOTHING


def inputs(snapshot: Snapshot) -> Inputs:
    """Every input and output as it is now: the panel's from the pins, the injector's from its status."""
    work = snapshot.checking
    if work is None:
        return Inputs()
    panel, sensed, lamps, figures = _panel(work.pins), _sensed(work.sensed), _lamps(work.pins), _figures(work.sensed)
    return Inputs(
        lines=_beside(panel, sensed, lamps + figures),
        tall_lines=_beside(sensed + figures, panel + lamps),
        note="" if work.sensed is not None else snapshot.link.sentence or say("No injector is connected."),
        checks=Touch("checks", say("Checks"), Go("checks"), icon="clipboard-text", tone="primary"),
        timing=Touch("timing", say("Timing"), Go("timing"), icon="timer"),
        touch=Touch("touch", say("Touch test"), Panel("touch"), icon="target"),
    )


def _beside(*columns: tuple[Line, ...]) -> tuple[Line, ...]:
    """Columns as a list that fills rows; only the last row may lack one, so that each line keeps its column."""
    return tuple(line for row in zip_longest(*columns) for line in row if line is not None)


def _level(key: str, title: str, words: tuple[str, str], on: bool) -> Line:
    return Line(key, title, "", words[on], ON if on else OFF, "good" if on else "quiet")


def _figure(key: str, title: str, words: str) -> Line:
    return Line(key, title, "", words, "gauge", "primary")


def _panel(pins: PinsView) -> tuple[Line, ...]:
    contact, switch = (say("open"), say("closed")), (say("off"), say("on"))
    return (
        _level("stop_a", say("Stop A"), contact, pins.stop_a),
        _level("stop_b", say("Stop B"), contact, pins.stop_b),
        _level("pedal_no", say("Pedal NO"), contact, pins.pedal_no),
        _level("pedal_nc", say("Pedal NC"), contact, pins.pedal_nc),
        _level("enable", say("Enable"), switch, pins.enable),
        _level("feedback", say("Feedback"), contact, pins.feedback),
        _level("buzzer", say("Buzzer"), (say("silent"), f"{pins.hertz} Hz"), bool(pins.hertz)),
    )


NOBODY = SensedView(False, False, False, False, False, False, 0, 0, 0, 0, "ready")


def _unknown(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same lines where nobody says how it stands: each keeps its place."""
    return tuple(msgspec.structs.replace(line, trail="-", icon=OFF, tone="quiet") for line in lines)


def _sensed(sensed: SensedView | None) -> tuple[Line, ...]:
    if sensed is None:
        return _unknown(_sensed(NOBODY))
    yes, pressed = (say("no"), say("yes")), (say("released"), say("pressed"))
    return (
        _level("trigger", say("Trigger"), pressed, sensed.trigger),
        _level("pedal", say("Pedal bit"), pressed, sensed.pedal),
        _level("contact", say("Skin contact"), yes, sensed.contact),
        _level("home", say("Home switch"), (say("open"), say("closed")), sensed.home),
        _level("needle", say("Needle fitted"), yes, sensed.needle),
        _level("supply", say("Supply good"), yes, sensed.supply),
        Line("state", say("Injector"), "", say(STATES.get(sensed.state, sensed.state)), "information", "primary"),
    )


def _lamps(pins: PinsView) -> tuple[Line, ...]:
    switch = (say("off"), say("on"))
    return (
        _level("red", say("Red lamp"), switch, pins.red),
        _level("yellow", say("Yellow lamp"), switch, pins.yellow),
        _level("cyan", say("Cyan lamp"), switch, pins.cyan),
    )


def _figures(sensed: SensedView | None) -> tuple[Line, ...]:
    if sensed is None:
        return _unknown(_figures(NOBODY))
    plunger = say("Plunger, {barrel} mL", barrel=sensed.barrel_ml) if sensed.barrel_ml else say("Syringe")
    return (
        _figure("barrel", plunger, ml(sensed.plunger_nl) if sensed.barrel_ml else say("none")),
        _figure("pressure", say("Pressure"), f"{sensed.pressure_kpa} kPa"),
        _figure("volts", say("Supply"), decimal(f"{sensed.supply_mv / 1000:.1f} V")),
        _figure("depth", say("Needle"), mm(sensed.needle_um)),
    )


# -- the checks -----------------------------------------------------------------------------------------------------
class Checks(msgspec.Struct, frozen=True):
    """The list of checks, or the one that runs."""

    rows: tuple[Touch, ...] = ()
    title: str = ""
    todo: str = ""
    left: str = ""
    leave: Touch = NOTHING
    no: Touch = NOTHING
    yes: Touch = NOTHING


def checks(snapshot: Snapshot) -> Checks:
    """Every check with how it ended last, or what to do now in the one that runs."""
    work = snapshot.checking
    if work is None:
        return Checks()
    if work.now is not None:
        return _running(work.now)
    why = say("The lapse of the lease is being measured.") if work.measuring else work.why
    return Checks(rows=tuple(_row(line, work, why) for line in work.lines))


def _running(now: CheckNow) -> Checks:
    heard = now.key == "buzzer"
    no = Touch("seen:no", say("Not heard") if heard else say("Not seen"), Send(AnswerSeen(False)), icon="close")
    yes = Touch(
        "seen:yes", say("Heard") if heard else say("Seen"), Send(AnswerSeen(True)), icon="check", tone="primary"
    )
    return Checks(
        title=now.title,
        todo=now.todo,
        left=say("{seconds} s left", seconds=now.left_s) if now.left_s else "",
        leave=Touch("leave", say("Leave this check"), Send(LeaveCheck()), icon="close"),
        no=no if now.asks else NOTHING,
        yes=yes if now.asks else NOTHING,
    )


def _row(line: CheckLine, work: CheckingView, why: str) -> Touch:
    words, icon, tone = OUTCOMES[line.outcome]
    last = say("{outcome} {when}", outcome=say(words), when=line.when[:10]) if line.outcome else say(words)
    passed = say("last pass {date}", date=line.passed) if line.passed and line.outcome != "passed" else ""
    action: Action = Send(BeginCheck(cast("CheckKey", line.key)))
    if line.key in MOVING or line.key == TOUCH_TEST:
        action = Panel("touch" if line.key == TOUCH_TEST else f"away:{line.key}")
    touch = Touch(
        f"check:{line.key}", line.title, action, f"{last}; {passed}" if passed else last, icon=icon,
        tone="warn" if tone in ("danger", "warn") else "plain", selected=line.key == work.ended,
    )  # fmt: skip
    return unless(touch, why)


def away(snapshot: Snapshot, key: str) -> tuple[str, Touch]:
    """The check by name, and what is held to start it: what moves or powers something asks that nobody is touched."""
    work = snapshot.checking
    line = next((each for each in work.lines if each.key == key), None) if work is not None else None
    held = Touch(
        f"away:{key}", say("Hold: handpiece away from everybody"), Send(BeginCheck(cast("CheckKey", key), True)),
        say(MOVING[key]) if key in MOVING else "", icon="play", tone="primary", hold_ms=HOLD_MS,
    )  # fmt: skip
    return line.title if line is not None else "", unless(held, "" if work is None else work.why)


def verdict(snapshot: Snapshot) -> tuple[str, Tone, str]:
    """How the check that ended last in this run did: sentence, tone, icon; nothing while one runs or none ended."""
    work = snapshot.checking
    ended = next((line for line in work.lines if line.key == work.ended), None) if work is not None else None
    if work is None or ended is None or work.now is not None:
        return "", "quiet", ""
    words, icon, tone = OUTCOMES[ended.outcome]
    said = say("{check}: {outcome}", check=ended.title, outcome=say(words))
    detail = f"{ended.detail[:1].upper()}{ended.detail[1:]}."
    return (f"{said}. {detail}" if ended.detail else said), tone, icon
