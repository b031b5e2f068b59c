"""The service page: where a technician and an administrator find everything that keeps the device well.

What another role would have to do is shown and says so (UI-5).
"""

from __future__ import annotations

import msgspec

from kiosk.channel.approving import ListApprovals, ReadApproval
from kiosk.channel.commands import AnyCommand
from kiosk.channel.service import ListBackups, ListFaults, MakeBundle, ReadWear
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Go, Send
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.touch import Touch, unless

TECHNICIAN_WHY = mark("This takes a technician.")
ADMINISTRATOR_WHY = mark("This takes an administrator.")
NO_CODES = mark("One zip, no patient code in it")


class Service(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()


def service(snapshot: Snapshot, local: Local) -> Service:
    """All pages of service, and the file for support."""
    role = snapshot.user.role if snapshot.user else ""
    technical = "" if role == "technician" else say(TECHNICIAN_WHY)
    office = "" if role == "administrator" else say(ADMINISTRATOR_WHY)
    calibrate = Touch("calibration", say("Calibration"), Go("calibration"), say("In force, due, measure"), icon="gauge")
    inputs = Touch("inputs", say("Inputs and outputs"), Go("inputs"), say("Live, checks, times"), icon="pulse")
    people = Touch("people", say("People"), Go("people"), say("Accounts, roles and PINs"), icon="account")
    approve = Touch("approvals", say("Approvals"), Go("approvals"), say("Which treatments may be used"), icon="check")
    backup = Touch("backup", say("Backup"), Go("backup"), say("Settings out and in"), icon="clipboard-text")
    written = local.exported.rpartition("/")[2] if local.exported else ""
    bundle = Touch("bundle", say("Support file"), Send(MakeBundle()), written or say(NO_CODES), icon="file-export")
    return Service(
        rows=(
            unless(calibrate, technical),
            unless(inputs, technical),
            Touch("wear", say("Wear"), Go("wear"), say("Shots, volume, relay, parts"), icon="timer"),
            Touch("faults", say("Faults"), Go("faults"), say("Alarms of the record"), icon="bell"),
            Touch("link", say("Link"), Go("link"), say("Frames lost, answer times"), icon="usb"),
            unless(people, office),
            unless(approve, office),
            unless(backup, office),
            bundle,
        ),
    )


def opens(moved: Local, name: str, rest: str) -> tuple[Local, tuple[AnyCommand, ...]] | None:
    """A page of service or approval that opens: its old content is forgotten, and asked for; None for any other page.

    ``faults:BEFORE:NUMBER`` pages back from a row, and shows one alarm only.
    """
    replace = msgspec.structs.replace
    before, _, number = rest.partition(":")
    match name:
        case "service":
            return replace(moved, exported=""), ()
        case "approvals":
            return replace(moved, approvals=None), (ListApprovals(),)
        case "approval":
            return replace(moved, approval=None), (ReadApproval(rest),)
        case "wear":
            return replace(moved, wear=None), (ReadWear(),)
        case "faults":
            return replace(moved, faults=None), (ListFaults(int(before or 0), int(number or 0)),)
        case "backup":
            return replace(moved, backups=None), (ListBackups(),)
        case _:
            return None
