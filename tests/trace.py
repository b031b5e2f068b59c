"""Only this file knows which test proves which requirement, and which numbers have ever been proved.

As a module of the test run it collects ``@pytest.mark.requirement("LIM-1")`` and refuses unknown numbers. Started as
``python -m tests.trace`` it prints every number with its tests and fails when a number lost its last one;
``--check`` does the same without writing ``tests/traced.txt``, the committed list of numbers that have had a test.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.toml"
TRACED = HERE / "traced.txt"
COLLECTED = pytest.StashKey[tuple[pytest.Item, ...]]()
"""Where a test run keeps all that it collected, before anything was left out by name or marker."""


def load_requirements(path: Path = REQUIREMENTS) -> dict[str, str]:
    """Every number with its full text, in the order of the file."""
    groups = tomllib.loads(path.read_text("utf-8"))
    return {number: text.strip() for group in groups.values() for number, text in group.items() if number != "title"}


def numbers_of(item: pytest.Item) -> list[str]:
    """The numbers that a test claims to prove; a marker without a number, or with another type, is an error."""
    found: list[str] = []
    for marker in item.iter_markers("requirement"):
        if not marker.args or marker.kwargs or not all(isinstance(number, str) for number in marker.args):
            raise pytest.UsageError(f'{item.nodeid}: write @pytest.mark.requirement("LIM-1"), one or more numbers')
        found.extend(marker.args)
    return found


def refuse_unknown(items: Iterable[pytest.Item], known: Mapping[str, str]) -> None:
    """Raise a usage error that names every test whose marker holds a number nobody wrote down."""
    wrong = [f"{item.nodeid}: {number}" for item in items for number in numbers_of(item) if number not in known]
    if wrong:
        raise pytest.UsageError(
            "requirement numbers that tests/requirements.toml does not hold:\n  " + "\n  ".join(wrong)
        )


def proofs(items: Iterable[pytest.Item]) -> dict[str, list[str]]:
    """Number to test names, parameters folded; a test that is always skipped or expected to fail proves nothing."""
    found: dict[str, list[str]] = {}
    for item in items:
        if item.get_closest_marker("skip") or item.get_closest_marker("xfail"):
            continue
        name = item.nodeid.split("[")[0]
        for number in numbers_of(item):
            tests = found.setdefault(number, [])
            if name not in tests:
                tests.append(name)
    return found


def lost(traced: Iterable[str], proved: Mapping[str, object]) -> list[str]:
    """The numbers that once had a test and have none now."""
    return sorted(set(traced) - set(proved), key=_order)


def read_traced(path: Path = TRACED) -> list[str]:
    """The numbers that have had a test, from the committed list; lines that begin with # are comments."""
    return [line for line in path.read_text("utf-8").split("\n") if line and not line.startswith("#")]


def write_traced(numbers: Iterable[str], path: Path = TRACED) -> None:
    """Write the committed list: one number a line, in order."""
    head = "# Numbers that have had a test. Written by make trace; a number never leaves by itself.\n"
    path.write_text(head + "".join(f"{number}\n" for number in sorted(set(numbers), key=_order)), "utf-8")


def report(known: Mapping[str, str], proved: Mapping[str, list[str]]) -> str:
    """What ``make trace`` prints: each number, the beginning of its text, its tests; then the open ones."""
    lines: list[str] = []
    for number, text in known.items():
        lines.append(f"{number:7} {_opening(text)}")
        lines.extend(f"        - {test}" for test in sorted(proved.get(number, [])))
    still_open = [number for number in known if number not in proved]
    lines.append("")
    lines.append(f"{len(known) - len(still_open)} of {len(known)} requirements have a test.")
    if still_open:
        lines.append("Open: " + ", ".join(still_open))
    return "\n".join(lines)


def _opening(text: str, width: int = 105) -> str:
    return text if len(text) <= width else text[: width - 3].rstrip() + "..."


def _order(number: str) -> tuple[str, int]:
    letters, _, digits = number.partition("-")
    return letters, int(digits) if digits.isdigit() else 0


def is_whole(items: Iterable[pytest.Item]) -> bool:
    """Whether every file of tests gave a test."""
    return {item.path for item in items} >= set(HERE.rglob("test_*.py"))


def judge(items: Iterable[pytest.Item], arguments: list[str]) -> int:
    """Print the report on all tests; 1 when a number lost its last one, else the committed list is written."""
    proved = proofs(items)
    print(report(load_requirements(), proved))
    gone = lost(read_traced(), proved)
    if gone:
        print(f"\ntrace: these lost their last test: {', '.join(gone)}", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        write_traced(proved)
    return 0


class Collector:
    """Takes the collected tests out of a pytest run that executes none."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


def main(arguments: list[str]) -> int:
    """Collect every test and judge what they prove; a word that is no option is refused before that."""
    parser = argparse.ArgumentParser(prog="python -m tests.trace", description="Which test proves which requirement.")
    parser.add_argument("--check", action="store_true", help="leave tests/traced.txt as it is")
    parser.parse_args(arguments)
    collector = Collector()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main(["--collect-only", "-q", "-p", "no:randomly", str(HERE)], plugins=[collector])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        print(said.getvalue(), "\ntrace: the tests cannot be collected", file=sys.stderr)
        return 1
    return judge(collector.items, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
