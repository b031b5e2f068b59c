"""A calibration at a terminal: each step that a person has to do, what was measured, the proposal, and the decision.

    signed in -> opened -> measure -> proposal: write -> measure again -> proposal: certify -> left, signed out

The engine decides what comes next and says it; this file only knows what to ask for at each step. Nothing goes past
control: the commands are the screen's, as the technician who signed in with a PIN, and each is refused as there.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from drivers.errors import NappageError
from kiosk.channel import commands as ask
from kiosk.channel.calibration_views import BenchStep, CalibratingView, ProposalView, RunView
from kiosk.channel.service import WriteFactory
from kiosk.channel.snapshot import Snapshot
from kiosk.terminal.errors import EndedItself, NotBegun
from kiosk.terminal.guide import OTHER_WORD, TOLD, Terminal
from kiosk.terminal.naming import name_missing
from kiosk.view.calibrating import FLUSH_MOST_NL, FLUSH_STEP_NL, WEIGHED
from kiosk.view.calibration import proposing
from kiosk.view.editing import BENCH
from kiosk.view.numbers import FieldName, ml, mm, parse, ul, with_unit

ROOM: tuple[tuple[FieldName, str], ...] = (
    ("warmth", "Temperature"), ("air", "Air pressure"), ("damp", "Humidity"),
)  # fmt: skip
DOES = {"write": "puts the correction in force", "certify": "certifies what is in force"}


class Dose(msgspec.Struct, frozen=True):
    """A barrel to be weighed out."""

    syringe: str
    smallest_nl: int
    fill_nl: int = 0
    """0: it is full."""
    printed_nl: int = 0
    room: tuple[int, int, int] | None = None
    """Hundredths of a degree, Pa, %; None: they are asked for."""


class Depth(msgspec.Struct, frozen=True):
    """The needle's depth under a gauge."""


