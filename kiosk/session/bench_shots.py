"""Bench shots: one at a time, authorised by the Envelope's mint, committed before it is sent, fired by hand.

A bench shot is a service motion. It goes through the same slot as everything else, with the service word in its block,
and never with skin contact: contact refuses it here and in the controller, and stops one that has begun. It is recorded
as a bench shot, so it moves the device's counters and never a patient's total.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.registers import BARREL_NL, CommandKind, Mode, Outcome
from kiosk.protocols.envelope import bench_authorisation
from kiosk.protocols.profile import Device, Syringe
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty
from kiosk.session.desk import Desk
from kiosk.session.dispatch import Ended
from kiosk.session.errors import NotNow
from kiosk.session.slot import Slot
from kiosk.session.words import outcome_words

WORDS = "A bench shot"
RESERVE_SHARE = 50
"""2 % of the barrel are never pushed out."""
NOT_FIRED = "nobody pressed the trigger within 30 s"


class BenchShots:
    """The bench shot that is on its way; `against` is all that forbids one."""

    def __init__(self, desk: Desk, slot: Slot, device: Device, against: Callable[[], str]) -> None:
        self._desk = desk
        self._slot = slot
        self._device = device
        self._against = against
        self.live = False

    def usable_nl(self, syringe: Syringe) -> int:
        """What the syringe holds above its reserve, nL."""
        status = self._desk.status
        return 0 if status is None else max(0, status.plunger_nl - BARREL_NL[syringe.type] // RESERVE_SHARE)

    def authorise(self, syringe: Syringe, depth_um: int, dose_nl: int, ended: Callable[[str], None]) -> None:
        """Let one shot be fired; `ended` hears "" when it was completed, else why it is none.

        Raises:
            NotNow: something forbids it.
            EnvelopeRefusal: outside a cap, or more than the syringe holds.
            Busy: something is on its way already.
        """
        why, identity = self._against(), self._desk.identity
        if why or identity is None:
            raise NotNow(what=WORDS, why=why or "there is no injector")
        number = self._desk.draw_id()
        authorisation = bench_authorisation(
            device=self._device,
            identity=identity,
            syringe=syringe,
            depth_um=depth_um,
            dose_nl=dose_nl,
            usable_nl=self.usable_nl(syringe),
            id=number,
        )
        row = AuthorisationRow(
            id=number,
            mono_ms=self._desk.mono_ms,
            kind=AuthorisationKind.BENCH,
            session=0,
            serial=identity.serial,
            boot_count=authorisation.boot_count,
            calibration_id=authorisation.calibration_id,
            depth_um=depth_um,
            dose_nl=dose_nl,
            shots=1,
            interval_ms=authorisation.interval_ms,
            mode=int(Mode.BENCH),
            valid_ms=authorisation.valid_ms,
        )

        def over(end: Ended) -> None:
            self.live = False
            ended(why_none(end))

        self._slot.treat(row, authorisation, self._against, over, words=WORDS, drop=True)
        self.live = True

    def step(self) -> None:
        """What forbids a shot also stops one that waits for its trigger or has begun."""
        why = self._against() if self.live else ""
        if why:
            self.stop(why)

    def stop(self, why: str) -> None:
        """Stop it at once: there is nothing in anybody's skin."""
        if self.live:
            self._slot.interrupt(why, CommandKind.STOP)


def why_none(end: Ended) -> str:
    """Why this was no shot of its dose, or "" when one was completed."""
    if end.sentence or end.certainty is not Certainty.DONE:
        return end.sentence or "it is not known what became of it"
    if not end.records:
        return NOT_FIRED
    if end.records[0].outcome != Outcome.COMPLETED:
        return f"the stroke ended early ({outcome_words(end.records[0].outcome)})"
    return ""
