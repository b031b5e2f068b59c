"""What a newcomer meets first is true: make's targets, the lock files, README and CONTRIBUTING."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import Any

import pytest

from tests.house.rules import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")
SCRIPTS = ("setup.sh", "run.sh", "test.sh", "lock.sh")


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE))


def targets() -> set[str]:
    found = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return set(found)


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert {line.split()[1] for line in done.stdout.splitlines()} == targets()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\n]| +#)", (ROOT / page).read_text()))

    assert named
    assert named <= targets()


def test_the_readme_opens_with_the_two_lines_that_matter() -> None:
    blocks = re.findall(r"```[a-z]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)

    assert [line.split("#")[0].strip() for line in blocks[0].strip().splitlines()] == ["make run", "make test"]


def test_the_readme_says_that_this_is_no_certified_medical_device() -> None:
    assert "It is a reference design, not a certified medical device." in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_its_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=[a-z])", text)[1:]

    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert not re.search(r"https?:|file:|--index|--find-links", text)


def test_both_locks_hold_the_same_versions() -> None:
    run, dev = (pins(lock) for lock in LOCKS)

    assert {name: dev.get(name) for name in run} == run


def test_what_is_pinned_exactly_is_locked_so() -> None:
    exact = dict(entry.split("==") for entry in PROJECT["project"]["dependencies"] if "==" in entry)

    assert exact["pymodbus"] == "3.16.1"
    assert {name: pins("requirements.lock")[name] for name in exact} == exact


def test_the_lock_is_as_new_as_the_dependencies() -> None:
    wanted = {re.split(r"[=<>\[]", entry)[0] for entry in PROJECT["project"]["dependencies"]}
    dev = {re.split(r"[=<>\[]", entry)[0] for entry in PROJECT["project"]["optional-dependencies"]["dev"]}

    assert wanted <= pins("requirements.lock").keys()
    assert wanted | dev <= pins("requirements-dev.lock").keys()


def test_the_build_machine_starts_make_test() -> None:
    assert (ROOT / ".ci/run").read_text().rstrip().endswith("exec make test")
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_started_and_are_sound_shell(script: str) -> None:
    path = ROOT / "tools" / script

    assert path.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{PROJECT['project']['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_nappage_command_that_is_named_anywhere_exists() -> None:
    from kiosk.cli import main

    places = [ROOT / name for name in ("Makefile", "README.md", "CONTRIBUTING.md")]
    places += [*(ROOT / "tools").iterdir(), *(ROOT / "systemd").glob("*.service")]
    text = "\n".join(place.read_text() for place in places)
    named = set(re.findall(r"(?:/bin|\$\(BIN\))/nappage ([a-z]+)((?: --[a-z-]+)*)", text))
    known = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in main.commands.items()
    }

    assert named
    assert [
        f"{name}{options}" for name, options in named if name not in known or set(options.split()) - known[name]
    ] == []
