"""What a part of the fuzz is: numbered batches of cases, each drawn from the seed alone, and what a batch tells.

A batch stands on its own: the same seed and number give the same cases, the same answers and the same digest again, so
that `--replay part:number` is all that it takes to see a finding a second time.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from pathlib import Path
from typing import Protocol

import msgspec

LONGEST = 3000
"""Characters of an error that a person can still read."""
KEPT = 3
"""Findings that one batch keeps; a broken rule breaks thousands of times."""


class Finding(msgspec.Struct, frozen=True):
    """Something that must not happen: which case of which batch, what happened, and the bytes that did it."""

    part: str
    batch: int
    case: int
    what: str
    data: bytes


class Told(msgspec.Struct, frozen=True):
    """What one batch tells. `digest` covers every input and every answer in their order."""

    part: str
    batch: int
    cases: int
    counts: dict[str, int]
    digest: bytes
    findings: tuple[Finding, ...]
    resident_kb: int = 0
    """Memory of the process after it, kB."""


class Part(Protocol):
    """One kind of input. `size` is how many mutated inputs a batch has."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def size(self) -> int: ...

    def batch(self, seed: int, number: int) -> Told: ...


class Notes:
    """What a batch collects while it runs."""

    def __init__(self, part: str, seed: int, number: int) -> None:
        self.part = part
        self.number = number
        self.chance = random.Random(f"{part} {seed} {number}")
        self.counts: Counter[str] = Counter()
        self.digest = hashlib.sha256()
        self.findings: list[Finding] = []
        self.case = 0

    def find(self, what: str, data: bytes) -> None:
        self.counts["FOUND"] += 1
        if len(self.findings) < KEPT:
            self.findings.append(Finding(self.part, self.number, self.case, what, data))

    def hear(self, kind: str, said: str, name: str, data: bytes) -> None:
        """What reading a mutated file of this name said: "" for nothing, else a sentence that a person can use."""
        told = said[:4] if said else "accepted"
        self.counts[f"{kind} {told}"] += 1
        self.digest.update(told.encode())
        if said and (name not in said or len(said) > LONGEST):
            self.find(f"no person can read this: {said[:200]}", data)

    def told(self) -> Told:
        return Told(
            self.part,
            self.number,
            self.case,
            dict(self.counts),
            self.digest.digest(),
            tuple(self.findings),
            resident_kb(),
        )


def resident_kb() -> int:
    """Resident memory of this process, kB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4
