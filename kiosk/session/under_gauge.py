"""The needle sent under a gauge: a service motion with the service word, refused with contact, one for each reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from drivers.registers import SERVICE_WORD, CommandKind
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Page
from kiosk.session.errors import MotionFailed, NotNow
from kiosk.session.gauging import Gauging
from kiosk.session.in_force import key_of

if TYPE_CHECKING:
    from kiosk.session.calibrating import Calibrating
    from kiosk.session.engine import Engine

Respond = Callable[[NappageError | None, Page | None], None]
BELOW = 0x8000
"""Beside the depth in the argument: come upon it from deeper."""


class UnderGauge:
    """What a technician does with a gauge in the calibration that is open."""

    def __init__(self, engine: Engine, calibrating: Calibrating) -> None:
        self._engine = engine
        self._calibrating = calibrating

    def begin(self) -> None:
        """Measure the needle's depth.

        Raises:
            NotNow: something is on its way, or no injector is there.
        """
        what = "Measuring the depth"
        self._calibrating.rest(what)
        self._calibrating.gauge = Gauging(
            self._engine.desk, self._engine.device, key_of(self._calibrating.in_force(what))
        )
        self._calibrating.dose, self._calibrating.note = None, ""

    def gauging(self, what: str) -> Gauging:
        """The gauge under the nozzle.

        Raises:
            NotNow: there is none.
        """
        if self._calibrating.gauge is None:
            raise NotNow(what=what, why="no depth is being measured")
        return self._calibrating.gauge

    def move(self, command: ask.MoveToGauge, respond: Respond) -> None:
        """Send the needle to the next depth; answers when it is back.

        Raises:
            NotNow, Busy: it is not the time, or nothing may move.
        """
        what = "Moving the needle"
        work = self.gauging(what)
        self._calibrating.rest(what)
        why = next(self._calibrating.against(), "") or ("" if command.away else "somebody is under the nozzle")
        if why:
            raise NotNow(what=what, why=why)
        depth, below = work.next()

        def back(error: MotionFailed | None) -> None:
            work.back("" if error is None else str(error.facts["why"]))
            respond(error, None)

        argument = SERVICE_WORD << 16 | (BELOW if below else 0) | depth
        self._engine.slot.serve(CommandKind.GAUGE, argument, back)
        work.rests()
        self._calibrating.note = ""

    def read(self, um: int) -> None:
        """What the gauge showed.

        Raises:
            NotNow: nothing waits for it, or it is doubted.
        """
        self.gauging("Taking a reading").read(um)
