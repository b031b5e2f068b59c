"""Made fixtures/version-1.db, once: a ledger as version 1 of the schema wrote it. Not to be run again."""

from __future__ import annotations

from pathlib import Path

from kiosk.records.ledger import Ledger
from tests.records import sample


def make(path: Path) -> None:
    """Write it."""
    ledger = Ledger.open(path, "simulated", clock_wall_ms=lambda: 1_790_000_000_000, boot_id="fixture")
    ledger.append([sample.account(), sample.calibration(), *sample.treatment(20)])
    ledger.close()


if __name__ == "__main__":
    make(Path(__file__).parent / "fixtures" / "version-1.db")
