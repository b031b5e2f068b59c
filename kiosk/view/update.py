"""What an action does to the kiosk's own state and which commands it sends: only here touches become commands."""

from __future__ import annotations

from typing import Any

import msgspec

from drivers.errors import NappageError
from kiosk.channel import commands as channel
from kiosk.channel.commands import AnyCommand
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.view import actions, editing
from kiosk.view.actions import Action
from kiosk.view.certificates import go_to
from kiosk.view.ending import GIVEN, cleaned, next_date
from kiosk.view.errors import NotADate, PinsDiffer, ValuesChanged
from kiosk.view.heard import heard
from kiosk.view.instruments import DUE, FIGURES, TEXTS
from kiosk.view.keying import typed
from kiosk.view.language import say, speak
from kiosk.view.lesson_memory import asked, taught
from kiosk.view.local import NOTICE_S, Change, Draft, Local, Offer, Reached
from kiosk.view.noting import seen
from kiosk.view.numbers import FieldName, iso_date
from kiosk.view.packs import scanned
from kiosk.view.people import chosen_account, chosen_role
from kiosk.view.picking import picked
from kiosk.view.presets import chosen_preset
from kiosk.view.service import opens
from kiosk.view.settings import preferred
from kiosk.view.setup import REPEAT, repeated_card, review_date
from kiosk.view.touching import reach, report

EDITED: dict[str, FieldName] = {
    "edit:depth": "depth",
    "edit:dose": "dose",
    "edit:rate": "rate",
    "edit:shots": "shots",
    "edit:fill": "fill",
    "edit:printed": "printed",
    "edit:weight": "weight",
    "edit:smallest": "smallest",
    "edit:warmth": "warmth",
    "edit:air": "air",
    "edit:damp": "damp",
    "edit:gauge": "gauge",
    **{f"edit:{name}": name for pair in FIGURES.values() for name in pair},
}
TAKEN_BACK: frozenset[FieldName] = frozenset({"depth", "dose", "rate", "shots", "fill"})
SAID_ONCE: dict[type, frozenset[str]] = {
    channel.FitNeedle: frozenset({"needle:new"}),
    channel.FitSyringe: frozenset({"syringe:new", "syringe:line"}),
}
"""The word that a part is new counts for one change: the next part asks for it again (LIM-14)."""
FORGOTTEN = frozenset({"clock", "record", "preset"})
"""Texts that are typed anew each time."""


class Outcome(msgspec.Struct, frozen=True):
    local: Local
    commands: tuple[AnyCommand, ...] = ()


class World(msgspec.Struct, frozen=True):
    """What an action is judged by: the newest of everything."""

    snapshot: Snapshot
    catalogue: Catalogue


def sentence(fault: NappageError) -> str:
    """An error as one line for the glass."""
    return heard(str(fault))


def act(local: Local, action: Action, world: World) -> Outcome:
    """The outcome of one touch; `local.now` is its time."""
    speak(local.settings.language)
    local = replace(local, touched=local.now)
    match action:
        case actions.Send(command=command, then=then):
            outcome = _send(local, command, then, world)
        case actions.Go(place=place):
            outcome = _go(local, place)
        case actions.Back():
            place = local.trail[-1] if local.trail else ""
            outcome = Outcome(replace(local, place=place, trail=local.trail[:-1]))
        case actions.Say(sentence=words):
            outcome = Outcome(local.saying(words))
        case actions.Panel() | actions.Cancel():
            outcome = _panel(local, action.name if isinstance(action, actions.Panel) else "", world)
        case actions.ConfirmDraft() | actions.ConfirmText():
            draft = isinstance(action, actions.ConfirmDraft)
            outcome = _confirm_draft(local, world) if draft else _confirm_text(local)
        case actions.FindTyped() | actions.OpenTyped():
            outcome = _patient(local, action, world)
        case actions.SubmitPin(purpose=purpose):
            outcome = _submit_pin(local, purpose, world)
        case actions.Scanned(code=code):
            outcome = Outcome(scanned(local, code, world.snapshot, world.catalogue))
        case actions.Teach(name=name):
            outcome = Outcome(*taught(local, name, world.snapshot))
        case actions.ArmShown():
            outcome = _arm(local, world)
        case _:
            outcome = Outcome(_fill_in(local, action, world))
    return outcome


