"""What the shell commands of service do: plain functions that return text, for `kiosk/cli_service.py` to print.

Reading may be done beside a treatment; what writes goes through `cli_signed`, with the checks of the screen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kiosk.access import accounts
from kiosk.channel import service
from kiosk.channel.service import FaultLine, PartLine, PartName
from kiosk.protocols.words import amount
from kiosk.records import backup, bundle
from kiosk.records.chain import Kind
from kiosk.records.cli import reading
from kiosk.records.cli_signed import signed
from kiosk.records.errors import ServiceRefused
from kiosk.records.facts import Fact
from kiosk.records.faults import faults
from kiosk.records.restore import accounts as accounts_of
from kiosk.records.rows import EventRow
from kiosk.records.wear import OF_THE_DEVICE, wear


# -- read ----------------------------------------------------------------------------------------------------------
def told_wear(path: Path) -> str:
    """What the device has done, and each part since it was replaced."""
    with reading(path) as db:
        page = wear(db)
    counted = (
        ("shots in treatments", str(page.treatment_shots)),
        ("shots on the bench", str(page.bench_shots)),
        ("homings", str(page.homings)),
        ("primes", str(page.primes)),
        ("delivered", amount(page.delivered_nl, "nL")),
        ("enable relay", f"{page.relay_cycles} cycles"),
        ("running", f"{page.hours} h in {page.machine_starts} starts of the machine"),
    )
    lines = [f"{title:22}  {told}" for title, told in counted]
    return "\n".join([*lines, *map(_part, page.parts)])


def _part(part: PartLine) -> str:
    count = amount(part.count, "nL") if part.unit == "nL" else f"{part.count} {part.unit}"
    since = f"since {part.since}, replaced by {part.by}" if part.since else "no replacement recorded"
    return f"{part.part:22}  {count}, {since}"


def told_faults(path: Path, before: int = 0, number: int = 0) -> str:
    """Alarms of the record, newest first, and how often each one stood."""
    with reading(path) as db:
        page = faults(db, before, number)
    if not page.lines:
        return f"No {'such alarm' if before or number else 'alarm'} is recorded."
    more = [f"More: --before {page.lines[-1].row}"] if page.more else []
    counts = [f"{count.count:6}  A{count.number} {count.title}" for count in page.counts]
    return "\n".join([*map(_fault, page.lines), *more, "How often:", *counts])


def _fault(line: FaultLine) -> str:
    lasted = f"{line.lasted_s} s" if line.lasted_s >= 0 else "no end"
    known = f", acknowledged by {line.acknowledged_by}" if line.acknowledged_by else ""
    detail = f" ({line.detail})" if line.detail else ""
    return f"{line.at}  A{line.number} {line.title}{detail}: {lasted}{known}"


def told_people(path: Path) -> str:
    """Who has an account, in which role, and whether it is disabled."""
    with reading(path) as db:
        found = accounts_of(db)
    return "\n".join(f"{row.name:30}  {row.role:14}  {'DISABLED' if row.disabled else 'active'}" for row in found)


# -- written -------------------------------------------------------------------------------------------------------
def disable(path: Path, kind: Kind, who: str, name: str, pin: str) -> str:
    """Shut the account `who`; a sentence.

    Raises:
        NothingToChange, LastAdministrator, OwnAccount: it is not shut.
    """
    with signed(path, kind, service.DisableAccount, name, pin) as signing:
        everybody = signing.accounts.values()
        signing.ledger.append([accounts.shut(signing.account(who), everybody, name, signing.mono_ms)])
    return f"The account {who} is disabled."


def enable(path: Path, kind: Kind, who: str, name: str, pin: str) -> str:
    """Open the account `who` again; a sentence.

    Raises:
        NothingToChange, NoPinLeft: it is not opened.
    """
    with signed(path, kind, service.EnableAccount, name, pin) as signing:
        signing.ledger.append([accounts.opened(signing.account(who), name, signing.mono_ms)])
    return f"The account {who} is enabled again."


def replaced(path: Path, kind: Kind, part: PartName, name: str, pin: str) -> str:
    """Record that a part is new; a sentence.

    Raises:
        ServiceRefused: it is a part of an injector, and the record belongs to none yet.
    """
    with signed(path, kind, service.ReplacePart, name, pin) as signing:
        serial = 0 if part in OF_THE_DEVICE else signing.restored.serial
        if not serial and part not in OF_THE_DEVICE:
            raise ServiceRefused(what="Recording a replaced part", why="the record belongs to no injector yet")
        body = {"part": part, "serial": serial}
        row = EventRow(Fact.PART_REPLACED, signing.mono_ms, 0, name, f"Replaced: {part}", {**body})
        signing.ledger.append([row])
    return f"Recorded: the {part} is new; its count begins anew."


# -- files ---------------------------------------------------------------------------------------------------------
def back_up(path: Path, kind: Kind, file: Path, profiles: Path, screen: str, name: str, pin: str) -> str:
    """Write profiles, accounts and the screen's settings into `file`; a sentence."""
    now = _now()
    with signed(path, kind, service.BackUp, name, pin) as signing:
        held = backup.content(signing.accounts.values(), profiles, kind, by=name, now=now, screen=screen)
        digest = backup.write(file, held)
        said = f"Settings were backed up into {file.name}"
        row = EventRow(Fact.BACKED_UP, signing.mono_ms, 0, name, said, {"file": file.name, "sha256": digest})
        signing.ledger.append([row])
    return f"wrote {file}, SHA-256 {digest}"


def told_backup(file: Path, kind: Kind) -> str:
    """What a file of settings holds.

    Raises:
        BackupRefused: it would not be restored.
    """
    held, digest = backup.read(file, kind)
    people = ", ".join(f"{one.name} ({one.role})" for one in held.accounts) or "nobody"
    return (
        f"{file.name}: made {held.made} by {held.by}, SHA-256 {digest}\n"
        f"Accounts: {people}\nProfiles: {len(held.profiles)} files"
    )


def restore(path: Path, kind: Kind, file: Path, profiles: Path, name: str, pin: str) -> tuple[str, str]:
    """Take a file of settings over; a sentence, and the settings of the screen that it holds.

    Raises:
        BackupRefused: nothing of it is restored.
        ServiceRefused: a session is open.
    """
    held, digest = backup.read(file, kind)
    with signed(path, kind, service.RestoreBackup, name, pin) as signing:
        if signing.restored.open_session is not None:
            raise ServiceRefused(what="Restoring settings", why="a session is open: sign it first")
        taken = {known.casefold() for known in signing.accounts}
        rows = [row for row in held.rows(name, signing.mono_ms, digest) if row.name.casefold() not in taken]
        body = {
            "file": file.name, "sha256": digest, "accounts": [row.name for row in rows],
            "profiles": f"{len(held.profiles)} files",
        }  # fmt: skip
        said = f"Settings are restored from {file.name}"
        signing.ledger.append([EventRow(Fact.RESTORED, signing.mono_ms, 0, name, said, {**body}), *rows])
        differ = backup.take_profiles(held, path.parent, profiles)
    told = "Profiles count from the next start, and are approved anew" if differ else "Profiles are the same"
    return f"{len(rows)} accounts were added. {told}.", held.screen


def make_bundle(path: Path, file: Path, profiles: Path) -> str:
    """Write the file for support; a sentence. It needs no control, and then says nothing of the link."""
    with reading(path) as db:
        bundle.write(db, file, live="", profiles=profiles, logs=path.parent, now=_now())
    return f"wrote {file}; no patient code is in it"


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
