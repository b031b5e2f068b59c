"""An injector that holds no valid calibration, both slots blank or damaged: how it gets one to measure from.

    none in force -> the figures are shown -> held to confirm -> row -> written, read back, selected -> measured, proved

Only this file knows what such an injector is given: the figures of its construction, and no smallest dose for any
barrel. With none the controller itself serves no treatment (ACU-1), so that nobody is treated before a dose is proved;
on our side it is in force and not proved (ACU-3). Written only as a step of its own, never by itself (LIM-9).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from drivers.registers import Calibration, Fault
from kiosk.channel.snapshot import Page
from kiosk.session.errors import MotionFailed, NotNow
from kiosk.session.in_force import BARRELS

if TYPE_CHECKING:
    from kiosk.session.calibrating import Calibrating
    from kiosk.session.engine import Engine

Respond = Callable[[NappageError | None, Page | None], None]
WHAT = "Writing the figures of construction"
NO_FIGURES = "the device's profile names no figures of construction"
SCALE_PPM = 1_000_000
"""The needle goes as deep as it is told, as far as anybody knows before it is measured."""
WRITTEN = "Calibration {number} is in force, not proved: measure depth and dose now."
CLEAR = "Clear the injector's faults under Recover, then measure."


class Mending:
    """The step that only an injector without a calibration has."""

    def __init__(self, engine: Engine, calibrating: Calibrating) -> None:
        self._engine = engine
        self._calibrating = calibrating

    @property
    def due(self) -> bool:
        """Whether a calibration is open on an injector that has none."""
        return self._calibrating.open and self._engine.connection.ready and self._calibrating.calibration is None

    def wanted(self) -> Calibration | None:
        """What would be written, without its number; None where the device's profile names no figures."""
        built = self._engine.device.factory
        if built is None:
            return None
        steps = {f"pl_per_step_{barrel}": getattr(built, f"pl_per_step_{barrel}") for barrel in BARRELS}
        smallest = {f"smallest_dose_{barrel}_nl": 0 for barrel in BARRELS}
        return Calibration(0, 0, SCALE_PPM, **steps, **smallest, service_word=0)

    def key(self) -> str:
        """Names the figures that are shown, "" for none."""
        wanted = self.wanted()
        return "" if wanted is None else sha256(repr(wanted).encode()).hexdigest()[:16]

    def write(self, key: str, respond: Respond) -> None:
        """Put the figures that were shown in force, as a calibration that is proved by nothing.

        Raises:
            NotNow: a calibration is in force, other figures were shown, or there are none.
        """
        wanted = self.wanted()
        if not self.due:
            raise NotNow(what=WHAT, why="the injector has a calibration, or is not there")
        if wanted is None:
            raise NotNow(what=WHAT, why=NO_FIGURES)
        if key != self.key():
            raise NotNow(what=WHAT, why="these are not the figures that stand")
        self._calibrating.rest(WHAT)

        def done(trouble: str) -> None:
            self._calibrating.note = trouble[:1].upper() + trouble[1:]
            if trouble:
                respond(MotionFailed(what=WHAT, why=trouble), None)
            else:
                self.written()
                respond(None, None)

        why = "the injector held none, so it begins with the figures of its construction"
        self._engine.rewriting.begin(None, wanted, why, done)

    def written(self) -> None:
        """A calibration is in force again: the controller's fault is cleared where it has no other."""
        work, status = self._calibrating, self._engine.desk.status
        number = 0 if work.calibration is None else work.calibration.id
        work.written, work.note = True, WRITTEN.format(number=number)
        if status is None or status.faults != Fault.CALIBRATION:
            work.note = f"{work.note} {CLEAR}"
            return

        def cleared(error: NappageError | None) -> None:
            if error is not None:
                work.note = CLEAR

        self._engine.slot.clear_faults(cleared)
