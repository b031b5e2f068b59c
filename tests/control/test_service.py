"""Service from a shell: the checks of the screen, and only while control does not hold the record."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from kiosk.access.demo import DEMO_ACCOUNTS, demo_rows
from kiosk.cli import main
from kiosk.protocols.library import SHIPPED
from kiosk.records.backup import profile_texts
from kiosk.records.clerk import Asked, Clerk
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import EventRow
from kiosk.session.service_questions import WriteBackup
from kiosk.system.storage import ledger_path
from tests.records import sample

PRACTITIONER, TECHNICIAN, ADMINISTRATOR = DEMO_ACCOUNTS
Run = Callable[..., Result]


def opened(folder: Path) -> Ledger:
    path = ledger_path(folder, simulated=True)
    return Ledger.open(path, "simulated", clock_wall_ms=lambda: 1_700_000_000_000, boot_id="boot")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    ledger = opened(tmp_path)
    ledger.append([*demo_rows(0), *sample.treatment(3)])
    ledger.append([EventRow(Fact.ALARM, 0, 0, "", "Alarm", {"number": 708, "what": "onset", "detail": "here"})])
    ledger.close()
    return tmp_path


@pytest.fixture
def service(data: Path) -> Run:
    def run(*words: str | Path, pin: str = "", said: str = "", of: Path = data) -> Result:
        told = [str(word) for word in ("service", *words, "--data", of, "--simulated")]
        result = CliRunner().invoke(main, told, input=f"{said}{pin}\n")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def by_admin(run: Run, *words: str | Path, **more: str | Path) -> Result:
    return run(*words, "--name", ADMINISTRATOR.name, pin=ADMINISTRATOR.pin, **more)


def test_wear_and_faults_are_read_beside_a_treatment(service: Run, data: Path) -> None:
    held = opened(data)
    told = service("wear").output
    assert "shots in treatments     3" in told
    assert "needle carriage         3 strokes, no replacement recorded" in told
    assert "A708 Skin contact lost (here): no end" in service("faults").output
    assert "No such alarm is recorded." in service("faults", "--number", "999").output
    assert f"{ADMINISTRATOR.name:30}  administrator   active" in service("people").output
    held.close()


@pytest.mark.requirement("ACC-4")
def test_a_part_is_replaced_by_a_technician(service: Run, data: Path) -> None:
    told = service("replaced", "tubing", "--name", TECHNICIAN.name, pin=TECHNICIAN.pin)
    assert (told.exit_code, "its count begins anew" in told.output) == (0, True)
    assert f"replaced by {TECHNICIAN.name}" in service("wear").output
    assert "E606" in by_admin(service, "replaced", "tubing").output
    empty = data / "empty"
    ledger = opened(empty)
    ledger.append(demo_rows(0))
    ledger.close()
    told = service("replaced", "tubing", "--name", TECHNICIAN.name, pin=TECHNICIAN.pin, of=empty)
    assert "E427" in told.output
    assert service("replaced", "enable relay", "--name", TECHNICIAN.name, pin=TECHNICIAN.pin, of=empty).exit_code == 0


@pytest.mark.requirement("ACC-1", "ACC-4")
def test_an_account_is_disabled_and_enabled(service: Run) -> None:
    assert "is disabled." in by_admin(service, "disable", PRACTITIONER.name).output
    assert "practitioner    DISABLED" in service("people").output
    assert "E613" in by_admin(service, "disable", PRACTITIONER.name).output
    assert "is enabled again" in by_admin(service, "enable", PRACTITIONER.name).output
    assert "E610" in by_admin(service, "disable", ADMINISTRATOR.name).output
    assert "E604" in by_admin(service, "disable", "Nobody").output
    assert "E601" in service("disable", PRACTITIONER.name, "--name", ADMINISTRATOR.name, pin="000000").output


@pytest.mark.requirement("LED-13")
def test_while_control_holds_the_record_nothing_is_written(service: Run, data: Path, tmp_path: Path) -> None:
    held = opened(data)
    file = tmp_path / "settings.json"
    for words in (("disable", PRACTITIONER.name), ("backup", file)):
        assert "E402" in by_admin(service, *words).output
    assert not file.exists()
    held.close()


def test_settings_go_out_and_come_in_on_a_new_card(service: Run, data: Path, tmp_path: Path) -> None:
    screen = tmp_path / "screen.json"
    screen.write_text('{"theme":"night","brightness":50}')
    file = tmp_path / "settings.json"
    profiles = tmp_path / "mine"
    for name, text in {**profile_texts(SHIPPED), "cleanup.toml": (SHIPPED / "cleanup.toml").read_text()}.items():
        (profiles / name).parent.mkdir(parents=True, exist_ok=True)
        (profiles / name).write_text(text + "\n# ours\n")
    told = by_admin(service, "backup", file, "--settings", screen, "--profiles", profiles)
    assert f"wrote {file}, SHA-256 " in told.output
    new = tmp_path / "new"
    ledger = opened(new)
    ledger.append(demo_rows(0)[2:])
    ledger.close()
    target = tmp_path / "new-screen.json"
    told = by_admin(service, "restore", file, "--settings", target, said="y\n", of=new)
    assert "2 accounts were added. Profiles count from the next start" in told.output
    assert '"theme":"night"' in target.read_text()
    assert profile_texts(new / "profiles") == profile_texts(profiles)
    assert TECHNICIAN.name in service("people", of=new).output
    told = by_admin(service, "restore", file, "--settings", target, said="y\n", of=new)
    assert "0 accounts were added. Profiles are the same." in told.output, "the clinic's own folder is found by itself"


@pytest.mark.requirement("LIM-9")
def test_an_account_whose_role_there_is_not_is_named_and_no_file_is_written(
    service: Run, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    ledger = opened(data)
    ledger.append([msgspec.structs.replace(sample.account("Eva"), role="x")])
    ledger.close()
    told = by_admin(service, "backup", file)
    assert (told.exit_code, "E431: The account of Eva is damaged: there is no role 'x'" in told.output) == (2, True)
    assert not file.exists()
    answer = Clerk(ledger_path(data, simulated=True), tmp_path).answer(Asked(1, WriteBackup(ADMINISTRATOR.name, "")))
    assert (answer.ok, answer.error) == (False, 431)


def test_what_is_not_restored_changes_nothing(service: Run, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    by_admin(service, "backup", file)
    assert by_admin(service, "restore", file, said="n\n").exit_code == 1
    ledger = opened(data)
    ledger.append([sample.session(7)])
    ledger.close()
    told = by_admin(service, "restore", file, said="y\n")
    assert "E427" in told.output
    assert "a session is open" in told.output
    file.write_text(file.read_text().replace("practitioner", "administrator", 1))
    told = by_admin(service, "restore", file, said="y\n")
    assert "E426" in told.output
    assert "SHA-256 does not fit" in told.output
    assert not (data / "profiles").exists()


def test_a_file_that_is_none_is_named_and_nothing_is_written(service: Run, tmp_path: Path) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text('{"format":"nappage settings","version":1,"sha256":"","content":' + "[" * 100_000)
    told = by_admin(service, "restore", deep, said="y\n")
    assert (told.exit_code, "E426: The backup deep.json cannot be restored" in told.output) == (2, True)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    told = by_admin(service, "backup", tmp_path / "b.json", "--settings", binary)
    assert (told.exit_code, f"E423: The file {binary} cannot be read" in told.output) == (2, True)
    assert not (tmp_path / "b.json").exists()
    for words in (("backup", ".", "--name", ADMINISTRATOR.name), ("bundle", ".")):
        told = service(*words, pin=ADMINISTRATOR.pin)
        assert (told.exit_code, "E414" in told.output, "E400" in told.output) == (2, True, False), told.output


def test_the_file_for_support_is_written_beside_a_treatment(service: Run, data: Path, tmp_path: Path) -> None:
    held = opened(data)
    file = tmp_path / "support.zip"
    assert "no patient code is in it" in service("bundle", file).output
    with zipfile.ZipFile(file) as opened_file:
        assert not any(b"P-1042" in opened_file.read(name) for name in opened_file.namelist())
    held.close()
