"""The rules as stated to a real board: `pytest tests/conformance --port ...`, which asks a person, first and later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.link import ModbusLink
from drivers.registers import IDENTITY
from tests.conformance.wires import BY_HAND
from tests.drivers.on_bench import OnBench

ROOT = Path(__file__).parents[2]
QUESTION = "No needle fitted, nozzle in a beaker? Type yes: "
RULES = "a_shot_is_recorded_with or both_pressed_together or broken_off or reset_in_mid_stroke"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[OnBench]:
    running = OnBench(tmp_path)
    yield running
    running.close()


def stated(bench: OnBench, answer: Callable[[str], str | None]) -> tuple[int, str]:
    """Run the rules with somebody at the keyboard. Returns pytest's exit code and all that was said."""
    words = ["-m", "pytest", "tests/conformance", f"--port={bench.port}", "--parity=N", "-k", RULES]
    with subprocess.Popen(
        [sys.executable, *words, "-p", "no:cacheprovider", "-p", "no:randomly"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = heard = ""
        while data := os.read(process.stdout.fileno(), 4096):
            said, heard = said + data.decode(), heard + data.decode()
            reply = answer(heard)
            if reply is not None:
                heard = ""
                process.stdin.write(reply.encode())
                process.stdin.flush()
    return process.returncode, said


def test_the_first_thing_is_the_question_and_without_a_yes_no_byte_is_sent(bench: OnBench) -> None:
    code, said = stated(bench, lambda heard: "no\n" if QUESTION in heard else None)
    assert code != 0
    assert "against a board that could hurt somebody" in said
    assert bench.frames() == 0


def test_with_nobody_at_the_keyboard_it_ends_in_a_sentence(bench: OnBench) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/conformance", f"--port={bench.port}", "--parity=N", "-k", RULES],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "a real board needs somebody at the keyboard" in done.stdout
    assert bench.frames() == 0


def test_a_person_does_what_is_asked_and_the_rules_hold(bench: OnBench) -> None:
    asked: list[str] = []

    def person(heard: str) -> str | None:
        if QUESTION in heard:
            asked.append(QUESTION)
            return "yes\n"
        for command, words in BY_HAND.items():
            if f"{words}, then press Enter. " in heard:
                asked.append(command)
                bench.do(command)
                return "\n"
        return None

    code, said = stated(bench, person)
    assert code == 0, said
    assert asked[0] == QUESTION
    assert {"contact on", "trigger down", "barrel 1", "stop press", "reset"} <= set(asked)
    link = ModbusLink(bench.port, parity="N", timeout_ms=1000)
    assert IDENTITY.decode(link.read(IDENTITY.address, IDENTITY.registers)).syringe_changes >= 1
    link.close()
