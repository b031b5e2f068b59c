"""The needle's way home: by when it has to be there, and who must say so when it is not.

Only this file knows of that time: 100 ms after whatever ends a motion (STP-5). A needle that is late is a violation,
unless carriage or spring are broken; then controller and screen must say that it may be out (ALM-4), and what the
screen has said once it must go on saying as long as it is so (ALM-1).
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.registers import Fault
from hal_sim.rig import Rig
from kiosk.session.engine import Engine
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.extremes import Piece, place
from tests.proofs.campaign.invariants import NEVER, Violation

LEFT_OUT = Fault.RETRACT | Fault.HOMING
NEEDLE_OUT = frozenset({705, 706, 728})
"""Alarms that say so: retract failed, spring broken, homing failed."""
UNKNOWN = NEEDLE_OUT | {727}
"""And the one that says that nobody knows: a shot was cut off."""
ON_DISK_S = 3.0
"""Whatever was told so long ago is in the record, unless that is broken."""


class Homecoming:
    """Waits for the needle of one device. `by` is when it has to be home, never while nothing calls it."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.by = NEVER
        self._must_alarm = NEVER
        self._let_go = -NEVER
        """When the last motion ended."""
        self._jammed_at = -NEVER
        """When the carriage was last jammed, or its spring broken: then nobody's command brings it home in time."""
        self._told = False
        """Whether the screen says that the needle may be out."""
        self._told_since = NEVER
        self._engine: Engine | None = None

    def look(self, at: float) -> None:
        """Whether something is broken now that would keep the needle out."""
        faults = self._rig.faults
        if faults.retract_jam or faults.spring_broken:
            self._jammed_at = at

    def call(self, since: float) -> None:
        """Something ended the motion: the needle has to come home from then on."""
        self.by = min(self.by, since + must.RETRACTED_S)

    def let_go(self, at: float) -> None:
        """The motion is over, and the needle may still be on its last way up."""
        self._let_go = at

    def restarted(self) -> None:
        """The controller starts again and knows nothing of the needle."""
        self.by = NEVER

    def excuses(self, at: float) -> bool:
        """Whether a needle that is out with no motion was just let go, or is said to be out."""
        if at <= self._let_go + must.RETRACTED_S:
            self.by = self._let_go + must.RETRACTED_S
            return True
        return bool(self._rig.controller.faults & LEFT_OUT) or not self._rig.controller.homed

    def returned(self, at: float, pieces: Sequence[Piece]) -> None:
        """The time to be home is over.

        Raises:
            Violation: it is not home, and nothing was broken.
        """
        by, self.by = self.by, NEVER
        travel = place(pieces, by) if pieces else 0.0
        if must.home(travel):
            return
        if self._jammed_at < by - must.RETRACTED_S - must.EPS_S:
            raise Violation("retracted", at, f"the needle is {travel:.0f} um from its stop, due home at {by:.4f}")
        self._must_alarm = at

    def alarms(self, at: float) -> None:
        """The controller itself, at the instant at which the needle should have been home.

        Raises:
            Violation: it says nothing, or does not sound.
        """
        if self._must_alarm != at:
            return
        controller = self._rig.controller
        if not controller.faults & LEFT_OUT:
            raise Violation("alarm", at, f"the needle did not come home, faults {controller.faults!r}")
        if not controller.sounding and controller.faults & Fault.RETRACT:
            raise Violation("alarm", at, "the needle did not come home and the controller is silent")

    def after_cycle(self, now: float, engine: Engine) -> None:
        """What failed mechanically is on the screen, and nothing is armed with it (ALM-4, STP-5).

        Raises:
            Violation: it is not, or something is.
        """
        self._goes_on_saying(now, engine)
        if self._must_alarm == NEVER:
            return
        if not self._rig.controller.faults & LEFT_OUT:
            self._must_alarm = NEVER  # somebody has put it right and cleared it
            return
        status = engine.desk.status
        if status is None or not engine.desk.fresh or not status.faults & LEFT_OUT:
            return
        if engine.treatment.arming is not None:
            raise Violation("alarm", now, "armed, and the needle did not come home")
        shown = {alarm.number for alarm in engine.signals.views()}
        if not shown & NEEDLE_OUT:
            raise Violation("alarm", now, f"the needle did not come home, and the screen shows {shown}")
        self._must_alarm = NEVER

    def _goes_on_saying(self, now: float, engine: Engine) -> None:
        """No cable, reset or restart ends the alarm of a needle that is out; what a kill took from the record may."""
        if engine is not self._engine:
            self._told = self._told and now - self._told_since > ON_DISK_S
            self._engine = engine
        if engine.desk.ledger_broken:
            self._told_since = now
        shown = engine.signals.views()
        if shown and any(alarm.active and alarm.number in UNKNOWN for alarm in shown):
            if not self._told:
                self._told, self._told_since = True, now
            return
        if self._told and not must.home(travel := self._rig.body.carriage.travel(self._rig.now)):
            raise Violation("alarm", now, f"the needle is {travel:.0f} um from its stop, and its alarm has ended")
        self._told = False
