"""Whoever ends a proof early reads one line, and finds nothing of it left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs.campaign.__main__ import MEMORY
from tests.proofs.interrupted import STOPPED


def _left(folder: Path) -> Iterator[Path]:
    return (path for place in (MEMORY, folder) for path in place.glob("nappage-*"))


@pytest.mark.parametrize(
    ("proof", "begun", "number"),
    [
        ("campaign --session-shots 20", b"shots", signal.SIGINT),
        ("campaign --session-shots 20", b"shots", signal.SIGTERM),
        ("fuzz", b"seed", signal.SIGHUP),
    ],
)
def test_a_proof_that_is_ended_early_says_so_and_leaves_nothing(
    tmp_path: Path, proof: str, begun: bytes, number: signal.Signals
) -> None:
    words = [sys.executable, "-m", *f"tests.proofs.{proof} --short --seed 1 --workers 2".split()]
    before = set(_left(tmp_path))
    environ = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        words, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said = b""
        while begun not in said and (more := os.read(process.stdout.fileno(), 4096)):
            said += more
        if number == signal.SIGINT:  # a terminal sends it to all of them
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        said += process.stdout.read()
    assert process.returncode == STOPPED, said.decode()
    assert b"Traceback" not in said, said.decode()
    assert said.decode().endswith("stopped: a part of a proof proves nothing\n")
    assert set(_left(tmp_path)) <= before
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
