"""Two clerks in the place of one, so that no PIN waits for what takes long.

A clerk answers in the order in which it was asked, and the whole record, which is checked at every connect, takes
minutes once it holds years (LED-11): whoever signed in meanwhile, or unlocked the screen, waited for it. So whatever
may take longer than a PIN or a page of the record is asked of a clerk of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.records.clerk_client import ClerkClient, takes_long
from kiosk.session.exchange import Answer, Question


class Clerks:
    """The one who answers at once and the one who takes long, as one to whoever asks.

    Args:
        make: Starts one of them; called twice, in a thread that lives as long as control.
    """

    def __init__(self, make: Callable[[], ClerkClient]) -> None:
        self.quick, self.slow = make(), make()

    def ask(self, question: Question, ticket: int) -> int:
        """Hand a question in; its answer comes out of `poll` under its ticket. Never blocks."""
        return (self.slow if takes_long(question) else self.quick).ask(question, ticket)

    def poll(self, now: float) -> list[Answer]:
        """Answers since the last call, of both. Never blocks. `now` is CLOCK_MONOTONIC, seconds."""
        return [*self.quick.poll(now), *self.slow.poll(now)]

    def close(self) -> None:
        """End both."""
        self.quick.close()
        self.slow.close()
