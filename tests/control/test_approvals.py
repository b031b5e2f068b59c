"""Approving from a shell: the same checks as on the screen, and only while control does not hold the record."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.access.demo import DEMO_ACCOUNTS, demo_rows
from kiosk.cli import PROFILES, main
from kiosk.protocols.library import load
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Restored
from kiosk.system.storage import ledger_path

PRACTITIONER, _, ADMINISTRATOR = DEMO_ACCOUNTS
Run = Callable[..., Result]


def opened(folder: Path) -> Ledger:
    path = ledger_path(folder, simulated=True)
    return Ledger.open(path, "simulated", clock_wall_ms=lambda: 1_700_000_000_000, boot_id="boot")


def restored(folder: Path) -> Restored:
    ledger = opened(folder)
    found = ledger.restore()
    ledger.close()
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    ledger = opened(tmp_path)
    ledger.append(demo_rows(0))
    ledger.close()
    return tmp_path


@pytest.fixture
def service(data: Path) -> Run:
    def run(*words: str | Path, typed: str = "") -> Result:
        told = [str(word) for word in ("service", *words, "--data", data, "--simulated")]
        result = CliRunner().invoke(main, told, input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def typed(pin: str = ADMINISTRATOR.pin) -> str:
    return f"y\n{pin}\n"


@pytest.mark.requirement("LIM-9")
def test_what_is_approved_in_a_shell_is_approved_and_listed(service: Run, data: Path) -> None:
    assert re.search(r"mesolift +[0-9a-f]{16}  never approved", service("approvals").output)
    assert "scalp" in service("approvals").output
    assert "needs the clinic's figure for sessions, interval_days" in service("approvals").output
    told = service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed())
    assert told.exit_code == 0, told.output
    assert "zones.forehead.depth (new) -> 0.50 mm first" in told.output
    assert "It counts from control's next start" in told.output
    assert ADMINISTRATOR.pin not in told.output
    assert restored(data).approvals == (("mesolift", load(PROFILES).sha256("mesolift")),)
    assert "approved by Demo administrator" in service("approvals").output
    again = service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed())
    assert "E420" in again.output
    assert "exactly this content is approved" in again.output


@pytest.mark.requirement("LIM-9")
def test_an_edited_profile_tells_its_difference_key_by_key(service: Run, tmp_path: Path) -> None:
    service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed())
    folder = shutil.copytree(PROFILES, tmp_path / "profiles")
    file = folder / "protocols/mesolift.toml"
    file.write_text(file.read_text().replace("default = 0.50, soft = [0.50, 1.05], hard = [0.05, 1.35]",
                                             "default = 0.60, soft = [0.50, 1.05], hard = [0.05, 1.35]"))  # fmt: skip
    assert "CHANGED since by Demo administrator" in service("approvals", "--profiles", folder).output
    lines = service("approvals", "mesolift", "--profiles", folder).output.splitlines()
    assert lines[3:] == ["  zones.forehead.depth.default 0.50 mm -> 0.60 mm"]


@pytest.mark.requirement("ACC-1", "ACC-2", "LIM-9")
def test_only_an_administrator_with_the_right_pin_approves(service: Run, data: Path) -> None:
    assert "E606" in service("approve", "mesolift", "--name", PRACTITIONER.name, typed=typed(PRACTITIONER.pin)).output
    assert "E604" in service("approve", "mesolift", "--name", "Nobody", typed=typed()).output
    assert "E601" in service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed("000000")).output
    assert "E602" in service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed()).output
    found = restored(data)
    assert found.approvals == ()
    assert next(account.failures for account in found.accounts if account.name == ADMINISTRATOR.name) == 1


def test_who_had_typed_a_wrong_pin_before_is_forgiven_with_the_right_one(service: Run, data: Path) -> None:
    ledger = opened(data)
    account = next(row for row in ledger.accounts() if row.name == ADMINISTRATOR.name)
    from kiosk.access.lockout import failed

    ledger.append([failed(account, 0, 0)])
    ledger.close()
    assert service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed()).exit_code == 0
    assert next(row.failures for row in restored(data).accounts if row.name == ADMINISTRATOR.name) == 0


@pytest.mark.requirement("LED-13")
def test_while_control_holds_the_record_nothing_is_approved_but_all_is_read(service: Run, data: Path) -> None:
    held = opened(data)
    assert "never approved" in service("approvals").output
    told = service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed())
    assert "E402" in told.output
    held.close()
    assert restored(data).approvals == ()


@pytest.mark.requirement("LED-11")
def test_nothing_is_approved_in_a_record_that_shows_damage(
    service: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.records import cli_signed

    real = Ledger.open(ledger_path(data, simulated=True), "simulated", clock_wall_ms=lambda: 0, boot_id="boot")
    real._verified = "Row 2 was changed"
    monkeypatch.setattr(cli_signed.Ledger, "open", lambda *_, **__: real)
    told = service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed=typed())
    assert "Row 2 was changed" in told.output


def test_what_cannot_be_approved_says_why(service: Run, data: Path) -> None:
    told = service("approve", "scalp", "--name", ADMINISTRATOR.name, typed=typed())
    assert "has to give a figure for" in told.output
    assert "only cellulite" in service("approvals", "nothing").output
    assert service("approve", "mesolift", "--name", ADMINISTRATOR.name, typed="n\n").exit_code == 1
    (data / "other").mkdir()
    assert (
        "E409"
        in CliRunner().invoke(main, ["service", "approvals", "--simulated", "--data", str(data / "other")]).output
    )
    assert restored(data).approvals == ()
