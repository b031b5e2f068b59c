"""Every point of a certificate on paper: drawn under the limits, and listed with its number. None is left out."""

from __future__ import annotations

from kiosk.calibration.proof import Depth, Dose, Measurement, Proof, Run
from kiosk.records.certificate_plots import Mark, Off, draw_off, spread
from kiosk.records.pdf_plots import Frame
from kiosk.records.pdf_sheet import MARGIN, Column, Sheet

HIGH, GAP = 44.0, 3.0
"""mm."""
DIRECTIONS = {"down": "from above", "up": "from below"}


def plots(sheet: Sheet, proof: Proof) -> None:
    """The plots of one part, side by side: as left, and as found where it was corrected."""
    models = _runs(proof.as_left) if isinstance(proof.as_left, Dose) else [_depths(proof.as_left, "as left")]
    if isinstance(proof.as_found, Depth):
        models.insert(0, _depths(proof.as_found, "as found"))
    sheet.need(HIGH + 4)
    y, wide = sheet.get_y(), (sheet.width - GAP * (len(models) - 1)) / len(models)
    for at, model in enumerate(models):
        draw_off(sheet, Frame(MARGIN + at * (wide + GAP), y, wide, HIGH), model)
    sheet.set_xy(MARGIN, y + HIGH + 1)


def _runs(measured: Dose) -> list[Off]:
    return [_run(run) for run in measured.runs]


def _run(run: Run) -> Off:
    dose_pl = run.dose_nl * 1_000
    places = spread(run.shots)
    return Off(
        title=f"{run.dose_nl / 1000:g} uL, off in %",
        marks=tuple(
            Mark(across, 100 * (shot.volume_pl / dose_pl - 1), "apart" if shot.apart else "plain")
            for across, shot in zip(places, run.shots, strict=True)
        ),
        allowed=run.allowed_ppm / 1e4,
        mean=(run.error_ppm / 1e4, 100 * run.half_pl / dose_pl),
        ticks=((places[0], "shot 1"), (places[-1], str(len(places)))),
    )


def _depths(measured: Depth, when: str) -> Off:
    deepest = max(reading.depth_um for reading in measured.readings)
    depths = sorted({reading.depth_um for reading in measured.readings})
    return Off(
        title=f"Depth {when}, off in um",
        marks=tuple(
            Mark(
                reading.depth_um / (deepest * 1.08),
                reading.gauge_um - reading.depth_um,
                "below" if reading.direction == "up" else "plain",
            )
            for reading in measured.readings
        ),
        allowed=measured.worst_allowed_um,
        ticks=tuple((depth / (deepest * 1.08), f"{depth / 1000:g} mm") for depth in depths),
    )


def points(sheet: Sheet, title: str, measured: Measurement) -> None:
    """The list of every point of a measurement."""
    if isinstance(measured, Dose):
        _shots(sheet, title, measured)
    else:
        _readings(sheet, title, measured)


def _shots(sheet: Sheet, title: str, measured: Dose) -> None:
    sheet.heading(f"Every shot: {title}", 40)
    rows = [
        [
            f"{run.dose_nl / 1000:g} uL", str(number), f"{shot.gained_ug / 1000:.2f}", f"{shot.ms / 1000:.1f}",
            f"{shot.volume_pl / 1e6:.3f}", f"{100 * (shot.volume_pl / (run.dose_nl * 1_000) - 1):+.2f}",
            "apart from the others, and counted" if shot.apart else "",
        ]
        for run in measured.runs
        for number, shot in enumerate(run.shots, 1)
    ]  # fmt: skip
    marked = frozenset(at for at, row in enumerate(rows) if row[-1])
    columns = [
        Column("Dose", 18), Column("Shot", 12, number=True), Column("Gained, mg", 22, number=True),
        Column("In, s", 16, number=True), Column("Volume, uL", 24, number=True), Column("Off, %", 20, number=True),
        Column("   ", 60),
    ]  # fmt: skip
    sheet.grid(columns, rows, size=7, marked=marked)


def _readings(sheet: Sheet, title: str, measured: Depth) -> None:
    sheet.heading(f"Every reading: {title}", 40)
    rows = [
        [
            f"{reading.depth_um / 1000:.2f}", DIRECTIONS[reading.direction], f"{reading.gauge_um / 1000:.3f}",
            f"{reading.gauge_um - reading.depth_um:+d}",
        ]
        for reading in measured.readings
    ]  # fmt: skip
    columns = [
        Column("Depth, mm", 30, number=True), Column("   Needle came", 40), Column("Gauge, mm", 30, number=True),
        Column("Off, um", 30, number=True),
    ]  # fmt: skip
    sheet.grid(columns, rows, size=7.5)
