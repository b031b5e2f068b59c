"""Whether a stroke was as it was set (LED-9): to the um and the nL, and what then stands in the record."""

from __future__ import annotations

import pytest

from drivers.registers import Outcome, ShotRecord
from kiosk.records.as_set import disagreement, not_as_set, standing
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from tests.records import sample

pytestmark = pytest.mark.requirement("LED-9")
DEEP, MUCH = "depth 0.80 mm measured, 0.50 mm set", "dose 22.0 uL measured, 20.0 uL set"


@pytest.mark.parametrize(
    ("depth", "of", "dose", "outcome", "said"),
    [
        (500, 20_000, 20_000, Outcome.COMPLETED, ""),
        (600, 20_000, 20_000, Outcome.COMPLETED, ""),
        (601, 20_000, 20_000, Outcome.COMPLETED, "depth"),
        (400, 20_000, 20_000, Outcome.COMPLETED, ""),
        (399, 20_000, 20_000, Outcome.COMPLETED, "depth"),
        (399, 20_000, 20_000, Outcome.PARTIAL_STOP, ""),
        (601, 20_000, 20_000, Outcome.PARTIAL_STOP, "depth"),
        (500, 20_000, 21_000, Outcome.COMPLETED, ""),
        (500, 20_000, 21_001, Outcome.COMPLETED, "dose"),
        (500, 20_000, 19_000, Outcome.COMPLETED, ""),
        (500, 20_000, 18_999, Outcome.COMPLETED, "dose"),
        (500, 20_000, 0, Outcome.PARTIAL_STOP, ""),
        (500, 20_000, 21_001, Outcome.PARTIAL_STOP, "dose"),
        (500, 2_000, 2_300, Outcome.COMPLETED, ""),
        (500, 2_000, 2_301, Outcome.COMPLETED, "dose"),
        (500, 2_000, 1_700, Outcome.COMPLETED, ""),
        (500, 2_000, 1_699, Outcome.COMPLETED, "dose"),
        (500, 2_000, 2_301, Outcome.PARTIAL_SUPPLY, "dose"),
        (500, 7_000, 7_350, Outcome.COMPLETED, ""),
        (500, 7_000, 7_351, Outcome.COMPLETED, "dose"),
    ],
)
def test_commanded_and_measured_are_compared_again(depth: int, of: int, dose: int, outcome: Outcome, said: str) -> None:
    """0.10 mm, and 0.3 uL or 5 %, whichever is more: to the um and the nL."""
    record = ShotRecord(1, 1, 500, depth, of, dose, 0, 0, outcome)
    assert disagreement(record).startswith(said)
    assert bool(disagreement(record)) == bool(said)


def test_the_last_one_stands_until_it_is_cleared_and_other_rows_change_nothing() -> None:
    deep, much = not_as_set(3, DEEP, 77, 1), not_as_set(4, MUCH, 78, 1)
    assert standing("", [deep, much]) == MUCH
    assert standing(DEEP, [sample.event(Fact.SEEN, alarm=709)]) == DEEP
    assert standing(DEEP, [sample.event(Fact.CLEARED, why=DEEP)]) == ""
    assert standing("", [deep, sample.event(Fact.CLEARED, why=DEEP), much]) == MUCH


def test_what_stands_is_read_back_at_a_restart_whatever_session_it_was_in(subject: Ledger) -> None:
    assert subject.restore().mismatch == ""
    subject.append([sample.session(), sample.shot(1, 16), not_as_set(1, DEEP, 77, 1), sample.closing(1)])
    assert subject.restore().mismatch == DEEP
    subject.append([sample.event(Fact.CLEARED, session=0, why=DEEP)])
    assert subject.restore().mismatch == ""
