"""`python -m hal_sim` as a process: what it prints, what it answers, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.injector import connect
from drivers.stop import StopLatch
from tests.drivers.on_bench import Console

ROOT = Path(__file__).parents[2]
Started = subprocess.Popen[str]


def start(*words: str, **settings: str) -> Started:
    return subprocess.Popen(
        [sys.executable, "-m", "hal_sim", *words],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    return [f"--{name}={tmp_path / name}" for name in ("link", "panel", "console")]


@pytest.fixture
def subject(places: list[str]) -> Iterator[Started]:
    process = start(*places, "--barrel", "2")
    yield process
    process.terminate()
    process.communicate()


def said(process: Started) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_it_says_its_port_and_an_injector_answers_there(subject: Started, tmp_path: Path) -> None:
    port = said(subject)
    assert port.startswith("port /dev/pts/")
    assert (tmp_path / "link").readlink() == Path(port.split()[1])
    injector = connect(str(tmp_path / "link"), StopLatch(), parity="N", timeout_ms=1000)
    assert injector.identity().serial == 1001
    injector.close()


def test_alone_it_says_its_port_and_help_names_the_benchs_commands_too() -> None:
    """`python -m hal_sim` with nothing behind it is all that somebody with a Modbus tool has to know."""
    process = start()
    out, err = process.communicate("help\nquit\n")
    first, *told = out.splitlines()
    assert first.startswith("port /dev/pts/")
    assert (process.returncode, err) == (0, "")
    assert all(
        any(line.startswith(word) for line in told) for word in ("trigger", "stop", "fault", "bench: help, port")
    )


def test_it_answers_commands_from_a_pipe(places: list[str]) -> None:
    process = start("--barrel=5")
    out, err = process.communicate("state\n\nquit\n")
    assert process.returncode == 0
    assert err == ""
    port, state, nothing, bye = out.splitlines()
    assert port.startswith("port ")
    assert json.loads(state)["barrel"] == "ML_5"
    assert (nothing, bye) == ("", "bye")


def test_quiet_says_the_port_and_nothing_more() -> None:
    out, err = start("--quiet").communicate("state\nquit\n")
    assert len(out.splitlines()) == 1
    assert (out[:5], err) == ("port ", "")


def test_it_goes_on_when_its_pipe_ends(subject: Started, tmp_path: Path) -> None:
    said(subject)
    assert subject.stdin is not None
    subject.stdin.close()
    subject.stdin = None
    console = Console(tmp_path / "console")
    assert json.loads(console.do("state"))["state"] == "UNHOMED"
    console.close()


def test_the_console_takes_several_at_once_and_answers_each_on_one_line(subject: Started, tmp_path: Path) -> None:
    said(subject)
    first, second = Console(tmp_path / "console"), Console(tmp_path / "console")
    assert first.do("contact on") == "ok"
    assert json.loads(second.do("state"))["contact"] is True
    assert " | " in second.do("help")
    assert second.do("no such word").startswith("There is no command")
    assert first.do("x" * 3000).startswith("There is no command")
    first.close()
    assert second.do("port").startswith("port ")
    second.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_nothing_left_behind(subject: Started, tmp_path: Path, number: signal.Signals) -> None:
    said(subject)
    assert {entry.name for entry in tmp_path.iterdir()} == {"link", "panel", "console"}
    subject.send_signal(number)
    _, err = subject.communicate()
    assert (subject.returncode, err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_its_memory_outlives_it(tmp_path: Path) -> None:
    memory = f"--memory={tmp_path / 'memory'}"
    for boots in (1, 2):
        out, _ = start(memory).communicate("state\nquit\n")
        assert json.loads(out.splitlines()[1])["boot_count"] == boots


def test_a_place_that_cannot_be_had_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "memory").write_bytes(b"too short")
    for word, sentence in (
        (f"--memory={tmp_path / 'memory'}", f"{tmp_path / 'memory'} holds 9 bytes; a memory has 16384"),
        (f"--panel={tmp_path / 'no' / 'such'}", "No such file or directory"),
        (f"--link={tmp_path / 'no' / 'such'}", "No such file or directory"),
    ):
        process = start(word)
        out, err = process.communicate()
        assert (process.returncode, out) == (2, "")
        assert err.startswith(f"E970: The bench cannot start: {sentence}")
        assert "Traceback" not in err


@pytest.mark.parametrize(
    ("option", "kind"), [("link", "link"), ("balance", "link"), ("panel", "socket"), ("console", "socket")]
)
def test_a_file_that_is_none_of_its_own_is_named_and_kept(tmp_path: Path, option: str, kind: str) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("kept")
    process = start(f"--{option}={notes}")
    _, err = process.communicate("quit\n")
    assert process.returncode == 2
    assert f"Something that is no {kind} lies there: '{notes}'" in err
    assert notes.read_text() == "kept"


@pytest.mark.parametrize("options", [("--link", "--balance"), ("--panel", "--console")], ids=" ".join)
def test_what_a_dead_bench_left_is_taken_over(tmp_path: Path, options: tuple[str, str]) -> None:
    words = [f"{option}={tmp_path / option.strip('-')}" for option in options]
    dead = start(*words)
    while not said(dead).startswith("port "):  # the balance's line comes before
        pass
    dead.kill()
    dead.communicate()
    assert all(
        (tmp_path / option.strip("-")).is_symlink() or (tmp_path / option.strip("-")).is_socket() for option in options
    )
    process = start(*words)
    process.communicate("quit\n")
    assert process.returncode == 0


@pytest.mark.parametrize("option", ["panel", "console"])
def test_the_socket_of_a_bench_that_runs_is_left_to_it(subject: Started, tmp_path: Path, option: str) -> None:
    said(subject)
    process = start(f"--{option}={tmp_path / option}")
    _, err = process.communicate("quit\n")
    assert process.returncode == 2
    assert f"Another bench listens there: '{tmp_path / option}'" in err
    assert (tmp_path / option).is_socket()


def test_what_is_typed_wrongly_is_one_numbered_sentence() -> None:
    process = start("--barrel=3")
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("E971: 'python -m hal_sim' was not understood: argument --barrel: invalid choice: 3")
    assert err.count("\n") == 1


def test_a_supervisor_that_does_not_listen_is_said(tmp_path: Path) -> None:
    process = start(f"--link={tmp_path / 'link'}", NOTIFY_SOCKET=str(tmp_path / "nobody"))
    _, err = process.communicate()
    assert process.returncode == 2
    assert err.startswith(f"E970: The bench cannot start: No such file or directory: '{tmp_path / 'nobody'}'")
    assert list(tmp_path.iterdir()) == []


def test_it_ends_when_nobody_reads_it_any_more(places: list[str], tmp_path: Path) -> None:
    """As in `python -m hal_sim | head -1`."""
    process = start(*places)
    assert said(process).startswith("port ")
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.close()
    process.stdin.write("port\n")
    process.stdin.flush()
    assert process.wait(20) == 0
    process.stdout = None
    _, err = process.communicate()
    assert err == ""
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_is_closed_leaves_nothing_behind(places: list[str], tmp_path: Path) -> None:
    """Its commands end, then SIGHUP comes."""
    terminal, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hal_sim", *places], cwd=ROOT, stdin=slave, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(slave)
    assert said(process).startswith("port ")
    os.close(terminal)
    console = Console(tmp_path / "console")
    assert json.loads(console.do("state"))["plugged"]
    console.close()
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.screen
def test_its_window_comes_and_goes_with_it(tmp_path: Path) -> None:
    process = start("--window", "--quiet", SDL_VIDEODRIVER="offscreen", TMPDIR=str(tmp_path))
    assert said(process).startswith("port ")
    (console,) = tmp_path.glob("*/console")
    client = Console(console)
    assert json.loads(client.do("state"))["plugged"]
    assert list(tmp_path.iterdir()) == [console.parent]  # and no other one, which a killed bench would leave behind
    client.close()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_it_tells_its_supervisor_when_it_is_ready(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.settimeout(20)
        notices.bind(str(tmp_path / "notices"))
        process = start("--real-time", NOTIFY_SOCKET=str(tmp_path / "notices"))
        assert notices.recv(64) == b"READY=1"
        process.terminate()
        _, err = process.communicate()
    assert (process.returncode, err) == (0, "")
