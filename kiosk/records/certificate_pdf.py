"""The certificate on paper: what was proved and with what, in the order in which an auditor asks.

Everything comes from the bytes that were hashed; nothing is worked out here but the places of marks on a plot.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kiosk.calibration.certificate import ENCODER_ONLY, Certificate
from kiosk.calibration.instrument import KINDS, Instrument
from kiosk.calibration.proof import Depth, Dose, Measurement, Proof, Run
from kiosk.calibration.uncertainty import Budget
from kiosk.records.certificate_pages import told
from kiosk.records.certificate_points import plots, points
from kiosk.records.certificates import Held
from kiosk.records.pdf_plots import FAINT, INK
from kiosk.records.pdf_sheet import MARGIN, Column, Sheet

CLAIM = (
    "Reference design, not a certified medical device. 'nappage calibrate verify' checks the JSON of this certificate "
    "against the record."
)
PARTS = {"depth": "Needle depth"}
DOSE = (
    ("n", 8), ("Mean, uL (95 %)", 30), ("Off, %", 24), ("CV, %", 20), ("Worst, uL", 16), ("95 % of shots, uL", 28),
    ("U, uL", 14),
)  # fmt: skip
"""Columns of a weighed dose, with their widths in mm."""
WORDS = {True: "passes", False: "does not pass", None: ""}
MARKS = (
    "Dot: one shot or reading; amber and larger: it stands apart and counts like the others; cross: read from below. "
    "Line and band: mean with its 95 % interval. Dashed red: what ACU-1 and ACU-2 allow."
)


def write_pdf(held: Held, path: Path) -> None:
    """Write the certificate.

    Raises:
        OSError: the file could not be written.
    """
    made = held.made
    head = f"Nappage calibration certificate {made.number} - injector {made.serial}"
    foot = f"Row {held.row}, SHA-256 {held.sha256}\n{CLAIM}"
    sheet = Sheet(head, foot, simulated=made.simulated)
    sheet.set_title(f"Calibration certificate {made.number}")
    sheet.set_creation_date(datetime.fromisoformat(made.made).replace(tzinfo=UTC))
    _summary(sheet, made)
    _instruments(sheet, made)
    for proof in made.proofs:
        _part(sheet, proof)
    sheet.note(MARKS)
    _statements(sheet, made)
    _signature(sheet, made)
    sheet.add_page()
    for proof in made.proofs:
        _budgets(sheet, proof)
    for proof in made.proofs:
        points(sheet, title_of(proof.part), proof)
    sheet.output(str(path))


def title_of(part: str) -> str:
    """A part in words."""
    return PARTS.get(part, f"Dose, {part} mL syringe")


def _summary(sheet: Sheet, made: Certificate) -> None:
    sheet.title_block(f"Calibration certificate {made.number}", f"{made.device}, injector {made.serial}")
    sheet.cards(
        [
            ("Verdict", "Passes"),
            ("Calibration in force", f"{made.calibration} ({made.crc:08X})"),
            ("Certified on", made.made),
            ("Next due", made.expires),
        ]
    )
    if made.not_proved:
        parts = ", ".join(title_of(part)[:1].lower() + title_of(part)[1:] for part in made.not_proved)
        sheet.warning_box([f"Not measured for this certificate: {parts}"])
    sheet.heading("Device")
    sheet.pairs(
        [
            ("Device", made.device),
            ("Injector's controller", f"serial {made.serial}, firmware {made.firmware}, map {made.map_version}"),
            ("Its caps", _caps(made)),
            ("Program", made.program),
            ("Calibration", f"number {made.calibration}, CRC-32 {made.crc:08X}"),
            ("Technician", made.technician),
        ]
    )
    sheet.ln(1)
    sheet.warning_box(_wrapped(sheet, ENCODER_ONLY))


def _caps(made: Certificate) -> str:
    """What the controller gives at most, or that this certificate does not say so."""
    caps = made.caps
    if isinstance(caps, msgspec.UnsetType):
        return "not on this certificate"
    return f"depth {caps.depth_um / 1000:.2f} mm, dose {caps.dose_nl / 1000:g} uL, {caps.rate_mhz / 1000:g} shots/s"


def _wrapped(sheet: Sheet, text: str) -> list[str]:
    """A sentence as lines that fit a box."""
    sheet.set_font(style="B", size=8.5)
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if sheet.get_string_width(longer) > sheet.width - 8:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _instruments(sheet: Sheet, made: Certificate) -> None:
    used = dict.fromkeys(each for proof in made.proofs for each in proof.instruments)
    sheet.heading("Instruments", 30)
    columns = [
        Column("Instrument", 24), Column("Model", 34), Column("Serial number", 30), Column("Certificate", 34),
        Column("Due", 22), Column("Reads", 20, number=True), Column("U (k = 2)", 26, number=True),
    ]  # fmt: skip
    sheet.grid(columns, [_instrument(each) for each in used])


def _instrument(each: Instrument) -> list[str]:
    unit = KINDS[each.kind]
    own = f"{each.uncertainty} {unit}" if each.uncertainty else "not given"
    return [
        each.kind, each.model, each.serial, each.certificate, each.due, f"{each.resolution} {unit}", own
    ]  # fmt: skip


# -- one part -------------------------------------------------------------------------------------------------------
def _part(sheet: Sheet, proof: Proof) -> None:
    sheet.heading(title_of(proof.part), 92)
    before = "no correction was written" if proof.as_found is None else _figures(proof.as_found)
    sheet.pairs(
        [
            ("Proved", f"on {proof.made} by {proof.technician}, due again on {proof.expires}"),
            ("Figures before", before),
            ("Figures proved", _figures(proof.as_left)),
            *_conditions(proof.as_left),
        ]
    )
    sheet.ln(1)
    _verdicts(sheet, proof.as_left, "As left")
    if proof.as_found is not None:
        sheet.ln(1)
        _verdicts(sheet, proof.as_found, "As found")
    sheet.ln(2)
    plots(sheet, proof)


def _verdicts(sheet: Sheet, measured: Measurement, when: str) -> None:
    if isinstance(measured, Dose):
        failed = frozenset(at for at, run in enumerate(measured.runs) if not run.passes)
        columns = [Column(when, 22), *(Column(title, wide, number=True) for title, wide in DOSE), Column("   ", 26)]
        sheet.grid(columns, [_run(run) for run in measured.runs], size=7.5, marked=failed)
        return
    lines = list(told(measured))
    failed = frozenset(at for at, line in enumerate(lines) if line.passes is False)
    columns = [Column(when, 38), Column("Found, of what is allowed", 116), Column("", 26)]
    sheet.grid(columns, [[line.title, line.found, WORDS[line.passes]] for line in lines], size=7.5, marked=failed)


def _run(run: Run) -> list[str]:
    return [
        f"{run.dose_nl / 1000:g} uL", str(run.n), f"{run.mean_pl / 1e6:.3f} +/- {run.half_pl / 1e6:.3f}",
        f"{run.error_ppm / 1e4:+.2f} of {run.allowed_ppm / 1e4:.1f}",
        f"{run.cv_ppm / 1e4:.2f} of {run.cv_allowed_ppm / 1e4:.0f}", f"{run.worst_pl / 1e6:.3f}",
        f"{run.low_pl / 1e6:.2f} to {run.high_pl / 1e6:.2f}", f"{run.uncertainty.expanded / 1e6:.3f}",
        f"   {WORDS[run.passes]}",
    ]  # fmt: skip


def _figures(measured: Measurement) -> str:
    if isinstance(measured, Dose):
        return (
            f"calibration {measured.calibration}: a step of the plunger moves {measured.pl_per_step} pL, smallest dose "
            f"{measured.smallest_dose_nl / 1000:g} uL"
        )
    return f"calibration {measured.calibration}: zero {measured.zero_um} um, scale {measured.scale_ppm / 1e6:.4f}"


def _conditions(measured: Measurement) -> list[tuple[str, str]]:
    if isinstance(measured, Depth):
        return []
    room, blank = measured.room, measured.blank
    air = (
        f"air of {room.air_g_m3 / 1000:.3f} kg/m3 ({room.pressure_pa / 100:g} hPa, {room.humidity_percent} % humidity)"
    )
    weights = f"weights of {room.weights_g_m3 / 1000:g} kg/m3"
    return [
        (
            "Test liquid",
            f"water at {room.temperature_cdeg / 100:g} degrees, density {room.water_g_m3 / 1000:.3f} kg/m3",
        ),
        ("Buoyancy", f"{air}, {weights}: 1 ug shown is {room.z_ppm / 1e6:.5f} nL"),
        (
            "Evaporation, by a blank",
            f"{blank.lost_ug} ug in {blank.ms / 1000:.1f} s, added for the time of each shot",
        ),
    ]


# -- the small print ------------------------------------------------------------------------------------------------
def _statements(sheet: Sheet, made: Certificate) -> None:
    sheet.heading("What this certificate says", 40)
    sheet.set_font(size=8.5)
    for statement in made.statements:
        sheet.set_text_color(*INK)
        sheet.set_x(MARGIN)
        sheet.cell(w=4, h=4.4, text="-")
        sheet.multi_cell(w=sheet.width - 4, h=4.4, text=statement, align="L", new_x="LMARGIN", new_y="NEXT")


def _signature(sheet: Sheet, made: Certificate) -> None:
    sheet.need(26)
    sheet.ln(4)
    y, half = sheet.get_y(), sheet.width / 2 - 4
    sheet.set_draw_color(*FAINT)
    sheet.set_line_width(0.2)
    for x, said, below in (
        (MARGIN, f"{made.technician}, {made.made}", "Certified in the device, signed in with name and PIN"),
        (MARGIN + sheet.width / 2 + 4, "", "Signature by hand, where it is asked for"),
    ):
        sheet.line(x, y + 12, x + half, y + 12)
        sheet.set_xy(x, y + 6.5)
        sheet.set_font(style="B", size=9.5)
        sheet.set_text_color(*INK)
        sheet.cell(w=half, h=5, text=said)
        sheet.set_xy(x, y + 12.5)
        sheet.set_font(style="", size=7)
        sheet.set_text_color(*FAINT)
        sheet.cell(w=half, h=4, text=below)
    sheet.set_xy(MARGIN, y + 18)


def _budgets(sheet: Sheet, proof: Proof) -> None:
    measured = proof.as_left
    if isinstance(measured, Dose):
        for run in measured.runs:
            _budget(
                sheet, f"Uncertainty of the mean of {run.dose_nl / 1000:g} uL, {proof.part} mL syringe", run.uncertainty
            )
    else:
        _budget(sheet, "Uncertainty of one depth", measured.uncertainty)


def _budget(sheet: Sheet, title: str, budget: Budget) -> None:
    unit = "uL" if budget.unit == "pL" else "mm"
    sheet.heading(title, 40)
    rows = [[each.name, f"{each.standard / 1e6:.5f} {unit}"] for each in budget.contributions]
    rows.append(["combined (root of the sum of squares)", f"{budget.combined / 1e6:.5f} {unit}"])
    total = [
        f"expanded for 95 %, factor {budget.coverage_milli / 1000:.2f} (Student's t, effective degrees of freedom)",
        f"{budget.expanded / 1e6:.5f} {unit}",
    ]
    columns = [Column("Standard uncertainty (k = 1)", 140), Column("", 40, number=True)]
    sheet.grid(columns, rows, size=7.5, total=total)
    sheet.note(f"Not included: {'; '.join(budget.left_out)}.")
