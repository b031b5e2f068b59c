"""Measurements, proofs and certificates as a ledger keeps them, for tests that need one without what leads to it."""

from __future__ import annotations

from typing import Any

from kiosk.calibration import certificate as form
from kiosk.calibration import depth, dose
from kiosk.calibration.certificate import Certificate, canonical, digest
from kiosk.calibration.instrument import Instrument, Kind
from kiosk.calibration.proof import Depth, Dose, Measurement, Proof, depth_measured, dose_measured
from kiosk.calibration.water import Air
from kiosk.records.rows import CalibrationRow, EventRow, Row

SERIAL = 1001
INSTRUMENTS: dict[Kind, Instrument] = {
    "balance": Instrument("balance", "NPB224", "B1", "K-118", "2027-03-01", 10, 40),
    "gauge": Instrument("gauge", "Dial 12.5", "G7", "K-119", "2027-03-01", 1_000, 1_500),
    "thermometer": Instrument("thermometer", "T100", "T3", "K-120", "2027-03-01", 10, 50),
    "barometer": Instrument("barometer", "P20", "P4", "K-121", "2027-03-01", 10, 60),
}


def depth_as_kept(calibration: int = 1, off_um: float = 0.0) -> Depth:
    """A needle that is so much off at each of six depths."""
    readings = [
        depth.Reading(at, at + off_um + at % 7 + (10 if below else 0), "up" if below else "down")
        for at in (500, 1_500, 2_500, 3_500, 4_500, 5_500)
        for below in (False, True)
    ]
    return depth_measured((calibration, 1), (0, 1_000_000), depth.judge(readings), readings, INSTRUMENTS)


def dose_as_kept(calibration: int = 1, ratio: float = 1.0, outlier: float = 0.0) -> Dose:
    """A 5 mL barrel that gives so much of each dose; the last shot of each run is `outlier` of its dose off."""
    air, blank = Air(), dose.Blank(30.0, 60.0)
    results: list[tuple[dose.DoseRun, dose.DoseResult]] = []
    for level, nl in (("smallest", 2_000), ("middle", 20_000), ("largest", 200_000)):
        n = dose.SHOTS[level]  # type: ignore[index]
        shares = [ratio * (1 + 0.01 * (at % 3 - 1)) for at in range(n)]
        shares[-1] += outlier
        run = dose.DoseRun(level, nl, tuple(dose.Weighing(nl * each / air.z_nl_ug, 0.0) for each in shares))  # type: ignore[arg-type]
        results.append((run, dose.judge(run, blank, air)))
    return dose_measured(5, (calibration, 1), (35_750, 2_000), results, blank, air, INSTRUMENTS)


def proof(part: str, measured: Measurement, found: Measurement | None = None, made: str = "2026-11-18") -> Proof:
    """A proof by Tom, due a year later."""
    used = tuple(INSTRUMENTS[kind] for kind in (("gauge",) if part == "depth" else ("balance", "thermometer")))
    return Proof(part, made, f"{int(made[:4]) + 1}{made[4:]}", "Tom", used, found, measured)


def depth_proof(made: str, expires: str) -> str:
    """A proof of the depth as the ledger holds it."""
    return canonical(Proof("depth", made, expires, "Tom", (), None, depth_as_kept())).decode()


def certificate(number: int = 1, *proofs: Proof, simulated: bool = True, **changes: Any) -> Certificate:
    """A certificate of these proofs, of depth and the 5 mL barrel when none are named."""
    stand = proofs or (
        proof("depth", depth_as_kept(2), depth_as_kept(1, off_um=240)),
        proof("5", dose_as_kept(3, outlier=0.08), dose_as_kept(2, ratio=1.04)),
    )
    known: dict[str, Any] = {
        "number": number, "simulated": simulated, "device": "Reference injector", "serial": SERIAL, "firmware": "1.0",
        "map_version": 1, "caps": form.Caps(6_000, 200_000, 9_000),
        "program": "nappage test", "calibration": 3, "crc": 0xFC7F4E37, "proofs": stand,
        "not_proved": ("1", "2", "10"), "technician": "Tom", "made": max(each.made for each in stand),
        "expires": min(each.expires for each in stand), "statements": form.statements(simulated=simulated),
    }  # fmt: skip
    return Certificate(**{**known, **changes})


def rows(made: Certificate) -> list[Row]:
    """What a ledger holds of a certificate: its proofs, the certificate itself, and the row that ACU-3 judges."""
    data = canonical(made)
    proved = [
        _event("proved", serial=made.serial, part=each.part, proof=canonical(each).decode()) for each in made.proofs
    ]
    said = {"number": made.number, "sha256": digest(data), "certificate": data.decode(), "serial": made.serial}
    row = CalibrationRow(
        made.calibration, 0, made.technician, made.serial, made.crc, made.made, made.expires, digest(data)
    )
    return [*proved, _event("certified", **said), row]


def _event(what: str, **body: str | int) -> EventRow:
    return EventRow("calibration", 0, 0, "Tom", f"{what}", {"what": what, **body})
