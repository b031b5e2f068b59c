"""Files beside the record, and those that a person named: their text, or in one numbered sentence why there is none.

Whatever lies in a folder may be a dangling link, in another encoding, or not ours; it says nothing about the record.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.records.errors import FileUnreadable


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
