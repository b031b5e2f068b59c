"""A client's end of the Unix SEQPACKET socket: only this file connects to control, and again after a break."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.channel import VERSION
from kiosk.channel.commands import AnyCommand, Hello, Request
from kiosk.channel.errors import ChannelStalled, MalformedPacket, NoControl
from kiosk.channel.packets import PIECE, Joiner, request_packet
from kiosk.channel.snapshot import Catalogue, Message, Reply, Snapshot

RECONNECT_S = 0.25


class Drained(msgspec.Struct, frozen=True):
    """What came since the last drain: the newest snapshot only, all replies in order, the newest catalogue."""

    snapshot: Snapshot | None = None
    replies: tuple[Reply, ...] = ()
    catalogue: Catalogue | None = None


class ChannelClient:
    """A client's end: `connect`, `send`, `drain`. Reconnects by itself when drained, at most every 250 ms.

    Nothing is sent again after a reconnection (LED-6): what was not answered is looked up in the next snapshot.
    """

    def __init__(
        self,
        path: Path,
        kind: Literal["kiosk", "shell"] = "kiosk",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.kind: Literal["kiosk", "shell"] = kind
        self.reason = ""
        """Why there is no connection, one sentence; empty while there is one."""
        self._clock = clock
        self._socket: socket.socket | None = None
        self._joiner = Joiner()
        self._number = 0
        self._hello = 0
        self._stamp = float("-inf")
        self._tried = float("-inf")

    @property
    def connected(self) -> bool:
        """True while the socket is open."""
        return self._socket is not None

    @property
    def age_s(self) -> float:
        """Age of the newest snapshot in seconds, infinite before the first and after a break."""
        return self._clock() - self._stamp

    def fileno(self) -> int:
        """Descriptor for polling, -1 while there is no connection."""
        return self._socket.fileno() if self._socket is not None else -1

    def connect(self) -> None:
        """Connects and says hello; raises `NoControl` (E506)."""
        self.close()
        self._tried = self._clock()
        end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            end.connect(str(self.path))
        except OSError as fault:
            end.close()
            self.reason = fault.strerror or str(fault)
            raise NoControl(path=self.path, why=self.reason) from fault
        self._socket = end
        self._joiner = Joiner()
        self.reason = ""
        self._hello = self.send(Hello(version=VERSION, client=self.kind))

    def send(self, command: AnyCommand) -> int:
        """Sends a command and returns its number, which its reply will carry.

        Raises `NoControl` (E506) without a connection and `ChannelStalled` (E507) when control does not read.
        """
        if self._socket is None:
            raise NoControl(path=self.path, why=self.reason or "not connected")
        self._number += 1
        try:
            self._socket.send(request_packet(Request(self._number, command)), socket.MSG_NOSIGNAL)
        except BlockingIOError as fault:
            raise ChannelStalled from fault
        except OSError as fault:
            self._lose(fault.strerror or str(fault))
            raise NoControl(path=self.path, why=self.reason) from fault
        return self._number

    def seek(self) -> None:
        """Connects where there is no connection, at most every 250 ms; `reason` says why there is still none."""
        if self._socket is None and self._clock() - self._tried >= RECONNECT_S:
            try:
                self.connect()
            except NoControl as fault:
                self.reason = str(fault.facts["why"])

    def drain(self) -> Drained:
        """Takes all that has come, never waits; connects again when the connection was lost."""
        self.seek()
        snapshot: Snapshot | None = None
        catalogue: Catalogue | None = None
        replies: list[Reply] = []
        while self._socket is not None:
            message = self._next()
            if message is None:
                break
            snapshot = message.snapshot or snapshot
            catalogue = message.catalogue or catalogue
            if message.reply is not None:
                replies.append(message.reply)
                self._watch_hello(message.reply)
        if snapshot is not None:
            self._stamp = snapshot.stamp
        return Drained(snapshot, tuple(replies), catalogue)

    def close(self) -> None:
        """Ends the connection; the seat is free at once."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._stamp = float("-inf")

    # -- inside ---------------------------------------------------------------------------------------------------
    def _next(self) -> Message | None:
        """The next whole message, None when nothing more has come or the connection is lost."""
        while self._socket is not None:
            try:
                packet = self._socket.recv(PIECE + 1)
            except BlockingIOError:
                return None
            except OSError as fault:
                self._lose(fault.strerror or str(fault))
                return None
            if not packet:
                self._lose("control ended the connection")
                return None
            try:
                message = self._joiner.add(packet)
            except MalformedPacket as fault:
                self._lose(str(fault))
                return None
            if message is not None:
                return message
        return None

    def _watch_hello(self, reply: Reply) -> None:
        if reply.number == self._hello and not reply.ok:
            self._lose(f"E{reply.error}: {reply.sentence}")

    def _lose(self, why: str) -> None:
        self.close()
        self.reason = why
