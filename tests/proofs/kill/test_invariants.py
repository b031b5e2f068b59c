"""What the proof looks at sees every kind of loss: each record here has one thing wrong, and is told so."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from drivers.registers import Outcome
from kiosk.records.ledger import Ledger
from kiosk.records.rows import Certainty, Row
from tests.proofs.kill.invariants import Device, Found, Known, look
from tests.proofs.kill.lane import Lane
from tests.records import sample


def found(folder: Path, rows: list[Row], device: Device | None = None, known: Known | None = None) -> Found:
    ledger = Ledger.open(folder / "x.db", "simulated", clock_wall_ms=lambda: 5, boot_id="b")
    ledger.append(rows)
    ledger.close()
    return look(folder / "x.db", device, None, known or Known())


SOUND: list[Row] = [sample.session(), sample.authorisation(16), sample.shot(1, 16), sample.shot(2, 16)]
MEASURED = sum(row.measured_dose_nl for row in SOUND if isinstance(row, type(sample.shot(1, 16))))


def test_a_sound_record_passes(tmp_path: Path) -> None:
    outcome = found(tmp_path, SOUND, Device(2, MEASURED), Known(cursor=3, ids=frozenset({16})))
    assert outcome.failures == ()
    assert (outcome.shots, outcome.last_row) == (2, 4)


@pytest.mark.parametrize(
    ("rows", "device", "known", "said"),
    [
        (SOUND, Device(3, MEASURED), Known(), r"motions \[3\] of 3 .* are not in the record"),
        (SOUND, Device(1, MEASURED), Known(), "the record holds motion 2; the injector counted 1"),
        (SOUND, Device(2, MEASURED + 1), Known(), "adds up"),
        ([*SOUND, sample.shot(2, 16, serial=9)], None, Known(), r"motions \[2\] stand twice"),
        (SOUND, None, Known(cursor=4), r"motions \[3\] are missing"),
        (SOUND, None, Known(ids=frozenset({16, 32})), r"authorisations \[32\] went out"),
        (SOUND, None, Known(last_row=9, last_hash=b"x" * 32), "row 9 had been committed"),
        (SOUND, None, Known(last_row=4, last_hash=b"x" * 32), "row 4 is not what it was"),
        (SOUND, None, Known(shown={1: 3}), "the screen had shown 3"),
        ([sample.session(), sample.shot(1, 16)], None, Known(), "without or before its authorisation 16"),
        (
            [*SOUND[:2], msgspec.structs.replace(sample.shot(1, 16), outcome=int(Outcome.INTERRUPTED))],
            None,
            Known(),
            "is not flagged",
        ),
    ],
)
def test_each_loss_is_named(tmp_path: Path, rows: list[Row], device: Device | None, known: Known, said: str) -> None:
    outcome = found(tmp_path, rows, device, known)
    assert len(outcome.failures) == 1, outcome.failures
    assert re.search(said, outcome.failures[0])


def test_a_record_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all, whatever its name says")
    assert look(tmp_path / "x.db", None, None, Known()).failures


def test_what_was_cut_off_and_flagged_passes(tmp_path: Path) -> None:
    cut = msgspec.structs.replace(sample.shot(1, 16), outcome=int(Outcome.INTERRUPTED), certainty=Certainty.UNKNOWN)
    assert found(tmp_path, [*SOUND[:2], cut]).failures == ()


def test_nothing_is_left_running_by_a_lane(tmp_path: Path) -> None:
    with Lane(tmp_path) as lane:
        lane.start_bench()
        lane.start_control()
        assert lane.connect(lane.device()["boot_count"] + 10**9)
    assert not lane.runs