def replace(local: Local, **changes: Any) -> Local:
    """The local state with changes."""
    return msgspec.structs.replace(local, **changes)


def _send(local: Local, command: AnyCommand, then: str, world: World) -> Outcome:
    ticks = local.ticks - SAID_ONCE.get(type(command), frozenset())
    lesson = asked(local.lesson, command, world.snapshot)
    closed = replace(local, panel="", draft=None, offer=None, focus="", ticks=ticks, lesson=lesson)
    if then:
        trail = closed.trail[: closed.trail.index(then)] if then in closed.trail else closed.trail
        closed = replace(closed, place="" if then == "/" else then, trail=() if then == "/" else trail)
    return Outcome(closed, (command,))


def _go(local: Local, place: str) -> Outcome:
    """Opens a place; ``history`` and ``record:N`` ask control for their page."""
    name, _, number = place.partition(":")
    trail = (*local.trail, local.place) if local.place != name else local.trail
    trail = trail[: trail.index(name)] if name in trail else trail
    moved = replace(local, place=name, trail=trail[-8:], panel="", draft=None, focus="")
    found = go_to(moved, name, number) or opens(moved, name, number)
    return Outcome(*found) if found is not None else _ask_for(local, moved, name, number)


def _ask_for(local: Local, moved: Local, name: str, number: str) -> Outcome:
    """What a place asks of control when it is opened."""
    if name == "history":
        return Outcome(replace(moved, sessions=None), (channel.ListSessions(before=int(number or 0)),))
    if name == "reactions" and local.session == 0:
        return Outcome(replace(moved.with_text("reactions", ""), ticks=frozenset()))
    if name == "alarm":
        return Outcome(replace(moved, alarm=int(number)))
    if name == "record":
        return Outcome(replace(moved, record=None, exported=""), (channel.ReadSession(session=int(number)),))
    if name == "patient":
        repeat, _, code = number.partition(":")
        moved = replace(moved.with_text("patient", code), patient=None, focus="patient", shift=True, ticks=frozenset())
        moved = replace(moved, picks={**local.picks, REPEAT: repeat})
        return Outcome(moved, (channel.FindPatient(patient=code),) if code else ())
    return Outcome(replace(moved, focus="name") if name == "first" else moved)


def _panel(local: Local, name: str, world: World) -> Outcome:
    kind, _, field = name.partition(":")
    field, _, before = field.partition(":")
    name = f"{kind}:{field}" if before else name
    opened = replace(local.with_text("again", ""), panel=name, draft=None, offer=None, focus="", changed=None)
    was, _, typed_in = local.panel.partition(":")
    if not name and was == "text":
        opened = opened.with_text(typed_in, local.text("before"))
    if not name and was == "touch":
        return Outcome(opened, (report(local),))
    if kind == "edit":
        value = editing.limits(EDITED[name], world.snapshot, local, world.catalogue)
        if value is None:
            return Outcome(replace(local, panel="").saying(say("This cannot be set now.")))
        opened = replace(opened, draft=Draft(EDITED[name], int(before) if before else value.value, local.now))
    elif kind == "text":
        opened = opened.with_text("before", local.text(field))
        opened = opened.with_text(field, "") if field in FORGOTTEN else opened
        opened = replace(opened, focus=field, shift=field in ("lot", "person", "preset", *TEXTS))
    elif kind == "touch":
        opened = replace(opened, reached=Reached(at=local.now))
    elif kind == "pin":
        opened = replace(opened.with_text("pin", ""), focus="pin")
    elif kind == "arm" and world.snapshot.treat is not None and world.snapshot.session is not None:
        opened = replace(opened, offer=offered(world.snapshot))
    elif kind == "lesson":
        return Outcome(opened, (channel.ReadSession(session=local.lesson.session),))
    return Outcome(opened)


