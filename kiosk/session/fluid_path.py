"""Needle, syringe, line and prime: what the fluid path is made of, and how each part proves that it is new (LIM-14).

Only this file knows what the controller has to confirm of a part: a counter that has grown, a barrel that is sensed, a
piston that was met. What it confirms is a service motion or message, and answers when that has ended.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.registers import CommandKind, Identity, Input, Refusal
from kiosk.channel import commands as ask
from kiosk.protocols.library import Library
from kiosk.records.facts import Fact
from kiosk.session.barrel import check_barrel, check_fill, piston_missed
from kiosk.session.desk import Desk
from kiosk.session.errors import MotionFailed, NewPathNeeded, NotChoosable, NotNow
from kiosk.session.exchange import AskIdentity
from kiosk.session.facts import NEEDLE_GONE, NOT_PRIMED, PATH_GONE, PRIMED, SYRINGE_GONE, Facts
from kiosk.session.guards import SYRINGE_FAULTS
from kiosk.session.setup import ELSEWHERE, Respond, Setup
from kiosk.session.slot import Slot
from kiosk.session.words import ml

NEEDLE_FITTED = int(Input.NEEDLE_FITTED)
NEEDLE, SYRINGE = 0, 1
OTHER_FLUID = "another product, lot or line was chosen meanwhile: nothing of this fluid is used for it"


class FluidPath:
    """The parts of the open session's path. `asked_drop`: something was primed, and nobody has said what came out."""

    def __init__(
        self, desk: Desk, slot: Slot, library: Library, setup: Setup, shots: Callable[[], int], *, senses: bool
    ) -> None:
        self._desk = desk
        self._slot = slot
        self._library = library
        self._setup = setup
        self._shots = shots
        """Shots that the session has given so far."""
        self._senses = senses
        """Whether the clamp senses the barrel (LIM-12)."""
        self._confirm: Callable[[], None] | None = None
        self._lost: Callable[[], None] | None = None
        self.asked_drop = False

    # -- the step ------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """Go on once the controller's counters were read, and notice a part that was taken out (LIM-12)."""
        desk = self._desk
        if desk.identity is None and self._lost is not None:
            lost, self._confirm, self._lost = self._lost, None, None
            lost()
        elif desk.inputs.identity is not None and self._confirm is not None:
            confirm, self._confirm, self._lost = self._confirm, None, None
            confirm()
        if desk.fresh:
            self._watch()

    def _watch(self) -> None:
        facts, status = self._setup.facts, self._desk.status
        if facts is None or status is None:
            return
        if facts.needle and not status.inputs & NEEDLE_FITTED:
            self._setup.record(NEEDLE_GONE, "The needle was taken off: the next one is new")
        fitted = self._library.syringes.get(facts.syringe)
        if self._senses and fitted is not None and status.syringe_type != fitted.type:
            self._setup.record(SYRINGE_GONE, "The syringe was taken out: the next one is new")
        elif fitted is not None and status.refusal == Refusal.SYRINGE:
            # Cut off in a motion it no longer knows where the piston stands, and refuses whatever is sent (LIM-13).
            self._setup.record(SYRINGE_GONE, "The injector no longer knows this syringe's piston: the next one is new")

    def compare(self) -> None:
        """Keep, at a connect, the parts of which this controller can say that they are still those confirmed (LIM-14).

        Nobody looked at them meanwhile. For the needle it vouches with a latch (`NEEDLE_KEPT`); for the syringe with
        its piston, which an opened clamp makes it refuse (`_watch`), but only since its own start. Both with its serial
        number and its counters. What it cannot vouch for is asked again.
        """
        facts, status, identity = self._setup.facts, self._desk.status, self._identity
        if facts is None:
            return
        assert status is not None, "settled after its status was read"
        if (facts.needle or facts.path_opened_ms) and facts.injector != identity.serial:
            whose = "Nothing says that these parts are this injector's: fit a new needle, syringe and line"
            self._gone(PATH_GONE, whose)
            return
        kept = bool(status.inputs & Input.NEEDLE_KEPT) and identity.needle_changes == facts.needle_changes
        if facts.needle and not kept:
            self._gone(NEEDLE_GONE, "The injector cannot say that this needle was never off: fit a new one")
        started = (identity.boot_count, identity.syringe_changes) != (facts.boot_count, facts.syringe_changes)
        if facts.syringe and started:
            self._gone(SYRINGE_GONE, "The injector cannot say that this syringe was never out: fit a new one")
        elif facts.syringe and status.faults & int(SYRINGE_FAULTS):
            self._gone(SYRINGE_GONE, "The injector needs another syringe: fit a new one")

    def _gone(self, kind: str, sentence: str) -> None:
        self._setup.record(kind, sentence)
        self._desk.notice(sentence)

    def changed(self) -> None:
        """A part is another one now: what was primed before says nothing of it."""
        self.asked_drop = False

    # -- needle --------------------------------------------------------------------------------------------------
    def fit_needle(self, command: ask.FitNeedle, respond: Respond) -> None:
        """Have the controller count a new needle.

        Raises:
            NotChoosable, NewPathNeeded, NotNow, Busy: not this one, or not now.
        """
        needle = self._library.needles.get(command.needle)
        if needle is None:
            raise NotChoosable(what="needle", name=command.needle)
        if not command.new:
            raise NewPathNeeded(what="The needle", why="a needle is used for one patient, until it is changed")
        if not self._desk.status or not self._desk.status.inputs & Input.NEEDLE_FITTED:
            raise NotNow(what="Confirming a needle", why="the handpiece holds none")
        closed = self._setup.path_expired

        def fitted() -> None:
            self._setup.record(
                Fact.NEEDLE,
                f"New needle: {needle.title}",
                needle=needle.key,
                needle_title=needle.title,
                new=True,
                path_closed=closed,
                wall_ms=self._setup.wall_ms,
                injector=self._identity.serial,
                changes=self._count(NEEDLE),
                shots=self._shots(),
            )
            respond(None, None)

        self._serve_counted(CommandKind.NEEDLE_CHANGED, 0, NEEDLE, fitted, respond)

    # -- syringe -------------------------------------------------------------------------------------------------
    def fit_syringe(self, command: ask.FitSyringe, respond: Respond) -> None:
        """Have the controller count a new syringe and look for its piston (LIM-12, LIM-13, LIM-14).

        Raises:
            NotChoosable, NewPathNeeded, BarrelMismatch, NotNow, Busy: not this one, or not now.
        """
        syringe = self._library.syringes.get(command.syringe)
        if syringe is None:
            raise NotChoosable(what="syringe", name=command.syringe)
        facts = self._setup.open_facts()
        if not command.new:
            raise NewPathNeeded(what="The syringe", why="a syringe is filled once, for one patient")
        if not facts.path_opened_ms and not command.new_line:
            raise NewPathNeeded(what="The line", why="nothing of a fluid path is carried to another patient or product")
        if self._setup.expired:
            why = "this needle or its fluid path is older than 4 h; confirm a new needle first"
            raise NewPathNeeded(what="The needle", why=why)
        check_barrel(syringe, self._desk.status, command.printed_nl, senses=self._senses)
        check_fill(syringe, command.fill_nl)
        same_fluid = self._same_fluid(facts)

        def fitted() -> None:
            if not same_fluid():
                respond(MotionFailed(what="The change", why=OTHER_FLUID), None)
                return
            why = piston_missed(self._desk.status, command.fill_nl)
            if why:
                self._desk.event("refused", why)
                respond(MotionFailed(what="Looking for the piston", why=why), None)
                return
            if not self._setup.open_facts().path_opened_ms or command.new_line:
                self._setup.record(Fact.PATH_OPENED, "A new fluid path was opened", wall_ms=self._setup.wall_ms)
            self._setup.record(
                Fact.SYRINGE,
                f"Syringe {syringe.title} with {ml(command.fill_nl)}",
                syringe=syringe.key,
                syringe_title=syringe.title,
                fill_nl=command.fill_nl,
                new=True,
                new_line=command.new_line,
                injector=self._identity.serial,
                boot_count=self._identity.boot_count,
                changes=self._count(SYRINGE),
            )
            respond(None, None)

        self._serve_counted(CommandKind.SYRINGE_CHANGED, command.fill_nl, SYRINGE, fitted, respond)
        if facts.syringe:
            self._setup.record(SYRINGE_GONE, "The syringe is being changed")

    def _same_fluid(self, facts: Facts) -> Callable[[], bool]:
        """Whether, later, the session still holds the product, the lot and the path that it holds now (LIM-14)."""
        asked = _fluid(facts)
        return lambda: _fluid(self._setup.open_facts()) == asked

    # -- what the controller counts --------------------------------------------------------------------------------
    def _serve_counted(
        self, kind: CommandKind, argument: int, counter: int, fitted: Callable[[], None], respond: Respond
    ) -> None:
        """Serve a change that one of the controller's counters must confirm (LIM-14)."""
        before, still = self._count(counter), self._setup.still()

        def failed(why: str) -> None:
            respond(MotionFailed(what="The change", why=why), None)

        def confirm() -> None:
            if not still():
                failed(ELSEWHERE)
            elif self._count(counter) > before:
                fitted()
            else:
                failed("the injector did not count it")

        def ended(error: MotionFailed | None) -> None:
            if error is not None:
                respond(error, None)
                return
            self._confirm, self._lost = confirm, lambda: failed("the link to the injector was lost")
            self._desk.emit(AskIdentity())

        self._slot.serve(kind, argument, ended)

    @property
    def _identity(self) -> Identity:
        identity = self._desk.identity
        assert identity is not None, "a part is sensed by an injector that is there"
        return identity

    def _count(self, counter: int) -> int:
        return self._identity.needle_changes if counter == NEEDLE else self._identity.syringe_changes

    # -- prime ---------------------------------------------------------------------------------------------------
    def prime(self, volume_nl: int, respond: Respond) -> None:
        """Prime; asks for the drop when it has ended.

        Raises:
            NotNow, Busy: not now.
        """
        still, same_fluid = self._setup.still(), self._same_fluid(self._setup.open_facts())

        def ended(error: MotionFailed | None) -> None:
            self.asked_drop = error is None and still() and same_fluid()
            if error is None:
                self._desk.event("prime", f"Primed {volume_nl / 1000:.0f} uL", volume_nl=volume_nl)
            respond(error, None)

        self._slot.serve(CommandKind.PRIME, volume_nl, ended)

    def confirm_drop(self, seen: bool) -> None:
        """A person says whether a drop came.

        Raises:
            NotNow: nothing was primed since the last change of a part.
        """
        if not self.asked_drop:
            raise NotNow(what="Confirming a drop", why="nothing was primed yet")
        self.asked_drop = False
        if seen:
            self._setup.record(PRIMED, "Drop seen at the needle")
        else:
            self._setup.record(NOT_PRIMED, "No drop seen at the needle")


def _fluid(facts: Facts) -> tuple[str, str, int]:
    """What is in a path, and which path that is."""
    return facts.product, facts.lot, facts.path_opened_ms
