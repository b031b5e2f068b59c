"""Mutated profiles and scenarios: each is refused in a numbered sentence that names the file and the key, or is sound.

What is accepted is read a second time by this file's own rules: no key that nobody reads, no figure outside itself.
"""

from __future__ import annotations

import random
import re
import tomllib
import traceback
from functools import cache
from pathlib import Path
from typing import Any

from drivers.errors import NappageError
from kiosk.protocols import shelf
from kiosk.protocols.library import SHIPPED, Library, load
from kiosk.protocols.profile import Figure, Protocol
from kiosk.protocols.report import check_file, json_schemas
from kiosk.rehearsal.scenario import load_scenario
from tests.proofs.fuzz import mutate
from tests.proofs.fuzz.parts import Notes, Told

TOKENS = (
    "nan", "-nan", "inf", "-inf", "0", "-1", "1", "0.05", "0.051", "-0.0", "6.0", "6.05", "1e5", "1e-9", "9e99",
    "1e400", "1e999999999", "0.6" + "0" * 40 + "1", "9" * 20, "9" * 5000, "0x" + "f" * 5000, "0b1", "1_0",
    "true", "false",
    '""', '"x"', '"clinic"', '"A"', '"C"', '"é"', '"\\u0000"', '"' + "x" * 3000 + '"', "'''\n'''", "[]",
    "[1]", "[1, 2]", "[2, 1]",
    "[1, 2, 3]", "[nan, 1]", "[0.5, inf]", "[[1], [2]]", "[" * 60 + "]" * 60, "[" * 2000, "{}", "{ a = 1 }",
    '{ source = "clinic" }', '{ source = "" }',
    '{ source = "s", grade = "A" }', '{ source = "s", grade = "A", hard = [1, 2] }',
    "1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "1979-13-45",
)  # fmt: skip
"""Values that stand where others should."""
_VALUE = re.compile(r"(?<== )(?:\[[^\]\n]*\]|\"[^\"\n]*\"|[^\s,}\n]+)")
_KEY = re.compile(r"[A-Za-z_][\w-]*(?= ?=)")
_TABLE = re.compile(r"(?m)^\[[^\]\n]+\]$")
_FREE = frozenset({"zones", "needles", "syringes", "products", "items"})
"""Tables whose keys a person chooses."""
NOT_OURS = (KeyboardInterrupt, SystemExit)


