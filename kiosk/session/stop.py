"""The stop circuit as a person meets it: latched, left only by an acknowledgement (STP-1, STP-3).

The output was dropped long before this file is asked: by the contacts in hardware and by the edge's callback. Here is
decided what the screen says and when it may be armed again.
"""

from __future__ import annotations

from kiosk.channel.commands import Stop
from kiosk.channel.snapshot import StopState, StopView
from kiosk.session.desk import Desk
from kiosk.session.errors import NotNow
from kiosk.session.exchange import TripStop

CLOSED_AFTER = 0.050
"""Closing counts after so many seconds (reference hardware)."""
CONTRADICTION_AFTER = 0.100
BUTTON, ON_GLASS = "red button or its plug", "STOP on the screen"


class StopCircuit:
    """Two contacts, one latch. `live` says that nothing may be armed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._epoch: int | None = None
        self._closed_since: float | None = None
        self._differ_since: float | None = None
        self._failed = False
        self._seen_open = False
        self._latched = False
        self._tripped = False
        """Whether the latch was tripped from here since the last step."""
        self._cause = ""

    @property
    def live(self) -> bool:
        return self.state != "clear"

    @property
    def latched(self) -> bool:
        """Whether a stop waits for its acknowledgement; at a start the contacts first have to be seen closed."""
        return self._latched

    @property
    def state(self) -> StopState:
        if self._failed:
            return "contradiction"
        if self._closed_since is None or self._desk.now - self._closed_since < CLOSED_AFTER:
            return "open"
        return "released" if self._latched else "clear"

    def view(self) -> StopView:
        sentence = {
            "open": "The stop button is pressed or its plug is out.",
            "contradiction": "The two stop contacts contradict each other: press and release the red button fully.",
            "released": "The stop was released. Nothing moves until you acknowledge it.",
            "clear": "",
        }[self.state]
        return StopView(self.state, self._cause, sentence)

    def step(self) -> None:
        """Look at the contacts and at the latch's epoch."""
        panel, now = self._desk.inputs.panel, self._desk.now
        both_closed, both_open = panel.stop_a and panel.stop_b, not panel.stop_a and not panel.stop_b
        if both_closed:
            self._closed_since = now if self._closed_since is None else self._closed_since
            if self._failed and self._seen_open and self.state == "contradiction":
                self._failed = now - self._closed_since < CLOSED_AFTER
        else:
            self._closed_since = None
            self._latch(BUTTON)
        self._seen_open = self._failed and (self._seen_open or both_open)
        self._watch_contradiction(panel.stop_a != panel.stop_b)
        if self._epoch is not None and self._desk.inputs.epoch != self._epoch:
            # The loop trips the latch for a STOP on glass ahead of this step, and `trip` once more after it; then the
            # contacts had no part in it.
            asked = any(isinstance(request.command, Stop) for _, request in self._desk.inputs.requests)
            on_glass = (asked or self._tripped) and both_closed
            self._latch(ON_GLASS if on_glass else BUTTON)
            if not on_glass:
                self._closed_since = None  # an edge is newer than the contacts that were read: closing counts from here
        self._tripped = False
        self._epoch = self._desk.inputs.epoch

    def _watch_contradiction(self, differ: bool) -> None:
        if not differ:
            self._differ_since = None
            return
        now = self._desk.now
        self._differ_since = now if self._differ_since is None else self._differ_since
        if now - self._differ_since > CONTRADICTION_AFTER and not self._failed:
            self._failed, self._seen_open = True, False
            self._desk.event("stop contradiction", "The two stop contacts contradict each other")

    def _latch(self, cause: str) -> None:
        if not self._latched:
            self._latched, self._cause = True, cause
            self._desk.event("stop", f"Stopped: {cause}", cause=cause)

    def trip(self) -> None:
        """STOP on glass. Latches like the button."""
        self._desk.emit(TripStop())
        self._tripped = True
        self._latch(ON_GLASS)

    def acknowledge(self) -> None:
        """Leave the latched stop.

        Raises:
            NotNow: a contact is open, or they contradict each other.
        """
        if self.state != "released":
            raise NotNow(what="Acknowledging", why=self.view().sentence.rstrip(".") or "nothing is stopped")
        self._latched = False
        self._desk.event("stop acknowledged", f"The stop ({self._cause}) was acknowledged", cause=self._cause)
        self._cause = ""
