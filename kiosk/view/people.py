"""What an administrator's pages show: who has an account, a new account, a new PIN (ACC-1, ACC-2)."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import RoleName
from kiosk.channel.service import DisableAccount, EnableAccount
from kiosk.channel.snapshot import Account, Snapshot
from kiosk.view.actions import Back, Cancel, Go, Panel, Pick, Send, SubmitPin
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.panels import PinAsked
from kiosk.view.start import PIN_LEAST, dots
from kiosk.view.touch import NOTHING, Touch, unless
from kiosk.view.words import ROLES

MEANINGS: tuple[tuple[RoleName, str], ...] = (
    ("practitioner", mark("Treats, reads records")),
    ("technician", mark("Tests, homes, clears faults")),
    ("administrator", mark("Accounts, approvals, records")),
)
ROLE_TITLES: dict[RoleName, str] = {
    "practitioner": mark("Practitioner"),
    "technician": mark("Technician"),
    "administrator": mark("Administrator"),
}
HOLD_MS = 800
TWICE = mark("Typed twice, so that no slip locks anybody out.")


class People(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    renew: Touch = NOTHING
    add: Touch = NOTHING
    shut: Touch = NOTHING
    """Disable the account chosen, or enable it again; held, as nobody signs in with it meanwhile."""
    note: str = ""


def people(snapshot: Snapshot, local: Local) -> People:
    """The accounts with role and state; add one, or give one a new PIN."""
    chosen = chosen_account(snapshot, local)
    renew = Touch("renew", say("New PIN"), Panel("pin:renew"), icon="lock")
    note = say("Choose a name to give it a new PIN.")
    if chosen is not None:
        note = (
            say("A new PIN for {name} also enables the account again.", name=chosen.name)
            if chosen.disabled
            else say("A new PIN for {name}.", name=chosen.name)
        )
    return People(
        rows=tuple(_row(entry, entry is chosen) for entry in snapshot.accounts),
        renew=unless(renew, "" if chosen else say("Choose a name first.")),
        add=Touch("add", say("Add a person"), Go("account"), icon="plus", tone="primary"),
        shut=_shut(snapshot, chosen),
        note=note,
    )


def _shut(snapshot: Snapshot, chosen: Account | None) -> Touch:
    if chosen is None:
        touch = Touch("shut", say("Hold: disable"), icon="close", hold_ms=HOLD_MS)
        return unless(touch, say("Choose a name first."))
    if chosen.disabled:
        return Touch("shut", say("Hold: enable"), Send(EnableAccount(chosen.name)), icon="check", hold_ms=HOLD_MS)
    shut = Touch("shut", say("Hold: disable"), Send(DisableAccount(chosen.name)), icon="close", hold_ms=HOLD_MS)
    own = snapshot.user is not None and snapshot.user.name == chosen.name
    return unless(shut, say("Nobody disables their own account; another administrator does it.") if own else "")


def chosen_account(snapshot: Snapshot, local: Local) -> Account | None:
    """The account picked on the page, None before."""
    return next((entry for entry in snapshot.accounts if entry.name == local.picks.get("person")), None)


def _row(entry: Account, chosen: bool) -> Touch:
    state = say("waits {seconds} s", seconds=entry.wait_s) if entry.wait_s else say("active")
    state = say("disabled") if entry.disabled else state
    return Touch(
        f"person:{entry.name}", entry.name, Pick("person", entry.name), say(ROLES[entry.role]), state, icon="account",
        selected=chosen,
    )  # fmt: skip


class NewAccount(msgspec.Struct, frozen=True):
    name: Touch = NOTHING
    roles: tuple[Touch, ...] = ()
    cancel: Touch = NOTHING
    pin: Touch = NOTHING


def chosen_role(local: Local) -> RoleName | None:
    """The role picked for a new account, None before."""
    for role, _ in MEANINGS:
        if role == local.picks.get("role"):
            return role
    return None


def account(local: Local) -> NewAccount:
    """A new account: name, role, then its PIN twice."""
    name, role = local.text("person").strip(), chosen_role(local)
    why = "" if name and role else say("Choose the role.") if name else say("Type the name.")
    return NewAccount(
        name=Touch("field:person", name or say("to be typed"), Panel("text:person"), say("Name"), icon="pencil"),
        roles=tuple(
            Touch(f"role:{key}", say(ROLE_TITLES[key]), Pick("role", key), say(meaning), selected=key == role)
            for key, meaning in MEANINGS
        ),
        cancel=Touch("cancel", say("Cancel"), Back(), icon="close"),
        pin=unless(Touch("continue", say("PIN"), Panel("pin:new"), tone="primary", icon="chevron-right"), why),
    )


def pin_for(snapshot: Snapshot, local: Local, purpose: str) -> PinAsked:
    """The PIN of a new account (`new`) or of the one picked (`renew`), asked twice."""
    chosen = chosen_account(snapshot, local)
    name = local.text("person").strip() if purpose == "new" else chosen.name if chosen else ""
    again = bool(local.text("again"))
    why = "" if len(local.text("pin")) >= PIN_LEAST else say("A PIN has {least} digits or more.", least=PIN_LEAST)
    words = (say("Create") if purpose == "new" else say("Set PIN")) if again else say("Next")
    submit = SubmitPin("new") if purpose == "new" else SubmitPin("renew")
    return PinAsked(
        title=say("The same PIN again, for {name}", name=name) if again else say("New PIN for {name}", name=name),
        detail=say(TWICE) if again else say("6 to 12 digits; no run, no repetition, no date."),
        dots=dots(local.text("pin")),
        cancel=Touch("cancel", say("Cancel"), Cancel(), icon="close"),
        confirm=unless(Touch("confirm", words, submit, tone="primary", icon="check"), why),
    )
