"""Where the data lies, and how much room the disk beneath has left."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.system import storage
from kiosk.system.errors import NoDataFolder
from kiosk.system.storage import data_folder, data_place, free_mb, ledger_path, on_raspberry_pi, settings_file


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    return model


@pytest.fixture
def desktop(tmp_path: Path) -> Path:
    return tmp_path / "no-device-tree"


def test_a_raspberry_pi_knows_its_name(pi: Path, desktop: Path) -> None:
    assert on_raspberry_pi(pi)
    assert not on_raspberry_pi(desktop)


def test_another_board_is_no_raspberry_pi(pi: Path) -> None:
    pi.write_bytes(b"Radxa ROCK 5B\0")

    assert not on_raspberry_pi(pi)


def test_off_a_pi_the_data_lies_in_the_xdg_folder(tmp_path: Path, desktop: Path) -> None:
    folder = data_folder(environ={"XDG_DATA_HOME": str(tmp_path / "share"), "HOME": "/nowhere"}, model=desktop)

    assert folder == tmp_path / "share/nappage"
    assert folder.stat().st_mode & 0o007 == 0


def test_who_only_asks_where_it_is_makes_nothing(tmp_path: Path, desktop: Path, pi: Path) -> None:
    assert data_place(environ={"HOME": str(tmp_path)}, model=desktop) == tmp_path / ".local/share/nappage"
    assert data_place(tmp_path / "named", environ={}, model=pi) == tmp_path / "named"
    assert data_place(environ={}, model=pi) == storage.PI_DATA
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_without_xdg_it_lies_below_home(tmp_path: Path, desktop: Path) -> None:
    folder = data_folder(environ={"HOME": str(tmp_path)}, model=desktop)

    assert folder == tmp_path / ".local/share/nappage"


def test_on_a_pi_only_systemd_makes_the_folder(pi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "PI_DATA", tmp_path / "var")

    with pytest.raises(NoDataFolder, match=r"E910.*does not exist"):
        data_folder(environ={}, model=pi)
    (tmp_path / "var").mkdir()

    assert data_folder(environ={}, model=pi) == tmp_path / "var"


def test_a_folder_that_a_person_names_wins(tmp_path: Path, pi: Path) -> None:
    assert data_folder(tmp_path / "here", environ={}, model=pi) == tmp_path / "here"


def test_a_file_in_the_way_is_an_error(tmp_path: Path, desktop: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(NoDataFolder, match="E910"):
        data_folder(tmp_path / "file/below", environ={}, model=desktop)


def test_real_and_simulated_ledgers_are_different_files(tmp_path: Path) -> None:
    assert ledger_path(tmp_path, simulated=True) != ledger_path(tmp_path, simulated=False)


@pytest.mark.requirement("LED-12")
def test_the_room_left_is_told_in_whole_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _folder: SimpleNamespace(f_bavail=12_499, f_frsize=4_000, f_bfree=90_000))

    assert free_mb(tmp_path) == 49


@pytest.mark.requirement("LED-12")
def test_a_folder_that_is_gone_has_no_room(tmp_path: Path) -> None:
    assert free_mb(tmp_path / "gone") == 0


def test_settings_of_a_screen_lie_in_the_state_folder_of_their_user_and_not_beside_the_record() -> None:
    assert settings_file({"XDG_STATE_HOME": "/s", "HOME": "/h"}) == Path("/s/nappage/screen.json")
    assert settings_file({"HOME": "/var/lib/nappage-kiosk"}) == Path(
        "/var/lib/nappage-kiosk/.local/state/nappage/screen.json"
    )
