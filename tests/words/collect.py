"""All words of the glass, from the sources: what the view and the screens say, and the sentences of control.

Of the view and the screens those inside ``say``, ``many`` and ``mark``; of control every text of the rooms that speak
to a person, with a name in braces for each fact; the titles and instructions of the shipped profiles, and the figures
of the body map.
"""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from tests.words.not_shown import FEW_LETTERS, letters, shown

ROOT = Path(__file__).resolve().parents[2]
VIEW = ("kiosk/view", "kiosk/screens")
SPEAKING = (
    "kiosk/session", "kiosk/access", "kiosk/protocols/budget.py", "kiosk/protocols/envelope.py",
    "kiosk/protocols/fit.py", "kiosk/protocols/words.py", "kiosk/protocols/effective.py",
    "kiosk/protocols/approvals.py", "kiosk/alarms/annunciator.py", "kiosk/records/chain.py",
    "kiosk/calibration/instrument.py", "kiosk/records/certificate_pages.py",
    "kiosk/records/as_set.py", "kiosk/records/reconcile.py", "kiosk/records/history.py",
    "kiosk/records/session_record.py", "kiosk/records/backup.py", "kiosk/system/wall.py", "kiosk/system/clock.py",
    "drivers/injector.py", "drivers/link.py", "kiosk/channel/client.py",
)  # fmt: skip
"""Where control makes sentences that reach the glass."""
SILENT = frozenset({"virtual.py"})
ERRORS = (
    "drivers.errors", "kiosk.session.errors", "kiosk.protocols.errors", "kiosk.records.errors", "kiosk.access.errors",
    "kiosk.channel.errors", "kiosk.calibration.errors", "kiosk.view.errors",
)  # fmt: skip
"""Errors that a reply or the kiosk itself may show."""
COMPOSED = ("{count} shot {what} ({amount})", "{count} shots {what} ({amount})", "{cut} cut short")
"""Sentences that control puts together from pieces."""


class Said(NamedTuple):
    """One text with its plural, its context and where it stands."""

    words: str
    plural: str = ""
    context: str = ""
    where: str = ""


def view() -> Iterator[Said]:
    """What view and screens say."""
    for folder in VIEW:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _said_in(path)
        for path in sorted((ROOT / folder).rglob("*.kv")):
            for words in re.findall(r"say\('([^']+)'", path.read_text("utf-8")):
                yield Said(words, where=_name(path))
    for path in sorted((ROOT / "assets/bodymap").glob("*.toml")):
        drawn = tomllib.loads(path.read_text("utf-8"))
        yield Said(drawn["title"], where=_name(path))
        yield Said(drawn["seen"], where=_name(path))
    yield Said(".", context="decimal mark", where="kiosk/view/language.py")


def _said_in(path: Path) -> Iterator[Said]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if node.func.id in ("say", "mark") and texts:
                yield Said(texts[0], where=_name(path))
            elif node.func.id == "many" and len(texts) == 2:
                yield Said(texts[0], texts[1], where=_name(path))
    counted = re.findall(r'\(mark\("(\{count\} [^"]+)"\), mark\("(\{count\} [^"]+)"\)\)', path.read_text("utf-8"))
    for one, several in counted:
        yield Said(one, several, where=_name(path))


def control() -> Iterator[Said]:
    """What control says: alarms, errors, and the texts of the rooms that speak."""
    from drivers.errors import NappageError
    from kiosk.alarms.catalogue import CATALOGUE

    for condition in CATALOGUE.values():
        parts = re.split(r"(?<=\.) ", condition.patient)
        for words in (condition.title, condition.what, *parts, condition.todo, condition.inhibits):
            if words:
                yield Said(words.strip(), where="kiosk/alarms/catalogue.py")
    for name in ERRORS:
        for error in vars(importlib.import_module(name)).values():
            if isinstance(error, type) and issubclass(error, NappageError) and error.__module__ == name:
                of_a_file = "{file}" in error.sentence  # said by the shell that checks the file, never on the glass
                for words in () if of_a_file else (error.sentence, error.remedy):
                    if letters(words) >= FEW_LETTERS:
                        yield Said(_bare(words), where=f"{name.replace('.', '/')}.py")
    yield from (Said(words, where="kiosk/session/recovery.py") for words in COMPOSED)
    yield from (Said(words, where="kiosk/channel") for words in _names())
    from kiosk.system.errors import BacklightUnwritable

    yield from (
        Said(words, where="kiosk/system/errors.py")
        for words in (BacklightUnwritable.sentence, BacklightUnwritable.remedy)
    )
    for place in SPEAKING:
        found = ROOT / place
        for path in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
            if path.name not in SILENT and path.name != "errors.py" and path.exists():
                yield from _spoken_in(path)


