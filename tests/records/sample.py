"""Rows of a treatment to record, read back and print: 100 shots in two zones, one of them cut off, one uncertain."""

from __future__ import annotations

from typing import Any

from drivers.registers import Outcome
from kiosk.records.facts import Fact
from kiosk.records.rows import (
    AccountRow,
    AuthorisationKind,
    AuthorisationRow,
    CalibrationRow,
    Certainty,
    ClosingRow,
    EventRow,
    ResolutionRow,
    Row,
    SessionRow,
    ShotRow,
)

SERIAL = 4711


def session(number: int = 1, patient: str = "P-1042", protocol: str = "mesolift") -> SessionRow:
    return SessionRow(number, 1000, "Ana Weber", patient, protocol, "ab" * 32, "nappage 0.1.0, controller 1.4")


def event(kind: str, sentence: str = "Something happened", session: int = 1, **body: Any) -> EventRow:
    return EventRow(kind, 2000, session, "Ana Weber", sentence, body)


def authorisation(id: int = 16, **changes: Any) -> AuthorisationRow:
    known: dict[str, Any] = {
        "kind": AuthorisationKind.TREATMENT, "session": 1, "serial": SERIAL, "boot_count": 3, "calibration_id": 12,
        "zone": "cheek", "side": "left", "depth_um": 1000, "dose_nl": 20_000, "shots": 20, "interval_ms": 500,
        "mode": 3, "valid_ms": 4000, "arming": 1,
    }  # fmt: skip
    return AuthorisationRow(id=id, mono_ms=3000, **{**known, **changes})


def shot(number: int = 1, authorisation: int = 16, **changes: Any) -> ShotRow:
    known: dict[str, Any] = {
        "session": 1, "serial": SERIAL, "boot_count": 3, "kind": AuthorisationKind.TREATMENT, "zone": "cheek",
        "side": "left", "point": number, "depth_um": 1000, "measured_depth_um": 1010, "dose_nl": 20_000,
        "measured_dose_nl": 20_100, "peak_kpa": 21, "duration_ms": 140, "outcome": int(Outcome.COMPLETED),
    }  # fmt: skip
    return ShotRow(mono_ms=4000 + number, number=number, authorisation=authorisation, **{**known, **changes})


def closing(session: int = 1, shots: int = 0, given_nl: int = 0) -> ClosingRow:
    text = "Slight redness on both cheeks, no bleeding."
    return ClosingRow(session, 9000, "Ana Weber", text, True, True, "2026-12-06", shots, given_nl)


def account(name: str = "Ana Weber", **changes: Any) -> AccountRow:
    return AccountRow(name=name, mono_ms=500, by="root", role="practitioner", pin="scrypt$...", **changes)


def calibration() -> CalibrationRow:
    return CalibrationRow(12, 400, "Tom", SERIAL, 0xABCD, "2026-10-01", "2027-04-01", "cd" * 32)


def plan(zone: str, title: str, side: str, depth_um: int) -> EventRow:
    return event(
        Fact.PLAN, f"Planned: {title} {side}", protocol_title="Mesolift, facial rejuvenation", zone=zone,
        zone_title=title, side=side, depth_um=depth_um, dose_nl=20_000, technique="nappage",
        spacing_mm="2 to 4", angle_deg=45, depth_low_um=500, depth_high_um=1500, dose_low_nl=10_000,
        dose_high_nl=25_000,
    )  # fmt: skip


def preparation() -> list[Row]:
    """Everything between opening the session and the first shot."""
    return [
        session(),
        event(Fact.SCREENING, "Screening answered, found: urticaria", adult=True, consent=True,
              yes=["Urticaria in the past"], physician_reason="Last episode 12 years ago, Dr. Weber"),
        event(Fact.PRODUCT, "Product set", product="ha", product_title="Example hyaluronic acid 5 mg/mL",
              lot="L-2291", expiry="2027-08-31", dilution=""),
        event(Fact.NEEDLE, "New needle: 30G x 4 mm", needle="30g4", needle_title="30G x 4 mm", new=True),
        event(Fact.PATH_OPENED, "A new fluid path was opened", wall_ms=1),
        event(Fact.SYRINGE, "Syringe 2.5 mL with 2.200 mL", syringe="5ml", syringe_title="5 mL, Luer lock",
              fill_nl=2_200_000, new=True, new_line=True),
        event(Fact.PREPARATION, "Area disinfected", disinfected=True, anaesthetic="cream"),
        plan("cheek", "Cheek", "left", 1000),
        plan("cheek", "Cheek", "right", 1000),
        plan("forehead", "Forehead", "whole", 800),
        authorisation(16, kind=AuthorisationKind.PRIME, zone="", side="", depth_um=0, dose_nl=250_000, shots=0),
        shot(1, 16, kind=AuthorisationKind.PRIME, zone="", side="", depth_um=0, measured_depth_um=0,
             dose_nl=250_000, measured_dose_nl=250_200, point=0),
        ResolutionRow(16, 3500, Certainty.DONE, 1, "as authorised"),
        event("prime", "Primed 250 uL", volume_nl=250_000),
    ]  # fmt: skip


def treatment(shots: int = 100) -> list[Row]:
    """A whole session, signed: left and right cheek, one partial and one interrupted shot, a soft limit, an alarm."""
    rows = preparation()
    rows += [
        event(Fact.ARMING, f"Armed: {zone} {side}", arming=number, zone=zone, side=side, shots=planned, dose_nl=20_000)
        for number, (zone, side, planned) in enumerate(
            (("cheek", "left", 50), ("cheek", "right", 50), ("forehead", "whole", 20)), 1
        )
    ]
    number = 2
    for slice_number in range(0, shots, 20):
        id = 32 + 16 * (slice_number // 20)
        side = "left" if slice_number < shots // 2 else "right"
        depth = 1000 if side == "left" else 1200
        rows.append(authorisation(id, side=side, depth_um=depth))
        for index in range(slice_number, min(slice_number + 20, shots)):
            changes: dict[str, Any] = {
                "side": side, "depth_um": depth, "measured_depth_um": depth + (index * 37) % 61 - 30,
                "measured_dose_nl": 20_000 + (index * 53) % 401 - 200, "peak_kpa": 18 + (index * 7) % 13,
            }  # fmt: skip
            if index == 33:
                changes |= {"outcome": int(Outcome.PARTIAL_CONTACT), "measured_dose_nl": 7_300}
            if index == 71:
                changes |= {"outcome": int(Outcome.INTERRUPTED), "certainty": Certainty.UNKNOWN, "recovered": True}
                changes |= {"measured_dose_nl": 20_000, "measured_depth_um": depth}
            rows.append(shot(number, id, **changes))
            number += 1
            if index == 33:
                rows.append(event(Fact.ALARM, "Alarm 708 begins: Skin contact lost", number=708, what="onset"))
                rows.append(event(Fact.ALARM, "Alarm 708 acknowledged: Skin contact lost", number=708))
            if index == 49:
                rows.append(
                    event(Fact.SOFT_LIMIT, "Depth 1.20 mm crosses the soft limit 1.10 mm", key="depth",
                          reason="thicker skin on this side")
                )  # fmt: skip
        count = min(20, shots - slice_number)
        rows.append(ResolutionRow(id, 5000, Certainty.DONE, count, "as authorised"))
    given = sum(r.counted_nl for r in rows if isinstance(r, ShotRow) and r.kind is AuthorisationKind.TREATMENT)
    rows.append(closing(1, shots, given))
    return rows
