"""How much of what: the long form and the short one."""

from __future__ import annotations

from pathlib import Path

from tests.proofs.fuzz.controller_end import ControllerEnd
from tests.proofs.fuzz.driver_end import DriverEnd
from tests.proofs.fuzz.ledgers import Ledgers, Memories
from tests.proofs.fuzz.messages import Messages
from tests.proofs.fuzz.profiles import Profiles
from tests.proofs.fuzz.run import Amount
from tests.proofs.fuzz.settings import Settings
from tests.proofs.fuzz.terminal import ToBench, ToDriver


def amounts(folder: Path, *, short: bool) -> tuple[Amount, ...]:
    """Every part and its number of mutated inputs; `folder` is for the files of those that need some."""
    return (
        Amount(ControllerEnd(), 100_000 if short else 6_000_000),
        Amount(DriverEnd(), 100_000 if short else 4_200_000),
        Amount(ToBench(folder), 1_000 if short else 12_000),
        Amount(ToDriver(folder), 500 if short else 10_000),
        Amount(Profiles(folder), 2_000 if short else 40_000),
        Amount(Settings(folder), 600 if short else 12_000),
        Amount(Messages(folder), 6_000 if short else 50_000),
        Amount(Ledgers(folder), 400 if short else 8_000),
        Amount(Memories(folder), 800 if short else 10_000),
    )
