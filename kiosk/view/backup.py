"""What the backup page shows: the files of settings that lie on the device, and writing or taking over one."""

from __future__ import annotations

import msgspec

from kiosk.channel.service import BackUp, BackupLine, RestoreBackup
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Pick, Send
from kiosk.view.heard import heard
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Touch, unless

HOLD_MS = 1_200


class Backup(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    note: str = ""
    make: Touch = NOTHING
    restore: Touch = NOTHING


def backup(snapshot: Snapshot, local: Local) -> Backup:
    """Choosing a file says what it holds; holding writes one, or takes the chosen one over."""
    page = local.backups
    if page is None:
        return Backup(note=say("Reading the files"))
    chosen = next((line for line in page.lines if line.name == local.picks.get("backup")), None)
    why = "" if snapshot.phase in ("starting", "home") else say("Between sessions.")
    screen = msgspec.json.encode(local.settings).decode()
    make = Touch(
        "make", say("Hold: write a backup"), Send(BackUp(screen)), icon="plus", tone="primary", hold_ms=HOLD_MS
    )
    restore = Touch("restore", say("Hold: restore this one"), icon="refresh", tone="warn", hold_ms=HOLD_MS)
    if chosen is not None and not chosen.why:
        restore = msgspec.structs.replace(restore, action=Send(RestoreBackup(chosen.name, chosen.sha256)))
    return Backup(
        rows=tuple(_row(line, line is chosen) for line in page.lines),
        note=_note(page.done, page.folder, chosen),
        make=unless(make, why),
        restore=unless(restore, why or _why_not(chosen)),
    )


def _row(line: BackupLine, chosen: bool) -> Touch:
    held = say("{made}, {name}: {accounts} accounts, {profiles} profiles", made=line.made, name=line.by,
               accounts=line.accounts, profiles=line.profiles)  # fmt: skip
    return Touch(
        f"backup:{line.name}", line.name, Pick("backup", line.name), heard(line.why) if line.why else held,
        line.sha256[:8], "alert-circle" if line.why else "clipboard-text", selected=chosen,
    )  # fmt: skip


def _why_not(chosen: BackupLine | None) -> str:
    if chosen is None:
        return say("Choose a file first.")
    return say("This file cannot be restored: {why}.", why=heard(chosen.why)) if chosen.why else ""


def _note(done: str, folder: str, chosen: BackupLine | None) -> str:
    if chosen is not None and not chosen.why:
        return say("Accounts that nobody has here are added, profiles count from the next start and are approved anew.")
    if done:
        return heard(done)
    return say("Files lie in {folder}. PINs stand in them as hashes: keep them carefully.", folder=folder)
