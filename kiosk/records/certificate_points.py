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


def points(sheet: Sheet, title: str, proof: Proof) -> None:
    """The list of every point of a proof."""
    for measured, when in ((proof.as_left, "as left"), (proof.as_found, "as found")):
        if isinstance(measured, Dose):
            _shots(sheet, f"Every shot: {title}, {when}", measured)
    if isinstance(proof.as_left, Depth):
        _readings(sheet, f"Every reading: {title}", proof.as_left, proof.as_found)


def _shots(sheet: Sheet, title: str, measured: Dose) -> None:
    sheet.heading(title, 60)
    columns = [Column("Shot", 10, number=True)]
    for run in measured.runs:
        words = (f"{run.dose_nl / 1000:g} uL: mg", "in s", "uL", "off, %")
        columns += [Column(name, wide, number=True) for name, wide in zip(words, (18, 10, 16, 13), strict=True)]
    longest = max(run.n for run in measured.runs)
    rows = [[str(at + 1), *(text for run in measured.runs for text in _shot(run, at))] for at in range(longest)]
    apart = {at for run in measured.runs for at, shot in enumerate(run.shots) if shot.apart}
    sheet.grid(columns, rows, size=7, marked=frozenset(apart))
    if apart:
        sheet.ln(0.8)
        sheet.note("* stands apart from the others of its dose; it is counted like them.")


def _shot(run: Run, at: int) -> tuple[str, str, str, str]:
    if at >= run.n:
        return "", "", "", ""
    shot = run.shots[at]
    off = 100 * (shot.volume_pl / (run.dose_nl * 1_000) - 1)
    mark = "* " if shot.apart else ""
    return f"{shot.gained_ug / 1000:.2f}", f"{shot.ms / 1000:.1f}", f"{mark}{shot.volume_pl / 1e6:.3f}", f"{off:+.2f}"


def _readings(sheet: Sheet, title: str, left: Depth, found: Measurement | None) -> None:
    sheet.heading(title, 60)
    columns = [Column("Depth, mm", 22, number=True), Column("   Needle came", 34)]
    sides = [("as left", left)] + ([("as found", found)] if isinstance(found, Depth) else [])
    for when, _ in sides:
        columns += [Column(f"Gauge {when}, mm", 34, number=True), Column("off, um", 18, number=True)]
    rows = [
        [f"{each.depth_um / 1000:.2f}", f"   {DIRECTIONS[each.direction]}", *_offs([side for _, side in sides], at)]
        for at, each in enumerate(left.readings)
    ]
    sheet.grid(columns, rows, size=7.5)


def _offs(sides: list[Depth], at: int) -> list[str]:
    read = [side.readings[at] for side in sides]
    return [text for each in read for text in (f"{each.gauge_um / 1000:.3f}", f"{each.gauge_um - each.depth_um:+d}")]
