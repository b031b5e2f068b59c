"""Plays the steps of a scenario as a person would, at the screen's place and at the bench's console.

The one thing only this file knows is what a person does for each verb of a scenario, and what they wait for afterwards.
An arming that the machine itself ended (a late cycle, a disturbed link) is armed again with what is left, as a person
would do it, at most `REARMS_MOST` times in one step, and said in the summary.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from drivers.registers import ControllerState
from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import PatientPage, Snapshot, Treat
from kiosk.protocols.library import Library
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.errors import ArmedInVain
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.scenario import Arm, Fault, Fire, Scenario, Sign, Step, Syringe

MOVING = frozenset({ControllerState.STROKE.name, ControllerState.RETRACTING.name})
REARMS_MOST = 5
SHOT_S = 20.0
"""Longest wait for the next shot: the slowest rate gives one in 2 s, the rest is a busy machine's."""
READS_S = 0.5
"""So long a person looks at an alarm before it is acknowledged."""
THOUSAND = 1000
"""From mm, uL and shots/s to um, nL and mHz."""


class Play:
    """One scenario over one stage. `session` is the number that it was given once it is open."""

    def __init__(self, person: Person, console: Console, scenario: Scenario, library: Library) -> None:
        self._person = person
        self._console = console
        self._scenario = scenario
        self._library = library
        self._arm: Arm | None = None
        self._armed_at = 0
        self._pressed = ""
        self._granted = 0
        self.session = 0
        self.rearmed: list[str] = []
        """Why the machine ended an arming that was armed again, one sentence each."""

    # -- before treating -------------------------------------------------------------------------------------------
    def prepare(self) -> None:
        """From the self-test to "ready to arm"."""
        person, scenario = self._person, self._scenario
        person.step = "the self-test"
        self._self_test()
        person.step = "signing in"
        account = DEMO_ACCOUNTS[0]
        person.do(ask.SignIn(account.name, account.pin))
        person.step = "opening the session"
        self._open()
        person.step = "screening"
        person.do(ask.AnswerScreening(True, True, ()))
        person.step = "choosing the product"
        person.do(ask.UseProduct(scenario.product, scenario.lot, scenario.expiry))
        person.step = "fitting the needle"
        needle = self._library.needles[scenario.needle]
        self._tell(f"needle fit {needle.gauge} {needle.length_um // THOUSAND}")
        self._noticed()
        person.do(ask.FitNeedle(scenario.needle, True))
        person.step = "fitting the syringe"
        self._fit(scenario.fill_ul, new_line=True)
        person.step = "preparation"
        person.do(ask.Prepared(True))
        self._prime()

    def _self_test(self) -> None:
        person = self._person
        while not person.sees.ready:
            seen = person.sees_that(
                lambda shown: shown.ready or any(check.state == "asks" for check in shown.checks),
                "a question of the self-test",
            )
            asked = next((check.key for check in seen.checks if check.state == "asks"), "")
            if asked:
                person.do(ask.AnswerCheck(asked, True))
                person.sees_that(
                    lambda shown, key=asked: all(c.state == "passed" for c in shown.checks if c.key == key),
                    f"the check '{asked}'",
                )

    def _open(self) -> None:
        person, scenario = self._person, self._scenario
        listed = person.sees.last_session
        code = scenario.patient
        page = person.read(ask.FindPatient(code), PatientPage)
        while page.known:  # a code is never used twice: the next free one is taken
            listed += 1
            code = f"{scenario.patient}-{listed}"
            page = person.read(ask.FindPatient(code), PatientPage)
        person.do(ask.OpenSession(scenario.protocol, code, True, similar_confirmed=bool(page.similar)))
        seen = person.sees_that(lambda shown: shown.session is not None, "the open session")
        assert seen.session is not None, "it was awaited"
        self.session = seen.session.number

    def _fit(self, fill_ul: int, *, new_line: bool) -> None:
        syringe = self._library.syringes[self._scenario.syringe]
        self._tell(f"barrel {syringe.barrel_nl // 1_000_000}")
        self._tell(f"syringe fill {fill_ul}")
        if new_line:
            self._tell("line new")
        self._person.until(lambda: self._state()["barrel"] == syringe.type.name, "the barrel in the clamp")
        self._noticed()
        self._person.do(ask.FitSyringe(syringe.key, fill_ul * THOUSAND, True, new_line), seconds=90)

    def _prime(self) -> None:
        person = self._person
        person.step = "priming"
        seen = person.sees_that(
            lambda shown: shown.session is not None and shown.session.step == "prime", "the priming to be asked for"
        )
        assert seen.session is not None, "it was awaited"
        person.do(ask.Prime(seen.session.prime_nl), seconds=90)
        person.do(ask.ConfirmDrop(True))
        person.sees_that(lambda shown: shown.phase == "treat" and shown.treat is not None, "the treating screen")

    # -- the steps ---------------------------------------------------------------------------------------------------
    def play(self, number: int, step: Step) -> None:
        """One step; errors name it by its number and verb."""
        self._person.step = f"step {number} ({step.verb})"
        acts: dict[str, Callable[[Any], None]] = {
            "arm": self._arm_first, "fire": self._fire, "stop": self._stop, "acknowledge": self._acknowledge,
            "lift": lambda _: self._let_go(), "await_disarmed": self._await_disarmed, "syringe": self._change,
            "cable": self._cable, "fault": self._fault, "clear_faults": self._clear_up, "finish": self._finish,
            "sign": self._sign,
        }  # fmt: skip
        acts[step.verb](getattr(step, step.verb))

    def _arm_first(self, arm: Arm) -> None:
        person = self._person
        person.do(ask.ChooseZone(arm.zone, arm.side))
        person.do(ask.ChooseMode(arm.mode))
        for field, value in (("depth", arm.depth_mm), ("dose", arm.dose_ul), ("rate", arm.rate_per_s)):
            if value is not None:
                self._edit(field, int(value * THOUSAND), arm.soft_reason)
        self._edit("shots", arm.shots, arm.soft_reason)
        self._arm, self._armed_at = arm, self._count
        self._arm_now()

    def _edit(self, field: Any, value: int, reason: str) -> None:
        """Set one value; a question is answered with the scenario's reason, or stays a refusal."""
        person = self._person
        if getattr(self._treat, field).value == value:
            return
        person.do(ask.Edit(field, value))
        seen = person.sees_that(
            lambda shown: shown.question is not None or _value(shown, field) == value, f"{field} to be {value}"
        )
        while seen.question is not None:
            key = seen.question.key
            person.do(ask.ConfirmSoft(key, reason))
            seen = person.sees_that(
                lambda shown, asked=key: shown.question is None or shown.question.key != asked, "the question to go"
            )

    def _arm_now(self) -> None:
        """Arm what is shown; the handpiece is away from nothing here, a person may hold it where they like."""
        person = self._person
        seen = person.sees_that(lambda shown: not shown.missing, "everything that arming needs")
        treat, session = seen.treat, seen.session
        assert treat is not None, "nothing is missing, so values are set"
        assert session is not None, "nothing is missing, so a session is open"
        command = ask.Arm(
            seen.number, treat.zone, treat.side, treat.depth.value, treat.dose.value, treat.mode, treat.rate.value,
            treat.shots.value, session.product, session.syringe, session.needle,
        )  # fmt: skip
        person.do(command)

    def _fire(self, fire: Fire) -> None:
        target = self._count + fire.shots
        mode, times = self._treat.mode, 0
        while self._count < target:
            if not self._armed:
                times += 1
                self._arm_again(times)
            self._press(fire.by)
            before = self._count
            most = target if mode == "continuous" else min(target, before + self._granted)
            self._await_shots(most)
            if mode != "continuous" or not self._armed:
                self._let_go(lift=False)
        if not fire.hold_on:
            self._let_go()

    def _press(self, by: str) -> None:
        """On skin, and pressed while the injector holds an authorisation: a press before it counts for nothing."""
        if self._pressed:
            return
        self._tell("contact on")

        def granted() -> bool:
            self._granted = int(self._state()["shots_left"])
            return self._granted > 0 or not self._armed

        self._person.until(granted, "the injector's authorisation", SHOT_S)
        self._pressed = by
        self._tell(f"{by} down")

    def _await_shots(self, most: int) -> None:
        """Until so many shots are recorded or the arming has ended; each shot has its own time-out."""
        while self._armed and self._count < most:
            count = self._count
            self._person.until(lambda so_far=count: self._count > so_far or not self._armed, "the next shot", SHOT_S)

    def _arm_again(self, times: int) -> None:
        notices = self._person.sees.notices
        why = notices[-1].sentence.rstrip(".") if notices else "no reason was given"
        if times > REARMS_MOST or self._arm is None:
            raise ArmedInVain(step=self._person.step, times=times, why=why)
        self.rearmed.append(why)
        self._let_go()
        self._clear()
        self._edit("shots", self._arm.shots - (self._count - self._armed_at), self._arm.soft_reason)
        self._arm_now()

    def _let_go(self, *, lift: bool = True) -> None:
        if self._pressed:
            self._tell(f"{self._pressed} up")
            self._pressed = ""
            self._person.sees_that(
                lambda shown: shown.treat is None or not (shown.treat.trigger or shown.treat.pedal), "the press to end"
            )
        if lift:
            self._person.until(lambda: self._state()["state"] not in MOVING, "the stroke to end")
            self._tell("lift")

    def _stop(self, how: str) -> None:
        if how == "button":
            self._tell("stop press")
        else:
            self._person.do(ask.Stop())
        self._person.sees_that(lambda shown: shown.stop.state != "clear", "the stop to be seen")

    def _acknowledge(self, what: str) -> None:
        person = self._person
        if what == "stop":
            self._tell("stop release")
            person.sees_that(lambda shown: shown.stop.state == "released", "the stop to be released")
            person.do(ask.AcknowledgeStop())
            person.sees_that(lambda shown: shown.stop.state == "clear", "the stop to be acknowledged")
        began = person.sees.stamp
        read = person.sees_that(lambda shown: shown.stamp > began + READS_S, "what stands to be read")
        for alarm in read.alarms:
            if not alarm.acknowledged:
                person.do(ask.AcknowledgeAlarm(alarm.number))

    def _await_disarmed(self, why: str) -> None:
        def ended() -> bool:
            shown = self._person.sees
            seen = {"stop": shown.stop.state != "clear", "link": not shown.link.connected, "fault": True}[why]
            return seen and not self._armed and (why != "fault" or bool(self._state()["faults"]))

        self._person.until(ended, f"the arming to end ({why})")
        self._person.until(lambda: self._state()["home"] and self._state()["state"] not in MOVING, "the needle home")

    def _cable(self, how: str) -> None:
        self._tell(how)
        connected = how == "replug"
        self._person.sees_that(lambda shown: shown.link.connected is connected, "the link to follow the cable")

    def _change(self, syringe: Syringe) -> None:
        self._let_go()
        self._fit(syringe.fill_ul, new_line=syringe.new_line)
        self._prime()

    def _fault(self, fault: Fault) -> None:
        self._tell(f"fault {fault.name} {'on' if fault.on else 'off'}")

    def _finish(self, _: str) -> None:
        self._let_go()
        self._person.do(ask.Finish())

    def _clear_up(self, _: str) -> None:
        self._let_go()
        self._clear()

    def _clear(self) -> None:
        person = self._person
        if self._state()["faults"]:
            person.do(ask.ClearFaults())
        person.until(lambda: not self._state()["faults"], "the faults to be cleared")
        if self._state()["state"] == ControllerState.UNHOMED.name:
            person.do(ask.Rehome(True))

    def _sign(self, sign: Sign) -> None:
        person = self._person
        person.sees_that(lambda shown: shown.phase == "closing", "the end of treating")
        account = DEMO_ACCOUNTS[0]
        person.do(
            ask.Sign(account.pin, sign.reactions, aftercare_given=sign.aftercare_given, cleaned_up=True), seconds=60
        )
        person.sees_that(lambda shown: shown.last_session == self.session, "the signed record")

    # -- looking -----------------------------------------------------------------------------------------------------
    def _tell(self, line: str) -> None:
        self._console.tell(line, self._person.step)

    def _noticed(self) -> None:
        """Wait until control has heard of what a hand did at the device: the third question from now comes after it."""
        began = self._asked()
        self._person.until(lambda: self._asked() >= began + 3, "the injector to be asked")

    def _asked(self) -> int:
        """How many questions the device has been asked."""
        return int(self._console.ask("frames").split()[1])

    def _state(self) -> dict[str, Any]:
        return json.loads(self._console.ask("state"))

    @property
    def _treat(self) -> Treat:
        treat = self._person.sees_that(lambda shown: shown.treat is not None, "the treating screen").treat
        assert treat is not None, "it was awaited"
        return treat

    @property
    def _count(self) -> int:
        treat = self._person.sees.treat
        return 0 if treat is None else treat.shot_count

    @property
    def _armed(self) -> bool:
        return _armed(self._person.sees)


def _armed(shown: Snapshot) -> bool:
    return shown.treat is not None and shown.treat.arming is not None


def _value(shown: Snapshot, field: str) -> int:
    return -1 if shown.treat is None else getattr(shown.treat, field).value