class Measuring:
    """One calibration. `done` once something was certified, or the certified figures were restored."""

    def __init__(self, terminal: Terminal, plan: Dose | Depth) -> None:
        self._terminal = terminal
        self._plan = plan
        self.done = False
        self._signed_in = self._measures = False
        self._told: CalibratingView | None = None
        self._moved: int | None = None
        self._read = 0
        """Readings that there were when the needle was sent out last."""
        self._acts: dict[BenchStep, Callable[[CalibratingView], None]] = {
            "homing": self._watch,
            "writing": self._watch,
            "factory": self._factory,
            "syringe": self._begin_part,
            "flush": self._flush,
            "room": self._room,
            "blank": self._blank,
            "runs": self._run,
            "shot": self._watch,
            "zero": self._zero,
            "gauge begin": self._move,
            "gauge": self._gauge,
            "proposal": self._decide,
            "blank begin": self._weight,
            "blank end": self._weight,
            "base": self._weight,
            "weight": self._weight,
        }

    # -- from the beginning to the end -------------------------------------------------------------------------------
    def sign_in(self, name: str, pin: str) -> None:
        """As whom everything is done.

        Raises:
            NotBegun: E882, a session is open, or the PIN is not right.
        """
        why = self._terminal.sign_in(name, pin)
        if why:
            raise NotBegun(why=why)
        self._signed_in = True

    def run(self) -> None:
        """Every step until something is certified.

        Raises:
            NotBegun: E882, control did not open it.
            EndedItself: E883, it is not open any more.
            Left: the person gave up.
        """
        self._open()
        while not self.done:
            work = self._terminal.sees.calibrating
            if work is None:
                notices = self._terminal.sees.notices
                raise EndedItself(why=notices[-1].sentence.rstrip(".") if notices else "nobody said why")
            self._tell(work)
            self._acts[work.step](work)

    def leave(self) -> None:
        """Close what is open, with what is in force as it is, and sign out."""
        if not self._signed_in:
            return
        if self._terminal.sees.phase == "calibrate":
            self._terminal.do(ask.LeaveCalibration())
        self._terminal.do(ask.SignOut())

    def _open(self) -> None:
        terminal = self._terminal
        if terminal.sees.calibrating is not None:
            terminal.say("A calibration is open already: it goes on.")
            return
        terminal.say(TOLD)
        if not self._agreed("Is the handpiece away from everybody? The needle moves home. Type yes:"):
            raise NotBegun(why="the handpiece is not away from everybody")
        if not terminal.do(ask.OpenCalibration(True)):
            raise NotBegun(why="control refused it")

    def _agreed(self, question: str) -> bool:
        return self._terminal.ask(question) == "yes"

    # -- what is shown -----------------------------------------------------------------------------------------------
    def _tell(self, work: CalibratingView) -> None:
        """The step when it is another one, why the last did not go through, each shot, each reading."""
        before, self._told = self._told, work
        if before is None or before.note != work.note:
            self._say_if(work.note, "- ")
        for run in work.runs:
            _tell_shots(run, before, self._terminal.say)
        if before is None or before.step != work.step:
            self._terminal.drop()
            self._say_if(work.todo, "")
            if work.step in WEIGHED:
                shows = f"{work.balance} gives it by itself" if work.balance else "no balance answers"
                self._terminal.say(f"  ({shows}; or type what it shows, in g)")

    def _say_if(self, words: str, before: str) -> None:
        if words:
            self._terminal.say(f"{before}{words}")

    def _watch(self, _: CalibratingView) -> None:
        self._terminal.look()
        if self._terminal.line() is not None:
            self._terminal.say(OTHER_WORD)

    def _ask(self, question: str, work: CalibratingView) -> str | None:
        """Ask as long as the step is this one."""

        def still(shown: Snapshot) -> bool:
            return shown.calibrating is not None and shown.calibrating.step == work.step

        return self._terminal.ask(question, still)

    def _figure(self, field: FieldName, typed: str) -> int | None:
        """A number in the unit that the screen shows it in; None after saying why it is none."""
        _, step, low, high = BENCH[field]
        try:
            return parse(field, typed, low=low, high=high, step=step, origin="device")
        except NappageError as error:
            self._terminal.say(f"! {error}")
            return None

    # -- dose --------------------------------------------------------------------------------------------------------
    def _begin_part(self, work: CalibratingView) -> None:
        if self._terminal.sees.in_force.restorable and not self._measures:
            typed = self._ask("The certified figures are not in force. Type restore, or Enter measures:", work)
            if typed == "restore":
                self.done = self._terminal.do(ask.RestoreCalibration())
            self._measures = typed == ""
        elif isinstance(self._plan, Depth):
            self._terminal.do(ask.CalibrateDepth())
        else:
            self._fit(work, self._plan)

    def _fit(self, work: CalibratingView, plan: Dose) -> None:
        known = {each.key: each for each in self._terminal.catalogue.syringes}.get(plan.syringe)
        fill_nl = plan.fill_nl or (known.barrel_nl if known else 0)
        title = known.title if known else plan.syringe
        asked = f"Clamp the {title} syringe with {ml(fill_nl)} of test liquid, free of air. Then Enter:"
        if self._ask(asked, work) is not None:
            self._terminal.do(ask.CalibrateDose(plan.syringe, fill_nl, plan.smallest_nl, plan.printed_nl))

    def _flush(self, work: CalibratingView) -> None:
        nl = min(FLUSH_MOST_NL, -(-work.flush_nl // FLUSH_STEP_NL) * FLUSH_STEP_NL)
        if self._ask(f"Beaker under the nozzle? Enter pushes {ul(nl)}:", work) is not None:
            self._terminal.do(ask.FlushBench(nl))

    def _room(self, work: CalibratingView) -> None:
        planned = self._plan.room if isinstance(self._plan, Dose) else None
        figures = planned or tuple(self._asked_figure(field, title, work) for field, title in ROOM)
        warmth, air, damp = figures
        if not self._terminal.do(ask.DescribeRoom(warmth, air, damp)) and isinstance(self._plan, Dose):
            self._plan = msgspec.structs.replace(self._plan, room=None)

    def _asked_figure(self, field: FieldName, title: str, work: CalibratingView) -> int:
        offered = BENCH[field][0]
        while True:
            typed = self._ask(f"{title} where it is weighed; Enter takes {with_unit(field, offered)}:", work)
            found = offered if not typed else self._figure(field, typed)
            if found is not None:
                return found

    def _blank(self, work: CalibratingView) -> None:
        if (
            self._ask("Vessel on the balance, under the nozzle, doors closed? Enter begins the blank:", work)
            is not None
        ):
            self._terminal.do(ask.StartBlank())

    def _run(self, work: CalibratingView) -> None:
        run = next(run for run in work.runs if len(run.volumes_nl) < run.wanted)
        left, of = run.wanted - len(run.volumes_nl), f"{run.level}, {ul(run.dose_nl)}"
        if self._ask(f"Enter weighs {left} shots ({of}):", work) is not None:
            self._terminal.do(ask.StartRun(run.level))

    def _weight(self, _: CalibratingView) -> None:
        self._terminal.look()
        typed = self._terminal.line()
        ug = None if typed is None else self._figure("weight", typed)
        if ug is not None:
            self._terminal.do(ask.TypeWeight(ug))

    # -- depth -------------------------------------------------------------------------------------------------------
    def _zero(self, work: CalibratingView) -> None:
        if self._ask("Does the gauge show zero on the block? Enter:", work) is not None:
            self._terminal.do(ask.ZeroGauge())

    def _move(self, work: CalibratingView) -> None:
        self._hear_move()
        due = next(each for each in work.gauge if each.gauge_um is None)
        side = "from below" if due.below else "from above"
        if (
            self._ask(f"Nobody near the nozzle? Type yes, and the needle goes to {mm(due.depth_um)}, {side}:", work)
            != "yes"
        ):
            return
        self._read = sum(each.gauge_um is not None for each in work.gauge)
        self._moved = self._terminal.begin(ask.MoveToGauge(True))
        seen = self._terminal.sees.number + 1
        self._terminal.until(lambda shown: shown.number > seen)

    def _hear_move(self) -> None:
        """What became of the last motion, once it is known; only a refusal is said."""
        reply = None if self._moved is None else self._terminal.answered(self._moved)
        if reply is not None:
            self._moved = None
            self._terminal.hear(reply)

    def _gauge(self, work: CalibratingView) -> None:
        """Take one reading; the needle may be still on its way back when it was given."""
        if sum(each.gauge_um is not None for each in work.gauge) > self._read:
            self._watch(work)
            return
        typed = self._ask("What does the gauge show, in mm?", work)
        um = None if typed is None else self._figure("gauge", typed)
        if um is not None:
            self._terminal.do(ask.TypeGauge(um))

    # -- the decision ------------------------------------------------------------------------------------------------
    def _decide(self, work: CalibratingView) -> None:
        proposal = work.proposal
        if proposal is None:
            self._watch(work)
            return
        if proposal.passes and name_missing(self._terminal, depth=bool(work.gauge)):
            return  # what may be certified now is looked at anew
        self._tell_proposal()
        ways: dict[str, tuple[str, ask.AnyCommand]] = {
            "write": (proposal.why_not_write, ask.WriteCalibration(proposal.key)),
            "certify": (proposal.why_not_certify, ask.CertifyCalibration(proposal.key)),
        }
        for word, (why, _) in ways.items():
            self._say_if(f"not to {word}: {why.rstrip('.')}." if why else "", "  ")
        offered = ", ".join(f"{word} ({DOES[word]})" for word, (why, _) in ways.items() if not why)
        typed = self._ask(f"Type {offered}{', ' if offered else ''}or leave:", work)
        if typed in ways and not ways[typed][0]:
            taken = self._terminal.do(ways[typed][1])
            self.done = taken and typed == "certify"
            if self.done:
                self._say_note()

    def _say_note(self) -> None:
        work = self._terminal.sees.calibrating
        if work is not None:
            self._say_if(work.note, "- ")

    def _tell_proposal(self) -> None:
        """The figures as the screen shows them."""
        page = proposing(self._terminal.sees)
        self._terminal.say(page.verdict)
        for line in page.lines:
            self._terminal.say(f"  {line.title}: {line.detail}")
        for line in page.changes:
            self._terminal.say(f"  would change: {line.title}: {line.detail}")

    def _factory(self, work: CalibratingView) -> None:
        """An injector without a calibration: its figures of construction, or what was certified last."""
        self._tell_proposal()
        proposal, restorable = work.proposal or ProposalView("", False, ""), self._terminal.sees.in_force.restorable
        typed = self._ask(f"Type write (these figures){', restore (what was certified)' if restorable else ''}:", work)
        if typed == "write":
            self._terminal.do(WriteFactory(proposal.key))
        elif typed == "restore":
            self._terminal.do(ask.RestoreCalibration())


def _tell_shots(run: RunView, before: CalibratingView | None, say: Callable[[str], None]) -> None:
    """Each shot that was weighed since."""
    known = next((len(old.volumes_nl) for old in before.runs if old.level == run.level), 0) if before else 0
    for place in range(known, len(run.volumes_nl)):
        apart = "  (stands apart)" if place in run.apart else ""
        say(f"  {run.level} shot {place + 1} of {run.wanted}: {run.volumes_nl[place] / 1000:.3f} uL{apart}")
