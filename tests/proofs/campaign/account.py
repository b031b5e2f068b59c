"""The end of a session: ledger, controller and truth side by side, read from the file and not from anybody's memory.

Only this file compares what was written with what moved (LED-4, LED-7, LED-11).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from drivers.registers import ANCHOR_PAIR, IDENTITY, STATUS, Outcome
from hal_sim.motion import Kind
from kiosk.records.chain import verify
from kiosk.records.known import LedgerView
from kiosk.records.reconcile import reconcile
from kiosk.records.rows import Restored
from tests.proofs.campaign import invariants as must
from tests.proofs.campaign.invariants import Violation
from tests.proofs.campaign.stage import Stage

SHOTS = "SELECT number, authorisation, dose_nl, measured_dose_nl, outcome, certainty FROM shot ORDER BY row"


class Line(NamedTuple):
    """One shot row as it stands in the file."""

    number: int
    authorisation: int
    dose_nl: int
    measured_nl: int
    outcome: int
    certainty: str


def settle(stage: Stage) -> None:
    """Let everything come to rest, then compare it all.

    Raises:
        Violation: something does not agree.
    """
    if not stage.until(lambda: _rests(stage), 5.0):
        raise Violation("frozen", stage.clock.now, f"it does not come to rest: {stage.snap.missing}")
    stage.run(0.2)
    restored = stage.ledger.restore()
    _reconciles(stage, restored)
    _chained(stage)
    _all_there(stage, _lines(stage.path))


def _rests(stage: Stage) -> bool:
    """Nothing is under way, and every row that was handed in is on disk."""
    return stage.engine.slot.free and stage.engine.connection.ready and stage.disk.due == float("inf")


def _reconciles(stage: Stage, restored: Restored) -> None:
    rig, now = stage.rig, stage.clock.now
    identity = IDENTITY.decode(rig.read(now, IDENTITY.address, IDENTITY.registers))
    status = STATUS.decode(rig.read(now, STATUS.address, STATUS.registers))
    found = reconcile(LedgerView.of(restored), identity, status, (), mono_ms=round(now * 1000))
    if found.rows or found.blocked or found.wait:
        raise Violation("reconcile", now, f"{found}")
    if (restored.cursor, restored.lifetime_nl) != (status.lifetime_shots + 1, status.lifetime_nl):
        raise Violation("reconcile", now, f"{restored.cursor}, {restored.lifetime_nl} nL against {status}")


def _chained(stage: Stage) -> None:
    anchors = ANCHOR_PAIR.decode(stage.rig.read(stage.clock.now, ANCHOR_PAIR.address, ANCHOR_PAIR.registers))
    verdict = verify(stage.path, anchors)
    if verdict.blocks or verdict.totals:
        raise Violation("chain", stage.clock.now, f"{verdict}")
    if verdict.row != stage.ledger.last[0]:
        raise Violation("chain", stage.clock.now, f"{verdict.row} rows checked, {stage.ledger.last[0]} written")


def _lines(path: Path) -> list[Line]:
    connection = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
    try:
        return [Line(*values) for values in connection.execute(SHOTS)]
    finally:
        connection.close()


def _all_there(stage: Stage, lines: list[Line]) -> None:
    """Every motion once, as it was, or flagged and in full; and the sum never less than what was pushed."""
    now, moved = stage.clock.now, stage.watch.moved
    by_number: dict[int, Line] = {}
    for line in lines:
        if line.number in by_number and line.number:
            raise Violation("ledger", now, f"motion {line.number} stands twice")
        by_number[line.number] = line
    loose_nl = sum(max(line.dose_nl, line.measured_nl) for line in lines if line.number == 0)
    for motion in moved.values():
        line = by_number.get(motion.number)
        if line is None:
            loose_nl -= int(motion.displaced_nl)
            if loose_nl < 0:
                raise Violation("ledger", now, f"{motion} is missing, and nothing is counted for it")
            continue
        counted = max(line.dose_nl, line.measured_nl)
        if not must.counted_in_full(counted, motion.displaced_nl):
            raise Violation("ledger", now, f"{line} counts less than {motion}")
        completed, sure = line.outcome == Outcome.COMPLETED, line.certainty == "done"
        step = stage.rig.build.pl_per_step[3] / 1000
        exact = must.recorded_as_moved(line.measured_nl, motion.displaced_nl, step, completed=completed)
        if motion.slipped:  # then the record is right within LED-9, or says that the motion went wrong
            exact = not completed or must.recorded_with_a_bad_encoder(
                line.measured_nl, motion.displaced_nl, line.dose_nl
            )
        if motion.kind in (Kind.SHOT, Kind.PRIME) and sure and not exact:
            raise Violation("ledger", now, f"{line} and {motion} do not agree, and nothing says so")
    pushed = sum(motion.displaced_nl for motion in moved.values())
    counted = sum(max(line.dose_nl, line.measured_nl) for line in lines)
    if pushed > counted + len(moved):
        raise Violation("sum", now, f"{pushed:.0f} nL were pushed, {counted} are counted")
