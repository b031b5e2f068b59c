"""What was found when ledger and injector were compared, and that a practitioner has seen it before anything is armed.

One sentence for each comparison that found something given, not given or uncertain (LED-4). It is a row of the same
unit as what it tells of, so that no restart forgets it (LED-6), and it stands until a practitioner acknowledges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drivers.registers import Outcome
from kiosk.alarms.conditions import A, Raised
from kiosk.records.facts import Fact
from kiosk.records.reconcile import Reconciliation
from kiosk.records.rows import AuthorisationKind, AuthorisationRow, Certainty, EventRow, ShotRow
from kiosk.session.desk import Desk
from kiosk.session.words import ul

BEGINS = "When injector and record were compared"


def words(found: Reconciliation, opened: Iterable[AuthorisationRow]) -> tuple[str, str]:
    """What a comparison found, for a person: the whole as one sentence, and what no record explains; "" for nothing.

    Args:
        found: The comparison.
        opened: What was unresolved before it.
    """
    shots = [shot for shot in found.shots if shot.counted_nl]
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
        if not shot.number:
            in_full[shot.authorisation] = in_full.get(shot.authorisation, 0) + 1
    return sum(max(0, treats[end.id] - end.shots - in_full.get(end.id, 0)) for end in known)


class Recovery:
    """What waits for a practitioner. `unseen` are the alarms and sentences that the ledger says nobody has seen."""

    def __init__(self, desk: Desk, unseen: tuple[tuple[int, str], ...]) -> None:
        self._desk = desk
        self._unseen = list(unseen)

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
            self._unseen.append((number, event.sentence))
            self._desk.notice(event.sentence)

    def waits_for(self, alarm: int) -> bool:
        """Whether acknowledging this alarm says that a practitioner has seen what was found."""
        return any(number == alarm for number, _ in self._unseen)

    def seen(self, alarm: int) -> None:
        """A practitioner acknowledged what stands under this alarm."""
        said = [sentence for number, sentence in self._unseen if number == alarm]
        self._unseen = [entry for entry in self._unseen if entry[0] != alarm]
        self._desk.event(Fact.SEEN, f"Seen by a practitioner: {'. '.join(said)}", alarm=alarm)

    def against(self) -> Iterator[str]:
        """What it has against arming."""
        for _, sentence in self._unseen:
            yield f"{sentence}: look at the patient, then acknowledge the alarm"

    def raised(self) -> Iterator[Raised]:
        """The alarms that stand for it, each once."""
        if not self._unseen:
            return
        for alarm in (A.UNATTRIBUTED_DOSE, A.RECOVERED):
            said = [sentence for number, sentence in self._unseen if number == alarm]
            if said:
                yield Raised(alarm, ". ".join(said))
