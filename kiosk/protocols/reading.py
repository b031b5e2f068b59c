"""From a file to its checked shape, with every complaint in words: file, key, value and what is allowed.

The one thing only this file knows is how a decoder's complaint becomes a sentence that a clinician can act on.
"""

from __future__ import annotations

import codecs
import re
import stat
import tomllib
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec

from kiosk.protocols.errors import (
    ProfileKeyMissing,
    ProfileKeyUnknown,
    ProfileMissing,
    ProfileSyntax,
    ProfileUnreadable,
    ProfileValue,
)

T = TypeVar("T", bound=msgspec.Struct)
Table = dict[str, Any]
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")
_NAMED = re.compile(r"`(?P<name>[^`]*)`")
_COUNTED = re.compile(r"` (?:of length )?(?P<sign>(?:[<>]=)?) ?(?P<number>\d+)")
_SIGNS = {"": "exactly", ">=": "at least", "<=": "at most"}
_LINE = re.compile(r"at line (\d+), column \d+")
MOST_BYTES = 1_000_000
"""A hundred times the longest profile that comes with the program."""
MOST_DIGITS = 28
"""Of a number with a point, before and after it: what decimal arithmetic carries without rounding."""
MOST_BITS = 93
"""Of a whole number: those of 28 digits."""
MOST_SIZE = 1_000
"""Powers of ten that it may be away from 1; far beyond any figure, and within what can be reckoned with."""
MOST_WRITTEN = 80
"""Characters of a wrong value that a sentence repeats."""
_DIGITS = re.compile(r"[0-9_.]+(?P<size>[eE][+-]?[0-9_]+)?")
_OPENED = re.compile(r"(?P<size>(?:[\[{]\s*(?:[\w.]+\s*=\s*)?)+)")


def read(path: Path) -> Table:
    """The raw tables of a TOML file; numbers with a point are exact decimals.

    Raises:
        ProfileMissing, ProfileUnreadable, ProfileSyntax: with the file's name, the last with its line.
        ProfileValue: a whole number that nothing can reckon with, such as a hexadecimal one of a thousand digits.
    """
    text = _text(path)
    try:
        raw = tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        why = str(error).partition(" (at ")[0]
        raise ProfileSyntax(file=path, line=line, why=why) from error
    except RecursionError as error:
        raise ProfileSyntax(file=path, line=_largest(text, _OPENED), why="nested too deeply") from error
    except ValueError as error:  # the parser hands on what int() says of a number that is too long for it
        raise ProfileSyntax(file=path, line=_largest(text, _DIGITS), why="a number of too many digits") from error
    _refuse_monstrous(path, raw)
    return raw


