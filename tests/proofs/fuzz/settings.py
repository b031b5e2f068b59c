"""Mutated settings of a screen, backups of a clinic's, and certificates as JSON: each is refused by its number.

A backup says its own SHA-256: half of them are given the one that fits again, so that what it holds is read at all.
"""

from __future__ import annotations

import hashlib
import random
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec

from drivers.errors import NappageError
from kiosk.calibration import certificate
from kiosk.records import backup
from kiosk.screens import keeping
from kiosk.view.settings import Settings as OfScreen
from tests.calibration.kept import certificate as certified
from tests.proofs.fuzz import mutate
from tests.proofs.fuzz.parts import Notes, Told

VALUES = (b"null", b"-1", b"1e400", b"9" * 400, b'"x"', b'"\\u0000"', b'"' + b"x" * 3000 + b'"', b"[]", b"{}", b"true")
"""Values that stand where others should."""
DEEP = 5000
"""Brackets in brackets: more than any reader goes down."""


@cache
def originals() -> dict[str, tuple[bytes, ...]]:
    """Sound files of each kind."""
    screens = (OfScreen(), OfScreen(theme="night", brightness=40, sleep_s=120, click=False, language="fr"))
    accounts = (backup.KeptAccount("Ada", "administrator", "scrypt$15$8$3$x$y", False),)
    held = backup.Content("simulated", "2026-11-18 10:42", "Ada", "{}", accounts, {"x.toml": ""})
    return {
        "screen": tuple(map(msgspec.json.encode, screens)),
        "backup": (_sealed(msgspec.json.encode(held, order="sorted")),),
        "certificate": tuple(msgspec.json.encode(certified(number)) for number in (1, 2)),
    }


def _sealed(content: bytes) -> bytes:
    """A file of settings around this content, with the SHA-256 that fits."""
    digest = hashlib.sha256(content).hexdigest().encode()
    return b'{"format":"nappage settings","version":1,"sha256":"%s","content":%s}' % (digest, content)


def _inside(data: bytes) -> bytes:
    return data.partition(b'"content":')[2][:-1]


class Settings:
    """The part; a batch writes each of its texts to one file of its own."""

    name = "settings"
    title = "settings, backups and certificates, mutated"

    def __init__(self, folder: Path, size: int = 300) -> None:
        self.size = size
        self._folder = folder

    def batch(self, seed: int, number: int) -> Told:
        notes = Notes(self.name, seed, number)
        chance = notes.chance
        place = self._folder / f"settings-{number}"
        place.mkdir(exist_ok=True)
        path = place / "mutated.json"
        readers: dict[str, Callable[[bytes], object]] = {
            "screen": lambda _: keeping.read(path),
            "backup": lambda _: backup.read(path, "simulated"),
            "certificate": lambda data: certificate.read(data, path.name),
        }
        for case in range(self.size):
            notes.case = case + 1
            kind = chance.choice(tuple(readers))
            data = spoiled(chance, kind)
            path.write_bytes(data)
            notes.digest.update(data)
            try:
                readers[kind](data)
                said = ""
            except NappageError as error:
                said = str(error)
            except Exception:  # noqa: BLE001  whatever else is raised is what is looked for
                notes.find(traceback.format_exc(limit=-4), data)
                continue
            notes.hear(kind, said, path.name, data)
        path.unlink()
        place.rmdir()
        return notes.told()


def spoiled(chance: random.Random, kind: str) -> bytes:
    """A file of this kind with bytes changed, another value in one place, or more brackets than it should have."""
    files = originals()[kind]
    data = files[int(chance.random() * len(files))]
    sealed = kind == "backup" and chance.random() < 0.5
    if sealed:
        data = _inside(data)
    draw = chance.random()
    if draw < 0.05:
        return data
    if draw < 0.10:
        data = data[:-1] + b',"more":' + b"[" * DEEP + b"]" * DEEP + b"}"
    elif draw < 0.55:
        data = _other_value(chance, data)
    else:
        data = mutate.spoil(chance, data, files)[:200_000]
    return _sealed(data) if sealed else data


def _other_value(chance: random.Random, data: bytes) -> bytes:
    """Another value behind one of its colons."""
    places = [at + 1 for at in range(len(data)) if data[at : at + 1] == b":"]
    at = places[int(chance.random() * len(places))]
    ends = [end for end in (data.find(b",", at), data.find(b"}", at)) if end >= 0]
    return data[:at] + VALUES[int(chance.random() * len(VALUES))] + data[min(ends) :]
