"""Pulling the needle back when a person asks for it: at any time, once for each touch, never by itself (LED-3, LNK-2).

It waits for no disk, and needs none: there is always an urgent id. With the stop released it closes the enable relay
first, for a broken spring leaves only the motor; without supply the spring is asked alone. Whether the needle is back
only the home switch says.

An injector that is not believed is asked too, for its line is open, and a needle that stayed out after a retract that
failed is brought back by no lapse. The spring is asked alone, as nobody knows what such an injector does with a motor,
and only once its lease has lapsed, for a command would end that. Nothing that it says tells whether the needle is back.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.errors import NappageError
from drivers.registers import Command, CommandKind, ControllerState, Input
from kiosk.channel.snapshot import Page
from kiosk.session.connection import Connection
from kiosk.session.desk import Desk
from kiosk.session.dispatch import SUPPLY_WITHIN
from kiosk.session.errors import Busy, MotionFailed, NotNow
from kiosk.session.exchange import Disable, Enable, SendCommand
from kiosk.session.link_state import State
from kiosk.session.slot import Slot

WORDS = "Retracting"
BACK_WITHIN_S = 1.0
"""After this long without the home switch the needle counts as out; the controller itself decides within 100 ms."""
LIFT = "the home switch did not close: lift the handpiece away"
NOBODY_KNOWS = "it was sent, but the injector is not believed, so nobody knows: lift the handpiece away"
LOST = "the link to the injector was lost"
Respond = Callable[[NappageError | None, Page | None], None]


class Retraction:
    """One retract on its way. `busy` keeps every other motion away meanwhile."""

    def __init__(self, desk: Desk, slot: Slot, connection: Connection) -> None:
        self._desk = desk
        self._slot = slot
        self._connection = connection
        self._respond: Respond | None = None
        self._since = 0.0
        self._id = 0
        self._powers = False
        self._blind = False
        """Whether it is asked of an injector that is not believed."""

    @property
    def busy(self) -> bool:
        return self._respond is not None

    def ask(self, respond: Respond, *, stopped: bool) -> None:
        """Begin. `stopped`: the stop is live, so that there is no supply to be had.

        Raises:
            NotNow: there is no injector to ask.
            Busy: one is on its way already; it is not asked twice.
        """
        desk = self._desk
        if desk.status is None and not self._doubted:
            raise NotNow(what=WORDS, why="no injector is connected")
        if self.busy:
            raise Busy(what="Retracting the needle")
        self._respond, self._since, self._id = respond, desk.now, 0
        self._blind = self._doubted
        self._powers = not (stopped or self._blind) and self._slot.free
        desk.event("retract", "A retract was asked")
        if self._powers:
            desk.emit(Enable(desk.inputs.epoch))
        elif not self._connection.lapsing:
            self._send()

    @property
    def _doubted(self) -> bool:
        return self._connection.state is State.REFUSED

    def step(self) -> None:
        """Send it once, then watch for the home switch."""
        desk = self._desk
        if not self.busy:
            return
        status, waited = desk.status, desk.now - self._since
        if self._doubted is not self._blind or (status is None and not self._blind):
            self._end(LOST)
        elif not self._id:
            self._send_in_time(waited)
        elif any(sent.id == self._id and sent.result == "refused" for sent in desk.inputs.sent):
            self._end("the injector refused it")
        elif status is not None and desk.fresh and status.command_id >= self._id and self._at_rest_at_home():
            self._end("")
        elif waited > BACK_WITHIN_S:
            self._end(NOBODY_KNOWS if self._blind else LIFT)

    def _send_in_time(self, waited: float) -> None:
        """Once there is supply or it was waited for long enough; an injector that is not believed lapses first."""
        desk = self._desk
        if self._blind:
            due = not self._connection.lapsing
        else:
            supplied = desk.fresh and desk.status is not None and bool(desk.status.inputs & Input.SUPPLY)
            due = supplied or waited > SUPPLY_WITHIN
        if due:
            self._send()

    def _at_rest_at_home(self) -> bool:
        status = self._desk.status
        return status is not None and bool(status.inputs & Input.HOME) and status.state != ControllerState.RETRACTING

    def _send(self) -> None:
        desk = self._desk
        self._id, self._since = desk.urgent_id(), desk.now
        desk.emit(SendCommand(Command(self._id, CommandKind.RETRACT), None))

    def _end(self, why: str) -> None:
        respond, self._respond = self._respond, None
        if self._powers:
            self._desk.emit(Disable())
        self._desk.event("retract", f"Not retracted: {why}" if why else "The needle is back: home switch seen")
        assert respond is not None, "it was on its way"
        respond(MotionFailed(what=WORDS, why=why) if why else None, None)