@cache
def texts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Profiles of every kind, protocols cut to their first zone so that many fit into a second; and the scenarios."""
    found: list[str] = []
    for path in sorted(SHIPPED.glob("**/*.toml")):
        text = path.read_text(encoding="utf-8")
        if path.parent.name == "protocols":
            second = [match.start() for match in re.finditer(r"(?m)^\[zones\.[\w-]+\]$", text)][1:2]
            text = text[: second[0]] if second else text
        if path.parent.name != "scenarios":
            found.append(text)
    scenarios = [path.read_text(encoding="utf-8") for path in sorted((SHIPPED / "scenarios").glob("*.toml"))]
    return tuple(found), tuple(scenarios)


@cache
def shelf_of() -> tuple[Library, Any]:
    return load(SHIPPED), shelf.load_lists(SHIPPED)


@cache
def known_keys() -> frozenset[str]:
    """Every key that any kind of profile may have, from the schemas that editors use."""
    keys: set[str] = set()

    def walk(entry: Any) -> None:
        if isinstance(entry, dict):
            keys.update(entry.get("properties", {}))
            for value in entry.values():
                walk(value)
        elif isinstance(entry, list):
            for value in entry:
                walk(value)

    walk(json_schemas())
    return frozenset(keys)


class Profiles:
    """The part; a batch writes each of its texts to one file of its own."""

    name = "profiles"
    title = "profiles and scenarios, mutated"

    def __init__(self, folder: Path, size: int = 500) -> None:
        self.size = size
        self._folder = folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        chance = notes.chance
        profiles, scenarios = texts()
        place = self._folder / f"profiles-{number}"
        place.mkdir(exist_ok=True)
        path = place / "mutated.toml"
        for case in range(self.size):
            notes.case = case + 1
            scenario = chance.random() < 0.2
            of_kind = scenarios if scenario else profiles
            data = spoiled(chance, of_kind[int(chance.random() * len(of_kind))], of_kind)
            path.write_bytes(data)
            notes.digest.update(data)
            try:
                said = _scenario(path) if scenario else _profile(path, notes)
            except NappageError as error:
                said = str(error)
                if scenario and not 850 <= error.number < 900:
                    notes.find(f"a scenario is refused as something else: {said}", data)
            except Exception:  # noqa: BLE001  whatever else is raised is what is looked for
                notes.find(traceback.format_exc(limit=-4), data)
                continue
            notes.hear("scenario" if scenario else "profile", said, path.name, data)
        path.unlink()
        place.rmdir()
        return notes.told()


def _profile(path: Path, notes: Notes) -> str:
    report = check_file(path)
    if not report.ok:
        [said] = report.sentences
        if not re.match(r"E2\d\d: ", said):
            notes.find(f"no numbered sentence: {said[:200]}", path.read_bytes())
        return said
    raw = tomllib.loads(path.read_bytes().decode())
    strange = sorted(_strange(raw))
    if strange:
        notes.find(f"it was accepted with keys that nobody reads: {strange}", path.read_bytes())
    if "zones" in raw:
        doubts = _doubts(shelf.load_protocol(path, shelf_of()[1]))
        if doubts:
            notes.find(f"it was accepted although {doubts}", path.read_bytes())
    return ""


def _scenario(path: Path) -> str:
    load_scenario(path, shelf_of()[0])
    return ""


def _strange(table: dict[str, Any], *, free: bool = False) -> set[str]:
    """Keys that stand in no schema."""
    found: set[str] = set()
    for key, value in table.items():
        if not free and key not in known_keys():
            found.add(key)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                found |= _strange(inner, free=not free and key in _FREE)
    return found


def _doubts(protocol: Protocol) -> str:
    """What speaks against the figures of a protocol that was accepted (LIM-2), by a second reading."""
    figures: list[tuple[str, Figure | None]] = [("rate", protocol.rate), ("session shots", protocol.session_shots)]
    for zone in protocol.zones:
        figures += [(f"{zone.key} depth", zone.depth), (f"{zone.key} dose", zone.dose)]
    for name, figure in figures:
        if figure is None or figure.hard is None:
            continue
        low, high = figure.hard
        soft_low, soft_high = figure.soft or figure.hard
        default = soft_low if figure.default is None else figure.default
        ladder = [0, low, soft_low, default, soft_high, high, 10**9]
        if any(type(step) is not int for step in ladder) or ladder != sorted(ladder) or low == 0:
            return f"its {name} is {figure}"
    return ""


def spoiled(chance: random.Random, text: str, others: tuple[str, ...]) -> bytes:
    """A text with other values, other keys, lines cut, doubled or moved, or bytes changed."""
    draw = chance.random()
    if draw < 0.20:
        data = mutate.spoil(chance, text.encode(), [other.encode() for other in others])
        return data if len(data) < 100_000 else data[:100_000]
    for _ in range(1 + int(chance.random() ** 3 * 3)):
        draw = chance.random()
        if draw < 0.5:
            text = _other_part(chance, text, _VALUE, TOKENS[int(chance.random() * len(TOKENS))])
        elif draw < 0.65:
            text = _other_part(chance, text, _KEY, _name(chance, text))
        elif draw < 0.72:
            text = _other_part(chance, text, _TABLE, f"[{_name(chance, text)}]")
        else:
            text = _other_lines(chance, text)
    return text.encode()


def _other_part(chance: random.Random, text: str, pattern: re.Pattern[str], part: str) -> str:
    places = list(pattern.finditer(text))
    if not places:
        return text
    found = places[int(chance.random() * len(places))]
    return text[: found.start()] + part + text[found.end() :]


def _name(chance: random.Random, text: str) -> str:
    """A key from elsewhere in the file, or one that is none."""
    names = _KEY.findall(text)
    if names and chance.random() < 0.5:
        return names[int(chance.random() * len(names))]
    strange = ("depht_mm", "x", '""', '"a.b"', '"a`b"', '" - at `$.x`"', "a.b.c", "é", '"\\n"', "[", "zones.forehead")
    return strange[int(chance.random() * len(strange))]


def _other_lines(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:
        return text
    place, other = int(chance.random() * len(lines)), int(chance.random() * len(lines))
    match int(chance.random() * 3):
        case 0:
            del lines[place]
        case 1:
            lines.insert(other, lines[place])
        case _:
            lines[place], lines[other] = lines[other], lines[place]
    return "".join(lines)
