"""The kiosk, drawing flat out, with a second hand at its channel: it passes on the bench's commands as if touched.

One client holds the seat, so the bench gives its commands through the kiosk's own connection, over a socket that speaks
the same channel.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from kiosk import app as kiosk_app
from kiosk.channel.client import ChannelClient, Drained
from kiosk.channel.commands import Flip, Hello
from kiosk.channel.server import ChannelServer, ClientId
from tests.bench.window import animate, unlimited, unpaced


class RelayClient(ChannelClient):
    """The kiosk's client, and a relay for one more hand."""

    def __init__(self, path: Path, relay: Path) -> None:
        super().__init__(path, "kiosk", time.monotonic)
        self._relay = ChannelServer(relay)
        self._asked: dict[int, tuple[ClientId, int]] = {}

    def drain(self) -> Drained:
        """What came for the kiosk; what the other hand asked is answered to it alone."""
        for hand, request in self._relay.poll():
            if self.connected and not isinstance(request.command, Flip | Hello):
                self._asked[self.send(request.command)] = hand, request.number
        came = super().drain()
        for reply in came.replies:
            asked = self._asked.pop(reply.number, None)
            if asked is not None:
                self._relay.reply(asked[0], msgspec.structs.replace(reply, number=asked[1]))
        if came.snapshot is not None:
            self._relay.publish(came.snapshot)
        return came


def main(words: list[str]) -> None:
    """`CHANNEL RELAY WIDTH HEIGHT FRAMES-FILE`; the file gets one byte for each frame."""
    channel, relay, width, height, counted = words
    kiosk_app.prepare((int(width), int(height)))
    unlimited()
    from kiosk.screens.application import KioskApp

    file = os.open(counted, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def flipped() -> None:
        os.write(file, b".")

    client = RelayClient(Path(channel), Path(relay))
    app = KioskApp(client, time.monotonic, None, flipped, machine=unpaced())
    animate()
    app.run()


if __name__ == "__main__":
    main(sys.argv[1:])