def _names() -> Iterator[str]:
    """Single words that control puts into its sentences: names of settings, limits, roles, outcomes."""
    from kiosk.channel.commands import ModeName, RoleName
    from kiosk.channel.snapshot import SetupStep
    from kiosk.protocols.limits import Origin
    from kiosk.records.session_record import OUTCOMES
    from kiosk.session.requests import what
    from kiosk.session.states import TABLE
    from kiosk.session.words import MODE_WORDS

    yield from (what(kind.__name__) for kind in TABLE)
    yield from (str(origin) for origin in Origin)
    yield from OUTCOMES.values()
    yield from MODE_WORDS.values()
    yield from (*get_args(ModeName), *get_args(RoleName), *get_args(SetupStep))
    yield from ("depth", "dose", "rate", "shots", "zone", "mode", "below", "above", "left", "right", "whole", "cream")
    yield from (
        "a practitioner",
        "a technician",
        "an administrator",
        "cold spray",
        "none",
        "this barrel",
        "Clock",
        "Record",
        "Connecting",
        "Treating",
        "smallest",
        "middle",
        "largest",
    )


def _bare(words: str) -> str:
    """A template without the forms of its facts."""
    return re.sub(r"\{(\w+)[:!][^}]*\}", r"{\1}", words)


def _spoken_in(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text("utf-8"))
    quiet = set(_quiet(tree))
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.JoinedStr):
            words = template(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
        else:
            continue
        if shown(words.strip()):
            yield Said(words.strip(), where=_name(path))


def _quiet(tree: ast.AST) -> Iterator[int]:
    """Texts that no person sees: docstrings, assertions, formats, parts of a longer text."""
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts = [node.value]
        elif isinstance(node, ast.Assert | ast.Compare | ast.AnnAssign) and not (
            isinstance(node, ast.AnnAssign) and node.value is not None
        ):
            parts = list(ast.walk(node))
        elif isinstance(node, ast.AnnAssign):
            parts = list(ast.walk(node.annotation))
        elif isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTIN_ERRORS:
            parts = list(ast.walk(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
            parts = list(ast.walk(node.args[0]))
        yield from (id(part) for part in parts)


BUILTIN_ERRORS = frozenset({"ValueError", "TypeError", "RuntimeError", "AssertionError", "KeyError", "LookupError"})


def template(node: ast.JoinedStr) -> str:
    """An f-string with a name for each fact."""
    found = ""
    names: dict[str, str] = {}
    for part in node.values:
        if isinstance(part, ast.Constant):
            found += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            told, name = ast.unparse(part.value), _named(part.value)
            while names.setdefault(name, told) != told:
                name = f"{name}_"
            found += f"{{{name}}}"
    return found


def _named(node: ast.AST) -> str:
    """The last word of what a fact is made from: ``ul(row.dose_nl)`` is "dose_nl"."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name):
            return _named(inner) if name == "value" else name
        case ast.Call(args=[first, *_]):
            return _named(first)
        case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.BinOp(left=inner) | ast.UnaryOp(operand=inner):
            return _named(inner)
        case ast.IfExp(body=ast.Constant()):
            return "word"
        case ast.IfExp(body=inner):
            return _named(inner)
        case _:
            return "words" if isinstance(node, ast.JoinedStr) else "fact"


def profiles() -> Iterator[Said]:
    """Titles and instructions of the shipped profiles; a clinic's own stay as the clinic wrote them."""
    from kiosk.protocols.library import SHIPPED, load

    library = load(SHIPPED)
    for key, protocol in library.protocols.items():
        where = f"profiles/protocols/{key}.toml"
        for words in (protocol.title, protocol.summary, *(zone.title for zone in protocol.zones)):
            yield Said(words, where=where)
        yield from (Said(zone.technique, where=where) for zone in protocol.zones if zone.technique)
    for name, items in (
        ("screening", library.screening), ("preparation", library.preparation), ("aftercare", library.aftercare),
        ("cleanup", library.cleanup), ("reactions", library.reactions),
    ):  # fmt: skip
        yield from (Said(item.text, where=f"profiles/{name}.toml") for item in items.values())


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))
