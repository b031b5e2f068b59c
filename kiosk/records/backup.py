"""One file of settings: what a clinic would lose with the card besides the record, whole or not at all.

Profiles as they are loaded, accounts with their hashed PINs, and how the screen is set. The file belongs to the
administrator (mode 0600): whoever has it can try PINs. No patient code stands in it, no approval, no calibration: those
are the record's, and an approval is asked again where profiles are new (LIM-9). Only this file knows its form:

    {"format": "nappage settings", "version": 1, "sha256": SHA-256 of the content's bytes, "content": {...}}
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from drivers.errors import NappageError
from kiosk.access.roles import Role, named
from kiosk.channel.commands import RoleName
from kiosk.channel.service import BackupLine
from kiosk.protocols.library import load
from kiosk.records.chain import Kind
from kiosk.records.errors import AccountDamaged, BackupRefused, ExportFailed
from kiosk.records.files import text_of, whole
from kiosk.records.rows import AccountRow

FORMAT, VERSION = "nappage settings", 1
SIZE_MOST = 4 * 1024 * 1024
"""A clinic's profiles are under 200 KB; more is no file of ours."""
FOLDER = "backups"
"""Beside the record; a file that is to be restored is put there."""
PROFILES = "profiles"
"""Beside the record as well: profiles that lie there count before those of the program."""
LISTED = 50
ROLES: dict[Role, RoleName] = {
    Role.PRACTITIONER: "practitioner",
    Role.TECHNICIAN: "technician",
    Role.ADMINISTRATOR: "administrator",
}
_PROFILE = re.compile(r"^(?:(?:devices|protocols)/)?[A-Za-z0-9_-]+\.toml$")
_START = b'{"format":"%s","version":%d,"sha256":"%s","content":'


class KeptAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account as it can sign in again: its PIN stays hashed."""

    name: str
    role: RoleName
    pin: str
    disabled: bool


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is restored. `profiles` by their path below the folder of profiles."""

    kind: Kind
    made: str
    by: str
    screen: str
    accounts: tuple[KeptAccount, ...]
    profiles: dict[str, str]

    def rows(self, by: str, mono_ms: int, digest: str) -> tuple[AccountRow, ...]:
        """Its accounts as rows that somebody adds now; failures and waits begin anew."""
        reason = f"restored from backup {digest[:16]}"
        return tuple(
            AccountRow(one.name, mono_ms, by, one.role, one.pin, disabled=one.disabled, reason=reason)
            for one in self.accounts
        )


class _File(msgspec.Struct, frozen=True):
    format: str
    version: int
    sha256: str
    content: msgspec.Raw


def profile_texts(folder: Path) -> dict[str, str]:
    """Every profile of a folder as text, by its path below it; scenarios are no settings, and nothing else is opened.

    Raises:
        FileUnreadable: one of them cannot be read.
    """
    files = sorted(folder.glob("*.toml")) + sorted(folder.glob("*/*.toml"))
    names = [path.relative_to(folder).as_posix() for path in files]
    return {name: text_of(folder / name) for name in names if _PROFILE.match(name)}


def content(
    accounts: Iterable[AccountRow], profiles: Path, kind: Kind, *, by: str, now: datetime, screen: str
) -> Content:
    """What a backup of this moment holds.

    Raises:
        AccountDamaged: somebody's row holds a role that there is not.
        FileUnreadable: a profile cannot be read.
    """
    kept = tuple(KeptAccount(row.name, _role(row), row.pin, row.disabled) for row in accounts)
    return Content(kind, f"{now:%Y-%m-%d %H:%M}", by, screen, kept, profile_texts(profiles))


def _role(row: AccountRow) -> RoleName:
    role = named(row.role)
    if role is None:
        raise AccountDamaged(name=row.name, role=row.role)
    return ROLES[role]


