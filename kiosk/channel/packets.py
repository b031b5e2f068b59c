"""Only this file knows a packet's bytes: a tag byte, then a piece of one msgpack message.

A message up to `PIECE` bytes is one packet. A longer one (a `SessionPage` with many shots) is cut into pieces that
travel in order; the reader joins them. `BOUND` is the longest message either side makes or takes.
"""

from __future__ import annotations

from functools import cache

import msgspec

from kiosk.channel.commands import Request
from kiosk.channel.errors import MalformedPacket, PageTooLarge
from kiosk.channel.snapshot import Message

PIECE = 48 * 1024
"""Bytes of one packet without its tag; far below the smallest SO_SNDBUF in use (208 KiB), so none is ever refused."""
BOUND = 4 * 1024 * 1024
"""Longest message, bytes: about 20,000 shots in one session page."""
REQUEST_BOUND = 8 * 1024
"""Longest request, bytes; commands are short and come whole."""

_LAST = b"\x00"
_MORE = b"\x01"

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that a decoder says of bytes that are no message; a text that is not UTF-8 is not among its own errors."""
_encoder = msgspec.msgpack.Encoder()


@cache
def _requests() -> msgspec.msgpack.Decoder[Request]:
    """Control's; each end makes the one that it reads with, which takes some milliseconds."""
    return msgspec.msgpack.Decoder(Request)


@cache
def _messages() -> msgspec.msgpack.Decoder[Message]:
    """A client's."""
    return msgspec.msgpack.Decoder(Message)


def request_packet(request: Request) -> bytes:
    """One request as one packet."""
    return _LAST + _encoder.encode(request)


def read_request(packet: bytes) -> Request:
    """The request in a packet; raises `MalformedPacket` (E500) for anything else."""
    if packet[:1] != _LAST or len(packet) > REQUEST_BOUND:
        raise MalformedPacket(why=f"{len(packet)} bytes with an unknown tag or too long")
    try:
        return _requests().decode(packet[1:])
    except _UNREADABLE as fault:
        raise MalformedPacket(why=str(fault) or type(fault).__name__) from fault


def message_packets(message: Message) -> list[bytes]:
    """A message as its packets in order; raises `PageTooLarge` (E505) over `BOUND`."""
    whole = _encoder.encode(message)
    if len(whole) > BOUND:
        raise PageTooLarge(size=len(whole), bound=BOUND)
    pieces = [whole[start : start + PIECE] for start in range(0, len(whole), PIECE)]
    return [_MORE + piece for piece in pieces[:-1]] + [_LAST + pieces[-1]]


class Joiner:
    """Joins the packets of one connection to messages."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def add(self, packet: bytes) -> Message | None:
        """The message that this packet completes, or None; raises `MalformedPacket` (E500)."""
        tag, piece = packet[:1], packet[1:]
        if tag not in (_LAST, _MORE) or sum(map(len, self._pieces)) + len(piece) > BOUND:
            self._pieces.clear()
            raise MalformedPacket(why=f"{len(packet)} bytes with an unknown tag or too long")
        self._pieces.append(piece)
        if tag == _MORE:
            return None
        whole = b"".join(self._pieces)
        self._pieces.clear()
        try:
            return _messages().decode(whole)
        except _UNREADABLE as fault:
            raise MalformedPacket(why=str(fault) or type(fault).__name__) from fault
