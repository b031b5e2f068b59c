"""The self-test before anything is armed (PST-1): one check after the other, the first failure blocks with a hint.

A check that only looks is looked at again in every step, so that a repaired cause passes by itself. Two checks ask a
person: before the needle is homed, and whether the tone was heard.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.registers import CommandKind, ControllerState, Input, Status
from kiosk.channel.snapshot import Check, CheckState
from kiosk.session.desk import Desk
from kiosk.session.errors import MotionFailed, NotNow
from kiosk.session.guards import SYRINGE_FAULTS
from kiosk.session.slot import Slot
from kiosk.session.words import fault_words

TONE_HZ, TONE_S = 880, 0.4
Look = Callable[[], str]
"""Looks at something: "" when it is well, else what to repair."""

AWAY, HEARD = "homing", "buzzer"
QUESTIONS = {
    AWAY: "Is the handpiece away from the patient? The needle moves home.",
    HEARD: "Did you hear the tone?",
}


class SelfTest:
    """The list of checks and how far it got. `looks` are the checks that only look, in their order."""

    def __init__(
        self, desk: Desk, slot: Slot, looks: list[tuple[str, str, Look]], details: Callable[[str], str]
    ) -> None:
        self._desk = desk
        self._slot = slot
        self._looks = looks
        self._details = details
        self._passed: set[str] = set()
        self._failed: dict[str, str] = {}
        self._homing = False
        self._tone_until = 0.0
        self._toned = False
        self.passed = False
        self._views: tuple[Check, ...] | None = None
        self._titles = {key: title for key, title, _ in looks} | {
            AWAY: "Needle homes, relay and feedback",
            HEARD: "Alarm tone",
        }

    def restart(self) -> None:
        """Begin again, as after a power-up."""
        self._passed, self._failed = set(), {}
        self.passed = self._homing = self._toned = False

    def step(self) -> None:
        if self.passed:
            return
        for key, _, look in self._looks:
            why = look()
            if why:
                self._failed = {key: why}
                self._passed.discard(key)
                return
            self._passed.add(key)
        self._failed = {key: why for key, why in self._failed.items() if key in (AWAY, HEARD)}
        if AWAY in self._passed and not self._toned:
            self._toned, self._tone_until = True, self._desk.now + TONE_S
        if {AWAY, HEARD} <= self._passed:
            self.passed = True
            self._desk.event("self-test", "Self-test passed")

    @property
    def tone(self) -> int | None:
        """Hertz while the test sounds the buzzer."""
        return TONE_HZ if self._desk.now < self._tone_until else None

    def answer(self, check: str, yes: bool) -> None:
        """A person's answer.

        Raises:
            NotNow: nothing is asked, or the answer is no.
        """
        if self._state(check) not in ("asks", "failed") or check not in QUESTIONS:
            raise NotNow(what="Answering", why="nothing is asked")
        if check == AWAY:
            self._home(yes)
        elif yes:
            self._failed.pop(HEARD, None)
            self._passed.add(HEARD)
        else:
            self._toned = False
            self._failed[HEARD] = "Check the buzzer's plug; it sounds again now. Without it nothing is armed."
            self._desk.event("self-test", "The alarm tone was not heard")

    def _home(self, yes: bool) -> None:
        if not yes:
            self._failed[AWAY] = "Take the handpiece away from the patient, then answer yes."
            return

        def homed(error: MotionFailed | None) -> None:
            self._homing = False
            why = not_home(self._desk.status) if error is None else str(error.facts["why"])
            if not why:
                self._passed.add(AWAY)
                self._name_syringe()
                return
            relay = "The enable relay or its feedback failed. " if self._slot.relay_failed else ""
            self._failed[AWAY] = f"{relay}The needle did not home: {why}. Answer yes to try again."
            self._desk.event("self-test", self._failed[AWAY])

        self._slot.serve(CommandKind.HOME, 0, homed)
        self._homing = True  # not before: what is refused, by a guard or by what is at work, is not on its way
        self._failed.pop(AWAY, None)

    def _name_syringe(self) -> None:
        """What the injector still calls a fault with its needle home: the syringe, which the set-up asks for."""
        status = self._desk.status
        found = fault_words(0 if status is None else status.faults & int(SYRINGE_FAULTS))
        if found:
            self._desk.notice(f"The needle is home; {'; '.join(found)}: the set-up asks for a new syringe")

    def _state(self, key: str) -> CheckState:
        if key in self._failed:
            return "failed"
        if key in self._passed:
            return "passed"
        if key == AWAY and all(look in self._passed for look, _, _ in self._looks):
            return "running" if self._homing else "asks"
        if key == HEARD and AWAY in self._passed:
            return "running" if self.tone is not None else "asks"
        return "waiting"

    def views(self) -> tuple[Check, ...]:
        """Every check for the screen; nothing of it changes once all have passed."""
        if not self.passed or self._views is None:
            views = tuple(self._view(key, title) for key, title in self._titles.items())
            self._views = views if self.passed else None
            return views
        return self._views

    def _view(self, key: str, title: str) -> Check:
        state = self._state(key)
        detail = self._failed.get(key, "") or (self._details(key) if state == "passed" else "")
        asks = key in QUESTIONS and state in ("asks", "failed")
        return Check(key, title, state, detail, QUESTIONS[key] if asks else "")


def not_home(status: Status | None) -> str:
    """Why the needle does not count as homed although its motion is done, or "".

    An injector that needs another syringe homes like any other and calls that a fault until it has one (LIM-13): the
    needle is home all the same, and the set-up asks for the syringe.
    """
    if status is None or not status.inputs & Input.HOME:
        return "the home switch did not close"
    faults = status.faults & ~int(SYRINGE_FAULTS)
    if faults:
        return f"the injector reports: {'; '.join(fault_words(faults))}"
    homed = status.state == ControllerState.READY or (status.state == ControllerState.FAULT and status.faults)
    return "" if homed else "the injector does not call itself ready"
