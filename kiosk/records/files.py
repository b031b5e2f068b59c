"""Files beside the record, and those that a person named: read or written whole, or in one numbered sentence why not.

Whatever lies in a folder may be a dangling link, in another encoding, or not ours; it says nothing about the record.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kiosk.records.errors import ExportFailed, FileUnreadable


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        FileUnreadable: it cannot be read, or is no text in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(file=path, why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise FileUnreadable(file=path, why="it is no text in UTF-8") from error


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
