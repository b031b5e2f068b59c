"""What the one panel over a screen shows: value, text, PIN, offer, choice, question, stop, lock, no connection."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import (
    AcknowledgeStop,
    ChooseMode,
    ChooseZone,
    ConfirmSoft,
    SignOut,
    WithdrawSoft,
)
from kiosk.channel.snapshot import Catalogue, Snapshot, Treat, Value
from kiosk.view import checking, noting, recover
from kiosk.view.actions import ArmShown, Cancel, ConfirmDraft, ConfirmText, Panel, Send, StepBy, SubmitPin, Type
from kiosk.view.editing import limits, read, shown, typed_number
from kiosk.view.errors import NotANumber
from kiosk.view.heard import heard
from kiosk.view.instruments import DUE
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import TITLES, UNITS, FieldName, dashed, digits, mm, moment_typed, ul, volume, with_unit
from kiosk.view.presets import keeping
from kiosk.view.skin import below
from kiosk.view.start import PIN_LEAST, dots
from kiosk.view.touch import NOTHING, Line, Touch, unless
from kiosk.view.treat import HOLD_MS, MODES, crossed, zone_title
from kiosk.view.zones import given_of, side_words, zone_detail

CONFIRM_MS = 500
RIGHT_ANGLE = 90
TEXT_TITLES = {
    "lot": mark("Lot, as printed on the pack"),
    "expiry": mark("Expiry: year, month, day"),
    "physician": mark("The physician's reason to go on"),
    "reactions": mark("Reactions seen"),
    "next": mark("Next session: year, month, day"),
    "review": mark("Review date: year, month, day"),
    "person": mark("Name of the person"),
    "preset": mark("Name for these values, such as: Dr. Martin, forehead"),
    "soft": mark("Reason for crossing the limit"),
    "search": mark("Search: name, technique or zone"),
    "record": mark("Why rows of the record are lost or changed"),
    "clock": mark("Local date and time: year, month, day, hour, minute"),
    "pair": mark("Why this injector belongs to this ledger"),
    "instrument_model": mark("Maker and model, as printed on it"),
    "instrument_serial": mark("Serial number, as printed on it"),
    "instrument_certificate": mark("Number of its own certificate"),
    DUE: mark("Its certificate ends: year, month, day"),
}
STOPS = {
    "open": (mark("STOP circuit is open"), mark("The red button is pressed, or unplugged.")),
    "contradiction": (mark("STOP contacts disagree"), mark("Press the red button fully and release it.")),
    "released": (mark("Stopped"), mark("The red button is released.")),
    "clear": ("", ""),
}

LEAVES = {
    "open": mark("Turn the red button until it springs out, then acknowledge."),
    "contradiction": mark("Then acknowledge. If this comes back, do not treat: call service."),
    "released": mark("Look at the needle, then acknowledge."),
    "clear": "",
}
"""What leads out of each."""


def cancel() -> Touch:
    """Close the panel and change nothing."""
    return Touch("cancel", say("Cancel"), Cancel(), icon="close")


class Scale(msgspec.Struct, frozen=True):
    """Where a value stands between its limits, 0 to 1, with the limits in words."""

    at: float = 0.0
    soft_from: float = 0.0
    soft_to: float = 1.0
    low: str = ""
    high: str = ""
    soft: str = ""


class Editing(msgspec.Struct, frozen=True):
    title: str = ""
    number: str = ""
    unit: str = ""
    fault: str = ""
    scale: Scale = Scale()
    source: str = ""
    now: str = ""
    """What it is while nothing is confirmed."""
    down: Touch = NOTHING
    up: Touch = NOTHING
    point: bool = True
    cancel: Touch = NOTHING
    confirm: Touch = NOTHING


def editing(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Editing:
    """A value with its limits and their origin drawn beside it (UI-2, LIM-4)."""
    draft = local.draft
    value = limits(draft.field, snapshot, local, catalogue) if draft else None
    if draft is None or value is None:
        return Editing(title=say("This value cannot be set now"), cancel=cancel())
    meant = read(draft, value)
    fault = draft.fault or ("" if isinstance(meant, (int, NotANumber)) else heard(str(meant)))
    span = max(1, value.hard_high - value.hard_low)
    low = value.hard_low if value.soft_low is None else value.soft_low
    high = value.hard_high if value.soft_high is None else value.soft_high
    at = meant if isinstance(meant, int) else typed_number(draft)
    unit = say(UNITS[draft.field].name)
    soft = "" if value.soft_high is None else _usual(draft.field, low, high)
    source = say("No published figure: needs the clinic's figure") if value.needs_clinic else ""
    confirm = Touch("confirm", say("Hold to confirm"), ConfirmDraft(), tone="primary", hold_ms=CONFIRM_MS)
    return Editing(
        title=_named(draft.field, snapshot),
        number=shown(draft),
        unit=unit,
        fault=fault,
        scale=Scale(
            max(0.0, min(1.0, (at - value.hard_low) / span)),
            (low - value.hard_low) / span, (high - value.hard_low) / span,
            f"{with_unit(draft.field, value.hard_low)}\n{value.hard_low_origin}",
            f"{with_unit(draft.field, value.hard_high)}\n{value.hard_high_origin}", soft,
        ),
        source=source or _graded(value),
        now=say("now {value}", value=with_unit(draft.field, value.value)) if value.value else "",
        down=Touch("step:down", "", StepBy(-1), icon="minus", on_down=True),
        up=Touch("step:up", "", StepBy(1), icon="plus", on_down=True),
        point=UNITS[draft.field].places > 0,
        cancel=cancel(),
        confirm=unless(confirm, "" if isinstance(meant, int) else heard(str(meant))),
    )  # fmt: skip


def _usual(field: FieldName, low: int, high: int) -> str:
    """The soft limits of a value in words."""
    return say("usual {low} to {high}", low=digits(field, low), high=with_unit(field, high))


def _named(field: FieldName, snapshot: Snapshot) -> str:
    """What is edited; the settings of a treatment say for which zone and side."""
    title, treat, session = say(TITLES[field]), snapshot.treat, snapshot.session
    if field not in ("depth", "dose", "rate", "shots") or treat is None or session is None:
        return title
    return f"{title}: {zone_title(session, treat)}"


def _graded(value: Value) -> str:
    """A figure's source with its grade."""
    if not value.source or not value.grade:
        return value.source
    return say("{source} (grade {grade})", source=value.source, grade=value.grade)


