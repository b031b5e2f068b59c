"""What the house forbids, as functions from source text to what is wrong with it. The tests beside run them over the
product and over planted faults."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROOMS = ("kiosk", "drivers", "hal_sim")
LONGEST_FILE = 400

_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|(?i:not implemented|placeholder))\b")
_TEST_AWARE = re.compile(r"\bpytest\b|PYTEST_CURRENT_TEST|\bunittest\b", re.IGNORECASE)
_RELAXED = re.compile(r"#\s*pyright:(?!\s*ignore\[)")
_BROAD = {"Exception", "BaseException"}
_CLOCKS = {
    ("time", "time"), ("time", "time_ns"), ("time", "monotonic"), ("time", "monotonic_ns"), ("time", "perf_counter"),
    ("time", "perf_counter_ns"), ("time", "sleep"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"),
    ("date", "today"),
}  # fmt: skip


class Numbered(NamedTuple):
    """An error class as its source gives it."""

    name: str
    number: int
    sentence: str
    remedy: str


def product_files() -> list[Path]:
    """Every Python file of the product, tests left out."""
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def too_long(source: str) -> list[str]:
    lines = source.count("\n")
    return [f"{lines} lines, over {LONGEST_FILE}: it does two jobs"] if lines > LONGEST_FILE else []


def unfinished(source: str) -> list[str]:
    return _matches(_UNFINISHED, source)


def test_aware(source: str) -> list[str]:
    return _matches(_TEST_AWARE, source)


def relaxed_types(source: str) -> list[str]:
    """File-wide pyright comments; a single ignored line with its rule's name is allowed and judged by pyright."""
    return _matches(_RELAXED, source)


@cache
def _nodes(source: str) -> tuple[ast.AST, ...]:
    """Everything in a file's syntax; several rules look through the same files."""
    return tuple(ast.walk(ast.parse(source)))


def broad_excepts(source: str) -> list[str]:
    """Handlers and suppressions that catch what nobody thought of."""
    return [
        f"line {node.lineno}: catches everything"
        for node in _nodes(source)
        if (isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _raises_again(node))
        or (
            isinstance(node, ast.Call)
            and _called(node)[1] == "suppress"
            and any(_BROAD & set(_names(a)) for a in node.args)
        )
    ]


def silent_excepts(source: str) -> list[str]:
    """Handlers whose whole body is ``pass`` or ``...``."""
    return [
        f"line {node.lineno}: passes over an error in silence"
        for node in _nodes(source)
        if isinstance(node, ast.ExceptHandler) and all(_says_nothing(statement) for statement in node.body)
    ]


def read_clocks(source: str) -> list[str]:
    """Calls that read a clock or wait, where time is to be an argument."""
    return [
        f"line {node.lineno}: reads {'.'.join(_called(node))}"
        for node in _nodes(source)
        if isinstance(node, ast.Call) and _called(node) in _CLOCKS
    ]


def sleeps(source: str) -> list[str]:
    return [said for said in read_clocks(source) if said.endswith("sleep")]


def numbered_errors(source: str) -> Iterator[Numbered]:
    """Every class that has a number, a sentence and a remedy of its own."""
    for node in _nodes(source):
        if isinstance(node, ast.ClassDef):
            facts = {name: value for statement in node.body for name, value in _constants(statement)}
            match facts:
                case {"number": int(number), "sentence": str(sentence), "remedy": str(remedy)}:
                    yield Numbered(node.name, number, sentence, remedy)
                case _:
                    continue


def _constants(statement: ast.stmt) -> Iterator[tuple[str, object]]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    for target in targets:
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            yield target.id, value.value


def _matches(pattern: re.Pattern[str], source: str) -> list[str]:
    return [
        f"line {number}: {line.strip()}" for number, line in enumerate(source.split("\n"), 1) if pattern.search(line)
    ]


def _names(node: ast.expr) -> list[str]:
    elements = node.elts if isinstance(node, ast.Tuple) else [node]
    return [element.id for element in elements if isinstance(element, ast.Name)]


def _called(node: ast.Call) -> tuple[str, str]:
    function = node.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        return (owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")), function.attr
    return "", function.id if isinstance(function, ast.Name) else ""


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(_BROAD & set(_names(handler.type)))


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Putting things in order and handing the same error on catches nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
