"""The kiosk's seat, held by a terminal: control's snapshots in, commands out, typed lines beside them.

The one thing only this file knows is when a terminal has shown a snapshot: once its words are written out and taken by
whoever reads them. Only then is it said to control, so that the lease (WDG-5) lives as long as somebody can read here:
a terminal that is stopped, or whose reader hangs, takes back a shot that waits for its trigger.
"""

from __future__ import annotations

import os
import selectors
import time
from pathlib import Path

from drivers.errors import complaint
from kiosk.channel.client import ChannelClient
from kiosk.channel.commands import AnyCommand, Flip, Touched
from kiosk.channel.errors import NoControl, SeatTaken
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot
from kiosk.terminal.errors import ControlSilent, NotRead, SeatHeld

LOOK_S = 0.25
SILENT_S = 5.0
"""Control shows something 40 times a second; after so long without it nobody can say what goes on."""


class Seat:
    """One connection to control, and the terminal's own input.

    Args:
        channel: Control's socket.
        typed: Descriptor from which lines are read.

    Raises:
        NoControl: E506, nobody is there.
        SeatHeld: E880, a kiosk operates the device.
    """

    def __init__(self, channel: Path, typed: int = 0) -> None:
        self._client = ChannelClient(channel, "kiosk")
        self._client.connect()
        self._typed = typed
        self._rest = b""
        self._lines: list[str] = []
        self.ended = False
        """Whether nothing can be typed any more."""
        self._replies: dict[int, Reply] = {}
        self._snapshot: Snapshot | None = None
        self._catalogue: Catalogue | None = None
        self._heard = time.monotonic()
        while self._snapshot is None or self._catalogue is None:
            self.look()

    @property
    def sees(self) -> Snapshot:
        """The newest snapshot."""
        assert self._snapshot is not None, "the first one was awaited"
        return self._snapshot

    @property
    def catalogue(self) -> Catalogue:
        """What can be chosen on this device."""
        assert self._catalogue is not None, "it was awaited"
        return self._catalogue

    def close(self) -> None:
        """Leave the seat."""
        self._client.close()

    def look(self) -> Snapshot | None:
        """Wait for whatever comes, at most `LOOK_S`; gives a snapshot that has to be shown.

        Raises:
            NoControl, SeatHeld, ControlSilent: nobody can say what goes on.
            NotRead: control could not read what was asked.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._client.fileno(), selectors.EVENT_READ)
            if not self.ended:
                selector.register(self._typed, selectors.EVENT_READ)
            ready = {key.fd for key, _ in selector.select(LOOK_S)}
        if self._typed in ready:
            self._read()
        came = self._client.drain()
        if not self._client.connected:
            self._lost()
        for reply in came.replies:
            if not reply.number:  # what control could not read has none, and gets no other answer
                raise NotRead(why=complaint(reply.sentence))
            self._replies[reply.number] = reply
        self._catalogue = came.catalogue or self._catalogue
        now = time.monotonic()
        if came.snapshot is not None:
            self._snapshot, self._heard = came.snapshot, now
        elif now - self._heard > SILENT_S:
            raise ControlSilent(seconds=SILENT_S)
        return came.snapshot

    def shown(self, snapshot: Snapshot) -> None:
        """It was written out."""
        self._client.send(Flip(snapshot.number))

    def send(self, command: AnyCommand) -> int:
        """Give a command; its number, which the answer carries."""
        return self._client.send(command)

    def answer(self, number: int) -> Reply | None:
        """The answer to a command, once."""
        return self._replies.pop(number, None)

    def line(self) -> str | None:
        """The next line that was typed; None when there is none."""
        return self._lines.pop(0) if self._lines else None

    def drop(self) -> list[str]:
        """All that was typed until now, taken out: it answers nothing that is asked later."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._typed, selectors.EVENT_READ)
            while not self.ended and selector.select(0):
                self._read()
        lines, self._lines = self._lines, []
        return lines

    def took(self, word: str) -> bool:
        """Whether this word was typed, in whatever line; it is taken out."""
        if word not in self._lines:
            return False
        self._lines.remove(word)
        return True

    def _read(self) -> None:
        came = os.read(self._typed, 4096)
        self.ended = not came
        *lines, self._rest = (self._rest + came).split(b"\n")
        self._lines += [line.decode("utf-8", "replace").strip() for line in lines]
        if lines:
            self.send(Touched())  # somebody is there: the screen does not lock (ACC-3)

    def _lost(self) -> None:
        why = self._client.reason
        if why.startswith(f"E{SeatTaken.number}"):
            raise SeatHeld(why=why.partition(": ")[2])
        raise NoControl(path=self._client.path, why=why)
