"""Files beside the record, and those that a person named: read or written whole, or in one numbered sentence why not.

Whatever lies in a folder may be a dangling link, in another encoding, or not ours; it says nothing about the record.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.records.errors import ExportFailed, FileUnreadable

MOST_BYTES = 16 * 1024 * 1024
"""More than any file of ours has; a certificate has some 100 KB."""


def bytes_of(path: Path) -> bytes:
    """What a file holds; never waits for a pipe, and never reads a device without an end.

    Raises:
        FileUnreadable: it cannot be read, is no file, or has over `MOST_BYTES`.
    """
    try:
        kind = path.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # of a folder the system itself says that it is one
            raise FileUnreadable(file=path, why="it is a device, socket or pipe")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileUnreadable:
        raise
    except OSError as error:
        raise FileUnreadable(file=path, why=error.strerror or str(error)) from error
    if len(data) > MOST_BYTES:
        raise FileUnreadable(file=path, why=f"it has over {MOST_BYTES} bytes")
    return data


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        FileUnreadable: it cannot be read, or is no text in UTF-8.
    """
    try:
        return bytes_of(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileUnreadable(file=path, why="it is no text in UTF-8") from error


def text_if_any(path: Path) -> str:
    """The text of a file, "" where there is none.

    Raises:
        FileUnreadable: there is one, or may be one, that cannot be read.
    """
    try:
        return text_of(path)
    except FileUnreadable as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return ""
        raise


@contextmanager
def whole(path: Path, folder_mode: int = 0o777) -> Generator[Path, None, None]:
    """Where to write a file so that `path` is all of it or as it was; its folder is made when missing.

    Raises:
        ExportFailed: it could not be written; what was written of it is taken away again.
    """
    if not path.name:
        raise ExportFailed(path=path, why="that is a folder")
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(mode=folder_mode, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        try:
            yield beside
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ExportFailed(path=path, why=error.strerror or str(error)) from error
