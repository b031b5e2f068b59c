"""Only this file knows where the data lies and how much room the disk beneath has left.

A real and a simulated ledger are different files in the same folder; neither is ever opened for the other.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.system.errors import NoDataFolder, NoTemporaryFolder

PI_DATA = Path("/var/lib/nappage")
PI_MODEL = Path("/proc/device-tree/model")


def on_raspberry_pi(model: Path = PI_MODEL) -> bool:
    """Whether the machine calls itself a Raspberry Pi."""
    try:
        return "Raspberry Pi" in model.read_bytes().rstrip(b"\0").decode("utf-8", "replace")
    except FileNotFoundError:
        return False


def data_place(named: Path | None = None, environ: Mapping[str, str] = os.environ, model: Path = PI_MODEL) -> Path:
    """Where the data belongs: the folder named by a person, /var/lib/nappage on a Pi, else the XDG data folder.

    It may not be there: who only reads makes nothing.
    """
    if named is not None:
        return named
    if on_raspberry_pi(model):
        return PI_DATA
    return Path(environ.get("XDG_DATA_HOME") or Path(environ.get("HOME", "/")) / ".local/share") / "nappage"


def data_folder(named: Path | None = None, environ: Mapping[str, str] = os.environ, model: Path = PI_MODEL) -> Path:
    """That folder, for who writes there; it is made (0750, for its owner and readers in its group).

    On a Pi systemd makes its own.

    Raises:
        NoDataFolder: E910, it does not exist, is no folder, or cannot be made.
    """
    folder = data_place(named, environ, model)
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
    """Where the profiles lie: the folder named by a person, the clinic's own beside the record, else those shipped.

    Raises:
        NoDataFolder: E910, this user may not look into the data folder, and so cannot tell.
    """
    own = data / "profiles"
    try:
        return named or (own if own.is_dir() else shipped)
    except OSError as problem:
        raise NoDataFolder(folder=data, why=problem.strerror) from problem


def free_mb(folder: Path) -> int:
    """Room for the record, whole MB; 0 when the disk does not say. It may hang on a dying card: never from the loop."""
    try:
        room = os.statvfs(folder)
    except OSError:
        return 0
    return room.f_bavail * room.f_frsize // 1_000_000


@contextmanager
def passing_folder(prefix: str) -> Generator[Path]:
    """A folder that is gone when the block is left.

    Raises:
        NoTemporaryFolder: E911, it cannot be made.
    """
    try:
        folder = TemporaryDirectory(prefix=prefix)
    except OSError as problem:
        raise NoTemporaryFolder(why=problem.strerror or str(problem)) from problem
    with folder as name:
        yield Path(name)
