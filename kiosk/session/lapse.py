"""How long the needle stays out when control falls silent, measured by the controller's own clock (STP-5, WDG-1).

The needle goes out under nobody, as it does under a gauge, and rests. Then control keeps its lease back on purpose:
the controller lets it lapse, brings the needle back and sounds. Its record says when the home switch closed after the
motion's begin, and its answers say when that was and when it last had a fresh lease: all three in whole ms of one
clock, so that the figure is good to 2 ms. Of it 150 ms are the lease's own time. The fault that this makes is cleared
when it is the only one; its alarm waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from drivers.registers import SERVICE_WORD, U32_MAX, CommandKind, Fault, Input, Outcome
from kiosk.channel.snapshot import Page
from kiosk.session import guards
from kiosk.session.dispatch import Dispatch
from kiosk.session.errors import MotionFailed, NotNow
from kiosk.session.exchange import PauseLease
from kiosk.session.line import PAUSE_MAX_S

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

WHAT = "Measuring the lapse of the lease"
DEPTH_UM = 5_500
"""As deep as a gauge motion goes: the longest way back."""
NEAR_UM = 100
"""So near its depth the needle has arrived (LED-9)."""
RESTS_S = 0.300
IN_FLIGHT_S = 0.060
"""A lease that was on its way when the pause began has been answered by then, or never is."""
Respond = Callable[[NappageError | None, Page | None], None]


class Lapse:
    """One measurement at a time. `busy` from its begin until the needle is back and the fault is cleared."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._desk = engine.desk
        self._dispatch: Dispatch | None = None
        self.busy = False
        self._accepted_ms = self._leased_ms = 0
        self._rests_since: float | None = None
        self._paused_at: float | None = None

    def begin(self, away: bool, respond: Respond) -> None:
        """Send the needle out, let the lease lapse, answer when it is back.

        Raises:
            NotNow, Busy: somebody may be under it, or nothing may move.
        """
        if not away:
            raise NotNow(what=WHAT, why="the handpiece is not away from everybody: the needle moves")
        why = next(self._against(), "")
        if why:
            raise NotNow(what=WHAT, why=why)

        def back(error: MotionFailed | None) -> None:
            self._back(error, respond)

        slot = self._engine.slot
        slot.serve(CommandKind.GAUGE, SERVICE_WORD << 16 | self._depth, back)
        slot.words = WHAT
        self._dispatch, self.busy = slot.current, True
        self._rests_since = self._paused_at = None

    @property
    def _depth(self) -> int:
        return min(DEPTH_UM, self._engine.device.depth.high)

    def _against(self) -> Iterator[str]:
        """What forbids it, and ends it once it is on its way."""
        engine, desk = self._engine, self._desk
        if not engine.checking.technician:
            yield "no technician is signed in, or the screen is locked"
        if not engine.lease.live(desk.now):
            yield guards.HIDDEN

    def step(self) -> None:
        """Follow the needle out, and fall silent once it rests."""
        if self._dispatch is None:
            return
        desk, status = self._desk, self._desk.status
        why = next(self._against(), "")
        if why:
            self._engine.slot.interrupt(why, CommandKind.STOP)
        for sent in desk.inputs.sent:
            if sent.id == self._dispatch.id:
                self._accepted_ms = sent.uptime_ms
        if status is None or not desk.fresh:
            return
        if self._paused_at is not None:
            if desk.now - self._paused_at <= IN_FLIGHT_S:
                self._leased_ms = status.uptime_ms
        elif status.needle_um < self._depth - NEAR_UM or why:
            self._rests_since = None
        elif self._rests_since is None:
            self._rests_since = desk.now
        elif desk.now - self._rests_since >= RESTS_S:
            self._paused_at, self._leased_ms = desk.now, status.uptime_ms
            desk.emit(PauseLease(PAUSE_MAX_S))

    def _back(self, error: MotionFailed | None, respond: Respond) -> None:
        """The needle is back, or the motion ended otherwise."""
        dispatch, self._dispatch = self._dispatch, None
        assert dispatch is not None, "it was on its way"
        status = self._desk.status
        lapsed = next((record for record in dispatch.records if record.outcome == Outcome.PARTIAL_LEASE), None)
        at_home = status is not None and bool(status.inputs & Input.HOME)
        if lapsed is None or self._paused_at is None or not at_home or status is None or self._engine.stop.live:
            why = "the needle did not come back by a lapse of the lease" if error is None else str(error.facts["why"])
            self._end(MotionFailed(what=WHAT, why=why), respond)
            return
        ms = (self._accepted_ms + lapsed.duration_ms - self._leased_ms) & U32_MAX
        self._engine.timing.lapsed(ms)
        self._desk.event("lapse measured", f"Lapse of the lease: home switch {ms} ms after the last lease", ms=ms)
        if status.faults != Fault.LEASE:
            self._end(None, respond)
            return
        self._engine.slot.clear_faults(lambda failed: self._end(failed, respond))

    def _end(self, error: NappageError | None, respond: Respond) -> None:
        self.busy = False
        respond(error, None)
