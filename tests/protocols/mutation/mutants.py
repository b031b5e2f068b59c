"""Every way in which this run breaks a source file: one small change of its syntax tree at a time.

A mutant is named by file, function, change and the text of its line, so that its name outlives other edits.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
ROOM = ROOT / "kiosk" / "protocols"
FILES = ("limits", "envelope", "budget", "effective", "fit")

Change = tuple[str, ast.AST]
"""What is changed, in words, and the node that takes the old one's place."""

_LOOSER: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OTHER: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}


Step = tuple[str, int | None]


class Mutant(NamedTuple):
    """One broken variant of `file`; `function` is dotted, "" for an assignment at the top."""

    file: str
    line: int
    function: str
    name: str
    way: tuple[Step, ...]
    node: ast.AST

    def tree(self) -> ast.Module:
        """The file with the change in it."""
        whole = ast.parse(_source(self.file))
        above, (field, index) = _at(whole, self.way[:-1]), self.way[-1]
        node = ast.copy_location(self.node, _at(whole, self.way))
        if index is None:
            setattr(above, field, node)
        else:
            getattr(above, field)[index] = node
        return ast.fix_missing_locations(whole)

    def statement(self) -> ast.stmt:
        """The changed statement at the top of the file."""
        return self.tree().body[self.way[0][1] or 0]


class _Place(NamedTuple):
    way: tuple[Step, ...]
    function: str
    line: int


def mutants(file: str) -> list[Mutant]:
    """Every broken variant of one file of the room, in the order of its source."""
    source = _source(file)
    tree, lines = ast.parse(source), source.splitlines()
    seen: Counter[str] = Counter()
    found: list[Mutant] = []
    for place in _places(tree):
        for said, node in _changes(_at(tree, place.way)):
            name = f"{file}.{place.function or 'top'}: {said} | {lines[place.line - 1].strip()}"
            seen[name] += 1
            if seen[name] > 1:
                name += f" ({seen[name]})"
            found.append(Mutant(file, place.line, place.function, name, place.way, node))
    return found


def _source(file: str) -> str:
    return (ROOM / f"{file}.py").read_text("utf-8")


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Every node in a function, and in an assignment to a name at the top, that may be changed."""

    def below(node: ast.AST, place: _Place) -> Iterator[_Place]:
        place = place._replace(line=getattr(node, "lineno", place.line))
        yield place
        for field, value in ast.iter_fields(node):
            for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST) and field not in _NOT_LOOKED_AT:
                    yield from below(child, place._replace(way=(*place.way, (field, index))))

    def inside(body: list[ast.stmt], way: tuple[Step, ...], name: str) -> Iterator[_Place]:
        for index, statement in enumerate(body):
            at: tuple[Step, ...] = (*way, ("body", index))
            if isinstance(statement, ast.FunctionDef):
                yield from below(statement, _Place(at, f"{name}{statement.name}", statement.lineno))
            elif isinstance(statement, ast.ClassDef):
                yield from inside(statement.body, at, f"{name}{statement.name}.")
            elif isinstance(statement, ast.Assign | ast.AnnAssign) and not name:
                yield from below(statement, _Place(at, "", statement.lineno))

    return inside(tree.body, (), "")


_NOT_LOOKED_AT = {"annotation", "returns", "decorator_list"}


def _at(tree: ast.AST, way: tuple[Step, ...]) -> ast.AST:
    node = tree
    for field, index in way:
        value = getattr(node, field)
        node = value if index is None else value[index]
    return node


# -- the changes -------------------------------------------------------------------------------------------------------
def _changes(node: ast.AST) -> Iterator[Change]:
    for kind, changes in _CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node)


def _compare(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        for other in _LOOSER[type(operator)]:
            changed = copy.deepcopy(node)
            changed.ops[index] = other()
            yield f"{_sign(operator)} -> {_sign(other())}", changed


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    changed = copy.deepcopy(node)
    changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "and -> or" if isinstance(node.op, ast.And) else "or -> and", changed


def _condition(node: ast.If | ast.IfExp) -> Iterator[Change]:
    for value in (True, False):
        changed = copy.deepcopy(node)
        changed.test = ast.Constant(value)
        yield f"if ... -> if {value}", changed


def _comprehension(node: ast.comprehension) -> Iterator[Change]:
    for index in range(len(node.ifs)):
        changed = copy.deepcopy(node)
        del changed.ifs[index]
        yield "a filter is dropped", changed


def _number(node: ast.Constant) -> Iterator[Change]:
    if type(node.value) is int:
        for other in (node.value + 1, node.value - 1):
            yield f"{node.value} -> {other}", ast.Constant(other)
    elif type(node.value) is float:
        for other in (node.value * 1.1, node.value / 1.1):
            yield f"{node.value} -> {other:.6g}", ast.Constant(other)


def _call(node: ast.Call) -> Iterator[Change]:
    swapped = {"min": "max", "max": "min", "tightest_high": "tightest_low", "tightest_low": "tightest_high"}
    if isinstance(node.func, ast.Name) and node.func.id in swapped:
        changed = copy.deepcopy(node)
        changed.func = ast.Name(swapped[node.func.id], ast.Load())
        yield f"{node.func.id} -> {swapped[node.func.id]}", changed


def _arithmetic(node: ast.BinOp) -> Iterator[Change]:
    changed = copy.deepcopy(node)
    changed.op = _OTHER[type(node.op)]()
    yield f"{_sign(node.op)} -> {_sign(changed.op)}", changed


def _sign_dropped(node: ast.UnaryOp) -> Iterator[Change]:
    yield f"{_sign(node.op)} is dropped", copy.deepcopy(node.operand)


def _statement(node: ast.Expr) -> Iterator[Change]:
    if isinstance(node.value, ast.Call):
        yield "a call is dropped", ast.Pass()


def _added(_: ast.AugAssign) -> Iterator[Change]:
    yield "an addition is dropped", ast.Pass()


def _origin(node: ast.Attribute) -> Iterator[Change]:
    """Another origin is named."""
    if isinstance(node.value, ast.Name) and node.value.id == "Origin" and node.attr.isupper():
        other = "CLINIC" if node.attr != "CLINIC" else "DEVICE"
        yield f"{node.attr} -> {other}", ast.Attribute(ast.Name("Origin", ast.Load()), other, ast.Load())


_CHANGES: dict[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[Change]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    (ast.If, ast.IfExp): _condition,
    ast.comprehension: _comprehension,
    ast.Constant: _number,
    ast.Call: _call,
    ast.BinOp: _arithmetic,
    ast.UnaryOp: _sign_dropped,
    ast.Expr: _statement,
    ast.AugAssign: _added,
    ast.Attribute: _origin,
}


def _sign(operator: ast.AST) -> str:
    sign = {
        "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "In": "in", "NotIn": "not in",
        "Is": "is", "IsNot": "is not", "Add": "+", "Sub": "-", "Mult": "*", "FloorDiv": "//", "Div": "/", "Mod": "%",
        "Pow": "**", "USub": "minus", "Not": "not",
    }  # fmt: skip
    return sign[type(operator).__name__]
