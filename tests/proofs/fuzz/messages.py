"""Mutated messages between kiosk and control: as bytes on the socket at both ends, and as well-formed nonsense.

Bytes end in E500 and harm nobody else: the next good message of another client is answered. Commands that are well
formed but wrong are given to the whole of control, with the needle on skin: nothing may move for any of them.
"""

from __future__ import annotations

import shutil
import socket
import traceback
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from drivers.errors import NappageError
from kiosk.channel import VERSION, commands
from kiosk.channel.client import ChannelClient
from kiosk.channel.packets import Joiner, message_packets, read_request, request_packet
from kiosk.channel.server import ChannelServer
from kiosk.channel.snapshot import Message, Reply
from tests.proofs.fuzz import mutate
from tests.proofs.fuzz.parts import Notes, Told
from tests.session.bench import ADMINISTRATOR, Bench
from tests.view.samples import CATALOGUE
from tests.view.samples.records import RECORD
from tests.view.samples.treating import TREATING

STRINGS = ("", "x", "mesolift", "forehead", "left", "123456", "P1", "30g-4mm", "5ml", "example-saline", "L1",
           "2027-12-01",
           "9999-99-99", "\0", "\n", "é" * 100, "x" * 200, "x" * 201, "'; DROP TABLE shot; --", "$.x`", "{}", "../../x",
           "Dr. Demo", "depth", "dose", "\u202e24.5", "0", "-1")  # fmt: skip
INTEGERS = (0, 1, -1, 2, 20, 21, 50, 500, 600, 1000, 6000, 6050, 20_000, 65_535, 65_536, 200_000, 201_000, 100_000_001,
            2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63))  # fmt: skip
KINDS: tuple[type[msgspec.Struct], ...] = get_args(commands.AnyCommand)
ENDING = (commands.SignOut, commands.Lock, commands.Finish, commands.Sign, commands.Stop, commands.SignIn)
"""Commands after which little else is allowed; they come rarely, so that the others get deep."""


