"""A serial line without a cable: one pseudo-terminal at a time, and a symbolic link that follows it.

Only this file makes and hangs up pseudo-terminals. The link does what /dev/serial/by-id does for a real device: it is
found again under the same name after it was unplugged.
"""

from __future__ import annotations

import errno
import os
import tty
from pathlib import Path


class Terminal:
    """The device's end of a serial line. Nothing here waits."""

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._master: int | None = None
        self._slave: int | None = None
        self.port: str | None = None
        """Path of the present pseudo-terminal, None while unplugged."""

    @property
    def fileno(self) -> int | None:
        """What to watch for bytes, None while unplugged."""
        return self._master

    def plug(self) -> None:
        """Make a pseudo-terminal, raw from the first byte, and let the link follow.

        Raises:
            OSError: there is none to be had, or the link cannot be made: what is no link is never replaced.
        """
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        if self._link is not None:
            self._follow(self._link)

    def _follow(self, link: Path) -> None:
        """Have the link lead to the present port, from one instant to the next."""
        fresh = link.with_name(link.name + ".new")
        for path in (link, fresh):
            if os.path.lexists(path) and not path.is_symlink():
                raise FileExistsError(errno.EEXIST, "Something that is no link lies there", str(path))
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(str(self.port))
        fresh.replace(link)

    def unplug(self) -> None:
        """Hang up: whoever has the port open sees a device that went away. The symbolic link goes with it."""
        for descriptor in (self._master, self._slave):
            if descriptor is not None:
                os.close(descriptor)
        if self._link is not None and self._link.is_symlink():
            self._link.unlink()
        self._master = self._slave = self.port = None

    def read(self) -> bytes:
        """The bytes that have come; none when there are none or the line is unplugged."""
        if self._master is None:
            return b""
        try:
            return os.read(self._master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> bool:
        """Send bytes. False when nobody reads: like a UART's full buffer, they are lost."""
        if self._master is None:
            return True
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return False
        return True
