"""Only this file knows where the settings of this screen are kept: one JSON file, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import msgspec

from drivers.errors import complaint
from kiosk.view.errors import SettingsNotKept, SettingsUnreadable
from kiosk.view.settings import Settings


def read(path: Path) -> Settings:
    """The settings kept, or the usual ones where none were kept yet.

    Raises:
        SettingsUnreadable: E808, the file is damaged or of another version; the usual settings count then.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise SettingsUnreadable(path=path, why=complaint(problem)) from problem


def keep(path: Path, settings: Settings) -> None:
    """Keep the settings.

    Raises:
        SettingsNotKept: E809, the file could not be written.
    """
    beside = path.with_suffix(".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_bytes(msgspec.json.encode(settings))
        beside.replace(path)
    except OSError as problem:
        raise SettingsNotKept(path=path, why=problem.strerror) from problem
