"""What the clerk is asked for service: wear, faults, the file for support, and files of settings."""

from __future__ import annotations

import msgspec


class _Value(msgspec.Struct, frozen=True):
    pass


class ReadWorn(_Value, frozen=True, tag=True):
    """What the injector of this serial number has done, 0 for the one that the record belongs to."""

    serial: int


class ReadFaults(_Value, frozen=True, tag=True):
    before: int
    number: int


class ReadBackups(_Value, frozen=True, tag=True):
    """The files in the folder of backups."""


class WriteBackup(_Value, frozen=True, tag=True):
    """Write one file of settings; `by` makes it, `screen` are the settings of the screen."""

    by: str
    screen: str


class CheckBackup(_Value, frozen=True, tag=True):
    """Read a file of settings whole; answered with its accounts, and nothing is changed."""

    name: str
    sha256: str


class TakeProfiles(_Value, frozen=True, tag=True):
    """Put the profiles of a file of settings where they count from the next start."""

    name: str
    sha256: str


class WriteBundle(_Value, frozen=True, tag=True):
    """Write the file for support; `live` is what control knows by itself, as JSON."""

    live: str


ServiceReading = ReadWorn | ReadFaults | WriteBundle | ReadBackups
"""Answered with a page."""
SettingsQuestion = WriteBackup | CheckBackup | TakeProfiles
"""About one file of settings."""