class Texting(msgspec.Struct, frozen=True):
    title: str = ""
    text: str = ""
    numeric: bool = False
    shift: bool = False
    cancel: Touch = NOTHING
    confirm: Touch = NOTHING


def texting(snapshot: Snapshot, local: Local) -> Texting:
    """One line of text on our own keyboard, or a date on the number pad."""
    field = local.panel.partition(":")[2]
    text = local.text(field)
    numeric = field in ("expiry", "review", "next", "clock", DUE)
    confirm = Touch("confirm", "OK", ConfirmText(), tone="primary", icon="check")
    why = ""
    if field == "soft" and snapshot.question is not None:
        confirm = Touch("confirm", say("Hold: cross the limit"), Send(ConfirmSoft(snapshot.question.key, text.strip())),
                        tone="warn", icon="check", hold_ms=CONFIRM_MS)  # fmt: skip
        why = "" if text.strip() else say("A reason is needed.")
    grown = moment_typed(text) if field == "clock" else dashed(text) if numeric else text
    return Texting(
        title=_asked_for(field, snapshot), text=grown, numeric=numeric, shift=local.shift, cancel=cancel(),
        confirm=keeping(field, text, snapshot) or recover.confirm(field, text, snapshot) or unless(confirm, why),
    )  # fmt: skip


def _asked_for(field: str, snapshot: Snapshot) -> str:
    """What is to be typed; the reason for crossing a limit says which."""
    if field == "soft" and snapshot.question is not None:
        return f"{say(TEXT_TITLES[field])}: {snapshot.question.sentence}"
    return say(TEXT_TITLES.get(field, field))


