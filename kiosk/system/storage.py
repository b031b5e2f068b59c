"""Only this file knows where the data lies and whether the disk beneath can still take a record.

A real and a simulated ledger are different files in the same folder; neither is ever opened for the other.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from kiosk.system.errors import NoDataFolder

PI_DATA = Path("/var/lib/nappage")
PI_MODEL = Path("/proc/device-tree/model")

WARN_FREE_BYTES = 500_000_000
"""Below this the screen asks for room (ours: a year of a busy practice is under 200 MB)."""
LEAST_FREE_BYTES = 50_000_000
"""Below this nothing arms: a session's rows and the write-ahead log must fit (LED-12, ours)."""


class StorageHealth(msgspec.Struct, frozen=True):
    """What a look at the data folder found; ``writable`` was proved by writing and syncing a file."""

    free_bytes: int
    writable: bool
    why: str = ""

    @property
    def may_arm(self) -> bool:
        """Whether there is room and right for another session's records."""
        return self.writable and self.free_bytes >= LEAST_FREE_BYTES

    @property
    def low(self) -> bool:
        """Whether somebody should make room."""
        return self.free_bytes < WARN_FREE_BYTES


def on_raspberry_pi(model: Path = PI_MODEL) -> bool:
    """Whether the machine calls itself a Raspberry Pi."""
    try:
        return "Raspberry Pi" in model.read_bytes().rstrip(b"\0").decode("utf-8", "replace")
    except FileNotFoundError:
        return False


def data_folder(named: Path | None = None, environ: Mapping[str, str] = os.environ, model: Path = PI_MODEL) -> Path:
    """Where the data lies: the folder named by a person, /var/lib/nappage on a Pi, else the XDG data folder.

    The folder is made (0750, for its owner and readers in its group) except on a Pi, where systemd makes it.

    Raises:
        NoDataFolder: E910, it does not exist, is no folder, or cannot be made.
    """
    if named is None and on_raspberry_pi(model):
        folder = PI_DATA
    elif named is not None:
        folder = named
    else:
        folder = Path(environ.get("XDG_DATA_HOME") or Path(environ.get("HOME", "/")) / ".local/share") / "nappage"
    if folder != PI_DATA:
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as problem:
            raise NoDataFolder(folder=folder, why=problem.strerror) from problem
    if not folder.is_dir():
        raise NoDataFolder(folder=folder, why="it does not exist")
    return folder


def settings_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the settings of a screen lie unless a person names another file: the user's XDG state folder.

    On a Pi that is inside the kiosk's own folder; the record's it cannot even see (ACC-5).
    """
    return (
        Path(environ.get("XDG_STATE_HOME") or Path(environ.get("HOME", "/")) / ".local/state") / "nappage/screen.json"
    )


def ledger_path(folder: Path, *, simulated: bool) -> Path:
    """The ledger's file; the simulated one has its own name, so that neither is taken for the other."""
    return folder / ("ledger-simulated.sqlite" if simulated else "ledger.sqlite")


def profiles_folder(named: Path | None, data: Path, shipped: Path) -> Path:
    """Where the profiles lie: the folder named by a person, the clinic's own beside the record, else those shipped."""
    own = data / "profiles"
    return named or (own if own.is_dir() else shipped)


def look(folder: Path) -> StorageHealth:
    """Free room, and whether a file can be written and synced. It touches the disk: never from the control loop."""
    try:
        room = os.statvfs(folder)
    except OSError as problem:
        return StorageHealth(free_bytes=0, writable=False, why=str(problem.strerror))
    free = room.f_bavail * room.f_frsize
    probe = folder / f".probe-{secrets.token_hex(4)}"
    try:
        _write_and_sync(probe)
    except OSError as problem:
        return StorageHealth(free_bytes=free, writable=False, why=str(problem.strerror))
    return StorageHealth(free_bytes=free, writable=True)


def _write_and_sync(probe: Path) -> None:
    handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, b"can be written\n")
        os.fsync(handle)
    finally:
        os.close(handle)
        probe.unlink()
