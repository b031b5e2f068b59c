"""The people at the device: a practitioner who prepares, arms and fires, and who puts right whatever went wrong.

Only this file knows what people do. They see the screen's snapshot, touch it through the channel, and have hands; they
take nothing from the engine's insides but whether it is worth waiting.
"""

from __future__ import annotations

import random

from drivers.registers import ControllerState, Fault
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Snapshot
from kiosk.session.dispatch import Stage as Step
from tests.proofs.campaign.invariants import Violation
from tests.proofs.campaign.skipping import skip
from tests.proofs.campaign.stage import PRACTITIONER, Stage
from tests.proofs.campaign.values import Values

BARREL_ML = {"1ml": 1, "2ml": 2, "5ml": 5, "10ml": 10}
LIKED = {"1ml": 1, "2ml": 2, "5ml": 10, "10ml": 5}
"""How often each is taken: a small one has to be refilled too often, in a large one the piston is sought for long."""
SYRINGE_FAULTS = Fault.RESERVE | Fault.PISTON
TRIES = 100
NEXT_PATIENT = 0.7
"""How often the next session is another patient's; else the last one is treated once more on the same day."""


class Person:
    """Works on one stage with dice of their own. `shots` are those that the record of this session holds so far."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self.stage = stage
        self.dice = dice
        self.values = Values(stage, dice)
        self.patients = 0
        self.patient = ""
        self._seen = ("", "")
        """Whose session was opened last, and on which day."""
        self.protocol = ""
        self.product = ""
        self.needle = ""
        self.syringe = ""
        self.finger = "trigger"
        self.on_skin = False
        self.recoveries = 0
        self.skips = False
        """Whether idle cycles are left out while firing; see `skipping`."""

    # -- hands ---------------------------------------------------------------------------------------------------
    def touch_skin(self) -> None:
        self.on_skin = True
        self.stage.do("contact on")

    def let_go(self) -> None:
        """Fingers and foot up, the handpiece away from the skin."""
        self.on_skin = False
        for line in ("trigger up", "pedal up", "lift"):
            self.stage.do(line)

    def press(self, down: bool) -> None:
        self.stage.do(f"{self.finger} {'down' if down else 'up'}")

    # -- choosing ------------------------------------------------------------------------------------------------
    def choose_parts(self) -> None:
        """What the next session treats with."""
        dice, library = self.dice, self.stage.library
        if self._seen != (self.patient, self.stage.today()) or dice.random() < NEXT_PATIENT:
            self.patients += 1
            self.patient = f"P{self.patients:04d}{dice.choice('ABCDEFGH') * 3}"
        self.protocol = dice.choice(sorted(library.protocols))
        self.product = dice.choice(sorted(library.products))
        self.needle = dice.choice(sorted(library.needles))
        syringes = sorted(library.syringes)
        self.syringe = dice.choices(syringes, [LIKED[key] for key in syringes])[0]

    # -- from nothing to a session that can be armed ---------------------------------------------------------------
    def make_ready(self) -> bool:
        """Do whatever the screen says is missing, until nothing is; whether that was reached."""
        stage = self.stage
        for tried in range(TRIES):
            snap = stage.snap
            if snap.phase == "treat" and snap.treat is not None and not snap.missing:
                return True
            if tried == 1 or tried % 5 == 4:
                self.service()
            self._put_right(snap)
            self._go_on(stage.snap)
        raise Violation("frozen", stage.clock.now, self._why())

    def _why(self) -> str:
        snap = self.stage.snap
        checks = [f"{check.title}: {check.detail}" for check in snap.checks if check.state == "failed"]
        return f"{snap.phase}: {snap.missing} {checks} {snap.notices}"

    def service(self) -> None:
        """Somebody looks at the device itself: every cause is removed, and it is switched off and on if it must be."""
        stage = self.stage
        self.recoveries += 1
        for name in stage.rig.faults.active():
            stage.do(f"fault {name} off")
        stage.wire.forget()
        stage.disk.latency_s = 0.0
        if stage.rig.memory.cut_after is not None or stage.rig.controller.faults & (Fault.MEMORY | Fault.COUNTER):
            stage.rig.memory.cut_after = None
            stage.do("reset")
        if stage.engine.desk.ledger_broken or stage.disk.broken:
            stage.kill(0.2)
        for line in ("replug", "needle fit 30 4" if stage.rig.body.needle is None else "replug"):
            stage.do(line)
        stage.seat.shows = stage.wall_trusted = True

    def _put_right(self, snap: Snapshot) -> None:
        """What anybody does first: let go, plug in, release the button, read what the screen says."""
        stage, engine = self.stage, self.stage.engine
        self.let_go()
        stage.seat.shows = stage.wall_trusted = True
        if not stage.rig.plugged:
            stage.do("replug")
        if engine.desk.ledger_broken:
            stage.kill(0.2)
            return
        if snap.stop.state != "clear":
            if snap.stop.state == "contradiction":
                stage.do("stop press")
                stage.run(0.05)
            stage.do("stop release")
            stage.until(lambda: stage.snap.stop.state in ("released", "clear"), 1.0)
            stage.say(ask.AcknowledgeStop())
        if "pair" in snap.link.sentence and not snap.link.connected:  # another one was connected: plug the right one in
            self._look_at_handpiece()
            stage.do("unplug")
            stage.run(0.1)
            stage.do("replug")
        if not snap.link.connected:
            stage.until(lambda: stage.snap.link.connected or bool(stage.rig.faults.active()), 3.0)
        if snap.user is None or snap.user.locked:
            stage.say(ask.SignIn(PRACTITIONER.name, PRACTITIONER.pin))
        for alarm in snap.alarms:
            if not alarm.acknowledged:
                stage.seat.send(ask.AcknowledgeAlarm(alarm.number))
        if snap.question is not None:
            stage.say(ask.WithdrawSoft(snap.question.key))
        self._clear_controller()

    def _clear_controller(self) -> None:
        stage = self.stage
        status = stage.engine.desk.status
        if status is None or not stage.snap.link.connected:
            stage.run(0.1)
            return
        if status.faults & ~SYRINGE_FAULTS or stage.engine.intake.mismatch:
            if status.faults & (Fault.OCCLUSION | Fault.RETRACT | Fault.HOMING | Fault.SPRING | Fault.DEPTH_MISMATCH):
                self._look_at_handpiece()
            stage.until(lambda: stage.engine.slot.free, 2.0)
            stage.say(ask.ClearFaults())
            stage.run(0.025)
            status = stage.engine.desk.status
            if status is not None and status.faults & Fault.RETRACT:
                stage.do("reset")  # service has looked at it and switches it off and on
                stage.run(1.5)
        unhomed = status is not None and (status.state == ControllerState.UNHOMED or status.faults & Fault.SPRING)
        if unhomed and stage.engine.selftest.passed:  # before it has passed, it asks for the homing itself
            stage.say(ask.Rehome(True))

    def _look_at_handpiece(self) -> None:
        """What blocks or jams is taken away before a fault is cleared."""
        for name in self.stage.rig.faults.active():
            self.stage.do(f"fault {name} off")
        self.stage.run(0.1)

    def _go_on(self, snap: Snapshot) -> None:
        """The next step of self-test, set-up or closing."""
        stage = self.stage
        if snap.phase == "starting":
            states = {check.key: check.state for check in snap.checks}
            if states.get("homing") in ("asks", "failed"):
                stage.say(ask.AnswerCheck("homing", True))
            elif states.get("buzzer") in ("asks", "failed"):
                stage.say(ask.AnswerCheck("buzzer", True))
            else:
                stage.run(0.1)
        elif snap.phase == "home":
            if snap.user is not None:
                self.choose_parts()
                new = self._seen[0] != self.patient
                if stage.say(ask.OpenSession(self.protocol, self.patient, new, True)):
                    self._seen = (self.patient, stage.today())
                else:
                    self.patient = ""
                    stage.run(0.05)
        elif snap.phase == "closing":
            stage.say(ask.Sign(PRACTITIONER.pin, cleaned_up=True, aftercare_given=True))
        elif snap.session is not None:
            self._set_up(snap)
        else:
            stage.step()

    def _set_up(self, snap: Snapshot) -> None:
        stage, session = self.stage, snap.session
        assert session is not None, "asked for while one is open"
        if session.protocol != self.protocol and not self.product:
            self.choose_parts()
        if any("is allowed in" in sentence for sentence in snap.missing):
            self._finish()  # the figures of these parts leave nothing between them
            return
        if session.step in ("preparation", "prime") and _used_up(snap):
            self._finish()  # the course or the day leaves nothing: nobody primes for that
            return
        match session.step:
            case "screening":
                stage.say(ask.AnswerScreening(True, True, ()))
            case "product":
                stage.say(ask.UseProduct(self.product, "L1", "2027-12-01"))
            case "needle":
                needle = stage.library.needles[self.needle]
                stage.do(f"needle fit {needle.gauge} {needle.length_um // 1000}")
                stage.run(0.05)
                stage.say(ask.FitNeedle(self.needle, True))
            case "syringe":
                self._fit_syringe()
            case "preparation":
                stage.say(ask.Prepared(True))
            case "prime":
                if session.prime_asks_drop:
                    stage.say(ask.ConfirmDrop(True))
                else:
                    self._prime(session.prime_nl)
            case None:
                self._treat_again(snap)

    def _prime(self, nl: int) -> None:
        """A device that was cut off in a motion has lost its piston: then the syringe is fitted anew."""
        reply = self.stage.ask(ask.Prime(nl), 12.0)
        if reply is not None and not reply.ok and ("syringe" in reply.sentence or "reserve" in reply.sentence):
            self._fit_syringe()

    def _fit_syringe(self) -> None:
        stage = self.stage
        barrel = BARREL_ML[self.syringe]
        fill_ul = barrel * self.dice.choice((1000, 1000, 800, 500))
        stage.do(f"barrel {barrel}")
        stage.do(f"syringe fill {fill_ul}")
        stage.run(0.05)
        reply = stage.ask(ask.FitSyringe(self.syringe, fill_ul * 1000, True, True), 12.0)
        if reply is not None and "home it" in reply.sentence:
            stage.say(ask.Rehome(True))

    def _treat_again(self, snap: Snapshot) -> None:
        """Set up and yet something stands against it: an empty syringe, a total that is used up, or just time."""
        stage = self.stage
        status = stage.engine.desk.status
        against = " ".join(snap.missing)
        if (status is not None and status.faults & SYRINGE_FAULTS) or _empty(snap):
            self._fit_syringe()
        elif " a shot, but " in against or "never pushes slower" in against:
            if not self.values.slow_down(snap):
                self._finish()
        elif _used_up(snap):
            if not self.values.go_to_next_zone(snap):
                self._finish()
        elif "Not confirmed" in against or "usual" in against or "days ago" in against or "plans at most" in against:
            self._answer_crossing()
        elif against:
            stage.until(lambda: stage.snap is not snap, 0.05)

    def _answer_crossing(self) -> None:
        """Arming asks what was not confirmed in these parts."""
        stage = self.stage
        stage.say(self.arm_command())
        self.values.confirm()

    def _finish(self) -> None:
        self.stage.say(ask.Finish())
        self.stage.say(ask.Sign(PRACTITIONER.pin, cleaned_up=True, aftercare_given=True))

    # -- treating ------------------------------------------------------------------------------------------------
    def arm_command(self) -> ask.Arm:
        snap = self.stage.snap
        session, treat = snap.session, snap.treat
        assert session is not None, "armed in a session"
        assert treat is not None, "armed with values"
        return ask.Arm(
            snapshot=snap.number,
            zone=treat.zone,
            side=treat.side,
            depth_um=treat.depth.value,
            dose_nl=treat.dose.value,
            mode=treat.mode,
            rate_mhz=treat.rate.value,
            shots=treat.shots.value,
            product=session.product,
            syringe=session.syringe,
            needle=session.needle,
        )

    def arm(self) -> bool:
        if self.stage.snap.treat is None:
            return False
        self.finger = "pedal" if self.dice.random() < 0.3 else "trigger"
        return self.stage.say(self.arm_command())

    @property
    def armed(self) -> bool:
        return self.stage.engine.treatment.arming is not None

    def fire(self, patience_s: float) -> None:
        """Fire until the arming is over, or nothing has come for too long."""
        stage = self.stage
        engine = stage.engine
        self.touch_skin()
        down = False
        mode = engine.treatment.setting.mode.name.lower() if engine.treatment.setting else ""
        given, since = engine.tally.session.shots, stage.clock.now
        while self.armed and stage.engine is engine:
            status, current = engine.desk.status, engine.slot.current
            left = 0 if status is None else status.shots_left
            live = current is not None and current.stage is Step.LIVE and left > 0
            # What is held in continuous mode runs on; what does not answer is let go and pressed again.
            held = down and mode == "continuous" and stage.clock.now - since < patience_s / 2
            wanted = held or live
            if down and not held and mode == "continuous":
                wanted = False
            if wanted != down:
                self.press(wanted)
                down = wanted
            if self.skips:
                skip(stage, since + patience_s / 2)
            stage.step()
            if engine.tally.session.shots != given:
                given, since = engine.tally.session.shots, stage.clock.now
            elif stage.clock.now - since > patience_s:
                break
        self.let_go()


def _empty(snap: Snapshot) -> bool:
    """Whether the screen asks for another syringe."""
    return any("syringe above its reserve" in sentence for sentence in snap.missing)


def _used_up(snap: Snapshot) -> bool:
    """Whether a total leaves nothing of what is set; that of a syringe ends with another one."""
    words = ("counted of", "allows", "not possible")
    return not _empty(snap) and any(word in sentence for sentence in snap.missing for word in words)