def file_name(kind: Kind, now: datetime) -> str:
    """The name that a backup gets."""
    mark = "SIMULATED-" if kind == "simulated" else ""
    return f"{mark}settings-{now:%Y%m%d-%H%M%S}.json"


def write(path: Path, held: Content) -> str:
    """Write it whole, readable for its owner only; returns the content's SHA-256.

    Raises:
        ExportFailed: it could not be written.
    """
    data = msgspec.json.encode(held, order="sorted")
    digest = sha256(data).hexdigest()
    with whole(path, folder_mode=0o700) as beside:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_START % (FORMAT.encode(), VERSION, digest.encode()) + data + b"}\n")
    return digest


def read(path: Path, kind: Kind, digest: str = "") -> tuple[Content, str]:
    """All of a backup, checked whole, with its SHA-256; `digest`: the one that was shown, "" for any.

    Raises:
        BackupRefused: it is damaged, of another program or version, of the other kind of record, or not what was shown.
    """
    try:
        held, found = _checked(path)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:  # the last: brackets, a thousand deep
        raise BackupRefused(file=path.name, why="it is no file of settings, or an edited one") from error
    if digest and found != digest:
        raise BackupRefused(file=path.name, why="it is not the one that was shown")
    if held.kind != kind:
        raise BackupRefused(file=path.name, why=f"it is of a {held.kind} device, and this one is {kind}")
    wrong = next((name for name in held.profiles if not _PROFILE.match(name)), "")
    if wrong:
        raise BackupRefused(file=path.name, why="it names a profile that cannot be one")
    with TemporaryDirectory(prefix="nappage-backup-") as folder:
        try:
            load(_spread(held, Path(folder) / PROFILES))
        except NappageError as error:
            raise BackupRefused(file=path.name, why=f"its profiles do not load (E{error.number})") from error
    return held, found


def _checked(path: Path) -> tuple[Content, str]:
    try:
        about = path.stat()
        data = path.read_bytes() if stat.S_ISREG(about.st_mode) and about.st_size <= SIZE_MOST else b""
    except OSError as error:
        raise BackupRefused(file=path.name, why=f"it cannot be read ({error.strerror})") from error
    file = msgspec.json.decode(data, type=_File)
    if file.format != FORMAT:
        raise BackupRefused(file=path.name, why="it is of another program")
    if file.version != VERSION:
        raise BackupRefused(file=path.name, why=f"it has version {file.version}, this program knows {VERSION}")
    found = sha256(bytes(file.content)).hexdigest()
    if found != file.sha256:
        raise BackupRefused(file=path.name, why="it is damaged: its SHA-256 does not fit")
    return msgspec.json.decode(file.content, type=Content), found


def _spread(held: Content, folder: Path) -> Path:
    for name, text in held.profiles.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def take_profiles(held: Content, data: Path, present: Path) -> bool:
    """Put the backup's profiles beside the record, where they count from the next start; False: they are these already.

    What lay there before is kept as `profiles.before`.

    Raises:
        ExportFailed: they could not be written; what lay there is still there.
    """
    if held.profiles == profile_texts(present):
        return False
    folder, new, old = data / PROFILES, data / f"{PROFILES}.part", data / f"{PROFILES}.before"
    try:
        shutil.rmtree(new, ignore_errors=True)
        _spread(held, new)
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        raise ExportFailed(path=folder, why=error.strerror or str(error)) from error
    return True


def listed(folder: Path, kind: Kind) -> tuple[BackupLine, ...]:
    """Every file in the folder of backups with what it holds, the newest name first."""
    files = sorted(folder.glob("*.json"), key=lambda path: path.lstat().st_mtime, reverse=True)[:LISTED]
    return tuple(_line(path, kind) for path in files)


def _line(path: Path, kind: Kind) -> BackupLine:
    try:
        held, digest = read(path, kind)
    except BackupRefused as error:
        return BackupLine(path.name, why=str(error.facts["why"]))
    return BackupLine(path.name, digest, held.made, held.by, len(held.accounts), len(held.profiles))
