"""What the ledger knows after a restart is what was known before it (LED-4, LED-6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from kiosk.records.known import LedgerView
from kiosk.records.ledger import Ledger
from kiosk.records.reconcile import pairing, reconcile
from kiosk.records.rows import Row
from tests.records import sample
from tests.records.test_chain import tamper
from tests.records.test_reconcile import AUTH, DOSE, identity, record, status

Reopen = Callable[[], Ledger]
OPEN: list[Row] = [sample.session(), AUTH, sample.shot(1, 48), sample.shot(2, 48)]
AFTER_2 = status(lifetime_shots=2, lifetime_nl=40_200)


def comparable(view: LedgerView) -> LedgerView:
    """Without counts of what is resolved: a restart does not look them up, nobody asks for them."""
    live = {row.id for row in view.unresolved}
    return msgspec.structs.replace(view, recorded={id: count for id, count in view.recorded.items() if id in live})


@pytest.mark.requirement("LED-4", "LED-6")
@pytest.mark.parametrize("case", ["open", "reconciled", "missing", "closed in full", "late", "paired"])
def test_a_restart_knows_what_was_known(case: str, subject: Ledger, reopen: Reopen) -> None:
    rows: list[Row] = list(OPEN)
    view = LedgerView(0, 1, 0, 0, session=1).after(rows)
    state = msgspec.structs.replace(AFTER_2, lifetime_shots=3, lifetime_nl=40_200 + DOSE + 900)
    if case == "reconciled":
        rows += reconcile(view, identity(), state, [record(3)], mono_ms=7).rows
    elif case == "missing":
        rows += reconcile(view, identity(), state, [], mono_ms=7).rows
    elif case in ("closed in full", "late"):
        rows += reconcile(view, None, None, [], mono_ms=7, practitioner_closed=True).rows
        if case == "late":
            known = view.after(rows[len(OPEN) :])
            rows += reconcile(known, identity(), state, [record(3)], mono_ms=8).rows
    elif case == "paired":
        found = pairing(view, identity(serial=9), state, [], mono_ms=7, user="Root", reason="new base")
        rows += found.rows
    subject.append(rows)
    expected = view.after(rows[len(OPEN) :])
    found_view = LedgerView.of(reopen().restore())
    if case == "paired":
        expected = msgspec.structs.replace(expected, counted_in_full={})
    assert comparable(found_view) == comparable(expected)


@pytest.mark.requirement("LED-10")
def test_reconciling_again_after_a_restart_writes_nothing(subject: Ledger, reopen: Reopen) -> None:
    state = msgspec.structs.replace(AFTER_2, lifetime_shots=3, lifetime_nl=40_200 + DOSE + 900)
    subject.append(OPEN)
    first = reconcile(LedgerView.of(subject.restore()), identity(), state, [record(3)], mono_ms=7)
    subject.append(first.rows)
    again = reconcile(LedgerView.of(reopen().restore()), identity(), state, [record(3)], mono_ms=9)
    assert (len(first.rows), again.rows, again.cursor) == (4, (), 4)


@pytest.mark.requirement("LED-4", "LIM-9")
def test_what_was_counted_in_full_and_is_of_a_kind_that_there_is_not_ends_no_start(
    path: Path, subject: Ledger, reopen: Reopen
) -> None:
    """Its session is signed: nothing else would read that row at a start."""
    view = LedgerView(0, 1, 0, 0, session=1).after(OPEN)
    closed = reconcile(view, None, None, [], mono_ms=7, practitioner_closed=True)
    subject.append([*OPEN, *closed.rows, sample.closing()])
    assert [shot.authorisation for shot in reopen().restore().counted_in_full] == [48]
    reopen().close()
    tamper(path, "UPDATE shot SET kind = 'x' WHERE number = 0")
    assert reopen().restore().counted_in_full == ()
