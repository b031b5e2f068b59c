"""Backup and restore of settings through the channel: an administrator's act, checked whole, a row for each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kiosk.channel import commands as ask
from kiosk.channel.service import BackUp, BackupList, ListBackups, RestoreBackup
from kiosk.protocols.library import SHIPPED
from kiosk.records import backup
from kiosk.records.backup import profile_texts
from kiosk.records.errors import BackupRefused
from kiosk.records.rows import AccountRow, EventRow
from kiosk.session.exchange import Answer
from kiosk.session.service_questions import TakeProfiles, WriteBackup
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench

SCREEN = '{"theme":"night"}'


@pytest.fixture
def subject(bench: Bench) -> Bench:
    return bench.start().sign_in(ADMINISTRATOR)


def made(bench: Bench) -> BackupList:
    page = bench.tell(BackUp(SCREEN)).page
    assert isinstance(page, BackupList)
    return page


def restore(bench: Bench) -> RestoreBackup:
    line = made(bench).lines[0]
    return RestoreBackup(line.name, line.sha256)


def edited(bench: Bench, command: RestoreBackup, **changes: object) -> RestoreBackup:
    """The file with other content, rightly sealed: as another device would have written it."""
    path = bench.folder / "backups" / command.name
    held, _ = backup.read(path, "simulated")
    import msgspec

    return RestoreBackup(command.name, backup.write(path, msgspec.structs.replace(held, **changes)))


@pytest.mark.requirement("ACC-4")
def test_a_backup_is_a_file_and_a_row(subject: Bench) -> None:
    page = made(subject)
    [line] = page.lines
    assert (line.by, line.accounts, line.why) == (ADMINISTRATOR.name, 3, "")
    assert line.profiles == len(profile_texts(SHIPPED))
    assert page.done == f"Settings were backed up into {line.name}"
    [row] = [row for row in subject.rows(EventRow) if row.kind == "settings backed up"]
    assert row.body == {"file": line.name, "sha256": line.sha256}
    path = subject.folder / "backups" / line.name
    assert path.stat().st_mode & 0o777 == 0o600, "PINs stand in it as hashes: it is the administrator's"
    listed = subject.tell(ListBackups()).page
    assert isinstance(listed, BackupList)
    assert listed.lines == page.lines


@pytest.mark.requirement("ACC-2", "ACC-4")
def test_accounts_that_nobody_has_are_added_and_all_others_left_alone(subject: Bench) -> None:
    command = restore(subject)
    held, _ = backup.read(subject.folder / "backups" / command.name, "simulated")
    ada = backup.KeptAccount("Ada Byron", "technician", PRACTITIONER.hashed, False)
    old = backup.KeptAccount(TECHNICIAN.name.upper(), "technician", "an older hash", False)
    command = edited(subject, command, accounts=(ada, old))
    page = subject.tell(command).page
    assert isinstance(page, BackupList)
    assert page.screen == SCREEN
    assert page.done == "1 account was added. Profiles are the same."
    [row] = [row for row in subject.rows(EventRow) if row.kind == "settings restored"]
    assert row.body["accounts"] == ["Ada Byron"]
    [account] = subject.rows(AccountRow)
    assert (account.name, account.by, account.pin) == ("Ada Byron", ADMINISTRATOR.name, PRACTITIONER.hashed)
    assert account.reason == f"restored from backup {command.sha256[:16]}"
    subject.run(0.1)
    assert "Ada Byron" in [each.name for each in subject.snap.accounts]
    assert held.screen == SCREEN
    subject.restart()
    assert "Ada Byron" in [each.name for each in subject.engine.people.accounts()]


@pytest.mark.requirement("LIM-9")
def test_profiles_that_differ_count_from_the_next_start(subject: Bench) -> None:
    command = restore(subject)
    texts = {**profile_texts(SHIPPED)}
    texts["protocols/mesolift.toml"] = texts["protocols/mesolift.toml"] + "\n# the clinic's own\n"
    (subject.folder / "profiles").mkdir()
    command = edited(subject, command, profiles=texts)
    page = subject.tell(command).page
    assert isinstance(page, BackupList)
    assert page.done == "0 accounts were added. Profiles count from the next start, and are approved anew."
    assert profile_texts(subject.folder / "profiles") == texts
    assert (subject.folder / "profiles.before").is_dir(), "what lay there before is kept"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda text: text.replace("mesolift", "mesolifT", 1), "it is damaged: its SHA-256 does not fit"),
        (lambda text: text[:-40], "no file of settings"),
        (lambda _: "", "no file of settings"),
        (lambda text: text.replace("nappage settings", "another program"), "it is of another program"),
        (lambda text: text.replace('"version":1', '"version":2'), "it has version 2, this program knows 1"),
    ],
)
def test_a_damaged_or_foreign_file_is_one_sentence_and_changes_nothing(subject: Bench, harm: object, said: str) -> None:
    command = restore(subject)
    path = subject.folder / "backups" / command.name
    path.write_text(harm(path.read_text()))  # type: ignore[operator]
    before = len(subject.rows(EventRow))
    reply = subject.ask(command)
    assert (reply.ok, reply.error) == (False, 426)
    assert said in reply.sentence
    assert subject.rows(AccountRow) == []
    assert [row.kind for row in subject.rows(EventRow)[before:]] == []
    listed = subject.tell(ListBackups()).page
    assert isinstance(listed, BackupList)
    assert said in listed.lines[0].why


def test_only_what_was_shown_is_restored(subject: Bench) -> None:
    command = restore(subject)
    edited(subject, command, by="somebody else")
    assert "not the one that was shown" in subject.refused(command)
    gone = RestoreBackup("gone.json", command.sha256)
    assert "cannot be read" in subject.refused(gone)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "real"}, "it is of a real device, and this one is simulated"),
        ({"profiles": {"../../etc/passwd.toml": "x"}}, "names a profile that cannot be one"),
        ({"profiles": {"needles.toml": "x"}}, "its profiles do not load"),
    ],
)
def test_what_cannot_be_this_devices_is_refused(subject: Bench, changes: dict[str, object], said: str) -> None:
    assert said in subject.refused(edited(subject, restore(subject), **changes))
    assert not (subject.folder / "profiles").exists()


@pytest.mark.requirement("ACC-2", "UI-4")
def test_what_a_simulated_device_kept_is_refused_by_a_real_one(subject: Bench) -> None:
    """Everybody knows the PINs of its accounts."""
    path = subject.folder / "backups" / restore(subject).name
    with pytest.raises(BackupRefused, match="it is of a simulated device, and this one is real"):
        backup.read(path, "real")


@pytest.mark.requirement("ACC-2")
def test_an_account_that_was_disabled_comes_back_disabled(subject: Bench) -> None:
    gone = backup.KeptAccount("Ada Byron", "technician", PRACTITIONER.hashed, True)
    subject.tell(edited(subject, restore(subject), accounts=(gone,)))
    [account] = subject.rows(AccountRow)
    assert account.disabled
    assert not subject.ask(ask.SignIn("Ada Byron", PRACTITIONER.pin)).ok


@pytest.mark.requirement("ACC-1", "ACC-5")
@pytest.mark.parametrize("person", [PRACTITIONER, TECHNICIAN])
def test_it_takes_an_administrator(bench: Bench, person: object) -> None:
    bench.start().sign_in(person)
    for command in (ListBackups(), BackUp(), RestoreBackup("a.json", "0" * 64)):
        assert "it takes an administrator" in bench.refused(command)


def test_nothing_is_restored_with_a_session_open(subject: Bench) -> None:
    command = restore(subject)
    subject.sign_in().open().sign_in(ADMINISTRATOR)
    assert "not complete" in subject.refused(command)
    subject.engine.selftest.passed = False
    assert "a session is open" in subject.refused(command)


def test_whoever_signs_out_meanwhile_restores_nothing(subject: Bench) -> None:
    command = restore(subject)
    number = subject.send(command)
    subject.send(ask.SignOut())
    assert "changed meanwhile" in subject.reply(number).sentence
    assert not [row for row in subject.rows(EventRow) if row.kind == "settings restored"]


@pytest.mark.requirement("LED-12")
def test_what_cannot_be_recorded_is_neither_made_nor_restored(subject: Bench) -> None:
    command = restore(subject)
    subject.disk.failing = True
    assert "cannot be written" in subject.refused(command)
    assert not (subject.folder / "profiles").exists()
    assert "cannot be written" in subject.refused(BackUp())


def failing(bench: Bench, kind: type) -> None:
    usual = bench.clerk._answer
    bench.clerk._answer = lambda ticket, question: (
        Answer(ticket, False, "the disk is full", "Make room.", 414)
        if isinstance(question, kind)
        else usual(ticket, question)
    )


def test_a_file_that_cannot_be_written_is_said(subject: Bench) -> None:
    failing(subject, WriteBackup)
    assert subject.refused(BackUp()) == "the disk is full"


def test_profiles_that_cannot_be_put_in_place_are_said_and_recorded(subject: Bench) -> None:
    command = restore(subject)
    failing(subject, TakeProfiles)
    assert subject.refused(command) == "the disk is full"
    subject.run(0.1)
    assert "were not put in place" in subject.events("refused")[-1].sentence


def test_a_file_of_another_device_can_be_put_there_and_taken_over(subject: Bench, tmp_path: Path) -> None:
    line = made(subject).lines[0]
    shutil.copy(subject.folder / "backups" / line.name, subject.folder / "backups" / "from-a-stick.json")
    page = subject.tell(ListBackups()).page
    assert isinstance(page, BackupList)
    assert {each.name for each in page.lines} == {line.name, "from-a-stick.json"}
    subject.tell(RestoreBackup("from-a-stick.json", line.sha256))
    held = json.loads((subject.folder / "backups" / line.name).read_text())
    assert held["format"] == "nappage settings"
