"""An error of the storage at some of the calls (LED-12); `make kill` takes every call, with every error."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.kill.faults import Injection, inject, injections, spread
from tests.proofs.kill.invariants import Found
from tests.proofs.kill.lane import Lane, ProofFailed
from tests.proofs.kill.practitioner import Practitioner
from tests.proofs.kill.session import first_session, no_blow

DEAF = (
    sys.executable,
    "-c",
    """
import sys
from kiosk.records import ledger
from kiosk.records.writer import Committed, LedgerThread
from drivers.errors import NappageError
def commit(self, ledger, submitted_ms, unit):
    try:
        ledger.append(unit.rows)
    except NappageError:
        pass
    return Committed(unit.id, 0, *ledger.last)
LedgerThread._commit = commit
from kiosk.cli import main
main(sys.argv[1:])
""",
)
"""The negative control: the same product, deaf to what its storage says."""


@pytest.mark.requirement("LED-12", "LED-10")
@pytest.mark.parametrize(
    ("call", "error", "nth", "how"),
    [
        ("openat", "EIO", 2, "did not start"),
        ("pwrite64", "ENOSPC", 36, "alarm"),
        ("fdatasync", "EIO", 17, "alarm"),
    ],
)
def test_a_failing_call_is_told_and_nothing_fires_after_it(
    treatment: tuple[Lane, Practitioner], call: str, error: str, nth: int, how: str
) -> None:
    outcome = inject(*treatment, Injection(call, error, nth), Found(()))
    assert outcome.how == how
    assert outcome.sentence


@pytest.mark.requirement("LED-12")
def test_a_product_deaf_to_its_storage_does_not_pass(short_folder: Path) -> None:
    folder = short_folder / "d"
    folder.mkdir()
    with Lane(folder) as lane:
        lane.start_bench()
        person = Practitioner(lane, no_blow, "D")
        with pytest.raises(ProofFailed, match=r"passed over in silence|accepted ids that this record does not hold"):
            inject(lane, person, Injection("fdatasync", "EIO", 14), Found(()), program=DEAF, play=first_session)


def test_every_call_is_taken_once_with_each_error() -> None:
    planned = injections({"pwrite64": 3, "fdatasync": 1, "read": 9})
    assert len(planned) == len(set(planned)) == 8
    assert {injection.call for injection in planned} == {"pwrite64", "fdatasync"}
    assert spread(planned, 4) == planned[::2]
