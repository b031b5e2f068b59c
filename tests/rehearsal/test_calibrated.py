"""What fails a rehearsed calibration: the certificate against its limits and against the device's own physics."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kiosk.calibration.certificate import Certificate, canonical, digest
from kiosk.calibration.proof import Depth, Dose, Measurement, Proof
from kiosk.records.certificates import Held
from kiosk.rehearsal.calibrated import told, wrong
from kiosk.rehearsal.calibration import Fired, Read, Truth
from tests.calibration.kept import INSTRUMENTS, certificate, depth_as_kept, dose_as_kept

replace = msgspec.structs.replace


def dose(ml: int, **how: float) -> Dose:
    return replace(dose_as_kept(2, **how), barrel_ml=ml)


def proof(part: str, left: Measurement, found: Measurement | None) -> Proof:
    kinds = ("gauge",) if part == "depth" else ("balance", "thermometer", "barometer")
    used = tuple(INSTRUMENTS[kind] for kind in kinds)
    return Proof(part, "2026-11-18", "2027-11-18", "Tom", used, found, left)


PROOFS = {
    "depth": proof("depth", depth_as_kept(2), depth_as_kept(1, off_um=240)),
    "2": proof("2", dose(2), dose(2, ratio=0.92)),
    "5": proof("5", dose(5), dose(5, ratio=1.04)),
}


def held(*proofs: Proof, whole: bool = True, **changes: Any) -> Held:
    made: Certificate = certificate(3, *(proofs or PROOFS.values()), **changes)
    return Held(1, canonical(made), digest(canonical(made)), True, whole, made)


def fired(measured: Dose, *, proof: bool) -> list[Fired]:
    return [Fired(str(measured.barrel_ml), proof, run.level, (run.mean_pl / 1000,) * run.n) for run in measured.runs]


@pytest.fixture
def truth() -> Truth:
    """As the certificate has it."""
    runs: list[Fired] = []
    for part in ("2", "5"):
        found, left = PROOFS[part].as_found, PROOFS[part].as_left
        assert isinstance(found, Dose)
        assert isinstance(left, Dose)
        runs += [*fired(found, proof=False), *fired(left, proof=True)]
    depth = PROOFS["depth"].as_left
    assert isinstance(depth, Depth)
    return Truth(runs, [Read(True, place, each.gauge_um) for place, each in enumerate(depth.readings)])


def test_a_device_that_was_wrong_and_is_right_by_its_physics_is_none_of_it(truth: Truth) -> None:
    assert list(wrong([held()], truth)) == []
    assert "as found by physics: 2 mL, largest, n = 12: 184000 nL" in list(told(truth))


def test_without_a_certificate_there_is_nothing_to_judge(truth: Truth) -> None:
    assert list(wrong([], truth)) == ["no certificate was made"]


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (held(whole=False), "bytes and its rows"),
        (held(simulated=False), "does not say that it is simulated"),
        (held(PROOFS["depth"], PROOFS["5"]), "2 stands unproved"),
        (held(PROOFS["2"], PROOFS["5"], replace(PROOFS["depth"], as_found=None)), "depth: no correction was written"),
        (held(PROOFS["2"], PROOFS["5"], replace(PROOFS["depth"], instruments=())), "depth: proved with nothing"),
        (
            held(*(replace(each, as_found=each.as_left) for each in PROOFS.values())),
            "this device needed no calibration",
        ),
    ],
)
def test_what_a_certificate_has_to_hold(truth: Truth, judged: Held, said: str) -> None:
    assert any(said in why for why in wrong([judged], truth))


def test_a_dose_that_does_not_leave_the_tip_fails_whatever_the_balance_said(truth: Truth) -> None:
    at = next(place for place, run in enumerate(truth.fired) if run.proof and run.level == "largest")
    truth.fired[at] = replace(truth.fired[at], outflow_nl=(185_000.0,) * 12)
    (short, unseen) = sorted(wrong([held()], truth))
    assert "185000 nL leave the tip where 200000 nL are asked for" in short
    assert "weighed were" in unseen


def test_a_needle_that_is_elsewhere_fails_whatever_was_typed(truth: Truth) -> None:
    truth.read[3] = replace(truth.read[3], true_um=1_700)
    said = list(wrong([held()], truth))
    assert said[0] == "the needle is at 1700 um where 1500 um are asked for"
    assert "where the needle was at 1700 um" in said[1]


def test_a_needle_with_too_much_play_fails(truth: Truth) -> None:
    left = PROOFS["depth"].as_left
    assert isinstance(left, Depth)
    loose = replace(PROOFS["depth"], as_left=replace(left, backlash_nm=60_000))
    assert "the needle's backlash is 60 um" in list(wrong([held(PROOFS["2"], PROOFS["5"], loose)], truth))
