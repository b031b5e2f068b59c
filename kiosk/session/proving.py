"""What a complete measurement proposes, what a person confirms of it, and the proof that ACU-3 judges from then on.

The proposal's key is a hash over the calibration in force and all that was measured, so that nothing is confirmed but
what was shown. Only what is in force can be proved, and only by weights that were all taken with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from drivers.errors import NappageError
from drivers.registers import Calibration
from kiosk.calibration.certificate import canonical, digest
from kiosk.channel.snapshot import Page
from kiosk.session.certifying import certified, proof_of, write
from kiosk.session.errors import MotionFailed, NotNow
from kiosk.session.gauging import Gauging
from kiosk.session.in_force import BARRELS, DEPTH, PROVED, figures, key_of
from kiosk.session.measured import Measured
from kiosk.session.weighing_out import WeighingOut

if TYPE_CHECKING:
    from kiosk.session.calibrating import Calibrating
    from kiosk.session.engine import Engine

Respond = Callable[[NappageError | None, Page | None], None]
VALID_DAYS = 365
"""A calibration is due again after a year (ours)."""
MISSING = {False: "The needle's depth is still to be proved", True: "The dose of a barrel is still to be proved"}
"""What a certificate still waits for, by whether the depth was proved last."""
Measurement = WeighingOut | Gauging


class Change(msgspec.Struct, frozen=True):
    """One figure before and after."""

    title: str
    before: int
    after: int
    unit: str


class Proposal(msgspec.Struct, frozen=True):
    """What a complete measurement asks for; `wanted` is None when it is no correction that may be written."""

    key: str
    passes: bool
    sentence: str
    wanted: Calibration | None
    changes: tuple[Change, ...]
    why_not_write: str = ""
    why_not_certify: str = ""


class Proving:
    """Proposal, correction and certificate of the calibration that is open."""

    def __init__(self, engine: Engine, calibrating: Calibrating) -> None:
        self._engine = engine
        self._desk = engine.desk
        self._calibrating = calibrating
        self._proposal: tuple[str, Proposal] | None = None

    # -- what is proposed --------------------------------------------------------------------------------------------
    def proposal(self) -> Proposal | None:
        """What a complete measurement asks for; worked out again when something was measured."""
        work, calibration = self._calibrating.measurement, self._calibrating.calibration
        if work is None or calibration is None or not work.complete or work.busy:
            return None
        points = f"{key_of(calibration)} {work.points()}"
        engine = self._engine
        stands = f"{self._desk.inputs.wall_trusted} {engine.today()} {engine.instruments.named} {points}"
        if self._proposal is None or self._proposal[0] != stands:
            self._proposal = (stands, self._propose(work, calibration, sha256(points.encode()).hexdigest()[:16]))
        return self._proposal[1]

    def _propose(self, work: Measurement, calibration: Calibration, key: str) -> Proposal:
        found = work.measured(calibration)
        wanted = None
        if not found.why_not_write:
            closed = self._unproved(calibration, work.part)
            wanted = msgspec.structs.replace(calibration, **{**closed, **found.figures})
        return Proposal(
            key,
            found.passes,
            found.verdict,
            wanted,
            () if wanted is None else tuple(_changes(calibration, wanted)),
            found.why_not_write,
            self._why_not_certify(found, calibration, work.part),
        )

    def _unproved(self, calibration: Calibration, barrel: str) -> dict[str, int]:
        """On hardware a barrel that nobody proved may not be used: its smallest dose is 0 (ACU-1)."""
        if self._engine.simulated:
            return {}
        others = (other for other in BARRELS if other != barrel)
        return {
            f"smallest_dose_{other}_nl": 0
            for other in others
            if self._engine.in_force.proved(calibration, other) is None
        }

    def _why_not_certify(self, found: Measured, calibration: Calibration, part: str) -> str:
        if not found.passes:
            return "what is in force does not pass"
        if found.why_not_certify:
            return found.why_not_certify
        if any(getattr(calibration, name) for name in self._unproved(calibration, part)):
            return "barrels that were never proved here are still open: write it first"
        if not self._desk.inputs.wall_trusted:
            return "the clock is not trusted, so it has no date"
        weighed_by = () if self._calibrating.dose is None else self._calibrating.dose.weighed_by
        return self._engine.instruments.against(part, weighed_by)

    # -- confirmed ---------------------------------------------------------------------------------------------------
    def write(self, key: str, respond: Respond) -> None:
        """Put the correction that was shown in force.

        Raises:
            NotNow: it is not the one that stands, or it may not be written.
        """
        what = "Writing a calibration"
        proposal, calibration = self._confirmed(what, key), self._calibrating.in_force(what)
        if proposal.wanted is None:
            raise NotNow(what=what, why=proposal.why_not_write.rstrip("."))
        work = self._calibrating.measurement
        assert work is not None, "something was measured, or nothing would be proposed"
        found = canonical(work.kept(calibration, self._engine.instruments.named)).decode()
        self._rewrite(calibration, proposal.wanted, proposal.sentence, respond, part=work.part, found=found)

    def restore(self, respond: Respond) -> None:
        """Put the figures last certified in force again, under a new number; they keep their proof and its date.

        Raises:
            NotNow: they are in force, or were not written from here.
        """
        what, in_force, mending = "Restoring", self._engine.in_force, self._calibrating.mending
        calibration = None if mending.due else self._calibrating.in_force(what)
        wanted = in_force.restorable(calibration)
        if wanted is None:
            raise NotNow(what=what, why="the figures last certified are in force, or this record does not hold them")
        self._rewrite(calibration, wanted, "the figures last certified are restored", respond)

    def _rewrite(
        self, old: Calibration | None, wanted: Calibration, why: str, respond: Respond, **because: str
    ) -> None:
        what = "Writing a calibration"
        self._calibrating.rest(what)

        def done(trouble: str) -> None:
            self._calibrating.note = trouble[:1].upper() + trouble[1:]
            if not trouble:
                self._calibrating.written = True
                self._carry_over(restored=not because)
                if old is None:
                    self._calibrating.mending.written()
            respond(MotionFailed(what=what, why=trouble) if trouble else None, None)

        self._engine.rewriting.begin(old, wanted, why, done, **because)

    def _carry_over(self, *, restored: bool) -> None:
        """Figures that all stand proved need no fresh proof under their new number."""
        calibration = self._calibrating.calibration
        assert calibration is not None, "it was put in force just now"
        found = certified(self._engine, calibration)
        if found is None or found.covers != self._engine.in_force.covered or self._engine.in_force.other_caps():
            return
        self._desk.write(write(self._engine, found, restored=restored), found.row)

    def certify(self, key: str, respond: Respond) -> None:
        """Record the proof, and with it the certificate when every part that has to be proved is.

        Raises:
            NotNow: it is not the proposal that stands, or it may not be certified.
        """
        what = "Certifying"
        proposal, calibration = self._confirmed(what, key), self._calibrating.in_force(what)
        work = self._calibrating.measurement
        assert work is not None, "something was measured, or nothing would be proposed"
        if proposal.why_not_certify:
            raise NotNow(what=what, why=proposal.why_not_certify)
        engine, desk = self._engine, self._desk
        made = engine.today()
        expires = (date.fromisoformat(made) + timedelta(days=VALID_DAYS)).isoformat()
        kept = proof_of(engine, work.part, work.kept(calibration, engine.instruments.named), made, expires)
        data = canonical(kept)
        first, second = figures(calibration, work.part)
        proof = engine.in_force.write(
            PROVED,
            f"{work.title}: proved with calibration {calibration.id}, due again on {expires}",
            part=work.part,
            id=calibration.id,
            crc=calibration.crc,
            first=first,
            second=second,
            made=made,
            expires=expires,
            sha256=digest(data),
            figures=work.measured(calibration).told,
            instrument=", ".join(f"{each.model}, No. {each.serial}" for each in kept.instruments),
            proof=data.decode(),
        )
        found = certified(engine, calibration)
        rows = (proof,) if found is None else (proof, write(engine, found), found.row)

        def written() -> None:
            desk.anchor()
            self._calibrating.measured()
            more = MISSING[work.part == DEPTH] if found is None else f"Certificate {found.made.number} is made"
            self._calibrating.note = f"{proof.sentence}. {more}."
            respond(None, None)

        desk.commit(*rows, then=written, failed=lambda: respond(_unwritten(), None))

    def _confirmed(self, what: str, key: str) -> Proposal:
        proposal = self.proposal()
        if proposal is None or proposal.key != key:
            raise NotNow(what=what, why="this is not the proposal that stands")
        return proposal


def figures_of(calibration: Calibration) -> Iterator[Change]:
    """Every figure of a calibration, with nothing before it."""
    for name, title, unit in _titles():
        yield Change(title, 0, getattr(calibration, name), unit)


def _changes(before: Calibration, after: Calibration) -> Iterator[Change]:
    for name, title, unit in _titles():
        if getattr(before, name) != getattr(after, name):
            yield Change(title, getattr(before, name), getattr(after, name), unit)


def _titles() -> Iterator[tuple[str, str, str]]:
    """Field, title and unit of each figure."""
    yield "depth_zero_um", "Depth: zero", "um"
    yield "depth_scale_ppm", "Depth: scale", "ppm"
    for barrel in BARRELS:
        yield f"pl_per_step_{barrel}", f"{barrel} mL: one step of the plunger", "pL"
        yield f"smallest_dose_{barrel}_nl", f"{barrel} mL: smallest dose", "nL"


def _unwritten() -> NotNow:
    return NotNow(what="Certifying", why="the record cannot be written")