class PinAsked(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
    dots: str = ""
    clear: Touch = Touch("pin:back", "", Type("back"), icon="backspace", on_down=True)
    cancel: Touch = NOTHING
    confirm: Touch = NOTHING


def pin_asked(local: Local) -> PinAsked:
    """The PIN that signs the session."""
    why = "" if len(local.text("pin")) >= PIN_LEAST else say("Type all digits of your PIN.")
    sign = unless(Touch("confirm", say("Sign"), SubmitPin("sign"), tone="primary", icon="check"), why)
    return PinAsked(say("Sign the session with your PIN"), say("A signed session is closed and cannot be changed."),
                    dots(local.text("pin")), cancel=cancel(), confirm=sign)  # fmt: skip


def locked(snapshot: Snapshot, local: Local) -> PinAsked:
    """The lock screen; STOP stays (ACC-3)."""
    user = snapshot.user
    name = user.name if user else ""
    demo = next((entry.demo_pin for entry in snapshot.accounts if entry.name == name and entry.demo_pin), "")
    why = "" if len(local.text("pin")) >= PIN_LEAST else say("Type all digits of your PIN.")
    unlock = msgspec.structs.replace(Touch("confirm", say("Unlock"), SubmitPin("unlock"), tone="primary", icon="lock"))
    stopped = snapshot.stop.sentence if snapshot.stop.state != "clear" else ""
    detail = stopped or (say("Demo PIN {demo}", demo=demo) if demo else say("Type the PIN to go on."))
    leave = (
        Touch("signout", say("Sign out"), Send(SignOut(), then="/"), icon="logout")
        if snapshot.session is None
        else NOTHING
    )
    return PinAsked(
        say("Locked: {name}", name=name), detail, dots(local.text("pin")), cancel=leave, confirm=unless(unlock, why)
    )


class Offered(msgspec.Struct, frozen=True):
    words: str = ""
    lines: tuple[Line, ...] = ()
    cancel: Touch = NOTHING
    keep: Touch = NOTHING
    """Keeps these values under a name."""
    confirm: Touch = NOTHING


def offer(snapshot: Snapshot, local: Local) -> Offered:
    """The offer in words with units and side; holding arms exactly this (LIM-8)."""
    shown_offer, session = local.offer, snapshot.session
    if shown_offer is None or session is None:
        return Offered(say("Nothing can be armed now."), cancel=cancel())
    treat = shown_offer.treat
    return Offered(
        words=treat.offer,
        lines=(
            Line("patient", say("Patient"), session.patient),
            _travel(treat),
            _marked(Line("dose", say("Dose"), ul(treat.dose.value)), "dose", treat.dose),
            Line("whole", say("In all"), volume(treat.dose.value * treat.shots.value)),
            Line("zone", say("Zone"), zone_title(session, treat)),
            Line("mode", say("Mode and rate"), f"{say(MODES[treat.mode][0])}, {with_unit('rate', treat.rate.value)}"),
            Line("product", say("Product"), session.product_title),
            Line("needle", say("Needle"), session.needle_title),
            Line("syringe", say("Syringe"), session.syringe_title),
        ),
        cancel=cancel(),
        keep=Touch("keep", say("Keep these values"), Panel("text:preset"), icon="clipboard-text"),
        confirm=Touch("arm:confirm", say("HOLD TO ARM"), ArmShown(), tone="armed", hold_ms=HOLD_MS),
    )


def _travel(treat: Treat) -> Line:
    """The depth is needle travel; what a tilted needle reaches below the surface stands beside it."""
    travel = mm(treat.depth.value)
    if treat.angle_deg >= RIGHT_ANGLE:
        return _marked(Line("depth", say("Depth"), travel), "depth", treat.depth)
    deep = mm(below(treat.depth.value, treat.angle_deg))
    tilted = Line("depth", say("Depth, as travel"), f"{travel}; {treat.angle_deg}°: {deep}")
    return _marked(tilted, "depth", treat.depth)


def _marked(line: Line, field: FieldName, value: Value) -> Line:
    """A value outside its usual range says so once more before it is armed (LIM-1)."""
    if not crossed(value):
        return line
    usual = _usual(field, value.soft_low or 0, value.soft_high or 0)
    return msgspec.structs.replace(line, detail=f"{line.detail}; {usual}", tone="warn")


class Choosing(msgspec.Struct, frozen=True):
    title: str = ""
    rows: tuple[Touch, ...] = ()
    cancel: Touch = NOTHING


def choosing(snapshot: Snapshot, local: Local) -> Choosing:
    """A short list to choose from: zone and side, mode, or how to recover."""
    treat, session = snapshot.treat, snapshot.session
    if local.panel == "zones" and session is not None:
        rows = tuple(
            Touch(f"zone:{zone.key}:{zone.side}", side_words(zone.title, zone.side),
                  Send(ChooseZone(zone.key, zone.side)), zone_detail(zone), given_of(zone),
                  selected=treat is not None and (zone.key, zone.side) == (treat.zone, treat.side))
            for zone in session.zones
        )  # fmt: skip
        return Choosing(say("Zone and side"), rows, cancel())
    if local.panel == "mode":
        rows = tuple(
            Touch(f"mode:{mode}", say(title), Send(ChooseMode(mode)), say(meaning),
                  selected=treat is not None and treat.mode == mode)
            for mode, (title, meaning) in MODES.items()
        )  # fmt: skip
        return Choosing(say("Mode"), rows, cancel())
    if local.panel.startswith("away:"):
        title, row = checking.away(snapshot, local.panel.partition(":")[2])
        return Choosing(title, (row,), cancel())
    if local.panel == "more":
        return Choosing(say("This session"), noting.offered(snapshot, local), cancel())
    return Choosing(say("Recover"), recover.rows(snapshot), cancel())


class Asked(msgspec.Struct, frozen=True):
    sentence: str = ""
    note: str = ""
    yes: Touch = NOTHING
    no: Touch = NOTHING


def asked(snapshot: Snapshot) -> Asked:
    """A soft limit or an unusual value: confirmed separately, with a reason where one is needed (LIM-1)."""
    question = snapshot.question
    if question is None:
        return Asked()
    no = Touch("soft:no", say("No, take it back"), Send(WithdrawSoft(question.key)), tone="primary")
    if question.needs_reason:
        yes = Touch("soft:reason", say("Yes, with a reason"), Panel("text:soft"), tone="warn", icon="pencil")
        return Asked(question.sentence, say("Crossing this limit is recorded with your reason."), yes, no)
    yes = Touch(
        "soft:yes", say("Hold: yes, it is meant"), Send(ConfirmSoft(question.key, "")), tone="warn", hold_ms=CONFIRM_MS
    )
    return Asked(question.sentence, say("Your answer is recorded."), yes, no)


class Stopped(msgspec.Struct, frozen=True):
    title: str = ""
    sentence: str = ""
    cause: str = ""
    needle: Line = Line()
    acknowledge: Touch = NOTHING


def stopped(snapshot: Snapshot) -> Stopped:
    """The three states of the stop circuit; leaving needs an acknowledgement (STP-1, STP-3)."""
    stop = snapshot.stop
    title, usual = STOPS[stop.state]
    why = "" if stop.state == "released" else say("Release the red button first.")
    treat = snapshot.treat
    needle = Line()
    if treat is not None:
        needle = (
            Line("needle", say("The needle is retracted: home switch seen"), icon="check-circle", tone="good")
            if treat.retracted
            else Line("needle", say("Needle may be out: lift the handpiece away"), icon="alert", tone="danger")
        )
    acknowledge = unless(Touch("acknowledge", say("ACKNOWLEDGE"), Send(AcknowledgeStop()), tone="primary"), why)
    cause = say("Stopped by: {cause}", cause=stop.cause) if stop.cause else ""
    told = f"{stop.sentence or say(usual)} {say(LEAVES[stop.state])}".strip()
    return Stopped(say(title), told, cause, needle, acknowledge)


class Dark(msgspec.Struct, frozen=True):
    wall: str = ""
    sentence: str = ""


def dark(snapshot: Snapshot) -> Dark:
    """The sleeping screen: the time, and how to wake it; STOP stays (STP-2, UI-3)."""
    return Dark(snapshot.wall[-5:], say("Touch to wake. STOP acts at once."))


class Covered(msgspec.Struct, frozen=True):
    title: str = ""
    sentence: str = ""


def covered(local: Local) -> Covered:
    """Nothing on the glass may be believed now; the red button works by itself."""
    why = f" ({heard(local.reason)})" if local.reason else ""
    told = say("The screen connects again by itself{why}. The red stop button works without it.", why=why)
    return Covered(say("No connection to control"), told)
