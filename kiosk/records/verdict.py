"""What a check of the record found, as a value: the clerk gives it, the engine blocks by it, the screen says it."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["good", "not anchored", "lost", "changed"]


def anchor_key(row: int, sha256: bytes) -> str:
    """Names one anchor; an administrator's reason disowns exactly this one."""
    return f"anchor {row} {sha256.hex()}"


class Verdict(msgspec.Struct, frozen=True):
    """What a check found. `row` is the first bad row, the last good one when rows are lost, else the last."""

    state: State
    row: int
    sentence: str
    anchored: int = 0
    """Row that the injector's newest anchor names, 0 when none."""
    last_hash: bytes = b""
    totals: tuple[str, ...] = ()
    """Sentences about sums that do not agree with each other; empty when all do."""
    key: str = ""
    """Names a finding by its content: the same finding has the same key at every check, another one another."""
    missing: int = 0
    """Rows that a finding says were removed."""
    said: bool = False
    """Whether the record holds already that this was found."""

    @property
    def blocks(self) -> bool:
        """Whether arming is blocked until an administrator gives a reason."""
        return self.state in ("lost", "changed")
