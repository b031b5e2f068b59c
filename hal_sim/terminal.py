"""A serial line without a cable: one pseudo-terminal at a time, and a symbolic link that follows it.

Only this file makes and hangs up pseudo-terminals. The link does what /dev/serial/by-id does for a real device: it is
found again under the same name after it was unplugged.
"""

from __future__ import annotations

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
            OSError: there is none to be had, or the link cannot be made.
        """
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        if self._link is not None:
            fresh = self._link.with_name(self._link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self.port)
            fresh.replace(self._link)

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
