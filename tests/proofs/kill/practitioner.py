"""The person at control's channel and at the bench's console, who may lose everything at any instant.

What they do follows from what they see, so that after a kill they go on from wherever the record stands. The one thing
only this file knows is when a blow falls: so long after a moment that it names, whatever the person is doing then.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Any

from drivers.registers import ControllerState, Fault
from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.alarms.conditions import A
from kiosk.channel import commands as ask
from kiosk.channel.errors import ChannelStalled, NoControl
from kiosk.channel.snapshot import PatientPage, Reply, Snapshot
from kiosk.rehearsal.errors import ConsoleSilent
from tests.bench.drive import NEEDLE, PRODUCT, PROTOCOL, SYRINGE
from tests.proofs.kill.lane import BARREL_ML, PATIENCE_S, ControlEnded, Lane, ProofFailed

LOOK_S = 0.1
FILL_NL = BARREL_ML * 1_000_000
STEPS_MOST = 400
"""A person who did so many things and still cannot arm has found something."""
MOVING = frozenset({ControllerState.STROKE.name, ControllerState.RETRACTING.name})
SERVICE = frozenset({ControllerState.HOMING.name, ControllerState.PRIMING.name, ControllerState.SEEKING.name})
ACCOUNT = DEMO_ACCOUNTS[0]


class Fell(Exception):
    """The blow fell: whatever the person was doing, they do it no more."""


class Practitioner:
    """One person over many starts of control.

    Args:
        lane: The processes.
        strike: What the blow does; called once when it falls.
    """

    def __init__(self, lane: Lane, strike: Callable[[], None], patient: str) -> None:
        self._lane = lane
        self._strike = strike
        self._patient = patient
        self._aim, self._delay_s, self._due = "", 0.0, float("inf")
        self._replies: dict[int, Reply] = {}
        self._snapshot: Snapshot | None = None
        self.session = 0
        """Number of the session that was last seen open, 0 when none."""
        self.signing = False
        """Whether a signature was asked for and not answered."""
        self.shown: dict[int, int] = {}
        """For each session the most shots that a screen has shown as counted."""
        self.patients = 0
        self.heed: Callable[[Snapshot], None] = lambda _: None
        """Called with every snapshot that was shown; may raise."""

    # -- the blow --------------------------------------------------------------------------------------------------
    def aim(self, moment: str, delay_s: float) -> None:
        """Let the blow fall so long after `moment`, which `reach` names."""
        self._aim, self._delay_s, self._due = moment, delay_s, float("inf")

    def reach(self, moment: str) -> None:
        """The person is at this moment now."""
        if moment == self._aim:
            self._aim, self._due = "", time.monotonic() + self._delay_s

    def fall_by_now(self) -> None:
        """The moment did not come: the blow falls here."""
        self._aim, self._due = "", time.monotonic() + self._delay_s
        while True:
            self.look(LOOK_S)

    def look(self, seconds: float) -> None:
        """Wait for news, at most so long; every snapshot is shown. The blow may fall.

        Raises:
            Fell: it has.
            ControlEnded: control ended by itself.
        """
        lane, now = self._lane, time.monotonic()
        if now >= self._due:
            self._due = float("inf")
            self._strike()
            raise Fell
        wait = max(0.0, min(seconds, self._due - now))
        descriptor = lane.client.fileno()
        select.select([descriptor] if descriptor >= 0 else [], [], [], wait if descriptor >= 0 else min(wait, 0.01))
        if not lane.runs:
            raise ControlEnded(f"control ended by itself with {lane.exit_code}: {lane.said()[-2000:]}")
        came = lane.client.drain()
        self._replies |= {reply.number: reply for reply in came.replies}
        if came.snapshot is not None:
            self._see(came.snapshot)

    def _see(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        if snapshot.session is not None:
            self.session = snapshot.session.number
            if snapshot.treat is not None:
                self.shown[self.session] = max(self.shown.get(self.session, 0), snapshot.treat.shot_count)
        try:
            self._lane.client.send(ask.Flip(snapshot.number))
        except (NoControl, ChannelStalled):
            return  # as a screen that cannot report
        self.heed(snapshot)

    # -- looking ---------------------------------------------------------------------------------------------------
    @property
    def newest(self) -> Snapshot | None:
        """The newest snapshot of this start of control, None before the first."""
        return self._snapshot

    @property
    def sees(self) -> Snapshot:
        """The newest snapshot."""
        assert self._snapshot is not None, "the first one was awaited"
        return self._snapshot

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Look until `condition` holds.

        Raises:
            ProofFailed: it does not in time, or ledger and injector contradict each other.
        """
        by = time.monotonic() + PATIENCE_S
        self.look(0)
        while not condition():
            if self._contradicted():
                raise ProofFailed(f"record and injector contradict each other: {self.sees.link.sentence}")
            if time.monotonic() > by:
                raise ProofFailed(f"waited in vain for {what}; {self._why()}")
            self.look(LOOK_S)

    def _contradicted(self) -> bool:
        seen = self._snapshot
        return seen is not None and any(alarm.number == A.PAIRING_NEEDED for alarm in seen.alarms)

    def _why(self) -> str:
        seen = self._snapshot
        if seen is None:
            return "no snapshot ever came"
        checks = [f"{check.key} {check.state} {check.detail}" for check in seen.checks if check.state != "passed"]
        notices = [notice.sentence for notice in seen.notices]
        return f"phase {seen.phase}, missing {seen.missing}, checks {checks}, link {seen.link}, notices {notices}"

    def meet(self) -> None:
        """Sit down at a control that was just started: until the link is settled."""
        self._snapshot, self._replies = None, {}
        by = time.monotonic() + PATIENCE_S
        while not self._lane.connect(min(by, time.monotonic() + 0.02, self._due)):
            self.look(0)
            if time.monotonic() > by:
                raise ProofFailed(f"control did not listen: {self._lane.said()[-2000:]}")
        self.reach("listening")
        self.until(lambda: self._snapshot is not None, "the first snapshot")
        self.settled()

    def settled(self) -> None:
        """Until ledger and injector agree."""
        self.until(lambda: self.sees.link.connected, "the injector to be settled")

    # -- acting ----------------------------------------------------------------------------------------------------
    def ask(self, command: ask.AnyCommand) -> Reply:
        """Give a command and await its answer, and a snapshot that is younger."""
        try:
            number = self._lane.client.send(command)
        except (NoControl, ChannelStalled) as fault:
            raise ProofFailed(f"control does not take {command}: {fault}") from fault
        self.reach(type(command).__name__)
        self.until(lambda: number in self._replies, f"the answer to {command}")
        seen = self.sees.number
        self.until(lambda: self.sees.number > seen, "the next snapshot")
        return self._replies.pop(number)

    def tell(self, line: str) -> str:
        """A word at the bench's console."""
        try:
            answer = self._lane.tell(line)
        except ConsoleSilent as fault:
            raise ProofFailed(f"the bench does not answer '{line}': {fault}") from fault
        self.reach(line)
        return answer

    def device(self) -> dict[str, Any]:
        """What the device shows."""
        return self._lane.device()

    def armed(self) -> bool:
        return self.sees.treat is not None and self.sees.treat.arming is not None

    # -- towards a treatment that can be armed -----------------------------------------------------------------------
    def make_ready(self) -> None:
        """Whatever stands between now and arming, one thing after the other, as the screen asks for it."""
        self.let_go()
        for _ in range(STEPS_MOST):
            self.look(0)
            if self._contradicted():
                raise ProofFailed(f"record and injector contradict each other: {self.sees.link.sentence}")
            if self.sees.phase == "treat" and not self.sees.missing and self.sees.treat is not None:
                return
            self._do_next()
        raise ProofFailed(f"did {STEPS_MOST} things and still cannot arm; {self._why()}")

    def _do_next(self) -> None:
        seen = self.sees
        asked = next((check.key for check in seen.checks if check.question), "")
        if seen.user is None:
            self.ask(ask.SignIn(ACCOUNT.name, ACCOUNT.pin))
        elif seen.stop.state != "clear":
            self._leave_stop()
        elif self.device()["faults"] and self._mend_faults():
            return
        elif seen.phase == "starting":
            self._answer(asked)
        elif seen.phase == "home":
            self._open()
        elif seen.phase == "closing":
            self.ask(ask.ResumeTreating())
        elif seen.phase == "setup":
            self._set_up(seen)
        else:
            self._mend(seen)

    def _answer(self, key: str) -> None:
        if key:
            self.ask(ask.AnswerCheck(key, True))
            self.until(
                lambda: all(check.state != "running" for check in self.sees.checks if check.key == key),
                f"the check '{key}'",
            )
        else:
            self._pause()

    def _pause(self) -> None:
        """Wait for what comes next by itself."""
        seen = self.sees.number
        self.until(lambda: self.sees.number > seen, "the next snapshot")

    def _leave_stop(self) -> None:
        self.tell("stop release")
        self.until(lambda: self.sees.stop.state in ("released", "clear"), "the stop to be released")
        if self.sees.stop.state == "released":
            self.ask(ask.AcknowledgeStop())

    def _mend_faults(self) -> bool:
        """Clear what can be cleared; an unknown piston waits for its syringe."""
        faults = set(self.device()["faults"])
        if faults <= {Fault.PISTON.name, Fault.RESERVE.name}:
            return False
        self.ask(ask.ClearFaults())
        return True

    def _open(self) -> None:
        self.patients += 1
        code = f"{self._patient}{self.patients:03}"
        page = self.ask(ask.FindPatient(code)).page
        known = isinstance(page, PatientPage) and page.known
        similar = isinstance(page, PatientPage) and bool(page.similar)
        self.ask(ask.OpenSession(PROTOCOL, code, not known, similar_confirmed=similar))

    def _set_up(self, seen: Snapshot) -> None:
        assert seen.session is not None, "set up is a session"
        match seen.session.step:
            case "screening":
                self.ask(ask.AnswerScreening(True, True, ()))
            case "product":
                self.ask(ask.UseProduct(PRODUCT, "L1", "2099-12-31"))
            case "needle":
                self.tell("needle fit 30 4")
                self.ask(ask.FitNeedle(NEEDLE, True))
            case "syringe":
                self.change_syringe()
            case "preparation":
                self.ask(ask.Prepared(True))
            case "prime":
                if self.device()["state"] == ControllerState.UNHOMED.name:
                    self.ask(ask.Rehome(True))
                self.ask(ask.Prime(seen.session.prime_nl))
                self.ask(ask.ConfirmDrop(True))
            case _:
                self._mend(seen)

    def _mend(self, seen: Snapshot) -> None:
        """A treatment that cannot be armed: what the alarms and the device say."""
        state = self.device()
        to_look_at = {alarm.number for alarm in seen.alarms} & {int(A.UNATTRIBUTED_DOSE), int(A.RECOVERED)}
        if to_look_at:
            self.ask(ask.AcknowledgeAlarm(min(to_look_at)))
        elif state["faults"]:
            self.change_syringe()
        elif state["state"] == ControllerState.UNHOMED.name:
            self.ask(ask.Rehome(True))
        elif seen.question is not None:
            self.ask(ask.ConfirmSoft(seen.question.key, "the proof wants it"))
        elif seen.treat is not None and "the last shot was not as set" in " ".join(seen.missing):
            self.ask(ask.ClearFaults())
        elif seen.treat is not None and seen.treat.usable_nl < FILL_NL // 20:
            self.change_syringe()
        else:
            self._pause()

    def change_syringe(self) -> None:
        """A full syringe into the clamp, and a new line with it."""
        for line in (f"barrel {BARREL_ML}", f"syringe fill {FILL_NL // 1000}", "line new"):
            self.tell(line)
        self.until(lambda: self.device()["barrel"] == f"ML_{BARREL_ML}", "the barrel")
        if self.device()["state"] == ControllerState.UNHOMED.name and self.sees.phase != "starting":
            self.ask(ask.Rehome(True))
        self.ask(ask.FitSyringe(SYRINGE, FILL_NL, True, True))

    # -- treating ----------------------------------------------------------------------------------------------------
    def set(self, mode: ask.ModeName, **values: int) -> None:
        """Mode, and these of depth, dose (nL), rate (mHz) and shots."""
        self.ask(ask.ChooseMode(mode))
        for field, value in values.items():
            treat = self.sees.treat
            if treat is not None and getattr(treat, field).value != value:
                self.ask(ask.Edit(field, value))  # pyright: ignore[reportArgumentType]  the callers name fields
            if self.sees.question is not None:
                self.ask(ask.ConfirmSoft(self.sees.question.key, "the proof wants it"))

    def arm(self) -> bool:
        """Arm what is shown; False when control refused it, which is its right."""
        seen, treat, session = self.sees, self.sees.treat, self.sees.session
        if treat is None or session is None:
            return False
        return self.ask(
            ask.Arm(
                seen.number, treat.zone, treat.side, treat.depth.value, treat.dose.value, treat.mode, treat.rate.value,
                treat.shots.value, session.product, session.syringe, session.needle,
            )
        ).ok  # fmt: skip

    def fire(self, shots: int) -> int:
        """Hold the trigger on skin until so many shots more are shown or the arming has ended; gives how many came."""
        began = self._count
        while self.armed() and self._count - began < shots:
            self.tell("contact on")
            self.until(lambda: self.device()["shots_left"] > 0 or not self.armed(), "the injector's authorisation")
            if not self.armed():
                break
            before, mode = self._count, self.sees.treat.mode if self.sees.treat else ""
            self.tell("trigger down")
            one = mode == "single"
            self.until(
                lambda before=before, one=one: (
                    not self.armed() or self._count - began >= shots or (one and self._count > before)
                ),
                "the next shots",
            )
            self.release()
        return self._count - began

    @property
    def _count(self) -> int:
        treat = self.sees.treat
        return 0 if treat is None else treat.shot_count

    def release(self) -> None:
        """The finger off the trigger."""
        self.tell("trigger up")

    def let_go(self) -> None:
        """Finger off, handpiece away, once no stroke is under way."""
        self.release()
        self.until(lambda: self.device()["state"] not in MOVING, "the stroke to end")
        self.tell("lift")

    def sign(self) -> None:
        """Finish and sign the session."""
        self.let_go()
        if self.sees.phase != "closing":
            self.ask(ask.Finish())
        self.until(lambda: self.sees.phase == "closing", "the end of treating")
        self.signing = True
        signed = self.ask(ask.Sign(ACCOUNT.pin, "none", aftercare_given=True, cleaned_up=True)).ok
        self.signing = False
        if signed:
            self.session = 0
