"""What a technician or an administrator asks for service: wear, faults, accounts, the file for support.

Whatever is read is the clerk's work; here it gets what only control knows at this moment: the injector's own counters,
and what the file for support says of versions, self-test, link and alarms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from drivers.errors import NappageError
from kiosk.channel import service
from kiosk.channel.service import Counters, PartName, WearPage
from kiosk.channel.snapshot import Page
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.errors import NotNow
from kiosk.session.exchange import Answer
from kiosk.session.people import ClerkRefusal
from kiosk.session.service_questions import ReadFaults, ReadWorn, WriteBundle

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Answerer = Callable[[NappageError | None, Page | None], None]
Handler = Callable[[Any, Answerer], bool | None]
REPLACING = "Recording a replaced part"
OF_THE_INJECTOR: frozenset[PartName] = frozenset({"needle carriage", "return spring", "tubing"})
"""Parts that go with the injector; the relay is the device's."""


class Servicing:
    """Reads, counts and records; nothing here moves anything."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._desk = engine.desk

    def handlers(self) -> dict[type, Handler]:
        """The handler of each command; one that answers later gives True."""
        people, backups = self._engine.people, self._engine.backups
        return {
            service.ReadWear: lambda _, answer: self.wear(answer),
            service.ReplacePart: self.replaced,
            service.ListFaults: self._faults,
            service.MakeBundle: self._bundle,
            service.DisableAccount: _later(lambda command, answer: people.disable(command.name, answer)),
            service.EnableAccount: _later(lambda command, answer: people.enable(command.name, answer)),
            service.ListBackups: backups.list,
            service.BackUp: backups.make,
            service.RestoreBackup: backups.restore,
        }

    # -- wear --------------------------------------------------------------------------------------------------------
    def wear(self, answer: Answerer) -> bool:
        """The record's counts, and the injector's own beside them."""
        identity = self._desk.identity

        def read(told: Answer) -> None:
            page = told.page
            if not isinstance(page, WearPage):
                answer(ClerkRefusal(told), None)
            else:
                answer(None, msgspec.structs.replace(page, counters=self.counters()))

        self._desk.ask(ReadWorn(0 if identity is None else identity.serial), read)
        return True

    def counters(self) -> Counters:
        """What the injector counts by itself; all 0 without one."""
        identity, status = self._desk.identity, self._desk.status
        if identity is None or status is None:
            return Counters()
        return Counters(
            serial=identity.serial,
            motions=status.lifetime_shots,
            lifetime_nl=status.lifetime_nl,
            starts=identity.boot_count,
            uptime_s=status.uptime_ms // 1000,
            needle_changes=identity.needle_changes,
            syringe_changes=identity.syringe_changes,
        )

    def replaced(self, command: service.ReplacePart, answer: Answerer) -> bool:
        """Record that a part is new; answered with the counts as they are then.

        Raises:
            NotNow: it is a part of an injector, and none is connected.
        """
        desk, identity, part = self._desk, self._desk.identity, command.part
        serial = 0
        if part in OF_THE_INJECTOR:
            if identity is None:
                raise NotNow(what=REPLACING, why="no injector is connected, so nobody knows whose part it is")
            serial = identity.serial
        said = f"Replaced: {part}"
        row = EventRow(Fact.PART_REPLACED, desk.mono_ms, 0, desk.user, said, {"part": part, "serial": serial})

        def written() -> None:
            desk.notice(f"{said}; its count begins anew")
            self.wear(answer)

        desk.commit(
            row, then=written, failed=lambda: answer(NotNow(what=REPLACING, why="the record cannot be written"), None)
        )
        return True

    # -- read by the clerk -------------------------------------------------------------------------------------------
    def _faults(self, command: service.ListFaults, answer: Answerer) -> bool:
        return self._engine.reading.ask(ReadFaults(command.before, command.number), answer)

    def _bundle(self, _: service.MakeBundle, answer: Answerer) -> bool:
        return self._engine.reading.ask(WriteBundle(self.live()), answer)

    def live(self) -> str:
        """What control knows by itself, as JSON: nothing of it was typed, and no session stands in it."""
        engine = self._engine
        held = {
            "versions": dict(engine.versions),
            "simulated": engine.simulated,
            "phase": engine.phase,
            "device": engine.device.key,
            "link": engine.connection.view(),
            "line": engine.wire,
            "loop": engine.loop,
            "counters": self.counters(),
            "checks": [(check.key, check.state, check.detail) for check in engine.selftest.views()],
            "alarms": [(one.number, one.title, one.active, one.acknowledged) for one in engine.signals.views()],
            "clock": engine.clock.view(),
        }
        return msgspec.json.encode(held).decode()


def _later(act: Callable[[Any, Answerer], None]) -> Handler:
    def handle(command: Any, answer: Answerer) -> bool:
        act(command, answer)
        return True

    return handle
