"""Control's end of the Unix SEQPACKET socket: only this file accepts clients and gives the seat.

It never waits: a snapshot is dropped for a reader that stalls, a reply waits in a bounded queue, and a client whose
queue is full is dropped. One kiosk holds the seat; a second one gets it only from a dead one.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import struct
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from drivers.errors import NappageError
from kiosk.channel import VERSION
from kiosk.channel.commands import Flip, Hello, Request, Stop
from kiosk.channel.errors import (
    HelloFirst,
    MalformedPacket,
    NumberNotGrowing,
    PageTooLarge,
    SeatOnly,
    SeatTaken,
    SocketRefused,
    WrongVersion,
)
from kiosk.channel.packets import REQUEST_BOUND, message_packets, read_request
from kiosk.channel.snapshot import Catalogue, Message, Reply, Snapshot

ClientId = int
"""Number of a client, from 1; 0 is nobody."""

QUEUE = 128
"""Packets that wait for a slow reader before it is dropped: 6 MB of pages, or seconds of replies."""
READS = 32
"""Packets taken from one client in one poll, so that a flood cannot hold the control cycle."""
ANSWERS = 64
"""Answers kept for repeats, for each client."""
SILENT_S = 5.0
"""A kiosk that said nothing for this long is dead (it completes a flip every second): another may take its seat."""


class Peer(msgspec.Struct, frozen=True):
    """Who is at the other end, as the kernel says it (SO_PEERCRED)."""

    pid: int
    uid: int
    gid: int


class _Client:
    def __init__(self, connection: socket.socket, now: float) -> None:
        self.connection = connection
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.peer = Peer(*struct.unpack("3i", credentials))
        self.kind: Literal["", "kiosk", "shell"] = ""
        self.heard = now
        self.last = 0
        self.answers: OrderedDict[int, Reply | None] = OrderedDict()
        self.waiting: deque[bytes] = deque()

    def flush(self) -> None:
        """Sends what waits, as far as the reader takes it; raises OSError when it is gone."""
        while self.waiting:
            try:
                self.connection.send(self.waiting[0], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            self.waiting.popleft()

    def remember(self, number: int, answer: Reply | None) -> None:
        self.answers[number] = answer
        while len(self.answers) > ANSWERS:
            self.answers.popitem(last=False)


def refusal(number: int, error: NappageError) -> Reply:
    """The reply that carries a numbered error: nothing was done."""
    sentence = error.sentence.format(**error.facts)
    return Reply(number=number, ok=False, error=error.number, sentence=sentence, remedy=error.remedy)


class ChannelServer:
    """Control's end. Every method returns at once.

    Args:
        path: where the socket lies; a socket left by a dead control is removed, a live one is refused (E508).
        group: name of the group that may connect, None for the own one.
        mode: of the socket file; whoever may write it may connect.
        clock: monotonic seconds, for the silence of a kiosk.
    """

    def __init__(
        self,
        path: Path,
        group: str | None = None,
        mode: int = 0o660,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.malformed = 0
        """Packets that could not be read since start."""
        self.dropped_snapshots = 0
        self._clock = clock
        self._clients: dict[ClientId, _Client] = {}
        self._next = 1
        self._catalogue: Catalogue | None = None
        self._snapshot: Snapshot | None = None
        self._seat: ClientId | None = None
        self._socket = _listen(path, group, mode)

    @property
    def seat(self) -> ClientId | None:
        """The kiosk that operates the device, None when there is none."""
        return self._seat

    @property
    def clients(self) -> tuple[ClientId, ...]:
        """All connected clients."""
        return tuple(self._clients)

    def peer(self, client: ClientId) -> Peer | None:
        """Credentials of a client, None when it has gone."""
        known = self._clients.get(client)
        return known.peer if known else None

    def fileno(self) -> int:
        """Descriptor of the listening socket, readable when a client knocks."""
        return self._socket.fileno()

    def filenos(self) -> tuple[int, ...]:
        """All descriptors that make a poll worthwhile when readable."""
        return (self._socket.fileno(), *(client.connection.fileno() for client in self._clients.values()))

    def poll(self) -> list[tuple[ClientId, Request]]:
        """What clients asked since the last poll, in order of arrival for each client.

        `Hello`, repeats and what cannot be read are answered here and not returned. `Stop` is returned from anybody.
        """
        self._accept()
        asked: list[tuple[ClientId, Request]] = []
        for identity, client in list(self._clients.items()):
            self._flush(identity, client)
            for _ in range(READS):
                if self._clients.get(identity) is not client:
                    break
                packet = self._receive(identity, client)
                if packet is None:
                    break
                request = self._understand(identity, client, packet)
                if request is not None:
                    asked.append((identity, request))
        return asked

    def publish(self, snapshot: Snapshot) -> None:
        """Shows a snapshot to everybody; a reader that stalls misses it (PLATFORM: drop, never wait)."""
        self._snapshot = snapshot
        if not self._clients:
            return
        packets = message_packets(Message(snapshot=snapshot))
        for identity, client in list(self._clients.items()):
            if client.kind:
                self._offer(identity, client, packets)

    def send_catalogue(self, catalogue: Catalogue) -> None:
        """Sends the catalogue to everybody now, and to each later client after its `Hello`."""
        self._catalogue = catalogue
        for identity, client in list(self._clients.items()):
            if client.kind:
                self._queue(identity, client, Message(catalogue=catalogue))

    def reply(self, client: ClientId, reply: Reply) -> None:
        """Answers a request reliably; a client that does not read its answers is dropped. Gone clients are ignored."""
        known = self._clients.get(client)
        if known is None:
            return
        known.remember(reply.number, reply)
        try:
            self._queue(client, known, Message(reply=reply))
        except PageTooLarge as fault:
            short = refusal(reply.number, fault)
            known.remember(reply.number, short)
            self._queue(client, known, Message(reply=short))

    def close(self) -> None:
        """Ends all connections and removes the socket."""
        for identity in list(self._clients):
            self._drop(identity)
        self._socket.close()
        self.path.unlink(missing_ok=True)

    # -- inside ---------------------------------------------------------------------------------------------------
    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            connection.setblocking(False)
            self._clients[ClientId(self._next)] = _Client(connection, self._clock())
            self._next += 1

    def _receive(self, identity: ClientId, client: _Client) -> bytes | None:
        try:
            packet = client.connection.recv(REQUEST_BOUND + 1, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError:
            packet = b""
        if not packet:
            self._drop(identity)
            return None
        client.heard = self._clock()
        return packet

    def _understand(self, identity: ClientId, client: _Client, packet: bytes) -> Request | None:
        try:
            request = read_request(packet)
        except MalformedPacket as fault:
            self.malformed += 1
            self._queue(identity, client, Message(reply=refusal(0, fault)))
            return None
        if request.number in client.answers:
            answer = client.answers[request.number]
            if answer is not None:
                self._queue(identity, client, Message(reply=answer))
            return None
        try:
            return self._admit(identity, client, request)
        except NappageError as fault:
            self.reply(identity, refusal(request.number, fault))
            return None

    def _admit(self, identity: ClientId, client: _Client, request: Request) -> Request | None:
        if request.number <= client.last:
            raise NumberNotGrowing(number=request.number, last=client.last)
        client.last = request.number
        client.remember(request.number, None)
        if isinstance(request.command, Stop):
            return request
        if isinstance(request.command, Hello):
            self._greet(identity, client, request.number, request.command)
            return None
        if not client.kind:
            raise HelloFirst
        if isinstance(request.command, Flip) and identity != self._seat:
            raise SeatOnly
        return request

    def _greet(self, identity: ClientId, client: _Client, number: int, hello: Hello) -> None:
        if hello.version != VERSION:
            raise WrongVersion(theirs=hello.version, ours=VERSION)
        if hello.client == "kiosk":
            self._take_seat(identity)
        client.kind = hello.client
        self.reply(identity, Reply(number=number, ok=True))
        if self._catalogue is not None:
            self._queue(identity, client, Message(catalogue=self._catalogue))
        if self._snapshot is not None:
            self._queue(identity, client, Message(snapshot=self._snapshot))

    def _take_seat(self, identity: ClientId) -> None:
        holder = self._clients.get(self._seat) if self._seat is not None else None
        if holder is not None and self._seat is not None and self._seat != identity:
            silent = self._clock() - holder.heard > SILENT_S
            if not silent and Path(f"/proc/{holder.peer.pid}").exists():
                raise SeatTaken(pid=holder.peer.pid)
            self._drop(self._seat)
        self._seat = identity

    def _offer(self, identity: ClientId, client: _Client, packets: list[bytes]) -> None:
        self._flush(identity, client)
        if client.waiting or identity not in self._clients:
            self.dropped_snapshots += 1
            return
        try:
            client.connection.send(packets[0], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            self.dropped_snapshots += 1
            return
        except OSError:
            self._drop(identity)
            return
        if len(packets) > 1:  # begun means finished: the rest waits in the queue
            client.waiting.extend(packets[1:])
            self._flush(identity, client)

    def _queue(self, identity: ClientId, client: _Client, message: Message) -> None:
        client.waiting.extend(message_packets(message))
        if len(client.waiting) > QUEUE:
            self._flush(identity, client)
        if len(client.waiting) > QUEUE:
            self._drop(identity)
            return
        self._flush(identity, client)

    def _flush(self, identity: ClientId, client: _Client) -> None:
        try:
            client.flush()
        except OSError:
            self._drop(identity)

    def _drop(self, identity: ClientId) -> None:
        client = self._clients.pop(identity, None)
        if client is not None:
            client.connection.close()
        if identity == self._seat:
            self._seat = None


def _listen(path: Path, group: str | None, mode: int) -> socket.socket:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()
        before = os.umask(0o777)  # nobody connects before mode and group are set
        try:
            end.bind(str(path))
        finally:
            os.umask(before)
        if group is not None:
            shutil.chown(path, group=group)
        path.chmod(mode)
        end.listen(8)
    except (OSError, LookupError) as fault:
        end.close()
        raise SocketRefused(path=path, why=getattr(fault, "strerror", None) or fault) from fault
    return end


def _answers(path: Path) -> bool:
    """Whether a control listens there now; a socket file without one was left by a crash."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK) as probe:
        return probe.connect_ex(str(path)) in (0, errno.EAGAIN)
