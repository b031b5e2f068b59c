"""One writer: a lock file beside the ledger that the kernel lets go of when its holder dies (LED-13)."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from drivers.errors import NappageError
from kiosk.records.errors import LedgerBusy, LedgerForbidden, StorageFailed, StorageFull


def storage_error(error: OSError, path: Path) -> NappageError:
    """The numbered error that the operating system's is to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(path=path)
    if isinstance(error, PermissionError):
        return LedgerForbidden(act="write", path=path)
    return StorageFailed(path=path, why=error.strerror or str(error))


class WriterLock:
    """Holds `<ledger>.lock` until released; the file stays, it says who held it last.

    Raises:
        LedgerBusy: another process, or this one, holds it.
        LedgerForbidden: the folder may not be written.
        StorageFull, StorageFailed: the storage takes nothing.
    """

    def __init__(self, ledger: Path) -> None:
        path = ledger.with_name(ledger.name + ".lock")
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise storage_error(error, ledger) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._handle, 64).decode("ascii", "replace").strip() or "unnamed"
            os.close(self._handle)
            raise LedgerBusy(path=ledger, holder=holder) from None
        try:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, f"process {os.getpid()}\n".encode(), 0)
        except OSError as error:
            os.close(self._handle)
            raise storage_error(error, ledger) from error

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._handle)
