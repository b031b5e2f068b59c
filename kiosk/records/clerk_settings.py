"""The clerk's answers about files of settings: it writes one, lists them, reads one whole, puts profiles in place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from kiosk.channel.service import BackupList
from kiosk.records import backup, chain
from kiosk.records.restore import accounts
from kiosk.session.exchange import Answer
from kiosk.session.service_questions import CheckBackup, TakeProfiles, WriteBackup


class Settings:
    """Files of settings beside one record; `data` is its folder, `profiles` the one that control loaded."""

    def __init__(self, db: Database, data: Path, profiles: Path) -> None:
        self._db = db
        self._kind: chain.Kind = chain.kind_of(db)
        self._data = data
        self._profiles = profiles
        self._folder = data / backup.FOLDER

    def answer(self, ticket: int, question: WriteBackup | CheckBackup | TakeProfiles) -> Answer:
        """The answer to one question.

        Raises:
            BackupRefused, ExportFailed: a file that is not restored; one that could not be written.
        """
        if isinstance(question, WriteBackup):
            return self._write(ticket, question)
        held, digest = backup.read(self._folder / question.name, self._kind, question.sha256)
        if isinstance(question, CheckBackup):
            return Answer(ticket, True, accounts=held.rows("", 0, digest), text=f"{len(held.profiles)} files")
        differ = backup.take_profiles(held, self._data, self._profiles)
        return Answer(ticket, True, page=self.page(held.screen), text="differ" if differ else "")

    def _write(self, ticket: int, question: WriteBackup) -> Answer:
        now = datetime.now(UTC).astimezone()
        name = backup.file_name(self._kind, now)
        held = backup.content(
            accounts(self._db), self._profiles, self._kind, by=question.by, now=now, screen=question.screen
        )
        digest = backup.write(self._folder / name, held)
        return Answer(ticket, True, sentence=digest, page=self.page(), text=name)

    def page(self, screen: str = "") -> BackupList:
        """Every file that lies there."""
        return BackupList(str(self._folder), backup.listed(self._folder, self._kind), screen=screen)
