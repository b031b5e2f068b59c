"""Only this file speaks systemd's notification protocol: one datagram, lines of KEY=VALUE, to NOTIFY_SOCKET.

The same messages tell our own supervisor in simulation, so a process has one way to say that it is ready.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping

from kiosk.system.errors import NotifyFailed

# A full queue or a moment without room is no reason to stop a control cycle: the next feed comes 25 ms later.
_MOMENTARY = frozenset({errno.EAGAIN, errno.ENOBUFS})


class Notifier:
    """Tells the service manager how this process is; silent where none listens (started from a shell)."""

    def __init__(self, address: str | None, watchdog_s: float | None = None) -> None:
        """Connect to ``address`` ('@' begins an abstract name). ``watchdog_s`` is the manager's patience in seconds.

        Raises:
            NotifyFailed: E900, an address was given and nothing listens there.
        """
        self._address = address
        self.watchdog_s = watchdog_s
        self._socket: socket.socket | None = None
        if address is None:
            return
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.connect("\0" + address[1:] if address.startswith("@") else address)
        except OSError as problem:
            self._socket.close()
            raise NotifyFailed(address=address, why=problem.strerror) from problem

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, pid: int | None = None) -> Notifier:
        """The notifier that systemd described in ``environ``; WATCHDOG_USEC counts only for the process it names."""
        meant = environ.get("WATCHDOG_PID")
        ours = str(os.getpid() if pid is None else pid)
        microseconds = environ.get("WATCHDOG_USEC", "")
        watched = microseconds.isdigit() and int(microseconds) > 0 and (meant is None or meant == ours)
        return cls(environ.get("NOTIFY_SOCKET") or None, int(microseconds) / 1e6 if watched else None)

    @property
    def listening(self) -> bool:
        """Whether a manager listens."""
        return self._socket is not None

    def ready(self, status: str = "") -> None:
        """All that others wait for is open: socket, ledger, loop."""
        self._send("READY=1" + (f"\nSTATUS={status}" if status else ""))

    def watchdog(self) -> None:
        """Feed the watchdog (WDG-3): control from its loop, the kiosk with each completed flip; never from a timer."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line that ``systemctl status`` shows."""
        self._send(f"STATUS={' '.join(text.split())}")

    def stopping(self) -> None:
        """The orderly end has begun."""
        self._send("STOPPING=1")

    def close(self) -> None:
        """Let go of the socket; later messages go nowhere."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(message.encode())
        except OSError as problem:
            if problem.errno not in _MOMENTARY:
                raise NotifyFailed(address=self._address, why=problem.strerror) from problem
