"""Commands in, one answer each: who may, when it may, whether it repeats what was seen, then the part that does it.

Nothing a screen says is believed: the table of states, the roles and every value are checked here again (ACC-5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.errors import NappageError
from drivers.registers import CommandKind
from kiosk.access.roles import Role, require
from kiosk.channel import commands as ask
from kiosk.channel.presets import KeepPreset, RetirePreset
from kiosk.channel.snapshot import Page, Reply
from kiosk.protocols.profile import MODES
from kiosk.session import calibration_requests, checking_requests, guards
from kiosk.session.errors import Differs, MotionFailed, NoSeat, NotChoosable, NotNow, NotReady
from kiosk.session.exchange import Client, Respond
from kiosk.session.reading import QUESTIONS
from kiosk.session.states import ALWAYS, TABLE
from kiosk.session.stop import ON_GLASS
from kiosk.session.words import mm, rate, ul

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Answerer = Callable[[NappageError | None, Page | None], None]
QUIET = frozenset({ask.Flip, ask.Touched})
"""Commands that say that somebody or something is there, nothing more."""


class Requests:
    """Takes the requests of a step and sees that each is answered once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handlers: dict[type, Callable[[Any, Answerer], bool | None]] = {
            ask.Flip: self._flip,
            ask.Touched: self._touched,
            ask.Stop: self._stop,
            ask.CreateFirstAdministrator: self._first,
            ask.CreateAccount: self._create_account,
            ask.SetPin: self._set_pin,
            ask.SignIn: self._sign_in,
            ask.SignOut: self._sign_out,
            ask.Lock: self._lock,
            ask.AcknowledgeStop: self._acknowledge_stop,
            ask.AcknowledgeAlarm: self._acknowledge_alarm,
            ask.PauseSound: self._pause_sound,
            ask.RunSelfTest: self._self_test,
            ask.AnswerCheck: self._answer_check,
            ask.OpenSession: self._open,
            ask.AnswerScreening: self._screen,
            ask.UseProduct: self._product,
            ask.FitNeedle: self._needle,
            ask.FitSyringe: self._syringe,
            ask.Prepared: self._prepared,
            ask.Prime: self._prime,
            ask.ConfirmDrop: self._drop,
            ask.ChooseZone: self._zone,
            ask.Edit: self._edit,
            ask.ChooseMode: self._mode,
            ask.ConfirmSoft: self._confirm,
            ask.AskSoft: self._ask,
            ask.WithdrawSoft: self._withdraw,
            ask.Arm: self._arm,
            ask.Disarm: self._disarm,
            ask.Rehome: self._rehome,
            ask.ClearFaults: self._clear_faults,
            ask.PairInjector: self._pair,
            ask.AcceptFinding: self._accept,
            ask.SetClock: self._set_clock,
            ask.ConfirmClock: self._confirm_clock,
            ask.Retract: self._retract,
            ask.Finish: self._finish,
            ask.ResumeTreating: self._resume,
            ask.Sign: self._sign,
            **dict.fromkeys(QUESTIONS, engine.reading.page),
            **calibration_requests.handlers(engine),
            **checking_requests.handlers(engine),
            **engine.servicing.handlers(),
            ask.ListApprovals: engine.approval.list,
            ask.ReadApproval: engine.approval.read,
            ask.Approve: engine.approval.approve,
            KeepPreset: engine.presets.keep,
            RetirePreset: engine.presets.retire,
            ask.WriteAftercare: engine.followup.write_sheet,
            ask.NoteReaction: engine.followup.note,
        }

    def step(self) -> None:
        for client, request in self._engine.desk.inputs.requests:
            self._take(client, request.number, request.command)

    def _take(self, client: Client, number: int, command: ask.AnyCommand) -> None:
        def answer(error: NappageError | None, page: Page | None = None) -> None:
            if error is None:
                reply = Reply(number, True, page=page)
            else:
                reply = Reply(number, False, error.number, error.sentence.format(**error.facts), error.remedy)
            self._engine.desk.emit(Respond(client, reply))

        try:
            self._admit(client, command)
            handler: Callable[[Any, Answerer], bool | None] = self._handlers[type(command)]
            later = handler(command, answer)
        except NappageError as error:
            if not self._engine.slot.free:
                self._engine.slot.ignored += 1
            answer(error)
            return
        if not later and type(command) not in QUIET:
            answer(None)

    def _admit(self, client: Client, command: ask.AnyCommand) -> None:
        """Seat, role and state.

        Raises:
            NoSeat, NotAllowed, NotNow: not by this person, or not now.
        """
        engine = self._engine
        kind: type = type(command)
        rule = TABLE.get(kind)
        if rule is None:
            raise NotChoosable(what="command", name=kind.__name__)
        if client != engine.desk.inputs.seat and not rule.shell:
            raise NoSeat(what=what(kind.__name__))
        require(engine.people.role, kind)
        if rule.phases is not ALWAYS and engine.phase not in rule.phases:
            raise NotNow(what=what(kind.__name__), why=WHY_PHASE[engine.phase])
        if engine.treatment.arming is not None:
            if rule.ends_arming:
                engine.treatment.end(f"{what(kind.__name__).lower()} was asked")
            elif not rule.armed_too:
                raise NotNow(what=what(kind.__name__), why="a treatment is armed; disarm first")

    # -- always --------------------------------------------------------------------------------------------------
    def _flip(self, command: ask.Flip, _: Answerer) -> None:
        self._engine.lease.flipped(command.snapshot)

    def _touched(self, *_: object) -> None:
        self._engine.people.touched()

    def _stop(self, *_: object) -> None:
        engine = self._engine
        engine.stop.trip()
        engine.treatment.end(ON_GLASS, CommandKind.STOP)
        engine.slot.interrupt(ON_GLASS, CommandKind.STOP)

    def _acknowledge_stop(self, *_: object) -> None:
        self._engine.stop.acknowledge()

    def _acknowledge_alarm(self, command: ask.AcknowledgeAlarm, _: Answerer) -> None:
        engine = self._engine
        if engine.recovery.waits_for(command.number):
            if engine.people.role is not Role.PRACTITIONER:
                raise NotNow(what="Acknowledging", why="a practitioner looks at the patient first")
            engine.recovery.seen(command.number)
        engine.signals.acknowledge(command.number)

    def _pause_sound(self, *_: object) -> None:
        self._engine.signals.pause()

    # -- who -----------------------------------------------------------------------------------------------------
    def _first(self, command: ask.CreateFirstAdministrator, answer: Answerer) -> bool:
        self._engine.people.create_first(command.name, command.pin, answer)
        return True

    def _create_account(self, command: ask.CreateAccount, answer: Answerer) -> bool:
        self._engine.people.create(command.name, Role(command.role), command.pin, answer)
        return True

    def _set_pin(self, command: ask.SetPin, answer: Answerer) -> bool:
        self._engine.people.set_pin(command.name, command.pin, answer)
        return True

    def _sign_in(self, command: ask.SignIn, answer: Answerer) -> bool:
        self._engine.people.sign_in(command.name, command.pin, answer)
        return True

    def _sign_out(self, *_: object) -> None:
        self._engine.people.sign_out()

    def _lock(self, *_: object) -> None:
        self._engine.people.lock("asked")

    # -- self-test -------------------------------------------------------------------------------------------------
    def _self_test(self, *_: object) -> None:
        self._engine.selftest.restart()

    def _answer_check(self, command: ask.AnswerCheck, _: Answerer) -> None:
        self._engine.selftest.answer(command.check, command.yes)

    # -- set-up ----------------------------------------------------------------------------------------------------
    def _open(self, command: ask.OpenSession, answer: Answerer) -> bool:
        engine = self._engine
        if command.protocol in engine.library.protocols and not (engine.simulated or engine.approved(command.protocol)):
            raise NotNow(what="Opening a session", why="an administrator has not approved this protocol here")
        versions = ", ".join(f"{name} {version}" for name, version in engine.versions)
        preset = engine.presets.chosen(command)
        engine.setup.open(command, engine.new_session_number, answer, versions, preset)
        return True

    def _screen(self, command: ask.AnswerScreening, _: Answerer) -> None:
        self._engine.setup.screen(command)

    def _product(self, command: ask.UseProduct, answer: Answerer) -> bool:
        self._engine.setup.use_product(command, answer)
        return True

    def _needle(self, command: ask.FitNeedle, answer: Answerer) -> bool:
        self._engine.path.fit_needle(command, answer)
        return True

    def _syringe(self, command: ask.FitSyringe, answer: Answerer) -> bool:
        self._engine.path.fit_syringe(command, answer)
        return True

    def _prepared(self, command: ask.Prepared, _: Answerer) -> None:
        self._engine.setup.prepare(command)

    def _prime(self, command: ask.Prime, answer: Answerer) -> bool:
        engine = self._engine
        self._parts_known("Priming")
        envelope, setting = engine.treatment.envelope, engine.treatment.setting
        assert envelope is not None, "the parts are known"
        assert setting is not None, "the parts are known"
        verdict = envelope.check_prime(command.volume_nl, engine.totals(setting))
        if verdict.refusals:
            raise NotNow(what="Priming", why=verdict.refusals[0].sentence.rstrip("."))
        engine.path.prime(command.volume_nl, answer)
        return True

    def _drop(self, command: ask.ConfirmDrop, _: Answerer) -> None:
        self._engine.path.confirm_drop(command.seen)

    def _parts_known(self, what: str) -> None:
        """Values and ranges exist once product, needle and syringe are known and the injector was there.

        Raises:
            NotNow: why there is no envelope.
        """
        engine = self._engine
        if engine.treatment.envelope is None or engine.treatment.setting is None:
            raise NotNow(what=what, why=next(engine.against_setting(), ""))

    # -- treat -----------------------------------------------------------------------------------------------------
    def _zone(self, command: ask.ChooseZone, _: Answerer) -> None:
        self._parts_known("Choosing a zone")
        protocol = self._engine.setup.protocol
        zone = None if protocol is None else protocol.zone(command.zone)
        if zone is None or command.side not in zone.sides:
            raise NotChoosable(what="zone", name=f"{command.zone} {command.side}")
        self._engine.treatment.choose_zone(command.zone, command.side)

    def _edit(self, command: ask.Edit, _: Answerer) -> None:
        self._parts_known("Setting a value")
        self._engine.treatment.edit(command.field, command.value)

    def _mode(self, command: ask.ChooseMode, _: Answerer) -> None:
        self._parts_known("Choosing a mode")
        protocol = self._engine.setup.protocol
        if protocol is None or command.mode not in protocol.modes:
            raise NotChoosable(what="mode in this protocol", name=command.mode)
        self._engine.treatment.choose_mode(MODES[command.mode])

    def _confirm(self, command: ask.ConfirmSoft, _: Answerer) -> None:
        self._parts_known("Confirming")
        self._engine.treatment.confirm(command.key, command.reason)

    def _ask(self, *_: object) -> None:
        self._parts_known("Confirming")
        self._engine.treatment.ask_crossings()

    def _withdraw(self, *_: object) -> None:
        self._engine.treatment.withdraw()

    def _arm(self, command: ask.Arm, _: Answerer) -> None:
        engine = self._engine
        facts, setting = engine.setup.facts, engine.treatment.setting
        assert facts is not None, "the table lets arming in while a session is treated"
        if setting is None or engine.treatment.envelope is None:
            raise NotReady(why=next(engine.against_setting(), ""))
        for field, shown, actual in (
            ("the zone", f"{command.zone} {command.side}", f"{setting.zone} {setting.side}"),
            ("the depth", mm(command.depth_um), mm(setting.depth_um)),
            ("the dose", ul(command.dose_nl), ul(setting.dose_nl)),
            ("the mode", command.mode, setting.mode.name.lower()),
            ("the rate", rate(command.rate_mhz), rate(setting.rate_mhz)),
            ("the shots", str(command.shots), str(setting.shots)),
            ("the product", command.product, facts.product),
            ("the syringe", command.syringe, facts.syringe),
            ("the needle", command.needle, facts.needle),
        ):
            if shown != actual:
                raise Differs(field=field, shown=shown, actual=actual)
        if not engine.lease.showed(command.snapshot):
            raise NotReady(why="the values were shown too long ago")
        if not engine.lease.live(engine.desk.now):
            raise NotReady(why=guards.HIDDEN)
        missing = engine.missing()
        if missing:
            for refusal in engine.verdict(setting).refusals:
                engine.desk.event("refused", refusal.sentence, limit=refusal.key, origin=refusal.origin)
            engine.treatment.ask_crossings()
            raise NotReady(why=missing[0].rstrip("."))
        engine.treatment.arm()

    def _disarm(self, *_: object) -> None:
        """Admitting it has ended the arming already; without one there is nothing to do."""

    def _rehome(self, command: ask.Rehome, answer: Answerer) -> bool:
        if not command.away:
            raise NotNow(what="Homing", why="the handpiece is not away from the patient")

        def homed(error: MotionFailed | None) -> None:
            answer(error, None)

        self._engine.slot.serve(CommandKind.HOME, 0, homed)
        return True

    def _clear_faults(self, _: ask.ClearFaults, answer: Answerer) -> bool:
        def cleared(error: MotionFailed | None) -> None:
            if error is None:
                self._engine.intake.clear()
            answer(error, None)

        self._engine.slot.serve(CommandKind.CLEAR_FAULTS, 0, cleared)
        return True

    def _pair(self, command: ask.PairInjector, answer: Answerer) -> bool:
        self._engine.connection.pair(command.reason, lambda error: answer(error, None))
        return True

    def _retract(self, _: ask.Retract, answer: Answerer) -> bool:
        engine = self._engine
        engine.treatment.end("a retract was asked", CommandKind.STOP)
        engine.slot.interrupt("a retract was asked", CommandKind.STOP)
        engine.checking.leave("a retract was asked")
        engine.retraction.ask(answer, stopped=engine.stop.live)
        return True

    def _set_clock(self, command: ask.SetClock, answer: Answerer) -> bool:
        self._engine.clock.set(command, answer)
        return True

    def _confirm_clock(self, command: ask.ConfirmClock, answer: Answerer) -> bool:
        self._engine.clock.confirm(command, answer)
        return True

    def _accept(self, command: ask.AcceptFinding, answer: Answerer) -> bool:
        self._engine.record.accept(command.key, command.reason, answer)
        return True

    # -- end -------------------------------------------------------------------------------------------------------
    def _finish(self, *_: object) -> None:
        self._engine.closing.finish()

    def _resume(self, *_: object) -> None:
        self._engine.closing.resume()

    def _sign(self, command: ask.Sign, answer: Answerer) -> bool:
        self._engine.closing.sign(command, answer)
        return True


WHY_PHASE = {
    "starting": "the self-test has not passed",
    "home": "no session is open",
    "setup": "the set-up of the session is not complete",
    "treat": "a session is being treated",
    "closing": "the session waits for its signature",
    "calibrate": "a calibration is open",
}


def what(name: str) -> str:
    """A command's name as people say it: "FitSyringe" is "Fit syringe"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words[:1].upper() + words[1:]
