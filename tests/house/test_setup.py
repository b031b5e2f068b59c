"""Set-up says plainly what it will not do, and does nothing twice."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.rules import ROOT

NEEDED = ("sh", "dirname", "cat", "cut", "grep", "tr", "sha256sum", "id", "env")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with what set-up reads, and a folder of commands that has no package manager in it."""
    folder = tmp_path / "checkout"
    (folder / "tools").mkdir(parents=True)
    for name in ("tools/setup.sh", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "bin").mkdir()
    for command in NEEDED:
        found = shutil.which(command)
        assert found is not None
        (folder / "bin" / command).symlink_to(found)
    return folder


def setup(checkout: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "tools/setup.sh"), *words],
        env={"PATH": str(checkout / "bin"), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def make_ready(checkout: Path, what: str, lock: str) -> None:
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/true")
    content = b"".join((checkout / name).read_bytes() for name in (lock, "pyproject.toml", "tools/setup.sh"))
    (checkout / f".venv/.ready-{what}").write_text(f"{hashlib.sha256(content).hexdigest()} {checkout}")


def test_where_there_is_no_debian_it_names_the_packages_and_installs_nothing(checkout: Path) -> None:
    done = setup(checkout, "run")

    assert done.returncode == 1
    assert "nothing was installed" in done.stderr
    assert "libgl1 libegl1" in done.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(("what", "lock"), [("run", "requirements.lock"), ("dev", "requirements-dev.lock")])
def test_a_second_start_says_and_does_nothing(checkout: Path, what: str, lock: str) -> None:
    make_ready(checkout, what, lock)

    done = setup(checkout, what)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_changed_lock_is_set_up_again(checkout: Path) -> None:
    make_ready(checkout, "run", "requirements.lock")
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")

    # The Python named here is none, so that set-up goes no further than looking for one.
    old = checkout / "bin/python-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = setup(checkout, "run", NAPPAGE_SYSTEM_PACKAGES="no", NAPPAGE_PYTHON=str(old))

    assert done.returncode == 1
    assert f"no Python from 3.11 to 3.13 with venv was found (looked for: {old})" in done.stderr


def test_a_word_it_does_not_know_is_refused(checkout: Path) -> None:
    assert setup(checkout, "everything").returncode == 2
