"""The inputs that a guided check watches: what a person does, how each reads at rest and in use, and what contradicts.

A probe looks at one cycle's inputs and says "rest", "used", or, in a sentence, what cannot be; None where nothing can
be read. Two contacts change one after the other: only a contradiction that stays is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from drivers.ports import PanelInputs
from drivers.registers import Input, Status, SyringeType
from kiosk.session.barrel import in_the_clamp, sensed_nl
from kiosk.session.desk import Desk

REST: Literal["rest"] = "rest"
USED: Literal["used"] = "used"
CONTRADICTION_S = 0.100
"""As for the pedal and the stop circuit (LIM-11, STP-3)."""
EACH_S = 20.0
"""So long each of the two edges is waited for."""
Reading = str
"""REST, USED, or what contradicts."""


class Probe(NamedTuple):
    """One input and what a person does with it."""

    title: str
    use: str
    """What makes it read as used."""
    back: str
    """What brings it back to rest."""
    read: Callable[[Desk], Reading | None]


class Finding(NamedTuple):
    """How a check ended."""

    outcome: str
    detail: str


def _pedal(desk: Desk) -> Reading:
    panel = desk.inputs.panel
    if panel.pedal_no == panel.pedal_nc:
        return "both contacts are closed, NO and NC" if panel.pedal_no else "both contacts are open, NO and NC"
    return USED if panel.pedal_no else REST


def _stop(desk: Desk) -> Reading:
    panel: PanelInputs = desk.inputs.panel
    if panel.stop_a != panel.stop_b:
        return "contact A alone is open" if panel.stop_b else "contact B alone is open"
    return REST if panel.stop_a else USED


def _of_status(used: Callable[[Status], bool]) -> Callable[[Desk], Reading | None]:
    def read(desk: Desk) -> Reading | None:
        return None if desk.status is None else USED if used(desk.status) else REST

    return read


def _clamp(desk: Desk) -> Reading | None:
    status = desk.status
    if status is None:
        return None
    if status.syringe_type == SyringeType.NONE:
        return USED
    return REST if sensed_nl(status) else f"the clamp holds {in_the_clamp(status.syringe_type)}"


def _bit(bit: Input, *, used: bool = True) -> Callable[[Desk], Reading | None]:
    """An input of the controller: `used` says which level is the one that a person makes."""
    return _of_status(lambda status: bool(status.inputs & bit) is used)


PROBES: dict[str, Probe] = {
    "stop": Probe(
        "Stop circuit",
        "Press the red button fully.",
        "Release the red button, then acknowledge the stop.",
        _stop,
    ),
    "pedal": Probe("Foot pedal", "Press the pedal fully.", "Let go of the pedal.", _pedal),
    "trigger": Probe("Trigger of the handpiece", "Press the trigger.", "Let go of the trigger.", _bit(Input.TRIGGER)),
    "contact": Probe(
        "Skin contact",
        "No needle fitted: press the skin plate with a finger.",
        "Take the finger off the plate.",
        _bit(Input.CONTACT),
    ),
    "needle": Probe(
        "Needle sensor", "Take the needle off, into the sharps container.", "Fit a new needle.",
        _bit(Input.NEEDLE_FITTED, used=False),
    ),
    "syringe": Probe(
        "Syringe clamp", "Take the syringe out of the clamp.", "Clamp a syringe again.",
        _clamp,
    ),
}  # fmt: skip


def barrel_ml(status: Status) -> int:
    """Volume of the barrel that the clamp senses, mL; 0 for none."""
    return sensed_nl(status) // 1_000_000


class Unforced:
    """A check that forces no lamp, tone or power and asks nothing; one that moves something has its own time."""

    lamps = (False, False, False)
    tone: int | None = None
    powers = forces = asks = False

    @property
    def left_s(self) -> float:
        """Seconds that it goes on, or waits for a person; 0 where nobody has to know."""
        return 0.0

    def end(self) -> None:
        """Nothing was forced."""


class TwoEdges(Unforced):
    """Waits until a probe was used and is back at rest, each within its time."""

    def __init__(self, desk: Desk, probe: Probe) -> None:
        self._desk = desk
        self._probe = probe
        self._used = False
        self._since = desk.now
        self._odd_since: float | None = None
        self._first = True

    @property
    def todo(self) -> str:
        """What the person does now."""
        return self._probe.back if self._used else self._probe.use

    @property
    def left_s(self) -> float:
        """Seconds that are left for it."""
        return max(0.0, self._since + EACH_S - self._desk.now)

    def step(self) -> Finding | None:
        """Look once; how it ended, as soon as it has."""
        desk, read = self._desk, self._probe.read(self._desk)
        first, self._first = self._first, False
        if read is None:
            return Finding("failed", "the link to the injector was lost")
        if read not in (REST, USED):
            self._odd_since = desk.now if self._odd_since is None else self._odd_since
            return Finding("failed", read) if desk.now - self._odd_since > CONTRADICTION_S else None
        self._odd_since = None
        if first and read == USED:
            return Finding("failed", "it reads as used before anybody used it")
        if read == USED and not self._used:
            self._used, self._since = True, desk.now
        elif read == REST and self._used:
            return Finding("passed", self._found())
        if not self.left_s:
            return Finding("not seen", "it did not come back" if self._used else "nothing was seen")
        return None

    def _found(self) -> str:
        status = self._desk.status
        if self._probe is PROBES["syringe"] and status is not None:
            return f"a barrel of {barrel_ml(status)} mL is sensed"
        return ""
