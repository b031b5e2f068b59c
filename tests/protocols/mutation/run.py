"""One mutant in one child process, in memory: room and tests are imported once, and each child forks from there.

A child gives the changed function the changed code (or a changed constant its value in every module that holds it) and
runs the fast part of the room's tests until one fails. The checkout is not touched.
"""

from __future__ import annotations

import ast
import importlib
import os
import resource
import select
import sys
import time
import types
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import pytest

from tests.protocols.mutation.mutants import ROOM, Mutant

Verdict = Literal["killed", "survived"]
LONGEST_S = 60
"""Processor seconds: a mutant that takes more is endless, and so is noticed. A starved one is waited for."""
TESTS = (
    "test_bench_shot.py", "test_envelope.py", "test_ranges.py", "test_limits.py", "test_fit.py",
    "test_envelope_property.py",
)  # fmt: skip
"""The fast part of the room's tests: what it answers, and the comparison with the second opinion."""
BROKEN_BY_HAND = "not broken_limit_check"


class Ran(NamedTuple):
    """What became of one mutant."""

    mutant: Mutant
    verdict: Verdict
    took_s: float


class Broken(Exception):
    """The tests do not pass on the source as it is: nothing can be said."""


def run(mutants: Sequence[Mutant], jobs: int) -> list[Ran]:
    """Every mutant with what became of it.

    Raises:
        Broken: see there.
    """
    plugin = _Loop(mutants, jobs)
    words = [
        "-o",
        "addopts=--import-mode=importlib",
        "-p",
        "no:terminal",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--timeout=0",
    ]
    words += ["-k", BROKEN_BY_HAND, *(f"tests/protocols/{name}" for name in TESTS)]
    code = pytest.main(words, plugins=[plugin])
    if code != 0 or not plugin.sound:
        raise Broken
    return plugin.ran


class _Loop:
    """Takes the place of the loop over tests."""

    def __init__(self, mutants: Sequence[Mutant], jobs: int) -> None:
        self._mutants = mutants
        self._jobs = jobs
        self.sound = False
        self.ran: list[Ran] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Every mutant meets the same examples, and none is made smaller: that it fails is enough."""
        import hypothesis  # pytest wants to see it first

        hypothesis.settings.register_profile(
            "mutation", parent=hypothesis.settings.get_profile("nappage"), derandomize=True, database=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        )  # fmt: skip
        hypothesis.settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = sorted(session.items, key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))
        for mutant, verdict, took in _verdicts([None, *self._mutants], items, self._jobs):
            if mutant is None:
                self.sound = verdict == "survived"
                if not self.sound:
                    return True
            else:
                self.ran.append(Ran(mutant, verdict, took))
        return True


class _Child(NamedTuple):
    mutant: Mutant | None
    pid: int
    watch: int
    """Descriptor that is readable once the process has ended."""
    since: float


def _verdicts(
    mutants: list[Mutant | None], items: list[pytest.Item], jobs: int
) -> Iterator[tuple[Mutant | None, Verdict, float]]:
    """Each mutant as it ends."""
    waiting, running = list(reversed(mutants)), list[_Child]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            pid = _begin(mutant, items)
            running.append(_Child(mutant, pid, os.pidfd_open(pid), time.monotonic()))
        ended = select.select([child.watch for child in running], [], [])[0]
        for child in [child for child in running if child.watch in ended]:
            running.remove(child)
            os.close(child.watch)
            _, status = os.waitpid(child.pid, 0)
            took = time.monotonic() - child.since
            yield child.mutant, "killed" if os.waitstatus_to_exitcode(status) else "survived", took


def _begin(mutant: Mutant | None, items: list[pytest.Item]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S))
        if mutant is not None:
            break_by(mutant)
        code = _tested(items)
    finally:
        os._exit(code)


def _tested(items: list[pytest.Item]) -> int:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return 1
    return 0


# -- breaking ----------------------------------------------------------------------------------------------------------
def break_by(mutant: Mutant) -> None:
    """Let the room run the mutant's code from now on."""
    module = importlib.import_module(f"kiosk.protocols.{mutant.file}")
    if not mutant.function:
        _set_constants(module, mutant.statement())
        return
    whole = compile(mutant.tree(), str(ROOM / f"{mutant.file}.py"), "exec")
    code, owner = whole, module
    *classes, name = mutant.function.split(".")
    for found in (*classes, name):
        code = next(part for part in code.co_consts if isinstance(part, types.CodeType) and part.co_name == found)
    for found in classes:
        owner = getattr(owner, found)
    function: Any = vars(owner)[name]
    if isinstance(function, property):
        function = function.fget
    function.__code__ = code


def _set_constants(module: types.ModuleType, statement: ast.stmt) -> None:
    """Work out a changed assignment and set its names wherever the room or a test holds the old values."""
    space = dict(vars(module))
    exec(compile(ast.Module([statement], []), module.__name__, "exec"), space)
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            old = vars(module)[node.id]
            for other in list(sys.modules.values()):
                if vars(other).get(node.id) is old and other.__name__.startswith("kiosk.protocols"):
                    setattr(other, node.id, space[node.id])