def offered(snapshot: Snapshot) -> Offer | None:
    """What an arming would repeat, as shown now; None when there is nothing to arm."""
    treat, session = snapshot.treat, snapshot.session
    if treat is None or session is None:
        return None
    return Offer(treat, session.product, session.syringe, session.needle)


def same_offer(one: Offer, other: Offer | None) -> bool:
    """Whether two offers would arm the same: all that `Arm` repeats and the words."""
    return other is not None and _values(one) == _values(other)


def _values(offer: Offer) -> tuple[object, ...]:
    treat = offer.treat
    return (
        treat.zone,
        treat.side,
        treat.depth.value,
        treat.dose.value,
        treat.mode,
        treat.rate.value,
        treat.shots.value,
        treat.offer,
        offer.product,
        offer.syringe,
        offer.needle,
    )


def _arm(local: Local, world: World) -> Outcome:
    offer = local.offer
    if offer is None:
        return Outcome(local)
    closed = replace(local, panel="", offer=None)
    if not same_offer(offer, offered(world.snapshot)):
        return Outcome(closed.saying(sentence(ValuesChanged())))
    treat = offer.treat
    arm = channel.Arm(
        snapshot=world.snapshot.number,
        zone=treat.zone,
        side=treat.side,
        depth_um=treat.depth.value,
        dose_nl=treat.dose.value,
        mode=treat.mode,
        rate_mhz=treat.rate.value,
        shots=treat.shots.value,
        product=offer.product,
        syringe=offer.syringe,
        needle=offer.needle,
    )
    return Outcome(closed, (arm,))


def _fill_in(local: Local, action: Action, world: World) -> Local:
    match action:
        case actions.Type(key=key):
            return typed(local, key)
        case actions.StepBy(steps=steps) if local.draft is not None:
            value = editing.limits(local.draft.field, world.snapshot, local, world.catalogue)
            return (
                local if value is None else replace(local, draft=editing.stepped(local.draft, value, steps, local.now))
            )
        case actions.Wipe(field=field):
            return local.with_text(field, "")
        case actions.Pick(field=field, value=value):
            return picked(local, field, value, world.catalogue)
        case actions.Turn() | actions.Tick() | actions.Prefer() | actions.StartCream() | actions.Reach():
            return _mark(local, action)
        case _:
            return local


def _mark(
    local: Local, action: actions.Turn | actions.Tick | actions.Prefer | actions.StartCream | actions.Reach
) -> Local:
    if isinstance(action, actions.Reach):
        return reach(local, action.target)
    if isinstance(action, actions.StartCream):
        return replace(local, cream_since=local.now)
    if isinstance(action, actions.Tick):
        return replace(local, ticks=local.ticks ^ {action.key})
    if isinstance(action, actions.Prefer):
        return replace(local, settings=preferred(local.settings, action.field, action.value))
    page = max(0, local.turned.get(action.name, 0) + action.by)
    return replace(local, turned={**local.turned, action.name: page})


def _confirm_draft(local: Local, world: World) -> Outcome:
    draft = local.draft
    value = editing.limits(draft.field, world.snapshot, local, world.catalogue) if draft else None
    if draft is None or value is None:
        return Outcome(replace(local, panel="", draft=None))
    meant = editing.read(draft, value)
    if isinstance(meant, NappageError):
        return Outcome(replace(local, draft=replace_draft(draft, sentence(meant))))
    closed = replace(local, panel="", draft=None, changed=_changed(draft.field, value.value, meant, local.now))
    if draft.field == "fill":
        return Outcome(replace(closed, fill_nl=meant))
    if draft.field == "printed":
        return Outcome(replace(closed, printed_nl=meant))
    if draft.field == "gauge":
        return Outcome(closed, (channel.TypeGauge(um=meant),))
    if draft.field == "weight":
        return Outcome(closed, (channel.TypeWeight(ug=meant),))
    if draft.field in ("depth", "dose", "rate", "shots"):
        return Outcome(closed, (channel.Edit(field=draft.field, value=meant),))
    return Outcome(replace(closed, figures={**closed.figures, draft.field: meant}))


