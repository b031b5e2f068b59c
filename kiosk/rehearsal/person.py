"""The person at the screen, without a screen: shows every snapshot, gives commands and looks for what comes of them.

Each snapshot is answered with the `Flip` that a drawn frame would send, so that the kiosk's lease lives exactly as long
as this process looks. Nothing is given twice; a refusal is an error unless it was asked about.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from kiosk.channel.commands import AnyCommand, Flip
from kiosk.channel.errors import ChannelStalled, NoControl
from kiosk.channel.snapshot import Page, Reply, Snapshot
from kiosk.channel.socket import ChannelClient
from kiosk.rehearsal.errors import CommandRefused, WaitedInVain
from kiosk.rehearsal.stage import Stage

T = TypeVar("T")
PATIENCE_S = 30.0
LOOK_S = 0.25
"""How often a lost connection is tried again while waiting."""


class Person:
    """One kiosk's client over one stage.

    Args:
        watch: Called with every snapshot that was shown.
    """

    def __init__(self, stage: Stage, watch: Callable[[Snapshot], None] = lambda _: None) -> None:
        self._stage = stage
        self._watch = watch
        self._client = ChannelClient(stage.channel, "kiosk")
        self._client.connect()
        self._replies: dict[int, Reply] = {}
        self.step = "the start"
        """What is being done, for the sentences of errors."""
        self._snapshot: Snapshot | None = None
        self.until(lambda: self._snapshot is not None, "the first snapshot")

    @property
    def sees(self) -> Snapshot:
        """The newest snapshot."""
        assert self._snapshot is not None, "the first one was awaited"
        return self._snapshot

    def close(self) -> None:
        """Leave the seat."""
        self._client.close()

    # -- waiting ---------------------------------------------------------------------------------------------------
    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        """Look at what comes until `condition` holds.

        Raises:
            WaitedInVain: E861. ProcessEnded: E860.
        """
        by = time.monotonic() + seconds
        self._look()
        while not condition():
            left = by - time.monotonic()
            if left <= 0:
                raise WaitedInVain(step=self.step, seconds=seconds, what=what, seen=self._seen())
            self._stage.await_event(min(left, LOOK_S), self._client.fileno())
            self._look()

    def sees_that(self, condition: Callable[[Snapshot], bool], what: str, seconds: float = PATIENCE_S) -> Snapshot:
        """Look until a snapshot meets `condition`; gives it."""
        self.until(lambda: condition(self.sees), what, seconds)
        return self.sees

    def _look(self) -> None:
        came = self._client.drain()
        for reply in came.replies:
            self._replies[reply.number] = reply
        if came.snapshot is not None:
            self._snapshot = came.snapshot
            self._show(came.snapshot)

    def _show(self, snapshot: Snapshot) -> None:
        try:
            self._client.send(Flip(snapshot.number))
        except (NoControl, ChannelStalled):
            return  # the lease lapses, as it does with a screen that cannot report; the next look connects again
        self._watch(snapshot)

    def _seen(self) -> str:
        if self._snapshot is None:
            return ""
        seen = [*self._snapshot.missing, *(notice.sentence for notice in self._snapshot.notices[-1:])]
        return f" (the screen says: {' '.join(seen).rstrip('.')})" if seen else ""

    # -- commands --------------------------------------------------------------------------------------------------
    def try_to(self, command: AnyCommand, seconds: float = PATIENCE_S) -> Reply:
        """Give a command and await its answer, a refusal too, and a snapshot that is younger than the answer."""
        number = self._client.send(command)
        name = type(command).__name__
        self.until(lambda: number in self._replies, f"the answer to {name}", seconds)
        seen = self.sees.number
        self.until(lambda: self.sees.number > seen, f"the snapshot after {name}")
        return self._replies.pop(number)

    def do(self, command: AnyCommand, seconds: float = PATIENCE_S) -> Page | None:
        """Give a command that must be taken; gives the page that it answered with.

        Raises:
            CommandRefused: E862, with control's own sentence.
        """
        reply = self.try_to(command, seconds)
        if not reply.ok:
            name = type(command).__name__
            raise CommandRefused(step=self.step, command=name, error=reply.error, why=reply.sentence.rstrip("."))
        return reply.page

    def read(self, command: AnyCommand, shape: type[T]) -> T:
        """Give a command that answers with a page of this shape.

        Raises:
            CommandRefused: E862, it was refused or answered with another page.
        """
        page = self.do(command)
        if not isinstance(page, shape):
            name = type(command).__name__
            raise CommandRefused(step=self.step, command=name, error=0, why=f"it answered with {type(page).__name__}")
        return page
