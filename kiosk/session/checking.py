"""The guided checks of inputs and outputs: one at a time, for a technician between sessions, each a row of the record.

    begin -> watch the input, or force an output and ask -> passed, failed, not seen, stopped or left -> row

Whatever is forced is let go of at once when the stop is live, the technician leaves, the screen hangs or a calibration
begins. What a check is about, `probes` and `forced` know; here is decided whether it may be, and what became of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from drivers.registers import Fault, Input
from kiosk.access.roles import Role
from kiosk.channel import checking_commands as check
from kiosk.channel.checking_commands import TARGETS, CheckKey
from kiosk.records.facts import Fact
from kiosk.records.rows import Checked
from kiosk.session import guards
from kiosk.session.barrel import sensed_nl
from kiosk.session.errors import Busy, NotNow
from kiosk.session.forced import DARK, LAMPS, Homed, RelayOn, Shown, against_power
from kiosk.session.pressure_checks import AtRest, UnderLoad
from kiosk.session.probes import PROBES, Finding, TwoEdges

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

WHAT = "A check"
TOUCH = "touch"
TITLES: dict[str, str] = {
    **{key: probe.title for key, probe in PROBES.items()},
    "pressure": "Line pressure at rest",
    "load": "Line pressure, outlet closed",
    "home": "Home switch",
    "relay": "Enable relay and feedback",
    **{key: title for key, (title, _, _) in LAMPS.items()},
    "buzzer": "Alarm buzzer",
    TOUCH: "Touch of the screen",
}
"""Every check in the order in which it is listed."""
ON_PINS = frozenset({"stop", "pedal", "red", "yellow", "cyan", "buzzer"})
"""Checks that need no injector."""
MOVES = frozenset({"home", "relay", "load"})
"""Checks that need the word that the handpiece touches nobody."""
BARE = frozenset({"contact", "load"})
"""Checks for which no needle may be fitted: a finger presses the plate, or a blind cap closes the outlet."""
PROVOKED: dict[str, Fault] = {"load": Fault.OCCLUSION}
"""Faults of the injector that a check makes on purpose: no alarm while it runs, and one if the fault stays behind."""
FLASHES: dict[str, str] = {"red": "high", "yellow": "medium"}
"""Lamps that an alarm flashes: a check would hide its rhythm (ALM-2)."""


class Running(Protocol):
    """A check on its way."""

    @property
    def lamps(self) -> tuple[bool, bool, bool]: ...
    @property
    def tone(self) -> int | None: ...
    @property
    def powers(self) -> bool: ...
    @property
    def forces(self) -> bool: ...
    @property
    def asks(self) -> bool: ...
    @property
    def todo(self) -> str: ...
    @property
    def left_s(self) -> float: ...
    def step(self) -> Finding | None: ...
    def end(self) -> None: ...


class Checking:
    """At most one check runs. `last` is how each ended last, on this device."""

    def __init__(self, engine: Engine, done: tuple[Checked, ...]) -> None:
        self._engine = engine
        self._desk = engine.desk
        self.last: dict[str, Checked] = {each.check: each for each in done}
        self.key = ""
        """The check that runs, or else the one that ended last."""
        self.running: Running | None = None

    # -- what it forces ----------------------------------------------------------------------------------------------
    @property
    def powers(self) -> bool:
        """Whether the enable relay is forced now."""
        return self.running is not None and self.running.powers

    @property
    def lamps(self) -> tuple[bool, bool, bool]:
        """Red, yellow and cyan, as a check forces them beside what alarms light."""
        return DARK if self.running is None else self.running.lamps

    @property
    def provokes(self) -> Fault:
        """The fault that the check which runs makes on purpose."""
        return Fault.NONE if self.running is None else PROVOKED.get(self.key, Fault.NONE)

    @property
    def tone(self) -> int | None:
        """Hertz, as a check forces it while no alarm sounds."""
        return None if self.running is None else self.running.tone

    # -- who and when ------------------------------------------------------------------------------------------------
    @property
    def technician(self) -> bool:
        """Whether a technician is at the screen, and it is not locked."""
        return self._engine.people.role is Role.TECHNICIAN

    def against(self) -> Iterator[str]:
        """What forbids any check, and ends one that runs."""
        engine = self._engine
        if not self.technician:
            yield "no technician is signed in, or the screen is locked"
        if engine.setup.facts is not None:
            yield "a session is open"
        if engine.calibrating.open or engine.calibrating.homing:
            yield "a calibration is open"

    def _against_forcing(self, key: str) -> Iterator[str]:
        """What forbids forcing an output, and ends it."""
        engine = self._engine
        if engine.stop.live:
            yield engine.stop.view().sentence.rstrip(".")
        if not engine.lease.live(self._desk.now):
            yield guards.HIDDEN
        if engine.signals.sounds and key == "buzzer":
            yield "an alarm sounds"
        if any(alarm.active and alarm.priority == FLASHES.get(key) for alarm in engine.signals.views()):
            yield "an alarm flashes this lamp"

    def admit(self, what: str) -> None:
        """Whether something of a technician's may begin now.

        Raises:
            NotNow, Busy: a session or a calibration is open, or something runs.
        """
        why = next(self.against(), "")
        if why:
            raise NotNow(what=what, why=why)
        if self.running is not None or self._engine.lapse.busy:
            raise Busy(what="a check" if self.running is not None else "the lapse of the lease is measured")

    # -- a check -----------------------------------------------------------------------------------------------------
    def begin(self, command: check.BeginCheck) -> None:
        """Begin one.

        Raises:
            NotNow, Busy: it is not the time for it.
        """
        self.admit(WHAT)
        why = next(self._against_beginning(command.check, away=command.away), "")
        if why:
            raise NotNow(what=WHAT, why=why)
        self.running, self.key = self._made(command.check), command.check

    def _against_beginning(self, key: CheckKey, *, away: bool) -> Iterator[str]:
        engine, status = self._engine, self._desk.status
        if key not in ON_PINS and (not engine.connection.ready or status is None):
            yield engine.connection.sentence
        if key in MOVES and not away:
            yield "the handpiece is not away from everybody"
        if key in BARE and status is not None and status.inputs & Input.NEEDLE_FITTED:
            yield "a needle is fitted: take it off first"
        if key == "load" and status is not None and not sensed_nl(status):
            yield "no syringe is in the clamp: clamp a full one"
        if key in LAMPS or key in ("buzzer", *MOVES):
            yield from self._against_forcing(key)
        if key == "relay":
            yield from against_power(engine)

    def _made(self, key: CheckKey) -> Running:
        engine = self._engine
        if key in PROBES:
            return TwoEdges(self._desk, PROBES[key])
        if key in LAMPS:
            _, todo, lamps = LAMPS[key]
            return Shown(engine, lamps, sounds=False, todo=todo)
        if key == "buzzer":
            return Shown(engine, DARK, sounds=True, todo="The buzzer sounds once a second: listen.")
        if key == "relay":
            return RelayOn(engine)
        if key == "load":
            return UnderLoad(engine)
        return Homed(engine) if key == "home" else AtRest(engine)

    def answer(self, command: check.AnswerSeen) -> None:
        """Whether it is seen or heard.

        Raises:
            NotNow: nothing is asked.
        """
        if not isinstance(self.running, Shown):
            raise NotNow(what="Answering", why="nothing is asked")
        self.running.answer(command.seen)

    def leave(self, why: str) -> None:
        """End the check that runs, if one does; whatever it forces goes off."""
        self._end(Finding("left", why))

    def step(self) -> None:
        """Look at the check that runs; let go of what it forces when anything stands against it."""
        running = self.running
        if running is None:
            return
        why = next(self.against(), "")
        if why:
            self.leave(why)
        elif running.forces and (why := next(self._against_forcing(self.key), "")):
            self._end(Finding("stopped", why))
        else:
            self._end(running.step())

    def _end(self, finding: Finding | None) -> None:
        running = self.running
        if running is None or finding is None:
            return
        running.end()
        self.running = None
        self._record(self.key, finding)

    def touches(self, command: check.ReportTouches) -> None:
        """What the kiosk's touch test found: every target, and each touch once.

        Raises:
            NotNow: not between sessions, or not by a technician.
        """
        self.admit("The touch test")
        missed = [target for target in TARGETS if target not in command.reached]
        if missed:
            finding = Finding("failed", f"not reached: {', '.join(missed)}")
        elif command.doubled:
            finding = Finding("failed", f"{command.doubled} touches arrived twice")
        else:
            finding = Finding("passed", f"{len(TARGETS)} targets, each touch once")
        self._record(TOUCH, finding)

    def _record(self, key: str, finding: Finding) -> None:
        wall_ms, before = self._desk.inputs.wall_ms, self.last.get(key)
        passed_ms = wall_ms if finding.outcome == "passed" else 0 if before is None else before.passed_ms
        self.last[key] = Checked(key, finding.outcome, finding.detail, self._desk.user, wall_ms, passed_ms)
        body = {"check": key, "outcome": finding.outcome, "detail": finding.detail}
        said = f": {finding.detail}" if finding.detail else ""
        self._desk.event(Fact.CHECKED, f"Check of {TITLES[key].lower()}: {finding.outcome}{said}", **body)
        self.key = key
