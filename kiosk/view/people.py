"""What an administrator's pages show: who has an account, a new account, a new PIN (ACC-1, ACC-2)."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import RoleName
from kiosk.channel.snapshot import Account, Snapshot
from kiosk.view.actions import Back, Cancel, Go, Panel, Pick, SubmitPin
from kiosk.view.local import Local
from kiosk.view.panels import PinAsked
from kiosk.view.start import PIN_LEAST, dots
from kiosk.view.touch import NOTHING, Touch, unless

ROLES: tuple[tuple[RoleName, str], ...] = (
    ("practitioner", "Treats, reads records"),
    ("technician", "Tests, homes, clears faults"),
    ("administrator", "Accounts, approvals, records"),
)
TWICE = "Typed twice, so that no slip locks anybody out."


class People(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    renew: Touch = NOTHING
    add: Touch = NOTHING
    note: str = ""


def people(snapshot: Snapshot, local: Local) -> People:
    """The accounts with role and state; add one, or give one a new PIN."""
    chosen = chosen_account(snapshot, local)
    renew = Touch("renew", "New PIN", Panel("pin:renew"), icon="lock")
    note = "Choose a name to give it a new PIN."
    if chosen is not None:
        note = f"A new PIN for {chosen.name}" + (" also enables the account again." if chosen.disabled else ".")
    return People(
        rows=tuple(_row(entry, entry is chosen) for entry in snapshot.accounts),
        renew=unless(renew, "" if chosen else "Choose a name first."),
        add=Touch("add", "Add a person", Go("account"), icon="plus", tone="primary"),
        note=note,
    )


def chosen_account(snapshot: Snapshot, local: Local) -> Account | None:
    """The account picked on the page, None before."""
    return next((entry for entry in snapshot.accounts if entry.name == local.picks.get("person")), None)


def _row(entry: Account, chosen: bool) -> Touch:
    state = "disabled" if entry.disabled else f"waits {entry.wait_s} s" if entry.wait_s else "active"
    return Touch(
        f"person:{entry.name}", entry.name, Pick("person", entry.name), entry.role, state, icon="account",
        selected=chosen,
    )  # fmt: skip


class NewAccount(msgspec.Struct, frozen=True):
    name: Touch = NOTHING
    roles: tuple[Touch, ...] = ()
    cancel: Touch = NOTHING
    pin: Touch = NOTHING


def chosen_role(local: Local) -> RoleName | None:
    """The role picked for a new account, None before."""
    for role, _ in ROLES:
        if role == local.picks.get("role"):
            return role
    return None


def account(local: Local) -> NewAccount:
    """A new account: name, role, then its PIN twice."""
    name, role = local.text("person").strip(), chosen_role(local)
    why = "" if name and role else "Choose the role." if name else "Type the name."
    return NewAccount(
        name=Touch("field:person", name or "to be typed", Panel("text:person"), "Name", icon="pencil"),
        roles=tuple(
            Touch(f"role:{key}", key.capitalize(), Pick("role", key), meaning, selected=key == role)
            for key, meaning in ROLES
        ),
        cancel=Touch("cancel", "Cancel", Back(), icon="close"),
        pin=unless(Touch("continue", "PIN", Panel("pin:new"), tone="primary", icon="chevron-right"), why),
    )


def pin_for(snapshot: Snapshot, local: Local, purpose: str) -> PinAsked:
    """The PIN of a new account (`new`) or of the one picked (`renew`), asked twice."""
    chosen = chosen_account(snapshot, local)
    name = local.text("person").strip() if purpose == "new" else chosen.name if chosen else ""
    again = bool(local.text("again"))
    why = "" if len(local.text("pin")) >= PIN_LEAST else f"A PIN has {PIN_LEAST} digits or more."
    words = ("Create" if purpose == "new" else "Set PIN") if again else "Next"
    submit = SubmitPin("new") if purpose == "new" else SubmitPin("renew")
    return PinAsked(
        title=f"The same PIN again, for {name}" if again else f"New PIN for {name}",
        detail=TWICE if again else "6 to 12 digits; no run, no repetition, no date.",
        dots=dots(local.text("pin")),
        cancel=Touch("cancel", "Cancel", Cancel(), icon="close"),
        confirm=unless(Touch("confirm", words, submit, tone="primary", icon="check"), why),
    )
