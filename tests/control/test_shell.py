"""What is typed wrongly, and what cannot be written: one numbered sentence on standard error, and no traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from tests.records.test_permissions import open_folder, without_rights, written
from tests.rehearsal.played import ROOT

__all__ = ["open_folder"]


def refused(*words: str) -> str:
    """What a command says that is refused: one line, and exit code 2."""
    result = CliRunner().invoke(main, list(words), prog_name="nappage")
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert re.fullmatch(r"E\d{3}: [^\n]+\n", result.output), result.output
    return result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bogus", "E960: 'nappage' was not understood: no such command 'bogus'"),
        ("--bogus", "E960: 'nappage' was not understood: no such option '--bogus'"),
        ("sessions --bogus", "E960: 'nappage sessions' was not understood: no such option '--bogus'"),
        ("check", "E960: 'nappage check' was not understood: missing argument 'FILES...'"),
        ("run", "E960: 'nappage run' was not understood: name one: --simulated or --hardware"),
        ("service replaced", "E960: 'nappage service replaced' was not understood: missing argument"),
        ("export 1 --format doc", "'doc' is not one of 'json', 'csv', 'pdf', 'aftercare'"),
    ],
)
def test_what_is_typed_wrongly_is_an_error_like_any_other(words: str, said: str) -> None:
    assert said in refused(*words.split())


def test_a_group_without_a_command_is_no_error_but_a_wish_for_help() -> None:
    for words in ([], ["service"], ["calibrate"]):
        result = CliRunner().invoke(main, words)
        assert "Commands:" in result.output
        assert "E960" not in result.output


@pytest.mark.parametrize("group", [[], ["service"], ["calibrate"]], ids=str)
def test_help_lists_every_command_with_its_whole_sentence(group: list[str]) -> None:
    assert "..." not in CliRunner().invoke(main, [*group, "--help"]).output.partition("Commands:")[2]


def test_help_tells_what_an_option_is_when_nobody_names_it() -> None:
    run, export, simulate = (
        " ".join(CliRunner().invoke(main, [name, "--help"]).output.split()) for name in ("run", "export", "simulate")
    )
    assert "[default: pdf]" in export
    assert "[default: (those shipped)]" in simulate
    assert '[default: ""]' not in run
    assert "--size WIDTHxHEIGHT" in run


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (("sessions", "--before", "99999999999999999999"), "1<=x<=9223372036854775807"),
        (("export", "0"), "1<=x<=9223372036854775807"),
        (("calibrate", "certificate", "99999999999999999999"), "1<=x<=9223372036854775807"),
        (("service", "faults", "--number", "-4"), "1<=x<=9223372036854775807"),
        (("run", "--simulated", "--size", "9" * 5000 + "x1"), "each 1 to 16384"),
        (("calibrate", "dose", "--channel", "x", "--name", "x", "--barrel", "1ml", "--fill-nl", "9" * 20), "10000000"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else value,
)
def test_a_number_that_nothing_can_have_is_named_with_its_range(words: tuple[str, ...], allowed: str) -> None:
    assert allowed in refused(*words)


@pytest.mark.parametrize("typed", ["nan", "inf", "1e999999999", "1e999999"])
def test_a_temperature_that_is_no_number_is_refused(typed: str) -> None:
    said = refused("calibrate", "dose", "--channel", "x", "--name", "x", "--barrel", "1ml", "--temperature", typed)
    assert f"'{typed}' is no number below 1,000,000" in said


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe that nobody writes to: reading it would wait for ever."""
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    return path


def test_a_certificate_is_looked_for_in_files_only(pipe: Path) -> None:
    for place in (pipe, Path("/dev/zero")):
        said = refused("calibrate", "verify", str(place), "--data", str(pipe.parent))
        assert said.startswith(f"E423: The file {place} cannot be read (it is a device, socket or pipe)")


# -- where the output goes ---------------------------------------------------------------------------------------------
def ran(*words: str | Path, stdout: int = subprocess.PIPE, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk.cli", *map(str, words)], cwd=ROOT, env=os.environ | settings, stdout=stdout,
        stderr=subprocess.PIPE, text=True, check=False, encoding="latin-1",
    )  # fmt: skip


@pytest.fixture
def full() -> Iterator[int]:
    """A file on a disk that is full."""
    handle = os.open("/dev/full", os.O_WRONLY)
    yield handle
    os.close(handle)


def test_output_that_nothing_takes_is_said(full: int) -> None:
    done = ran("registers", stdout=full)
    assert done.returncode == 2
    assert done.stderr.startswith("E961: What this command says cannot be written (No space left on device)")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "closed", "code"),
    [
        ("kiosk.cli service disable x --name y --data /nowhere", "<&-", 1),
        ("kiosk.cli sessions --data /nowhere", "<&- >&- 2>&-", 2),
        ("hal_sim --barrel 3", "2>&-", 2),
        ("hal_sim", ">&-", 0),
    ],
)
def test_a_standard_stream_that_is_closed_is_no_defect(words: str, closed: str, code: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m {words} {closed}"], cwd=ROOT, input="quit\n", capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_gone_ends_a_command_without_a_word() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = ran("registers", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_letter_that_the_terminal_does_not_have_is_written_as_its_number(tmp_path: Path) -> None:
    done = ran("check", tmp_path / "Łódź.toml", PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (1, "")
    assert r"\u0141ód\u017a.toml does not exist" in done.stdout


# -- a folder that others may not look into ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sessions", "E408: There is no permission to read the ledger"),
        ("verify", "E408: There is no permission to read the ledger"),
        ("service disable x --name y", "E408: There is no permission to write the ledger"),
        ("service approvals", "E910: The data folder"),
    ],
)
def test_a_data_folder_that_is_closed_to_this_user_is_said(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    data = open_folder / "nappage"
    data.mkdir()
    written(data).rename(data / "ledger-simulated.sqlite")
    data.chmod(0)
    monkeypatch.setenv("XDG_DATA_HOME", str(open_folder))
    monkeypatch.setattr("kiosk.cli_service.pin", lambda: "123456")
    with without_rights():
        answer = refused(*words.split())
    data.chmod(0o755)
    assert answer.startswith(said)


def test_profiles_that_are_closed_to_this_user_are_said(open_folder: Path) -> None:
    (open_folder / "closed" / "profiles").mkdir(parents=True)
    (open_folder / "closed").chmod(0)
    with without_rights():
        said = refused(
            "simulate", "none.toml", "--profiles", str(open_folder / "closed" / "profiles"), "--out", str(open_folder)
        )
    (open_folder / "closed").chmod(0o755)
    assert said.startswith("E203: ")
    assert "Permission denied" in said


@pytest.mark.parametrize("words", ["simulate none.toml", "run --simulated --no-screen"])
def test_where_nothing_can_be_kept_meanwhile_it_is_said(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    said = refused(*words.split(), *(("--data", str(tmp_path)) if words.startswith("run") else ()))
    assert said.startswith("E911: There is no folder for what is needed only meanwhile (No such file or directory)")
