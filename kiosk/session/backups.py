"""Backup and restore of settings: an administrator's act, between sessions, with a row of the record for each.

    asked -> file read whole and checked -> rows of accounts and of the restore on disk -> profiles put in place

What exists here is left as it is: of the accounts only those are added whose name nobody has, so that an old file takes
nobody's PIN back and opens no account that was shut. Profiles count from the next start and are approved anew (LIM-9).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from drivers.errors import NappageError
from kiosk.channel import service
from kiosk.channel.service import BackupList
from kiosk.channel.snapshot import Page
from kiosk.records.facts import Fact
from kiosk.records.rows import EventRow
from kiosk.session.errors import NotNow
from kiosk.session.exchange import Answer
from kiosk.session.people import ClerkRefusal
from kiosk.session.service_questions import CheckBackup, ReadBackups, TakeProfiles, WriteBackup

if TYPE_CHECKING:
    from kiosk.session.engine import Engine

Answerer = Callable[[NappageError | None, Page | None], None]
RESTORING = "Restoring settings"
PROFILES = "profiles"


class Backups:
    """Files of settings; the clerk writes and reads them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._desk = engine.desk

    def list(self, _: service.ListBackups, answer: Answerer) -> bool:
        """The files that could be restored, each read whole."""
        return self._engine.reading.ask(ReadBackups(), answer)

    def make(self, command: service.BackUp, answer: Answerer) -> bool:
        """Write a file; its row is on disk before it is told."""
        desk = self._desk

        def written(told: Answer) -> None:
            page = told.page
            if not isinstance(page, BackupList):
                answer(ClerkRefusal(told), None)
                return
            body = {"file": told.text, "sha256": told.sentence}
            said = f"Settings were backed up into {told.text}"
            row = EventRow(Fact.BACKED_UP, desk.mono_ms, 0, desk.user, said, {**body})
            done = msgspec.structs.replace(page, done=said)
            desk.commit(row, then=lambda: answer(None, done), failed=lambda: answer(_unwritten("Backing up"), None))

        desk.ask(WriteBackup(desk.user, command.screen), written)
        return True

    def restore(self, command: service.RestoreBackup, answer: Answerer) -> bool:
        """Check the file whole, then take it over.

        Raises:
            NotNow: a session is open.
        """
        desk, people = self._desk, self._engine.people
        user, still = desk.user, self._engine.setup.still()
        if self._engine.setup.facts is not None:
            raise NotNow(what=RESTORING, why="a session is open")

        def checked(told: Answer) -> None:
            if not told.ok:
                answer(ClerkRefusal(told), None)
                return
            if desk.user != user or not people.active or not still() or self._engine.phase == "calibrate":
                answer(NotNow(what=RESTORING, why="the person or the session changed meanwhile"), None)
                return
            rows = tuple(
                msgspec.structs.replace(row, by=user, mono_ms=desk.mono_ms) for row in people.missing(told.accounts)
            )
            names = [row.name for row in rows]
            body = {"file": command.name, "sha256": command.sha256, "accounts": names, "profiles": told.text}
            said = f"Settings are restored from {command.name}"
            row = EventRow(Fact.RESTORED, desk.mono_ms, 0, user, said, {**body})

            def committed() -> None:
                people.added(rows)
                desk.anchor()
                desk.ask(TakeProfiles(command.name, command.sha256), taken)

            def taken(answered: Answer) -> None:
                self._taken(answered, len(rows), answer)

            desk.commit(row, *rows, then=committed, failed=lambda: answer(_unwritten(RESTORING), None))

        desk.ask(CheckBackup(command.name, command.sha256), checked)
        return True

    def _taken(self, told: Answer, accounts: int, answer: Answerer) -> None:
        page = told.page
        if not isinstance(page, BackupList):
            self._desk.event("refused", f"The profiles of a backup were not put in place: {told.sentence}")
            answer(ClerkRefusal(told), None)
            return
        profiles = "Profiles count from the next start, and are approved anew" if told.text else "Profiles are the same"
        added = f"{accounts} accounts were added" if accounts != 1 else "1 account was added"
        said = f"{added}. {profiles}."
        self._desk.notice(said)
        answer(None, msgspec.structs.replace(page, done=said))


def _unwritten(what: str) -> NotNow:
    return NotNow(what=what, why="the record cannot be written")