def _plain(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def value_for(chance: Any, kind: Any) -> Any:
    """A value of the field's own type, mostly at an edge."""
    kind = _plain(kind)
    origin = get_origin(kind)
    if origin is Literal:
        options = get_args(kind)
        return options[int(chance.random() * len(options))]
    if origin is tuple:
        return tuple(value_for(chance, get_args(kind)[0]) for _ in range(int(chance.random() * 4)))
    if origin in (types.UnionType, typing.Union):
        return None
    if kind is bool:
        return chance.random() < 0.5
    if kind is int:
        return INTEGERS[int(chance.random() * len(INTEGERS))]
    return STRINGS[int(chance.random() * len(STRINGS))]


def command(chance: Any) -> msgspec.Struct:
    """Any command with any values of the right types; msgspec checks bounds only when it decodes."""
    kind = KINDS[int(chance.random() * len(KINDS))]
    while kind in ENDING and chance.random() < 0.98:
        kind = KINDS[int(chance.random() * len(KINDS))]
    return kind(*(value_for(chance, field.type) for field in msgspec.structs.fields(kind)))


class Messages:
    """The part: in each batch of three of its sizes the bytes of requests, of answers, and well-formed nonsense."""

    name = "messages"
    title = "messages between kiosk and control, mutated"

    def __init__(self, folder: Path, size: int = 1500) -> None:
        self.size = size
        self._folder = folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        place = self._folder / f"messages-{number}"
        place.mkdir(exist_ok=True)
        third = self.size // 3
        _to_control(notes, place / "control.sock", third)
        _to_client(notes, place / "client.sock", third)
        _nonsense(notes, place, self.size - 2 * third)
        for left in place.iterdir():
            left.unlink()
        place.rmdir()
        return notes.told()


def _guarded(notes: Notes, data: bytes, act: Callable[[], None]) -> None:
    try:
        act()
    except Exception:  # noqa: BLE001  whatever is raised is what is looked for
        notes.find(traceback.format_exc(limit=-5), data)


# -- bytes to control -----------------------------------------------------------------------------------------------
def _packet(notes: Notes, number: int) -> bytes:
    """A request's packet, then its bytes or its values spoiled."""
    chance = notes.chance
    draw = chance.random()
    try:
        good = request_packet(commands.Request(number, command(chance)))  # type: ignore[arg-type]
    except (OverflowError, UnicodeEncodeError):
        good = request_packet(commands.Request(number, commands.Touched()))
    if draw < 0.4:
        return good
    if draw < 0.5:
        deep = (b"\x91", b"\x81\xa6number", b"\xdc\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff")
        return b"\0" + deep[int(chance.random() * len(deep))] * (1 + int(chance.random() * 1200))
    return mutate.spoil(chance, good, [good]) or b"\0"


def _to_control(notes: Notes, path: Path, cases: int) -> None:
    server = ChannelServer(path)
    good = ChannelClient(path, "shell")
    good.connect()
    number = 10
    attacker: socket.socket | None = None
    try:
        for _ in range(cases):
            notes.case += 1
            number += 1
            if attacker is None:
                attacker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
                attacker.connect(str(path))
                if notes.chance.random() < 0.8:
                    hello = commands.Hello(VERSION, "kiosk" if notes.chance.random() < 0.5 else "shell")
                    attacker.send(request_packet(commands.Request(1, hello)))
            packet = _packet(notes, number)
            notes.digest.update(packet)
            attacker = _attack(notes, server, attacker, packet)
            if notes.case % 50 == 0:
                _still_served(notes, server, good, packet)
    finally:
        good.close()
        if attacker is not None:
            attacker.close()
        server.close()


def _attack(notes: Notes, server: ChannelServer, attacker: socket.socket, packet: bytes) -> socket.socket | None:
    """One packet to control; the attacker comes back with a new connection when it was dropped."""
    try:
        attacker.send(packet)
    except OSError:
        attacker.close()
        return None

    def poll() -> None:
        before = server.malformed
        asked = server.poll()
        kind = "malformed" if server.malformed > before else "understood" if asked else "answered at the door"
        notes.counts[f"to control: {kind}"] += 1
        notes.digest.update(kind.encode())

    _guarded(notes, packet, poll)
    if not notes.case % 20:
        attacker.close()
        return None
    try:
        while attacker.recv(1 << 17):
            pass
    except BlockingIOError:
        return attacker
    except OSError:
        pass
    attacker.close()
    return None


def _still_served(notes: Notes, server: ChannelServer, good: ChannelClient, packet: bytes) -> None:
    asked = good.send(commands.ReadSession(1))
    heard = [request.number for _, request in server.poll() if request.command == commands.ReadSession(1)]
    if asked not in heard:
        notes.find("a good client is not heard any more", packet)
    for client in server.clients:
        server.reply(client, Reply(asked, ok=True))
    if not good.drain().replies:
        notes.find("a good client is not answered any more", packet)


# -- bytes to a client ----------------------------------------------------------------------------------------------
def _to_client(notes: Notes, path: Path, cases: int) -> None:
    chance = notes.chance
    messages = (Message(snapshot=TREATING), Message(catalogue=CATALOGUE), Message(reply=Reply(1, True, page=RECORD)))
    corpus = [packet for message in messages for packet in message_packets(message)]
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
    listening.bind(str(path))
    listening.listen(4)
    time = 0.0
    client = ChannelClient(path, clock=lambda: time)
    control: socket.socket | None = None
    try:
        for _ in range(cases):
            notes.case += 1
            time += 1.0
            packet = mutate.spoil(chance, corpus[int(chance.random() * len(corpus))], corpus) or b"\1"
            notes.digest.update(packet)
            _guarded(notes, packet, lambda: notes.counts.update([_drained(client)]))
            if control is None or not client.connected:
                control = _accepted(listening, control) or control
            if control is not None:
                try:
                    control.send(packet)
                except OSError:
                    control.close()
                    control = None
            _guarded(notes, packet, lambda: notes.counts.update([_drained(client)]))
            _guarded(notes, packet, lambda packet=packet: _joined(notes, packet))
    finally:
        client.close()
        listening.close()
        if control is not None:
            control.close()


def _accepted(listening: socket.socket, before: socket.socket | None) -> socket.socket | None:
    try:
        found, _ = listening.accept()
    except BlockingIOError:
        return None
    if before is not None:
        before.close()
    return found


def _drained(client: ChannelClient) -> str:
    came = client.drain()
    if came.snapshot is not None or came.catalogue is not None or came.replies:
        return "to a client: taken"
    return "to a client: waiting" if client.connected else f"to a client: {client.reason[:4]}"


def _joined(notes: Notes, packet: bytes) -> None:
    try:
        Joiner().add(packet)
    except NappageError as error:
        if error.number != 500:
            notes.find(f"not E500: {error}", packet)


# -- well-formed nonsense -------------------------------------------------------------------------------------------
FRESH = 250
"""Commands to one control; after so many somebody has signed out, stopped or finished."""


def _nonsense(notes: Notes, folder: Path, cases: int) -> None:
    """To the whole of control, armed on skin or on its way there; no trigger is ever pressed."""
    for begun in range(0, cases, FRESH):
        place = folder / f"ledger-{begun}"
        _nonsense_to_one(notes, place, min(FRESH, cases - begun), begun // FRESH % 4)
        shutil.rmtree(place)


def _nonsense_to_one(notes: Notes, folder: Path, cases: int, state: int) -> None:
    chance = notes.chance
    bench = Bench(folder)
    if state == 3:
        bench.start().sign_in(ADMINISTRATOR)
    else:
        bench.prepare()
    bench.on_skin()
    if state == 1:
        bench.live()
    given = bench.rig.controller.journal.lifetime_shots
    try:
        for _ in range(cases):
            notes.case += 1
            asked = command(chance)
            data = repr(asked).encode()
            notes.digest.update(data)
            _guarded(notes, data, lambda asked=asked: _give(notes, bench, asked))
            if bench.rig.controller.journal.lifetime_shots != given or bench.rig.controller.motion is not None:
                notes.find(f"something moved after {asked}", data)
                given = bench.rig.controller.journal.lifetime_shots
    finally:
        bench.close()


def _give(notes: Notes, bench: Bench, asked: msgspec.Struct) -> None:
    try:
        request = read_request(request_packet(commands.Request(1, asked)))  # type: ignore[arg-type]
    except (NappageError, OverflowError):
        notes.counts["nonsense: refused at the door"] += 1
        return
    number = bench.seat.send(request.command)
    bench.step()
    bench.step()
    reply = bench.seat.replies.pop(number, None)
    said = "no answer yet" if reply is None else "taken" if reply.ok else f"E{reply.error}"
    notes.counts[f"nonsense: {said}"] += 1
    notes.digest.update(said.encode())
    if reply is not None and not reply.ok and not (reply.error and reply.sentence and reply.remedy):
        notes.find(f"no clear answer: {reply}", repr(asked).encode())
