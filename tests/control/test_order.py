"""LED-1 proved from the system calls: no byte of what moves the needle leaves before its commit is on the disk."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.registers import COMMAND
from kiosk.channel.commands import AnswerCheck
from kiosk.channel.snapshot import Snapshot
from kiosk.channel.socket import ChannelClient
from tests.control.watching import until

PROFILES = Path(__file__).resolve().parents[2] / "profiles"
UNSYNCED = """
import sys
from kiosk.records import connection
connection.WRITER_PRAGMAS = tuple(
    ("synchronous", "OFF", 0) if name == "synchronous" else (name, value, found)
    for name, value, found in connection.WRITER_PRAGMAS
)
from kiosk.cli import main
main(sys.argv[1:])
"""
"""The negative control: the same product with the one setting broken that the proof is about."""

COMMAND_SENT = re.compile(
    rf'/pts/\d+>, "\x01\x17.{{4}}{re.escape(chr(COMMAND.address >> 8) + chr(COMMAND.address & 0xFF))}', re.DOTALL
)
"""Unit 1, function 23, what it reads, then the address that it writes."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Path]:
    """The simulated device on its own, its places in the folder that is given."""
    words = ("--link", "injector", "--panel", "panel.sock", "--console", "bench.sock", "--memory", "memory", "--quiet")
    process = subprocess.Popen(
        [sys.executable, "-m", "hal_sim", *(word if word.startswith("--") else str(tmp_path / word) for word in words)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("port ")
    yield tmp_path
    process.terminate()
    process.wait(10)
    process.stdout.close()


def traced_calls(folder: Path, program: list[str]) -> list[str]:
    """The system calls of control while a person lets the needle home, in the order in which they returned."""
    trace = folder / "trace"
    data = folder / "data"
    data.mkdir()
    control = subprocess.Popen([
        "strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "64", "-e", "trace=write,pwrite64,fdatasync,fsync",
        "-o", str(trace), *program, "control", "--simulated", "--channel", str(folder / "control.sock"),
        "--data", str(data), "--profiles", str(PROFILES), "--port", str(folder / "injector"),
        "--panel", str(folder / "panel.sock"),
    ])  # fmt: skip
    try:
        client = ChannelClient(folder / "control.sock", "kiosk")
        until(client, lambda seen: check(seen, "homing") == "asks")
        client.send(AnswerCheck("homing", True))
        until(client, lambda seen: check(seen, "homing") == "passed")
        client.close()
    finally:
        # strace keeps a SIGTERM to itself: it is control, its child, that is asked to end.
        children = Path(f"/proc/{control.pid}/task/{control.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGTERM)
        control.wait(30)
    return [plain(line) for line in trace.read_text().splitlines()]


def plain(line: str) -> str:
    """A line of strace's with its bytes as characters."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), line)


def check(seen: Snapshot, key: str) -> str:
    return next(item.state for item in seen.checks if item.key == key)


def unsafe_sends(calls: list[str]) -> list[str]:
    """Commands on the wire with a commit before them that no sync had confirmed yet.

    A write to the log makes the commit pending; a sync that has returned makes it durable.
    """
    pending, unsafe, sends = False, [], 0
    for call in calls:
        if re.search(r"\bpwrite64\(\d+<[^>]*sqlite-wal>", call):
            pending = True
        elif re.search(r"\b(fdatasync|fsync)\(\d+<[^>]*sqlite(-wal)?>\)\s+= 0", call) or re.search(
            r"<\.\.\. (fdatasync|fsync) resumed>\)\s*= 0", call
        ):
            pending = False
        elif "write(" in call and COMMAND_SENT.search(call):
            sends += 1
            if pending:
                unsafe.append(call)
    assert sends, "not one command was seen on the wire: this proof would prove nothing"
    return unsafe


@pytest.mark.requirement("LED-1")
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed; make setup installs it")
def test_no_command_leaves_before_the_sync_of_its_commit_has_returned(bench: Path) -> None:
    assert unsafe_sends(traced_calls(bench, [sys.executable, "-m", "kiosk.cli"])) == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed; make setup installs it")
def test_without_synchronous_full_the_proof_fails(bench: Path) -> None:
    assert unsafe_sends(traced_calls(bench, [sys.executable, "-c", UNSYNCED])) != []