def _refuse_monstrous(path: Path, raw: Table) -> None:
    """Raise ProfileValue for the first whole number of too many bits; tables may be deep, so nothing here recurses."""
    waiting: list[tuple[str, object]] = [("", raw)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            table = cast("Table", value)
            waiting += [(f"{key}.{name}" if key else name, entry) for name, entry in reversed(table.items())]
        elif isinstance(value, list):
            waiting += [(key, entry) for entry in reversed(cast("list[object]", value))]
        elif isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise ProfileValue(file=path, key=key, value=written(value), allowed=f"at most {MOST_DIGITS} digits")


def _text(path: Path) -> str:
    """The file as text; never more of it than a profile can have."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISREG(kind) or stat.S_ISDIR(kind):  # of a folder the system itself says that it is one
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        else:
            raise ProfileUnreadable(file=path, why="it is a device, socket or pipe")
    except FileNotFoundError as error:
        raise ProfileMissing(file=path) from error
    except ProfileUnreadable:
        raise
    except OSError as error:
        raise ProfileUnreadable(file=path, why=error.strerror) from error
    if len(data) > MOST_BYTES:
        raise ProfileUnreadable(file=path, why=f"it has over {MOST_BYTES} bytes, which no profile has")
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ProfileUnreadable(file=path, why=f"byte {error.start} is not UTF-8") from error


def _decimal(written: str) -> Decimal:
    """A number with a point, exactly.

    Raises:
        ValueError: it has more digits than any figure can have, so that it would be rounded.
    """
    number = Decimal(written)
    if number.is_finite() and (len(number.as_tuple().digits) > MOST_DIGITS or abs(number.adjusted()) > MOST_SIZE):
        raise ValueError(written)
    return number


def _largest(text: str, pattern: re.Pattern[str]) -> int:
    """Number of the line where the largest match of `pattern` begins; its part "size" weighs most."""
    found = max(pattern.finditer(text), key=lambda match: len(match[0]) + 100 * len(match["size"] or ""), default=None)
    return 1 if found is None else text.count("\n", 0, found.start()) + 1


def shaped(path: Path, raw: Table, shape: type[T]) -> T:
    """`raw` as `shape`.

    Raises:
        ProfileKeyUnknown, ProfileKeyMissing, ProfileValue: the first key that is wrong, dotted.
    """
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise _complaint(path, raw, shape, str(error)) from error


def _complaint(path: Path, raw: Table, shape: type[msgspec.Struct], message: str) -> Exception:
    found = _AT.match(message)
    assert found is not None
    what, where = found["what"], found["path"] or ""
    kind: Any = shape
    value: Any = raw
    keys: list[str] = []
    for step in _STEP.finditer(where):
        kind = _plain(kind)
        name = step["name"] or step["index"]
        if step["name"] is None and isinstance(value, dict):
            table, entry = cast("Table", value), get_args(kind)[1]
            name = _first_wrong(table, entry)
            kind = entry
            value = table[name]
        elif step["name"] is None:
            kind = get_args(kind)[0]
            value = value[int(name)]
        else:
            kind = _types(kind)[name]
            value = value[name]
        keys.append(name)
    kind = _plain(kind)
    named = _NAMED.search(what)
    if "unknown field" in what or "missing required field" in what:
        assert named is not None
        error = ProfileKeyUnknown if "unknown" in what else ProfileKeyMissing
        return error(file=path, key=".".join([*keys, named["name"]]), allowed=", ".join(_types(kind)))
    allowed = describe(kind)
    limits = _COUNTED.search(what)
    if limits:
        allowed = f"{allowed}, {_SIGNS[limits['sign']]} {limits['number']}"
    return ProfileValue(file=path, key=".".join(keys) or "the file", value=written(value), allowed=allowed)


def _first_wrong(table: Table, entry: Any) -> str:
    """The key of the first entry of `table` that does not have the shape `entry`."""
    for key, value in table.items():
        try:
            msgspec.convert(value, entry)
        except msgspec.ValidationError:
            return key
    raise AssertionError("the decoder complained about an entry, so one is wrong")


def _types(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _plain(kind: Any) -> Any:
    """The type without its description and without "or nothing"."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return _plain(next(part for part in get_args(kind) if part is not NoneType))
    return kind


def describe(kind: Any) -> str:
    """What a key may hold, in words."""
    kind = _plain(kind)
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(repr(option) for option in get_args(kind))
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        return f"a list of {describe(inner[0])}" if inner[-1] is Ellipsis else "two numbers, [low, high]"
    if get_origin(kind) is dict:
        return "a table with at least one entry"
    words = {Decimal: "a number", int: "a whole number", str: "a text", bool: "true or false"}
    if kind in words:
        return words[kind]
    return "a table with the keys " + ", ".join(_types(kind))


def written(value: object) -> str:
    """A value as the person wrote it, shortened."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list():
            return _short("[" + ", ".join(_entries(cast("list[object]", value))) + "]")
        case str():
            return f'"{_short(value)}"'
        case int() if value.bit_length() > MOST_BITS:
            return f"a whole number of {value.bit_length()} bits"
        case _:
            return _short(str(value))


def _entries(values: list[object]) -> list[str]:
    """The first entries of a list; one that is a list itself is not gone into."""
    return ["a list" if isinstance(value, list) else written(value) for value in values[:MOST_WRITTEN]]


def _short(text: str) -> str:
    return text if len(text) <= MOST_WRITTEN else text[: MOST_WRITTEN - 3] + "..."
