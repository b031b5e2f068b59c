"""How much of what: the long form and the short one."""

from __future__ import annotations

from pathlib import Path

from tests.proofs.fuzz.controller_end import ControllerEnd
from tests.proofs.fuzz.driver_end import DriverEnd
from tests.proofs.fuzz.run import Amount


def amounts(folder: Path, *, short: bool) -> tuple[Amount, ...]:
    """Every part and its number of mutated inputs; `folder` is for the files of those that need some."""
    del folder
    return (
        Amount(ControllerEnd(), 200_000 if short else 6_000_000),
        Amount(DriverEnd(), 150_000 if short else 4_200_000),
    )
