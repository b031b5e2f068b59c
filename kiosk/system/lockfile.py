"""Only this file guards that one process writes the ledger (LED-13), by a lock that the kernel ends with its owner."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.system.errors import AlreadyRunning, LockUnusable


class WriterLock:
    """Holds the lock from `take` to `release`, or to the end of the process, however it ends.

    The file stays behind on purpose: removing it would let two processes lock two files of one name. The
    owner's process id in it serves the error message only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock at once or not at all.

        Raises:
            AlreadyRunning: E911, another process holds it.
            LockUnusable: E912, the file cannot be opened or locked.
        """
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as problem:
            raise LockUnusable(path=self._path, why=problem.strerror) from problem
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as problem:
            owner = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise AlreadyRunning(path=self._path, pid=owner) from problem
        except OSError as problem:
            os.close(handle)
            raise LockUnusable(path=self._path, why=problem.strerror) from problem
        self._handle = handle

    def release(self) -> None:
        """Let another process write; does nothing when the lock is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
