"""Who may import whom: the contracts in pyproject.toml hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.rules import ROOMS, ROOT

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

# Contract to a file, and an import that does not belong there.
PLANTED = [
    ("drivers-alone", "drivers/link.py", "import kiosk.channel"),
    ("drivers-alone", "drivers/registers.py", "from hal_sim import controller"),
    ("far-end", "hal_sim/controller.py", "import drivers.link"),
    ("far-end", "hal_sim/wire.py", "from drivers import errors"),
    ("no-fallback", "kiosk/cli.py", "import hal_sim.controller"),
    ("no-fallback", "kiosk/records/__init__.py", "from hal_sim import controller"),
    ("pure-rooms", "kiosk/protocols/__init__.py", "import sqlite3"),
    ("pure-rooms", "kiosk/session/engine.py", "import serial"),
    ("pure-rooms", "kiosk/alarms/__init__.py", "import gpiozero"),
    ("pure-rooms", "kiosk/access/__init__.py", "import sqlite_utils"),
    ("pure-rooms", "kiosk/view/__init__.py", "import kivy.clock"),
    ("glass", "kiosk/screens/__init__.py", "import kiosk.records"),
    ("glass", "kiosk/app.py", "import drivers.link"),
    ("glass", "kiosk/app.py", "import kiosk.session"),
    ("terminal", "kiosk/terminal/seat.py", "import kiosk.session"),
    ("kivy-room", "hal_sim/bench.py", "import kivy"),
    ("kivy-room", "kiosk/control.py", "from kivy.clock import Clock"),
    ("modbus-behind-two-files", "drivers/injector.py", "from pymodbus.client import ModbusSerialClient"),
]


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_stands() -> None:
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.kv"))
    return folder


@pytest.mark.parametrize(("contract", "file", "words"), PLANTED)
def test_an_import_that_does_not_belong_breaks_its_contract(copy: Path, contract: str, file: str, words: str) -> None:
    planted = copy / file
    before = planted.read_text()
    planted.write_text(before + f"\n{words}\n")
    try:
        done = lint(copy, contract)
    finally:
        planted.write_text(before)

    name = next(entry["name"] for entry in CONTRACTS if entry["id"] == contract)
    assert done.returncode == 1
    assert f"{name} BROKEN" in done.stdout


def test_every_contract_has_been_seen_to_fail() -> None:
    assert {entry["id"] for entry in CONTRACTS} == {contract for contract, _, _ in PLANTED}


def test_a_new_room_is_named_in_the_contracts_of_the_glass() -> None:
    by_id = {entry["id"]: entry for entry in CONTRACTS}
    rooms = {f"kiosk.{path.parent.name}" for path in (ROOT / "kiosk").glob("*/__init__.py")}

    assert rooms - {"kiosk.screens", "kiosk.view", "kiosk.channel", "kiosk.system"} <= set(
        by_id["glass"]["forbidden_modules"]
    )
    assert rooms - {"kiosk.screens"} <= set(by_id["kivy-room"]["source_modules"])
