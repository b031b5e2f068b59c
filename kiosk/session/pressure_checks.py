"""The guided checks of the line pressure: that it reads nothing at rest, and that it rises and stops the plunger.

The second one is the only proof that an occlusion is found: a sensor that always reads zero passes the first. A full
syringe is in the clamp, a blind cap closes the outlet, and so much is primed as would fill the path to one and a half
times the threshold; the controller has to stop before, draw the plunger back and let its fault be cleared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.errors import NappageError
from drivers.registers import CommandKind, Input, Outcome
from kiosk.protocols.effective import stored_nl
from kiosk.session.barrel import piston_missed, sensed_nl
from kiosk.session.dispatch import Ended
from kiosk.session.errors import Busy, MotionFailed, NotNow
from kiosk.session.forced import SUPPLY_GONE_S
from kiosk.session.probes import Finding, Unforced

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

RESTS_KPA = 10
"""More with an open path is no error of a pressure sensor: the controller calls it a blocked path."""
RESTS_S = 2.0
DRAWN_BACK_S = 2.0
"""The controller lets an open or drawn-back path settle for 0.5 s; this is that and what a slow link needs."""
PRIMED_PERCENT = 150
"""Of what the path stores at the threshold (STP-6): a sensor that reads less than two thirds of the pressure is found,
and one that reads nothing is put under no more than one and a half times the threshold."""
LINK_LOST = "the link to the injector was lost"


class AtRest(Unforced):
    """The pressure sensor reads zero while nothing presses."""

    todo = "Nothing presses: line and needle open, plunger at rest."

    def __init__(self, engine: Engine) -> None:
        self._desk = engine.desk
        self._until = engine.desk.now + RESTS_S
        self._read: list[int] = []

    @property
    def left_s(self) -> float:
        """Seconds that it goes on."""
        return max(0.0, self._until - self._desk.now)

    def step(self) -> Finding | None:
        """Look once; how it ended, as soon as it has."""
        status = self._desk.status
        if status is None:
            return Finding("failed", LINK_LOST)
        self._read.append(status.pressure_kpa)
        if self.left_s:
            return None
        low, high = min(self._read), max(self._read)
        rests = max(abs(low), abs(high)) <= RESTS_KPA
        return Finding("passed" if rests else "failed", f"it reads {low} kPa to {high} kPa")


class UnderLoad(Unforced):
    """A prime against a closed outlet: the controller has to find the occlusion and to take the pressure back.

    seek the piston of a full syringe -> supply off -> prime -> pressure back at rest -> clear the fault

    Each follows when the one before has ended well; the first that does not ends the check.
    """

    todo = "The plunger meets the piston and presses against the closed outlet. No needle moves."

    def __init__(self, engine: Engine) -> None:
        desk, identity, status = engine.desk, engine.desk.identity, engine.desk.status
        assert identity is not None, "a check of the injector begins with one that is connected"
        assert status is not None, "a check of the injector begins with one that is connected"
        self._desk = desk
        self._slot = engine.slot
        self._threshold_kpa = identity.occlusion_kpa
        self._volume_nl = -(-stored_nl(identity) * PRIMED_PERCENT // 100)
        self._full_nl = sensed_nl(status)
        self._look: Callable[[], None] = self._wait
        self._by = 0.0
        self._peak_kpa = 0
        self._finding: Finding | None = None
        self._slot.serve(CommandKind.SYRINGE_CHANGED, self._full_nl, self._sought)
        self._motion = self._slot.current

    def step(self) -> Finding | None:
        """Look once; how it ended, as soon as it has."""
        self._look()
        return self._finding

    def end(self) -> None:
        """A motion that is still on its way is stopped."""
        if self._motion is not None and self._slot.current is self._motion:
            self._slot.interrupt("the check was left", CommandKind.STOP)

    def _wait(self) -> None:
        """Something is on its way, and tells how it ended."""

    def _then(self, look: Callable[[], None], within_s: float) -> None:
        self._look, self._by = look, self._desk.now + within_s

    def _fail(self, why: str) -> None:
        self._look, self._finding = self._wait, Finding("failed", why)

    def _sought(self, error: MotionFailed | None) -> None:
        why = str(error.facts["why"]) if error else piston_missed(self._desk.status, self._full_nl)
        if why:
            self._fail(f"{why}: clamp a full syringe")
        else:
            self._then(self._until_off, SUPPLY_GONE_S)

    def _until_off(self) -> None:
        """What is enabled before the relay has opened behind the motion before meets the gap in its supply."""
        desk, status = self._desk, self._desk.status
        if status is None:
            self._fail(LINK_LOST)
        elif desk.fresh and not desk.inputs.panel.feedback and not status.inputs & Input.SUPPLY:
            self._press()
        elif desk.now > self._by:
            self._fail("the motor supply stays on with the relay open")

    def _press(self) -> None:
        self._look = self._wait
        try:
            self._slot.send(CommandKind.PRIME, self._volume_nl, self._pressed)
        except (Busy, NotNow) as refused:
            self._fail(str(refused.facts.get("why", refused)))
        else:
            self._motion = self._slot.current

    def _pressed(self, primed: Ended) -> None:
        why = self._no_proof(primed)
        if why:
            self._fail(why)
        else:
            self._peak_kpa = primed.records[0].peak_kpa
            self._then(self._until_back, DRAWN_BACK_S)

    def _no_proof(self, primed: Ended) -> str:
        """Why the prime says nothing for the sensor, or ""."""
        record = primed.records[0] if primed.records else None
        if record is not None and record.outcome == Outcome.PARTIAL_OCCLUSION:
            return ""
        if record is None or record.outcome != Outcome.COMPLETED:
            return primed.sentence or "nothing moved"
        return (
            f"it rose to {record.peak_kpa} kPa and not to {self._threshold_kpa} kPa: the outlet is open, the line "
            "holds air, or the sensor reads too little. Open the outlet with care"
        )

    def _until_back(self) -> None:
        desk, status = self._desk, self._desk.status
        if status is None:
            self._fail(LINK_LOST)
        elif abs(status.pressure_kpa) <= RESTS_KPA:
            self._look = self._wait
            self._slot.clear_faults(self._cleared)
        elif desk.now > self._by:
            self._fail(f"it stays at {status.pressure_kpa} kPa: open the outlet with care")

    def _cleared(self, error: NappageError | None) -> None:
        if error is None:
            self._finding = Finding("passed", f"the plunger stopped at {self._peak_kpa} kPa and was drawn back")
        else:
            self._fail(f"the fault was not cleared: {error}")
