"""What a guided check forces by itself: a lamp, the tone, and for a moment the enable relay where no needle can move.

A stop, a person who leaves, or a screen that hangs ends each of them at once; `checking` sees to that (STP-1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drivers.registers import CommandKind, ControllerState, Input
from kiosk.session import guards
from kiosk.session.dispatch import FEEDBACK_WITHIN, SUPPLY_WITHIN
from kiosk.session.errors import MotionFailed
from kiosk.session.exchange import Disable, Enable
from kiosk.session.probes import Finding, Unforced
from kiosk.session.selftest import TONE_HZ, TONE_S
from kiosk.session.words import HELD

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

ANSWER_S = 30.0
"""So long an answer is waited for; then the lamp is dark and the tone silent again."""
TONE_EVERY_S = 1.0
SUPPLY_GONE_S = 1.0
"""The motor supply is gone this long after the relay opened."""
DARK = (False, False, False)
LAMPS: dict[str, tuple[str, str, tuple[bool, bool, bool]]] = {
    "red": ("Red lamp", "The red lamp is lit: look at the beacon.", (True, False, False)),
    "yellow": ("Yellow lamp", "The yellow lamp is lit: look at the beacon.", (False, True, False)),
    "cyan": ("Cyan lamp", "The cyan lamp is lit: look at the beacon.", (False, False, True)),
}
"""Title, what the person does, and which of the three is lit."""


class Shown:
    """A lamp that is lit, or a tone that sounds, until a person says whether it is seen or heard."""

    powers = False
    forces = asks = True

    def __init__(self, engine: Engine, lamps: tuple[bool, bool, bool], *, sounds: bool, todo: str) -> None:
        self._desk = engine.desk
        self._since = engine.desk.now
        self._sounds = sounds
        self._answer: bool | None = None
        self.lamps = lamps
        self.todo = todo

    @property
    def tone(self) -> int | None:
        """Hertz while the tone is on: 0.4 s in each second."""
        on = self._sounds and (self._desk.now - self._since) % TONE_EVERY_S < TONE_S
        return TONE_HZ if on else None

    @property
    def left_s(self) -> float:
        """Seconds that are left for the answer."""
        return max(0.0, self._since + ANSWER_S - self._desk.now)

    def answer(self, seen: bool) -> None:
        """What the person says."""
        self._answer = seen

    def step(self) -> Finding | None:
        """How it ended, as soon as it was answered or nobody did."""
        if self._answer is not None:
            missed = "it was not heard" if self._sounds else "it was not seen"
            return Finding("passed", "") if self._answer else Finding("failed", missed)
        return None if self.left_s else Finding("not seen", "nobody answered")

    def end(self) -> None:
        """Dark and silent with the next signals."""


def against_power(engine: Engine) -> Iterator[str]:
    """What forbids the enable relay outside a motion: all that forbids a motion, and all that could make one."""
    yield from guards.against_everything(engine)
    if engine.slot.current is not None:
        yield "the injector is at work"
    status = engine.desk.status
    if status is None:
        return
    if status.state != ControllerState.READY or not status.inputs & Input.HOME:
        yield "the needle is not known to be home: home it"
    if status.shots_left:
        yield "an authorisation is live"
    if status.inputs & HELD:
        yield "trigger or pedal is held: release it"
    if status.inputs & Input.CONTACT:
        yield "the handpiece touches something: take it away"


class RelayOn:
    """Enable on until feedback and motor supply are seen, then off at once until both are gone."""

    lamps, tone = DARK, None
    forces, asks = True, False
    todo = "The enable relay closes for a moment. No needle moves."

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._desk = engine.desk
        self._since = engine.desk.now
        self._feedback_ms: int | None = None
        self._supply_ms: int | None = None
        self._opened_ms: int | None = None
        self.powers = True
        engine.desk.emit(Enable(engine.desk.inputs.epoch))

    @property
    def left_s(self) -> float:
        """It takes less than it takes to read this."""
        return 0.0

    def step(self) -> Finding | None:
        """Look once; how it ended, as soon as it has."""
        why = next(against_power(self._engine), "")
        if why:
            return Finding("failed", why)
        return self._closing() if self.powers else self._opening()

    def _closing(self) -> Finding | None:
        waited = self._desk.now - self._since
        if self._feedback_ms is None and self._desk.inputs.panel.feedback:
            self._feedback_ms = self._after(closed=True)
        if self._supply_ms is None and self._supplied:
            self._supply_ms = round(waited * 1000)
        if self._feedback_ms is None:
            return Finding("failed", "the feedback did not close within 50 ms") if waited > FEEDBACK_WITHIN else None
        if self._supply_ms is None:
            return Finding("failed", "the controller sees no motor supply") if waited > SUPPLY_WITHIN else None
        self.end()
        self._since = self._desk.now
        return None

    def _opening(self) -> Finding | None:
        waited = self._desk.now - self._since
        if self._opened_ms is None and not self._desk.inputs.panel.feedback:
            self._opened_ms = self._after(closed=False)
        if self._opened_ms is None:
            return Finding("failed", "the feedback did not open within 50 ms") if waited > FEEDBACK_WITHIN else None
        if self._supplied or not self._desk.fresh:
            gone = waited <= SUPPLY_GONE_S
            return None if gone else Finding("failed", "the motor supply stays on with the relay open")
        return Finding(
            "passed", f"feedback {self._feedback_ms} ms, supply {self._supply_ms} ms, open {self._opened_ms} ms"
        )

    @property
    def _supplied(self) -> bool:
        status = self._desk.status
        return status is not None and bool(status.inputs & Input.SUPPLY)

    def _after(self, *, closed: bool) -> int:
        """Ms from the cycle that moved the relay to the feedback's own edge, or to this cycle where it has none."""
        stamps = (edge.at for edge in self._desk.inputs.edges if edge.signal == "feedback" and edge.closed is closed)
        at = next((stamp for stamp in stamps if stamp is not None), self._desk.now)
        return round((at - self._since) * 1000)

    def end(self) -> None:
        """Off, whatever it waited for."""
        if self.powers:
            self.powers = False
            self._desk.emit(Disable())


class Homed(Unforced):
    """A homing motion: the controller says that its home switch opened and closed."""

    todo = "The needle moves home: keep the handpiece away from everybody."

    def __init__(self, engine: Engine) -> None:
        self._slot = engine.slot
        self._ended: Finding | None = None
        engine.slot.serve(CommandKind.HOME, 0, self._homed)

    def _homed(self, error: MotionFailed | None) -> None:
        self._ended = Finding("passed", "") if error is None else Finding("failed", str(error.facts["why"]))

    def step(self) -> Finding | None:
        """How it ended, as soon as it has."""
        return self._ended

    def end(self) -> None:
        """The motion is stopped where it is still on its way."""
        if self._ended is None:
            self._slot.interrupt("the check was left", CommandKind.STOP)
