"""Whether a rehearsed calibration came true: the certificate against the limits, and against the device's own physics.

The one thing only this file knows is what makes it fail. It believes neither the player nor the certificate: what left
the tip and where the needle was, the bench told; what was certified, the ledger holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean

import msgspec

from kiosk.calibration.certificate import Certificate
from kiosk.calibration.depth import BACKLASH_MOST_UM, ERROR_MOST_UM
from kiosk.calibration.dose import MEAN_NL, MEAN_SHARE
from kiosk.calibration.proof import Depth, Dose, Measurement, Proof
from kiosk.records import chain
from kiosk.records.certificate_files import export_certificate
from kiosk.records.certificates import Held, held
from kiosk.records.connection import open_reader, spoken
from kiosk.rehearsal.calibration import BARRELS_ML, Truth
from kiosk.rehearsal.errors import PlayedWrong
from kiosk.system.storage import ledger_path

PARTS = ("depth", *map(str, BARRELS_ML))
BALANCE_NL, BALANCE_SHARE = 100.0, 0.01
"""How far a weighed mean may lie from what left the tip: the balance's noise, and water at its room's temperature."""


def deliver(data: Path, out: Path, truth: Truth, say: Callable[[str], None]) -> None:
    """Judge the record of a rehearsed calibration and leave its certificate in `out`, with what the physics say.

    Raises:
        PlayedWrong: E873, with every reason.
    """
    (out / "measured.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=2) + b"\n")
    ledger = ledger_path(data, simulated=True)
    verdict = chain.verify(ledger)
    db = open_reader(ledger)
    try:
        with spoken(ledger):
            found = held(db)
            for form in ("json", "pdf") if found else ():
                export_certificate(db, found[0].made.number, form, out).replace(out / f"certificate.{form}")
    finally:
        db.close()
    for line in told(truth):
        say(f"  {line}")
    why = [*([verdict.sentence, *verdict.totals] if verdict.blocks or verdict.totals else ()), *wrong(found, truth)]
    if why:
        raise PlayedWrong(why="; ".join(why))
    say("An injector that is built wrong was calibrated by touch, and is within its limits by its own physics.")
    say(f"{verdict.sentence.partition(';')[0]}.")
    say(f"The certificate is {out / 'certificate.pdf'}, the screens are in {out / 'screens'}, the record is {ledger}.")


def told(truth: Truth) -> Iterator[str]:
    """What left the tip and how deep it was, as found and as left, one line each."""
    for proof in (False, True):
        off = [each.true_um for each in truth.read if each.proof is proof]
        if off:
            yield f"{_when(proof)} by physics: the needle from {min(off)} to {max(off)} um"
    for run in truth.fired:
        mean = fmean(run.outflow_nl)
        yield f"{_when(run.proof)} by physics: {run.part} mL, {run.level}, n = {len(run.outflow_nl)}: {mean:.0f} nL"


def _when(proof: bool) -> str:
    return "as left " if proof else "as found"


def wrong(found: list[Held], truth: Truth) -> Iterator[str]:
    """Every reason why this was no calibration of a device that needed one."""
    if not found:
        yield "no certificate was made"
        return
    made = found[0].made
    if not found[0].whole:
        yield "the certificate's bytes and its rows do not agree"
    if not made.simulated:
        yield "it does not say that it is simulated"
    proofs = {proof.part: proof for proof in made.proofs}
    missing = [part for part in PARTS if part not in proofs]
    if missing:
        yield f"{', '.join(missing)} stands unproved"
        return
    if all(_passes(proof.as_found) for proof in proofs.values()):
        yield "nothing was out of its limits before: this device needed no calibration"
    for part in PARTS:
        yield from _of_part(proofs[part], truth)
    yield from _of_instruments(made)


def _passes(measured: Measurement | None) -> bool:
    return measured is None or measured.passes


def _of_part(proof: Proof, truth: Truth) -> Iterator[str]:
    if proof.as_found is None:
        yield f"{proof.part}: no correction was written"
    elif isinstance(proof.as_found, Dose):
        yield from _weighed(proof.part, proof.as_found, truth, proof=False)
    if isinstance(proof.as_left, Depth):
        yield from _true_depths(proof.as_left, truth)
    else:
        yield from _weighed(proof.part, proof.as_left, truth, proof=True)
        yield from _true_doses(proof.part, proof.as_left, truth)


def _true_doses(part: str, left: Dose, truth: Truth) -> Iterator[str]:
    """What leaves the tip is the dose, within what ACU-1 allows."""
    doses = {run.level: run.dose_nl for run in left.runs}
    for run in truth.fired:
        if run.part == part and run.proof:
            dose, mean = doses[run.level], fmean(run.outflow_nl)
            if abs(mean - dose) > max(MEAN_NL, MEAN_SHARE * dose):
                yield f"{part} mL: {mean:.0f} nL leave the tip where {dose} nL are asked for"


def _weighed(part: str, measured: Dose, truth: Truth, *, proof: bool) -> Iterator[str]:
    """The balance saw what left the tip."""
    weighed = {run.level: run.mean_pl / 1000 for run in measured.runs}
    for run in truth.fired:
        if run.part == part and run.proof is proof:
            mean = fmean(run.outflow_nl)
            if abs(weighed[run.level] - mean) > max(BALANCE_NL, BALANCE_SHARE * mean):
                yield f"{part} mL: weighed were {weighed[run.level]:.0f} nL where {mean:.0f} nL left the tip"


def _true_depths(left: Depth, truth: Truth) -> Iterator[str]:
    """The needle is where it is sent, within what ACU-2 allows."""
    for each, reading in zip((read for read in truth.read if read.proof), left.readings, strict=True):
        if abs(each.true_um - reading.depth_um) > ERROR_MOST_UM:
            yield f"the needle is at {each.true_um} um where {reading.depth_um} um are asked for"
        if each.true_um != reading.gauge_um:
            yield f"certified is {reading.gauge_um} um where the needle was at {each.true_um} um"
    if abs(left.backlash_nm) / 1000 > BACKLASH_MOST_UM:
        yield f"the needle's backlash is {left.backlash_nm / 1000:.0f} um"


def _of_instruments(made: Certificate) -> Iterator[str]:
    for proof in made.proofs:
        needed = {"gauge"} if proof.part == "depth" else {"balance", "thermometer", "barometer"}
        named = {each.kind for each in proof.instruments}
        if named != needed:
            found, wanted = ", ".join(sorted(named)) or "nothing", ", ".join(sorted(needed))
            yield f"{proof.part}: proved with {found}, not with {wanted}"
