"""The instruments that are named on this device: kept in the record, so that next time they need not be named again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from kiosk.calibration import instrument as law
from kiosk.calibration.instrument import Instrument, Kind
from kiosk.channel.certificates import InstrumentView, NameInstrument
from kiosk.protocols.kept import kept
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.errors import NotNow

if TYPE_CHECKING:
    from kiosk.session.engine import Engine


class Instruments:
    """Args: the engine, and the last event of each kind of instrument."""

    def __init__(self, engine: Engine, events: Iterable[EventRow]) -> None:
        self._engine = engine
        self.named: dict[Kind, Instrument] = {}
        """The instrument of each kind that is used."""
        for event in events:
            found = msgspec.convert(event.body, Instrument)
            self.named[found.kind] = found

    def name(self, command: NameInstrument) -> None:
        """Take an instrument with its certificate; a balance that answers says itself who it is.

        Raises:
            NotNow: something of it is missing or cannot be.
        """
        texts = {key: " ".join(getattr(command, key).split()) for key in ("model", "serial", "certificate")}
        answers = self._engine.calibrating.balance.identity
        if command.kind == "balance" and answers is not None:
            texts["model"], texts["serial"] = answers
        found = Instrument(
            command.kind, **texts, due=command.due, resolution=command.resolution, uncertainty=command.uncertainty
        )
        why = law.wrong(found)
        if why:
            which = law.CALLED[found.kind]
            raise NotNow(what=f"Naming {which}", why=why)
        said = f"The {found.kind} is {found.model}, No. {found.serial}, certificate {found.certificate}"
        self._engine.desk.event(Fact.INSTRUMENT, f"{said}, due on {found.due}", **msgspec.structs.asdict(found))
        self.named[found.kind] = found

    def for_part(self, part: str) -> tuple[Instrument, ...]:
        """Those that a proof of this part leans on, as far as they are named."""
        return tuple(self.named[kind] for kind in law.needed(part) if kind in self.named)

    def against(self, part: str, weighed_by: Iterable[tuple[str, str]] = ()) -> str:
        """Why this part cannot be proved with them today, or ""; `weighed_by` are the balances that weighed it."""
        why = next(law.against(self.for_part(part), part, self._engine.today()), "")
        balance = self.named.get("balance")
        if why or balance is None:
            return why
        for model, number in sorted(weighed_by):
            if (model, number) != (balance.model, balance.serial):
                return f"the balance that weighed is {model}, No. {number}, not the one named"
        return ""

    def views(self) -> tuple[InstrumentView, ...]:
        """Every kind, named or not."""
        answers = self._engine.calibrating.balance.identity
        return _views(tuple([self.named.get(kind) for kind in law.KINDS]), answers, self._engine.today())


@kept
def _views(
    named: tuple[Instrument | None, ...], answers: tuple[str, str] | None, today: str
) -> tuple[InstrumentView, ...]:
    """What is named of each kind, in their order; `answers` is the balance that answers, with its serial number."""
    return tuple(
        _view(kind, found, answers if kind == "balance" else None, today)
        for kind, found in zip(law.KINDS, named, strict=True)
    )


def _view(kind: Kind, found: Instrument | None, answers: tuple[str, str] | None, today: str) -> InstrumentView:
    if found is None:
        return InstrumentView(kind, answers=answers)
    due = found.due
    sentence = f"It was due on {due}: it proves nothing until it is calibrated itself." if due < today else ""
    return InstrumentView(**msgspec.structs.asdict(found), sentence=sentence, answers=answers)