def _changed(field: FieldName, before: int, now: int, moment: float) -> Change | None:
    """What can be taken back: a value of the set-up or of the next shots, nothing that was done with it."""
    if field not in TAKEN_BACK or before == now:
        return None
    return Change(field, before, now, moment + NOTICE_S)


def replace_draft(draft: Draft, fault: str) -> Draft:
    """The draft with its fault in words."""
    return msgspec.structs.replace(draft, fault=fault)


def _confirm_text(local: Local) -> Outcome:
    field = local.focus
    closed = replace(local, panel="", focus="")
    if field in ("expiry", "review", "next", DUE) and local.text(field):
        try:
            iso_date(local.text(field))
        except NotADate as fault:
            return Outcome(local.saying(sentence(fault)))
    return Outcome(closed)


def _patient(local: Local, action: Action, world: World) -> Outcome:
    code = local.text("patient").strip()
    if isinstance(action, actions.FindTyped):
        return Outcome(local, (channel.FindPatient(patient=code),))
    page = local.patient
    if page is None or page.patient != code:
        return Outcome(local.saying(say("Look the code up first.")))
    repeated, preset = repeated_card(local, world.catalogue), chosen_preset(local, world.catalogue)
    opened = channel.OpenSession(
        protocol=repeated.key if repeated else local.picks.get("protocol", ""),
        patient=code,
        new_patient=not page.known,
        similar_confirmed=bool(page.similar) and "similar" in local.ticks,
        preset=preset.key if preset is not None and not local.picks.get(REPEAT) else 0,
    )
    return Outcome(replace(local, focus=""), (opened,))


def _submit_pin(local: Local, purpose: str, world: World) -> Outcome:
    pin = local.text("pin")
    wiped = local.with_text("pin", "")
    if purpose == "first":
        return Outcome(wiped, (channel.CreateFirstAdministrator(name=local.text("name").strip(), pin=pin),))
    if purpose in ("new", "renew"):
        return _account_pin(wiped, purpose, pin, world)
    if purpose == "approve" and local.approval is not None:
        line = local.approval.line
        approved = channel.Approve(protocol=line.protocol, sha256=line.sha256, pin=pin)
        return Outcome(replace(wiped, panel="", focus=""), (approved,))
    if purpose == "sign":
        signed = channel.Sign(
            pin=pin,
            reactions=local.text("reactions").strip(),
            aftercare_given=GIVEN in local.ticks,
            cleaned_up=cleaned(local, world.catalogue),
            review_date=review_date(local.text("review")),
            seen=seen(local, world.catalogue),
            next_date=next_date(local, world.snapshot.session) if world.snapshot.session else "",
        )
        return Outcome(replace(wiped, panel="", focus=""), (signed,))
    user = world.snapshot.user  # who unlocks is who is signed in, wherever they chose their name
    name = user.name if user is not None else local.picks.get("account", "")
    return Outcome(wiped, (channel.SignIn(name=name, pin=pin),))


def _account_pin(local: Local, purpose: str, pin: str, world: World) -> Outcome:
    """First the PIN is kept, then it is compared with the second one and sent; two that differ are both forgotten."""
    first = local.text("again")
    if not first:
        return Outcome(local.with_text("again", pin))
    local = local.with_text("again", "")
    if first != pin:
        return Outcome(local.saying(sentence(PinsDiffer())))
    closed = replace(local, panel="", focus="")
    if purpose == "renew":
        chosen = chosen_account(world.snapshot, local)
        return Outcome(closed, (channel.SetPin(name=chosen.name, pin=pin),) if chosen else ())
    role = chosen_role(local)
    if role is None:
        return Outcome(closed)
    made = channel.CreateAccount(name=local.text("person").strip(), role=role, pin=pin)
    return Outcome(replace(closed, place="people", trail=local.trail[:-1]), (made,))
