"""What was found when ledger and injector were compared, and that a practitioner has seen it before anything is armed.

One sentence for each comparison that found something given, not given or uncertain (LED-4). It is a row of the same
unit as what it tells of, so that no restart forgets it (LED-6), and it stands until a practitioner acknowledges it.

Several may stand under one alarm, and an acknowledgement names the alarm only. So one that came while a finger was on
its way is not covered by it: what is acknowledged has been on the glass for as long as a button there has to be before
it counts (UI-6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from drivers.registers import Outcome
from kiosk.alarms.conditions import A, Raised
from kiosk.records.facts import Fact
from kiosk.records.reconcile import Reconciliation
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty, EventRow, ShotRow
from kiosk.session.desk import Desk
from kiosk.session.errors import NotNow
from kiosk.session.lease import KioskLease
from kiosk.session.words import ul

READ_S = 0.400
"""So long a finding is on the glass before an acknowledgement covers it (UI-6)."""
BEGINS = "When injector and record were compared"


def words(found: Reconciliation, opened: Iterable[AuthorisationRow]) -> tuple[str, str]:
    """What a comparison found, for a person: the whole as one sentence, and what no record explains; "" for nothing.

    Args:
        found: The comparison.
        opened: What was unresolved before it.
    """
    shots = [shot for shot in found.shots if shot.counted_nl and not shot.beyond]
    alone = [shot for shot in shots if not shot.number and not shot.authorisation]
    treated = [shot for shot in shots if shot.kind is AuthorisationKind.TREATMENT and shot not in alone]
    others = [shot for shot in shots if shot.kind is not AuthorisationKind.TREATMENT]
    sure = [shot for shot in treated if shot.certainty is Certainty.DONE]
    unsure = [shot for shot in treated if shot.certainty is not Certainty.DONE]
    parts = [
        _count(sure, "given as measured"),
        _count(unsure, "uncertain and counted in full"),
        _not_given(_never(found, opened)),
        _moved([shot for shot in others if shot.certainty is Certainty.DONE]),
        _perhaps([shot for shot in others if shot.certainty is not Certainty.DONE]),
        _beyond([shot for shot in found.shots if shot.beyond]),
    ]
    said = "; ".join(part for part in parts if part)
    unexplained = f"{ul(_nl(alone))} were given that no record explains, and count in full" if alone else ""
    return f"{BEGINS}: {said}" if said else "", unexplained


def _nl(shots: list[ShotRow]) -> int:
    return sum(shot.counted_nl for shot in shots)


def _moved(shots: list[ShotRow]) -> str:
    """Priming and service as the injector measured them: a prime that was cut short moved less than was asked."""
    moved = sum(shot.measured_dose_nl for shot in shots)
    return f"{ul(moved)} were moved by priming or service" if shots else ""


def _perhaps(shots: list[ShotRow]) -> str:
    return f"up to {ul(_nl(shots))} more by priming or service, uncertain and counted in full" if shots else ""


def _beyond(shots: list[ShotRow]) -> str:
    """Of shots that had been counted in full, of an earlier session as a rule."""
    return f"{ul(_nl(shots))} more than had been counted in full before, and count too" if shots else ""


def _count(shots: list[ShotRow], what: str) -> str:
    if not shots:
        return ""
    sure = shots[0].certainty is Certainty.DONE
    cut = sum(shot.outcome != Outcome.COMPLETED for shot in shots) if sure else 0
    amount = ul(sum(shot.measured_dose_nl for shot in shots) if sure else _nl(shots))
    return (
        f"{len(shots)} {'shot' if len(shots) == 1 else 'shots'} {what} ({amount}{f', {cut} cut short' if cut else ''})"
    )


def _not_given(shots: int) -> str:
    if not shots:
        return ""
    return f"{shots} authorised {'shot was' if shots == 1 else 'shots were'} certainly not given"


def _never(found: Reconciliation, opened: Iterable[AuthorisationRow]) -> int:
    """Shots of a treatment that were authorised and are known not to have been given."""
    treats = {row.id: row.shots for row in opened if row.kind is AuthorisationKind.TREATMENT}
    known = (end for end in found.resolutions if end.id in treats)
    in_full: dict[int, int] = {}
    for shot in found.shots:
        if not shot.number and not shot.beyond:
            in_full[shot.authorisation] = in_full.get(shot.authorisation, 0) + 1
    return sum(max(0, treats[end.id] - end.shots - in_full.get(end.id, 0)) for end in known)


class _Found(NamedTuple):
    """One finding that nobody has seen: its alarm and sentence, and since when it stands, CLOCK_MONOTONIC seconds."""

    alarm: int
    sentence: str
    since: float


class Recovery:
    """What waits for a practitioner.

    Args:
        desk: Time and rows of the present step.
        unseen: Alarms and sentences that the ledger says nobody has seen.
        lease: Knows what the screen has shown.
    """

    def __init__(self, desk: Desk, unseen: tuple[tuple[int, str], ...], lease: KioskLease) -> None:
        self._desk = desk
        self._lease = lease
        self._unseen = [_Found(alarm, sentence, float("-inf")) for alarm, sentence in unseen]
        self._covered: dict[int, float] = {}
        """When each alarm was last acknowledged."""

    def events(self, found: Reconciliation, opened: Iterable[AuthorisationRow]) -> tuple[EventRow, ...]:
        """The rows that tell of a comparison, for the same unit of work as its other rows."""
        said, unexplained = words(found, opened)
        told = ((A.RECOVERED, said), (A.UNATTRIBUTED_DOSE, unexplained))
        desk = self._desk
        return tuple(
            EventRow(Fact.RECOVERED, desk.mono_ms, desk.session, "", sentence, {"alarm": int(alarm)})
            for alarm, sentence in told
            if sentence
        )

    def stand(self, events: Iterable[EventRow]) -> None:
        """These rows are on disk: from now on they stand against arming."""
        for event in events:
            number = event.body["alarm"]
            assert isinstance(number, int), "made by `events`"
            self._unseen.append(_Found(number, event.sentence, self._desk.now))
            self._desk.notice(event.sentence)

    def waits_for(self, alarm: int) -> bool:
        """Whether acknowledging this alarm says that a practitioner has seen what was found."""
        return any(found.alarm == alarm for found in self._unseen)

    def seen(self, alarm: int) -> None:
        """A practitioner acknowledged what stands under this alarm.

        Raises:
            NotNow: some of it was not on the glass for long enough to be read.
        """
        covered = [found for found in self._unseen if found.alarm == alarm]
        if any(self._lease.shown < found.since + READ_S for found in covered):
            raise NotNow(what="Acknowledging", why="something was found just now: read it first")
        self._unseen = [found for found in self._unseen if found.alarm != alarm]
        self._covered[alarm] = self._desk.now
        said = ". ".join(found.sentence for found in covered)
        self._desk.event(Fact.SEEN, f"Seen by a practitioner: {said}", alarm=alarm)

    def against(self) -> Iterator[str]:
        """What it has against arming."""
        for found in self._unseen:
            yield f"{found.sentence}: look at the patient, then acknowledge the alarm"

    def raised(self) -> Iterator[Raised]:
        """The alarms that stand for it, each once.

        In the step of an acknowledgement its alarm is over, so that what is found in that very step alarms anew: it
        would count as acknowledged otherwise, and nobody could say any more that it was seen (ALM-1).
        """
        if not self._unseen:
            return
        for alarm in (A.UNATTRIBUTED_DOSE, A.RECOVERED):
            said = [found.sentence for found in self._unseen if found.alarm == alarm]
            if said and self._covered.get(alarm) != self._desk.now:
                yield Raised(alarm, ". ".join(said))
