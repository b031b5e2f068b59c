"""What proves a calibration: instruments, certificates, drift over the years, and when it ends."""

from __future__ import annotations

from typing import Any, cast

from kiosk.channel import snapshot as s
from tests.view.samples.surroundings import IN_FORCE, TECHNICIAN, Scenes, at, replace, snap

NAMED = (
    s.InstrumentView("balance", "NPB224", "B000417", "K-2026-118", "2027-03-01", 10, 40),
    s.InstrumentView("gauge", "Dial 12.5", "G7", "K-2026-119", "2027-03-01", 1_000, 1_500),
    s.InstrumentView(
        "thermometer", "T100", "T3", "K-2025-120", "2026-11-01", 10, 50,
        "It was due on 2026-11-01: it proves nothing until it is calibrated itself.",
    ),
    s.InstrumentView("barometer"),
)  # fmt: skip
CERTIFICATES = s.CertificateList(
    (
        s.CertificateLine(3, "2026-11-18", "2027-11-18", 8, 1042, "Jonas Weber", ("depth", "2", "5"), False, True),
        s.CertificateLine(2, "2025-11-20", "2026-11-20", 5, 1042, "Jonas Weber", ("depth", "5"), False, False),
        s.CertificateLine(1, "2024-11-22", "2025-11-22", 2, 1042, "Ada Byron", ("depth", "5"), True, False),
    ),
    more=True,
)
CERTIFICATE = s.CertificatePage(
    CERTIFICATES.lines[0],
    "8773c4886d44a767dd79017bcc21bda6720530c97784aa08370ac70d8704150d",
    "Reference injector",
    (
        s.ProvedLine("Depth, farthest off", "+0.012 of 0.10 mm, n 12, U 0.004 mm", True),
        s.ProvedLine("Backlash of the needle", "+0.021 +/- 0.004 of 0.05 mm, n 6", True),
        s.ProvedLine("Line through the depths", "zero +0.003 +/- 0.004 mm, scale 1.0012 +/- 0.0011"),
        s.ProvedLine("5 mL, 2 uL: mean", "1.964 +/- 0.008 uL, off -1.80 of 15.0 %, n 25, U 0.042 uL", True),
        s.ProvedLine("5 mL, 2 uL: scatter", "CV 0.95 of 10 %, n 25, 1 apart and counted, worst 1.937 uL", True),
        s.ProvedLine("5 mL, 200 uL: mean", "199.782 +/- 1.298 uL, off -0.11 of 5.0 %, n 12, U 1.298 uL", True),
        s.ProvedLine("5 mL, 200 uL: scatter", "CV 1.02 of 10 %, n 12, worst 204.110 uL", True),
    ),
    NAMED[:2],
    ("1", "10"),
    (6_000, 200_000, 9_000),
)
YEARS = ("2023-12-04", "2024-11-22", "2025-11-20", "2026-11-18")


def drifting(key: str, dose_nl: int, allowed: int, *values: tuple[int, int]) -> s.DriftSeries:
    """One figure over four years, as found and as left."""
    points = tuple(
        s.DriftPoint(day, 2 + at, found, left)
        for at, (day, (found, left)) in enumerate(zip(YEARS, values, strict=True))
    )
    return s.DriftSeries(cast("Any", key), dose_nl, "ppm" if dose_nl else "um", allowed, points)


DRIFT = s.DriftPage(
    (
        s.DriftPart("depth", 1042, (
            drifting("zero", 0, 100, (243, 4), (21, 21), (64, 2), (38, 38)),
            drifting("scale", 0, 100, (165, -3), (-12, -12), (-30, 1), (-22, -22)),
        )),
        s.DriftPart("2", 1042, (
            drifting("smallest", 2_000, 150_000, (41_000, 3_000), (12_000, 12_000), (-20_000, -20_000), (8_000, 8_000)),
            drifting("middle", 20_000, 50_000, (61_000, 2_000), (9_000, 9_000), (31_000, -1_000), (14_000, 14_000)),
            drifting("largest", 200_000, 50_000, (58_000, 1_000), (7_000, 7_000), (28_000, 500), (11_000, 11_000)),
        )),
    )
)  # fmt: skip
BENCH = snap(user=TECHNICIAN, in_force=IN_FORCE, instruments=NAMED)

SCENES: Scenes = {
    "instruments": (BENCH, at("instruments")),
    "instrument": (BENCH, at("instrument", picks={"instrument": "gauge"}, figures={"gauge_step": 2_000})),
    "instrument-answers": (
        replace(BENCH, instruments=(replace(NAMED[0], answers=("NPB224", "B000417")), *NAMED[1:])),
        at("instrument", picks={"instrument": "balance"}),
    ),
    "instrument-new": (
        BENCH,
        at("instrument", picks={"instrument": "barometer"}, texts={"instrument_model": "P20"}),
    ),
    "certificates": (BENCH, at("certificates", certificates=CERTIFICATES)),
    "certificates-none": (BENCH, at("certificates", certificates=s.CertificateList((), more=False))),
    "certificate": (BENCH, at("certificate", certificate=CERTIFICATE)),
    "certificate-exported": (
        BENCH,
        at("certificate", certificate=CERTIFICATE, exported="/var/lib/nappage/exports/certificate-00003.pdf"),
    ),
    "drift": (BENCH, at("drift", drift=DRIFT)),
    "drift-dose": (BENCH, at("drift", drift=DRIFT, picks={"drift": "1042:2"})),
    "drift-once": (
        BENCH,
        at(
            "drift",
            drift=s.DriftPage(
                (
                    replace(
                        DRIFT.parts[0],
                        series=tuple(replace(each, points=each.points[:1]) for each in DRIFT.parts[0].series),
                    ),
                )
            ),
        ),
    ),
    "drift-none": (BENCH, at("drift", drift=s.DriftPage(()))),
    "home-soon": (snap(in_force=s.InForceView(8, "2025-12-04", "2026-12-04", 12)), at()),
    "home-expired": (
        snap(
            in_force=s.InForceView(8, "2025-11-01", "2026-11-01", -21, "The calibration expired on 2026-11-01."),
            missing=("The calibration expired on 2026-11-01.",),
        ),
        at(),
    ),
}
